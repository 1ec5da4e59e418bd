"""What the settings say about broadcasts, and how it is asked of segments."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel.core import get_global

from giving.broadcasts import Broadcast, Segment, last_month
from giving.quiet import QuietHours
from giving.subscriptions import SubscriptionKind
from storage.broadcasts.segments import Asked


@cache
def clocks_of(country: str) -> frozenset[str | None]:
    """The names of every clock of a country (`CN`), by the tz database."""
    territories, names = get_global("zone_territories"), get_global("zone_aliases")
    return frozenset(
        zone
        for zone in available_timezones()
        if country in (territories.get(zone), territories.get(names.get(zone, "")))
    )


@dataclass(frozen=True, slots=True)
class BroadcastRules:
    """`per_week`: messages to one person. `free_per_second`, `paid_per_second`: how fast; `paid`: may be chosen.

    `quiet`: when nobody is told, by the clock in it, which is that of who has none of their own.
    """

    zone: ZoneInfo
    language: str
    quiet: QuietHours | None = None
    per_week: int = 2
    free_per_second: int = 30
    paid_per_second: int = 1000
    paid: bool = False

    def asked(self, kind: SubscriptionKind, segment: Segment, at: datetime) -> Asked:
        """The segment, at a moment."""
        clocks: frozenset[str | None] = frozenset()
        if segment.country is not None:
            clocks = clocks_of(segment.country)
            clocks |= {None} if self.zone.key in clocks else frozenset()
        return Asked(kind, segment, at, last_month(at, self.zone), self.language, clocks)

    def asked_of(self, broadcast: Broadcast, now: datetime) -> Asked:
        """The segment of a broadcast, as it was when that began."""
        return self.asked(broadcast.kind, broadcast.segment, broadcast.started_at or now)

    def quiet_of(self, timezone: str | None) -> QuietHours | None:
        """When somebody who lives by this clock is asleep."""
        if self.quiet is None or timezone is None:
            return self.quiet
        try:
            return self.quiet.by(ZoneInfo(timezone))
        except (ZoneInfoNotFoundError, ValueError):  # a clock that went out of the tz database
            return self.quiet

    def pays(self, broadcast: Broadcast) -> bool:
        """Whether this one goes at the paid rate: it was chosen, and is still switched on."""
        return broadcast.paid and self.paid

    def per_second(self, broadcast: Broadcast) -> int:
        """How fast this one may go."""
        return self.paid_per_second if self.pays(broadcast) else self.free_per_second
