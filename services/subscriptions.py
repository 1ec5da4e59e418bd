"""What somebody asked to be told and how often, the clock they live by, and the one question whether they want any."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.errors import ClockUnknown
from giving.notices import URGENCY, NoticeKind
from giving.people import Person
from giving.quiet import QuietHours
from giving.subscriptions import Often, SubscriptionKind
from services.clock import Clock, utc_now
from services.metrics import SUBSCRIPTIONS_CHANGED
from storage.outbox import NewMessage
from storage.work import UnitOfWork, Work
from texts import zones

log = structlog.get_logger()
_ORDER: Final = (Often.NONE, Often.FEWER, Often.ALL)


@dataclass(frozen=True, slots=True)
class Change:
    """How often somebody wanted a kind, and wants it now; both alike where nothing was to be changed."""

    kind: SubscriptionKind
    was: Often
    now: Often


class SubscriptionService:
    """Everybody decides for themselves alone; effective at once, for messages that are on their way too."""

    def __init__(
        self, unit: UnitOfWork, *, zone: ZoneInfo, quiet: QuietHours | None = None, now: Clock = utc_now
    ) -> None:
        """`zone`: the operator's, of whoever chose no clock; `quiet`: the night, by whatever clock."""
        self._unit, self.zone, self.quiet, self.now = unit, zone, quiet, now

    async def of(self, person: Person) -> dict[SubscriptionKind, Often]:
        """What they asked to be told, and how often."""
        async with self._unit.read() as work:
            return await work.subscriptions.of(person.id)

    async def choose(self, person: Person, kind: SubscriptionKind, often: Often) -> Change:
        """From now on so often, whatever it was."""
        return await self._change(person, kind, often, only_less=False)

    async def less(self, person: Person, kind: SubscriptionKind, often: Often) -> Change:
        """The same, but never more than it was: who gets none of a kind, gets none."""
        return await self._change(person, kind, often, only_less=True)

    async def undo(self, person: Person, kind: SubscriptionKind, often: Often, *, made: Often) -> Change | None:
        """As it was before a tap that `made` it so; None if something else was chosen since, which stays."""
        async with self._unit() as work:
            was = (await work.subscriptions.of(person.id)).get(kind, Often.NONE)
            if was not in (made, often):
                return None
            if was is not often:
                await work.subscriptions.choose(person.id, kind, often, now=self.now())
        return self._changed(person, Change(kind, was, often))

    async def _change(self, person: Person, kind: SubscriptionKind, often: Often, *, only_less: bool) -> Change:
        async with self._unit() as work:
            was = (await work.subscriptions.of(person.id)).get(kind, Often.NONE)
            if only_less and _ORDER.index(often) > _ORDER.index(was):
                often = was
            if often is not was:
                await work.subscriptions.choose(person.id, kind, often, now=self.now())
        return self._changed(person, Change(kind, was, often))

    def _changed(self, person: Person, change: Change) -> Change:
        kind, was, often = change.kind, change.was, change.now
        if often is not was:
            SUBSCRIPTIONS_CHANGED.labels(kind, often).inc()
            log.info("subscription_changed", person_id=str(person.id), kind=kind, was=was, often=often)
        return change

    async def timezone(self, person: Person) -> str | None:
        """The clock they chose; None for the operator's."""
        async with self._unit.read() as work:
            return await work.subscriptions.timezone(person.id)

    async def choose_timezone(self, person: Person, timezone: str | None) -> None:
        """From now on by this clock; None: the operator's. Raises: ClockUnknown."""
        if timezone is not None and not zones.is_zone(timezone):
            raise ClockUnknown
        async with self._unit() as work:
            await work.subscriptions.choose_timezone(person.id, timezone)
        log.info("timezone_chosen", person_id=str(person.id), timezone=timezone)


async def ask(work: Work, persons: Collection[UUID], now: datetime, quiet: QuietHours | None) -> int:
    """Queue the question for those of them who were never asked, by day on their clocks. How many there are.

    Called in the commit that marks their first receipt as sent, so that it stands below it.
    """
    asked = await work.subscriptions.ask(persons, now)
    kind = NoticeKind.WISHES
    messages = [
        NewMessage(f"{kind}:{person}", kind, URGENCY[kind], person, person, by_day(now, quiet, timezone))
        for person, timezone in asked.items()
    ]
    await work.outbox.add_many(messages, now=now)
    return len(messages)


def by_day(now: datetime, quiet: QuietHours | None, timezone: str | None) -> datetime:
    """Now, or where it is night on this clock (None: the operator's), the next morning."""
    return at_clock(quiet, timezone).allowed_from(now) if quiet is not None else now


def at_clock(quiet: QuietHours, timezone: str | None) -> QuietHours:
    """Quiet hours by a reader's clock; by the operator's where theirs is no longer known to the tz database."""
    return quiet.by(ZoneInfo(timezone)) if timezone is not None and zones.is_zone(timezone) else quiet
