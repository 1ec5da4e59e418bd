"""Who may take a gift back, and until when."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from giving.tips import Tip, TipState

UNDO: Final = timedelta(minutes=30)


class Taking(StrEnum):
    """ALONE: at once. ASK: an admin decides. NOT: there is nothing to take back."""

    ALONE = "alone"
    ASK = "ask"
    NOT = "not"


def may_take_back(tip: Tip, now: datetime) -> Taking:
    """A mistake is undone within half an hour; what was paid twice, or after it was cancelled, at any time."""
    if tip.state is not TipState.PAID or tip.paid_at is None:
        return Taking.NOT
    if tip.returnable or now - tip.paid_at <= UNDO:
        return Taking.ALONE
    return Taking.ASK
