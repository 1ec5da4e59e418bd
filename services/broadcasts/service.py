"""What an admin does with broadcasts: write, look, start, change, stop; every act in the audit log."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

import structlog

from giving.broadcasts import (
    Broadcast,
    BroadcastAct,
    BroadcastState,
    Content,
    DeliveryState,
    Segment,
    deci_stars,
    must,
    must_be_as_many,
    shown_stars,
)
from giving.errors import BroadcastChanged, BroadcastUnknown, NobodyListens, PaidRateOff, PriceNotConfirmed
from giving.people import Person
from giving.permissions import Permission
from giving.subscriptions import SubscriptionKind
from services.broadcasts.figures import Pacer, Preview, Progress, Report, progress_of, skips
from services.broadcasts.rules import BroadcastRules
from services.clock import Clock, utc_now
from services.leadership import Write
from services.people import PeopleService
from services.wake import Wakes
from storage.audit import AuditRecord
from storage.ids import new_id
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
KEPT_AFTER: Final = timedelta(days=2)  # the day that counts, and one for payments that are booked late
Way = Literal["cli", "clock"]  # of what is nobody's act in chat
Beside = Callable[[Work, Broadcast], Awaitable[None]]


class BroadcastService:
    """`by`: the admin, whose role is looked up every time; None for whoever is at the command line."""

    def __init__(
        self, unit: UnitOfWork, people: PeopleService, rules: BroadcastRules, *, wakes: Wakes,
        write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`people` knows who may. `write`: by what starts and stops one, in the leader's name where it does it."""
        self._unit, self._people, self._rules, self._wakes, self._now = unit, people, rules, wakes, now
        self._write = write or unit
        self._pacer = Pacer()

    # -- before it goes --

    async def draft(self, kind: SubscriptionKind, segment: Segment, content: Content, by: Person | None) -> Broadcast:
        """Keep one to be looked at. Raises: NotAllowed."""
        await self._must(by)
        now = self._now()
        author = by.id if by is not None else None
        new = Broadcast(new_id(), kind, segment, content, BroadcastState.DRAFT, 1, now, author)
        async with self._unit() as work:
            await work.broadcasts.add(new)
            await self._audit(work, by, "drafted", new)
        log.info("broadcast_drafted", broadcast_id=str(new.id), kind=str(kind))
        return new

    async def count(self, kind: SubscriptionKind, segment: Segment) -> int:
        """How many a message of this kind would reach now: who asked for it, and can be written to."""
        async with self._unit.read() as work:
            return await work.broadcasts.count(self._rules.asked(kind, segment, self._now()))

    async def preview(self, broadcast: UUID, by: Person | None) -> Preview:
        """What is asked about before it starts. Raises: NotAllowed, BroadcastUnknown."""
        found = await self.one(broadcast, by)
        audience = await self.count(found.kind, found.segment)
        rules = self._rules
        takes = timedelta(seconds=audience / rules.free_per_second)
        if not rules.paid:
            return Preview(found, audience, takes)
        faster = timedelta(seconds=audience / rules.paid_per_second)
        return Preview(found, audience, takes, shown_stars(deci_stars(audience, rules.paid_per_second)), faster)

    async def start(
        self, broadcast: UUID, version: int, by: Person | None, *, paid: bool = False, stars: int = 0,
        people: int | None = None, way: Way = "cli", beside: Beside | None = None,
    ) -> Broadcast:  # fmt: skip
        """Let it go to everybody in its segment, as it was shown. `stars`: the price that was confirmed with `paid`.

        `people`: how many they were when it was shown. `way`: where it is nobody's act (`by` is None), what it comes
        by. `beside`: what is done in the same commit.

        Raises: NotAllowed, BroadcastUnknown, BroadcastNotNow, BroadcastChanged, NobodyListens, PaidRateOff,
        PriceNotConfirmed, AudienceGrown; NotLeading (by the clock, in a term that is over).
        """
        await self._must(by)
        async with self._unit.read() as work:  # it may take a while: not where everybody's writes wait
            shown = _known(await work.broadcasts.by_id(broadcast))
            asked = self._rules.asked(shown.kind, shown.segment, self._now())
            audience = await work.broadcasts.count(asked)
        if paid:
            self._must_be_confirmed(audience, stars)
        async with self._write() as work:
            found = await self._held(work, broadcast, BroadcastAct.START, version)
            must_be_as_many(people, audience)
            if not audience:
                raise NobodyListens
            started = replace(
                found, state=BroadcastState.RUNNING, started_at=asked.at, audience=audience, paid=paid,
                version=found.version + 1,
            )  # fmt: skip
            await self._set(work, started, started_at=asked.at, audience=audience, paid=paid)
            await self._audit(work, by, "started", started, way=way, audience=audience, paid=paid)
            if beside is not None:
                await beside(work, started)
        self._wakes.broadcasts.set()
        log.info("broadcast_started", broadcast_id=str(broadcast), kind=str(found.kind), audience=audience, paid=paid)
        return started

    # -- while it goes --

    async def edit(
        self, broadcast: UUID, version: int, content: Content, by: Person | None, *, resume: bool = False
    ) -> Broadcast:
        """Whoever is not told yet gets this; those whom Telegram refused the message are told after all.

        With `resume` it goes on in the same commit. Who has to confirm it before is BroadcastEdits' to know.

        Raises: NotAllowed, BroadcastUnknown, BroadcastNotNow, BroadcastChanged.
        """
        await self._must(by)
        async with self._unit() as work:
            found = await self._held(work, broadcast, BroadcastAct.EDIT, version)
            state = BroadcastState.RUNNING if resume and found.state is BroadcastState.PAUSED else found.state
            changed = replace(found, content=content, state=state, version=found.version + 1, stopped_by=None)
            await self._set(work, changed, content=content.as_json(), stopped_by=None)
            again = await work.broadcasts.again(broadcast, now=self._now())
            await self._audit(work, by, "edited", changed)
        self._wakes.broadcasts.set()
        log.info("broadcast_edited", broadcast_id=str(broadcast), again=again)
        return changed

    async def pause(self, broadcast: UUID, by: Person | None) -> Broadcast:
        """Nothing more goes until `resume`; what is on its way arrives.

        Raises: NotAllowed, BroadcastUnknown, BroadcastNotNow.
        """
        return await self._turn(broadcast, BroadcastAct.PAUSE, BroadcastState.PAUSED, by)

    async def resume(self, broadcast: UUID, by: Person | None) -> Broadcast:
        """Go on where it stopped. Raises: NotAllowed, BroadcastUnknown, BroadcastNotNow."""
        return await self._turn(broadcast, BroadcastAct.RESUME, BroadcastState.RUNNING, by)

    async def cancel(self, broadcast: UUID, by: Person | None, *, way: Way = "cli") -> Broadcast:
        """Nothing more goes, ever; `way` as of `start`. Raises: NotAllowed, BroadcastUnknown, BroadcastNotNow."""
        return await self._turn(broadcast, BroadcastAct.CANCEL, BroadcastState.CANCELLED, by, way)

    async def _turn(
        self, broadcast: UUID, act: BroadcastAct, to: BroadcastState, by: Person | None, way: Way = "cli"
    ) -> Broadcast:
        await self._must(by)
        async with self._write() as work:
            found = await self._held(work, broadcast, act, None)
            turned = replace(found, state=to, version=found.version + 1)
            ended = {"ended_at": self._now()} if to is BroadcastState.CANCELLED else {}
            resumed = {"stopped_by": None} if to is BroadcastState.RUNNING else {}
            await self._set(work, turned, **ended, **resumed)
            await self._audit(work, by, f"{act}d" if act.endswith("e") else f"{act}led", turned, way=way)
        self._wakes.broadcasts.set()
        log.info("broadcast_turned", broadcast_id=str(broadcast), act=str(act), state=str(to))
        return turned

    # -- looking --

    async def one(self, broadcast: UUID, by: Person | None) -> Broadcast:
        """As it is now. Raises: NotAllowed, BroadcastUnknown."""
        await self._must(by)
        async with self._unit.read() as work:
            return _known(await work.broadcasts.by_id(broadcast))

    async def newest(self, by: Person | None, *, limit: int = 20) -> Sequence[Broadcast]:
        """The newest first. Raises: NotAllowed."""
        await self._must(by)
        async with self._unit.read() as work:
            return await work.broadcasts.newest(limit=limit)

    async def progress(self, broadcast: UUID, by: Person | None) -> Progress:
        """How far it is. Raises: NotAllowed, BroadcastUnknown."""
        await self._must(by)
        async with self._unit.read() as work:
            found = _known(await work.broadcasts.by_id(broadcast))
            waits_until = await work.broadcasts.next_due(broadcast)
        pace = self._pacer.per_minute(found, found.tally(DeliveryState.SENT), self._now())
        if found.state is not BroadcastState.RUNNING:
            self._pacer.forget(found.id)
            pace = 0
        return progress_of(found, pace, waits_until)

    async def report(self, broadcast: UUID, by: Person | None) -> Report:
        """What came of it, so far or in the end. Raises: NotAllowed, BroadcastUnknown."""
        await self._must(by)
        async with self._unit.read() as work:
            found = _known(await work.broadcasts.by_id(broadcast))
        gifts, donors = await self._given(found)
        ended = found.ended_at is not None and found.started_at is not None
        sent = found.tally(DeliveryState.SENT)
        return Report(
            found,
            sent,
            found.tally(DeliveryState.BLOCKED),
            found.tally(DeliveryState.UNKNOWN),
            found.tally(DeliveryState.FAILED),
            skips(found),
            found.ended_at - found.started_at if ended and found.ended_at and found.started_at else None,
            gifts,
            donors,
            shown_stars(deci_stars(sent, self._rules.paid_per_second)) if found.paid else None,
        )

    # -- --

    async def _given(self, found: Broadcast) -> tuple[int, int]:
        """What was given after it, and by how many; kept, once nothing more can be that is worth waiting for."""
        if found.gifts is not None and found.donors is not None:
            return found.gifts, found.donors
        if found.started_at is None:
            return 0, 0
        now = self._now()
        ended_at = found.ended_at or now
        async with self._unit.read() as work:
            gifts, donors = await work.broadcasts.gifts_after(found.id, found.started_at, ended_at)
        if found.ended_at is not None and now > ended_at + KEPT_AFTER:
            async with self._unit() as work:
                await work.broadcasts.set(found.id, gifts=gifts, donors=donors)
        return gifts, donors

    async def _must(self, by: Person | None) -> None:
        if by is not None:
            await self._people.must(by, Permission.BROADCAST)

    def _must_be_confirmed(self, audience: int, stars: int) -> None:
        if not self._rules.paid:
            raise PaidRateOff
        price = shown_stars(deci_stars(audience, self._rules.paid_per_second))
        if price > stars:
            raise PriceNotConfirmed(stars=price)

    async def _held(self, work: Work, broadcast: UUID, act: BroadcastAct, version: int | None) -> Broadcast:
        found = _known(await work.broadcasts.by_id(broadcast, lock=True))
        must(found.state, act)
        if version is not None and version != found.version:
            raise BroadcastChanged
        return found

    async def _set(self, work: Work, changed: Broadcast, **values: object) -> None:
        await work.broadcasts.set(changed.id, state=changed.state, version=changed.version, **values)

    async def _audit(
        self, work: Work, by: Person | None, what: str, about: Broadcast, *, way: Way = "cli", **more: object
    ) -> None:
        after = {"kind": about.kind.value, "segment": about.segment.as_json(), "version": about.version, **more}
        actor, came_by = (by.id, "chat") if by is not None else (None, way)
        record = AuditRecord(actor, came_by, f"broadcast.{what}", "broadcast", str(about.id), None, after)
        await work.audit.add(record, now=self._now())


def _known(found: Broadcast | None) -> Broadcast:
    if found is None:
        raise BroadcastUnknown
    return found
