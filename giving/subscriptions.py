"""What somebody may ask to be told besides answers, receipts and notices about their own money. Nothing is preset."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from giving.people import Visibility

WEEK: Final = timedelta(days=7)  # the window of both limits: the last seven times 24 hours, not a calendar's week
FEWER_A_WEEK: Final = 1
PER_WEEK: Final = 2  # unless the operator says otherwise


class SubscriptionKind(StrEnum):
    """Kinds of messages that come only to who switched them on."""

    GIVING_DAYS = "giving_days"
    PROJECT_NEWS = "project_news"
    MONTHLY = "monthly"
    THANKS = "thanks"


class Often(StrEnum):
    """How much of a kind somebody wants: all of it, at most one in a week, or none."""

    ALL = "all"
    FEWER = "fewer"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Lately:
    """What somebody was told in the last WEEK: messages of the kind in question, and of all kinds together.

    A message counts from the moment it is sent, also when nobody knows whether it arrived. Answers, receipts and
    notices about one's own money never count.
    """

    of_kind: int = 0
    in_all: int = 0


def may_be_told(often: Often, lately: Lately, per_week: int) -> bool:
    """Whether one more message of a kind may go to who wants it so `often`, with at most `per_week` of all kinds."""
    if often is Often.NONE or lately.in_all >= per_week:
        return False
    return often is Often.ALL or lately.of_kind < FEWER_A_WEEK


def may_be_called(fewer: bool, lately: Lately, per_week: int, *, told_of_it: bool) -> bool:
    """Whether whoever takes part in a giving day may be told more of it: to take part is to ask, so no wish is needed.

    It counts all the same, and all that is told of one day counts once: who was `told_of_it` may be told more. `fewer`:
    they asked for fewer messages about giving days.
    """
    return told_of_it or may_be_told(Often.FEWER if fewer else Often.ALL, lately, per_week)


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """How somebody's next gift is seen, whether groups thank them by name, what they asked to be told, by which clock.

    `often` has only the kinds that are not NONE; `timezone`: a name as in `Europe/Berlin`, None for the operator's.
    """

    visibility: Visibility
    thanked_by_name: bool
    often: Mapping[SubscriptionKind, Often]
    timezone: str | None = None

    @property
    def kinds(self) -> frozenset[SubscriptionKind]:
        """What they are told of, however often."""
        return frozenset(self.often)
