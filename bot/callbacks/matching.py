"""What is held of matching funds."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.callbacks.fields import Id
from giving.matching import HeldReason

_BEGAN: Final = datetime(2020, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class MatchDecide(CallbackData, prefix="mtd"):
    """Match it after all, or never."""

    match: Id
    yes: bool


class MatchesHeld(CallbackData, prefix="mth"):
    """What waits now."""


class MatchAll(CallbackData, prefix="mta"):
    """Match all that is held for one reason: it is said what that is, and asked once more."""

    reason: HeldReason


class MatchAllSure(CallbackData, prefix="mts"):
    """Yes, all that was held for it by then (microseconds since 2020): what came later was not in the question."""

    reason: HeldReason
    by: Annotated[int, Field(ge=0, le=10**16)]

    @classmethod
    def of(cls, reason: HeldReason, at: datetime) -> "MatchAllSure":
        """The answer to a question of that moment."""
        return cls(reason=reason, by=(at - _BEGAN) // _MICROSECOND)

    @property
    def until(self) -> datetime:
        """When it was asked."""
        return _BEGAN + self.by * _MICROSECOND
