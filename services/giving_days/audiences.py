"""How many people a giving day's audience is: those whom its invitation would go to, asked in the very same way."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from giving.broadcasts import Segment
from giving.giving_days import Audience
from giving.subscriptions import SubscriptionKind
from services.broadcasts import BroadcastRules
from storage.work import Work

SEGMENTS: Final[Mapping[Audience, Segment]] = {
    Audience.SUBSCRIBERS: Segment(),
    Audience.LAST_MONTH: Segment(last_month=True),
    Audience.LAPSED: Segment(lapsed=True),
    Audience.CREATORS: Segment(creators=True),
}


async def size_of(work: Work, audience: Audience, now: datetime, zone: ZoneInfo) -> int:
    """Number of people, now; months are those of `zone`, the operator's."""
    if audience is Audience.NOBODY:
        return 0
    rules = BroadcastRules(zone=zone, language="")  # no audience is of a language
    return await work.broadcasts.count(rules.asked(SubscriptionKind.GIVING_DAYS, SEGMENTS[audience], now))
