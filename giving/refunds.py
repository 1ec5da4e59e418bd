"""Who may take a gift back, and until when."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from giving.tips import Tip, TipState

UNDO: Final = timedelta(minutes=30)


class Taking(StrEnum):
    """ALONE: at once. ASK: an admin decides. LATE: its rail gives nothing back any more. NOT: nothing to take back."""

    ALONE = "alone"
    ASK = "ask"
    LATE = "late"
    NOT = "not"


def may_take_back(tip: Tip, told_at: datetime | None, now: datetime, *, days: int | None = None) -> Taking:
    """A mistake is undone within half an hour; what was paid twice, or after it was cancelled, at any time.

    `told_at`: when its donor was told that it was paid, from when on the half hour counts. `days`: for how long after
    it was paid its rail gives back; None where that has no end.
    """
    if tip.state is not TipState.PAID or tip.paid_at is None:
        return Taking.NOT
    if days is not None and now - tip.paid_at > timedelta(days=days):
        return Taking.LATE
    if tip.returnable or now - max(tip.paid_at, told_at or tip.paid_at) <= UNDO:
        return Taking.ALONE
    return Taking.ASK
