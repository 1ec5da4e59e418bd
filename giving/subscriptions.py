"""What somebody may ask to be told besides answers, receipts and notices about their own money. Nothing is preset."""

from dataclasses import dataclass
from enum import StrEnum

from giving.people import Visibility


class SubscriptionKind(StrEnum):
    """Kinds of messages that come only to who switched them on."""

    GIVING_DAYS = "giving_days"
    PROJECT_NEWS = "project_news"
    MONTHLY = "monthly"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """How somebody's next gift is seen, whether groups thank them by name, and what they asked to be told."""

    visibility: Visibility
    thanked_by_name: bool
    kinds: frozenset[SubscriptionKind]
