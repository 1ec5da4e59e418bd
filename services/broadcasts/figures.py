"""What is shown of a broadcast: before it starts, while it goes, and when it is over."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from giving.broadcasts import Broadcast, DeliveryState, SkipReason

_LOOKED_BACK: Final = timedelta(seconds=60)
_TOO_SOON: Final = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft, how many it would reach now, and what that costs at the paid rate (in whole Stars, rounded up).

    `paid_stars` is None where the paid rate is switched off. `takes`, `takes_paid`: how long at least.
    """

    broadcast: Broadcast
    audience: int
    takes: timedelta
    paid_stars: int | None = None
    takes_paid: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. `left`: not told yet, of whom some may wait until `waits_until`, their morning.

    `per_minute`: messages sent in the last minute; `time_left`: at that pace, None while nothing moves. `rewritten`:
    other words wait for somebody's decision.
    """

    broadcast: Broadcast
    sent: int
    left: int
    blocked: int
    unknown: int
    failed: int
    skipped: int
    per_minute: int
    time_left: timedelta | None
    waits_until: datetime | None = None
    rewritten: bool = False

    @property
    def done(self) -> int:
        """Whoever is told, or is known not to be told."""
        return self.sent + self.blocked + self.unknown + self.failed + self.skipped


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it. `skipped` by reason. `took`: from start to end, None until it has ended.

    `gifts`, `donors`: of those it reached, within a day of it. `stars`: the most that the paid rate cost.
    """

    broadcast: Broadcast
    sent: int
    blocked: int
    unknown: int
    failed: int
    skipped: Mapping[SkipReason, int]
    took: timedelta | None
    gifts: int
    donors: int
    stars: int | None = None


class Pacer:
    """How fast each goes, from what was seen of it in the last minute."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._seen: dict[UUID, deque[tuple[datetime, int]]] = {}

    def per_minute(self, broadcast: Broadcast, sent: int, now: datetime) -> int:
        """Messages in a minute, by this look at it and those before."""
        seen = self._seen.setdefault(broadcast.id, deque())
        while seen and seen[0][0] < now - _LOOKED_BACK:
            seen.popleft()
        if not seen or now - seen[-1][0] >= _TOO_SOON:
            seen.append((now, sent))
        since, before = seen[0]
        if now - since < _TOO_SOON:
            if broadcast.started_at is None or now - broadcast.started_at < _TOO_SOON:
                return 0
            since, before = broadcast.started_at, 0
        return max(0, round((sent - before) * 60 / (now - since).total_seconds()))

    def forget(self, broadcast: UUID) -> None:
        """It is over."""
        self._seen.pop(broadcast, None)


def progress_of(broadcast: Broadcast, per_minute: int, waits_until: datetime | None) -> Progress:
    """By its tallies."""
    sent, blocked, unknown, failed = (
        broadcast.tally(state)
        for state in (DeliveryState.SENT, DeliveryState.BLOCKED, DeliveryState.UNKNOWN, DeliveryState.FAILED)
    )
    skipped = sum(skips(broadcast).values())
    left = max(0, broadcast.audience - sent - blocked - unknown - failed - skipped)
    time_left = timedelta(minutes=left / per_minute) if per_minute and left else None
    return Progress(
        broadcast, sent, left, blocked, unknown, failed, skipped, per_minute, time_left, waits_until
    )  # fmt: skip


def skips(broadcast: Broadcast) -> dict[SkipReason, int]:
    """Those who were not told, by reason."""
    return {reason: number for reason in SkipReason if (number := broadcast.tally(reason))}
