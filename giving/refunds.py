"""Who may take a gift back, and until when."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from giving.tips import Tip, TipState

UNDO: Final = timedelta(minutes=30)
NEAR: Final = timedelta(days=14)  # an admin is warned: a rail may take days, too


class Taking(StrEnum):
    """ALONE: at once. ASK: an admin decides. LATE: its rail gives nothing back any more. NOT: nothing to take back."""

    ALONE = "alone"
    ASK = "ask"
    LATE = "late"
    NOT = "not"


class Ending(StrEnum):
    """How near the end of the days is in which a rail gives back."""

    FAR = "far"
    NEAR = "near"
    PAST = "past"


def may_take_back(tip: Tip, told_at: datetime | None, now: datetime, *, days: int | None = None) -> Taking:
    """A mistake is undone within half an hour; what was paid twice, or after it was cancelled, at any time.

    `told_at`: when its donor was told that it was paid, from when on the half hour counts. `days`: for how long after
    it was paid its rail gives back; None where that has no end.
    """
    if tip.state is not TipState.PAID or tip.paid_at is None:
        return Taking.NOT
    ends = ends_at(tip, days)
    if ends is not None and now > ends:
        return Taking.LATE
    if tip.returnable or now - max(tip.paid_at, told_at or tip.paid_at) <= UNDO:
        return Taking.ALONE
    return Taking.ASK


def ends_at(tip: Tip, days: int | None) -> datetime | None:
    """Until when its rail gives it back; None where that has no end. `days`: for how long after it was paid."""
    return tip.paid_at + timedelta(days=days) if days is not None and tip.paid_at is not None else None


def ending(ends: datetime | None, now: datetime) -> Ending:
    """Whether to warn whoever decides that its rail soon gives it back no more."""
    if ends is None or ends - now > NEAR:
        return Ending.FAR
    return Ending.NEAR if now <= ends else Ending.PAST
