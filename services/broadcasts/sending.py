"""What the leader's sender asks for: who comes next, written down as going before it goes, and what came of it."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from giving.alerts import Alert, AlertKind
from giving.broadcasts import (
    Broadcast,
    BroadcastState,
    Content,
    Delivery,
    DeliveryState,
    Go,
    Later,
    Outcome,
    Photo,
    Reader,
    Skip,
    decide,
)
from giving.people import language_of
from services.alerts import AlertService
from services.broadcasts.rules import BroadcastRules
from services.clock import Clock, utc_now
from services.leadership import Write
from services.wake import Wakes
from storage.audit import AuditRecord
from storage.broadcasts import ReaderRow, Undecided
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
PAGE: Final = 1000  # people looked up at a time
MOST_AT_ONCE: Final = 500  # decided in one commit
OUTCOMES: Final = Counter("broadcast_outcomes_total", "Messages of broadcasts, by what became of them", ["outcome"])
SENT: Final = Counter("broadcast_sent_total", "Messages of broadcasts that arrived")


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be sent now, each written down as going. `more`: whether to ask again at once.

    `again_at`: when somebody's waiting is over, where nobody can be told before; None: it is over, or was stopped.
    """

    broadcast: Broadcast
    deliveries: Sequence[Delivery] = ()
    more: bool = False
    again_at: datetime | None = None


@dataclass(slots=True)
class _Place:
    """Where one broadcast stands in this process: people looked up and not decided yet. The cursor is the truth."""

    page: deque[UUID] = field(default_factory=deque)
    due: deque[UUID] = field(default_factory=deque)
    after: UUID | None = None
    wide: int = 0
    looked_through: bool = False


class BroadcastSending:
    """For one sender; what it writes, it writes in the leader's name."""

    def __init__(
        self, unit: UnitOfWork, rules: BroadcastRules, *, wakes: Wakes, alerts: AlertService | None = None,
        write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`write` opens the units of work: in production the leader's, which nobody else can write by.

        `alerts` tells of those that were stopped.
        """
        self._unit, self._rules, self._wakes, self._now = unit, rules, wakes, now
        self._write, self._alerts = write or unit, alerts
        self._places: dict[UUID, _Place] = {}

    @property
    def woken(self) -> asyncio.Event:
        """Set when one was started, or turned."""
        return self._wakes.broadcasts

    def per_second(self, broadcast: Broadcast) -> int:
        """How fast it may go."""
        return self._rules.per_second(broadcast)

    def pays(self, broadcast: Broadcast) -> bool:
        """Whether it goes at the paid rate."""
        return self._rules.pays(broadcast)

    async def running(self) -> Sequence[Broadcast]:
        """Those that are being sent, the first that was started first."""
        async with self._unit.read() as work:
            found = await work.broadcasts.running()
        for gone in self._places.keys() - {broadcast.id for broadcast in found}:
            del self._places[gone]
        return found

    async def begin(self, broadcast: Broadcast, most: int, outcomes: Sequence[Outcome] = ()) -> Batch:
        """The next who are told, at most so many, written down as going; beside it what came of others is recorded.

        Raises: NotLeading, the database's error; then the outcomes are to be given again, and once nothing of it is in
        hand, `lost` gives up what was written down all the same (a commit whose answer did not come).
        """
        place = self._places.get(broadcast.id)
        if place is None:
            place = _Place(after=broadcast.cursor, looked_through=broadcast.looked_through)
        await self._look_ahead(broadcast, place)
        self._places.pop(broadcast.id, None)  # it is where we stand only once that is committed
        now = self._now()
        async with self._write() as work:
            await self._record(work, outcomes)
            held = await work.broadcasts.by_id(broadcast.id, lock=True)
            if held is None or held.state is not BroadcastState.RUNNING:
                batch = Batch(held or broadcast)
            elif held.cursor != place.after:  # another process led meanwhile
                batch, place = Batch(held, more=True), _Place(after=held.cursor)
            else:
                batch = await self._take(work, held, place, most, now)
        self._count(outcomes)
        if batch.more or batch.again_at is not None or batch.deliveries:
            self._places[broadcast.id] = place
        return batch

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        """What became of calls. Raises: NotLeading, the database's error."""
        async with self._write() as work:
            await self._record(work, outcomes)
        self._count(outcomes)

    async def lost(self, broadcast: UUID) -> int:
        """Of what still stands there as going, nothing is in hand: it is unknown. How many. Raises: NotLeading."""
        async with self._write() as work:
            await work.broadcasts.by_id(broadcast, lock=True)  # a commit that is still on its way is waited for
            number = await work.broadcasts.interrupted(broadcast)
        if number:
            OUTCOMES.labels(DeliveryState.UNKNOWN.value).inc(number)
            log.warning("broadcasts_interrupted", broadcast_id=str(broadcast), unknown=number)
        return number

    async def finish(self, broadcast: Broadcast) -> bool:
        """Close it if everybody was told, or is known not to be told. Raises: NotLeading."""
        now = self._now()
        async with self._write() as work:
            held = await work.broadcasts.by_id(broadcast.id, lock=True)
            if held is None or held.state is not BroadcastState.RUNNING or not held.looked_through:
                return False
            if await work.broadcasts.going(held.id) or await work.broadcasts.next_due(held.id) is not None:
                return False
            await work.broadcasts.rest(held.id, held.audience - sum(held.tallies.values()))
            await work.broadcasts.set(held.id, state=BroadcastState.DONE, ended_at=now)
        log.info("broadcast_done", broadcast_id=str(held.id), audience=held.audience, **dict(held.tallies))
        return True

    async def stop_for(self, broadcast: Broadcast, said: str) -> None:
        """Telegram refuses the message itself: nobody else is tried with it until somebody, who is told, looked at it.

        Raises: NotLeading.
        """
        async with self._write() as work:
            held = await work.broadcasts.by_id(broadcast.id, lock=True)
            if held is None or held.state is not BroadcastState.RUNNING or held.version != broadcast.version:
                return
            paused = {"state": BroadcastState.PAUSED, "version": held.version + 1, "stopped_by": said[:500]}
            await work.broadcasts.set(held.id, **paused)
            after = {"version": held.version + 1, "said": said[:500]}
            record = AuditRecord(None, "clock", "broadcast.stopped", "broadcast", str(held.id), None, after)
            await work.audit.add(record, now=self._now())
            if self._alerts is not None:
                alert = Alert(AlertKind.BROADCAST_STOPPED, {"said": said[:500]})
                await self._alerts.queue(work, alert, once=f"broadcast:{held.id}:{held.version}")
        if self._alerts is not None:
            self._alerts.wake()
        log.error("broadcast_refused", broadcast_id=str(broadcast.id), error=said[:500])

    async def uploaded(self, broadcast: Broadcast, file_id: str) -> None:
        """Telegram has the photo now: from here on it is sent by what Telegram calls it."""
        async with self._write() as work:
            held = await work.broadcasts.by_id(broadcast.id, lock=True)
            if held is None or held.content.photo != broadcast.content.photo:
                return
            photo = Photo(file_id, broadcast.content.photo.path if broadcast.content.photo else None)
            content = Content(held.content.texts, photo, held.content.buttons)
            await work.broadcasts.set(held.id, content=content.as_json())

    # -- --

    async def _look_ahead(self, broadcast: Broadcast, place: _Place) -> None:
        """Look up who comes next, where nobody's writes wait for it."""
        if place.page or place.due:
            return
        now = self._now()
        async with self._unit.read() as work:
            place.due.extend(await work.broadcasts.due(broadcast.id, now, PAGE))
            if not place.due and not place.looked_through:
                asked = self._rules.asked_of(broadcast, now)
                place.page.extend(await work.broadcasts.page(asked, place.after, PAGE))
                place.looked_through = not place.page

    async def _take(self, work: Work, held: Broadcast, place: _Place, most: int, now: datetime) -> Batch:
        """Decide about the next of them, until `most` may go; write all that down. They leave the place only then."""
        source = place.due or place.page
        looked = list(source)[: min(MOST_AT_ONCE, max(most, place.wide))]
        await work.subscriptions.hold()
        rows = await work.broadcasts.readers(held.id, held.kind, looked, now=now)
        goes: list[Delivery] = []
        decided: list[Undecided] = []
        for row in rows:
            if row.state not in (None, DeliveryState.WAITING):
                continue  # they were told already
            if len(goes) >= most:
                break
            decided.append(self._decide(row, held, now, goes))
        last = self._last(looked, decided, len(goes) >= most)
        await work.broadcasts.take(held.id, decided, now=now)
        if goes:
            await work.subscriptions.told([d.person for d in goes], held.kind, held.id, now=now)
        if source is place.page and last:
            place.after = looked[last - 1]
            await work.broadcasts.set(held.id, cursor_id=place.after)
        for _ in range(last):
            source.popleft()
        # Where many are not told now, more are looked at in one commit; at 30 a second few are.
        place.wide = max(most, min(MOST_AT_ONCE, 4 * last)) if len(goes) < most else most
        return await self._batch(work, held, place, goes)

    def _last(self, looked: Sequence[UUID], decided: Sequence[Undecided], full: bool) -> int:
        """How many of those looked at are decided: up to the last one that goes where there is no room for more."""
        return looked.index(decided[-1].person) + 1 if full and decided else len(looked)

    def _decide(self, row: ReaderRow, held: Broadcast, now: datetime, goes: list[Delivery]) -> Undecided:
        language = row.chosen_language or language_of(row.language_code) or self._rules.language
        quiet = self._rules.quiet_of(row.timezone)
        reader = Reader(row.person, row.telegram_id, row.reachable, row.often, row.lately, language, quiet)
        match decide(reader, now, self._rules.per_week):
            case Later(at):
                return Undecided(row.person, DeliveryState.WAITING, due_at=at)
            case Skip(reason):
                return Undecided(row.person, DeliveryState.SKIPPED, reason=reason)
            case Go():
                goes.append(Delivery(held.id, row.person, row.telegram_id or 0, language))
                return Undecided(row.person, DeliveryState.GOING)

    async def _batch(self, work: Work, held: Broadcast, place: _Place, goes: Sequence[Delivery]) -> Batch:
        if place.page or place.due or not place.looked_through:
            return Batch(held, goes, more=True)
        if not held.looked_through:
            await work.broadcasts.set(held.id, looked_through=True)
        return Batch(held, goes, again_at=await work.broadcasts.next_due(held.id))

    async def _record(self, work: Work, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        await work.broadcasts.mark(outcomes)
        await self._not_told(work, outcomes)
        blocked = sorted({o.delivery.telegram_id for o in outcomes if o.state is DeliveryState.BLOCKED})
        if blocked:
            await work.people.unreachable(blocked, self._now())

    async def _not_told(self, work: Work, outcomes: Sequence[Outcome]) -> None:
        """What certainly did not arrive does not count for anybody's week."""
        by_broadcast: dict[UUID, list[UUID]] = {}
        for outcome in outcomes:
            if outcome.state not in (DeliveryState.SENT, DeliveryState.UNKNOWN):
                by_broadcast.setdefault(outcome.delivery.broadcast, []).append(outcome.delivery.person)
        for broadcast, persons in by_broadcast.items():
            await work.subscriptions.not_told(persons, broadcast)

    def _count(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            OUTCOMES.labels(outcome.state.value).inc()
            if outcome.state is DeliveryState.SENT:
                SENT.inc()
            elif outcome.state is DeliveryState.UNKNOWN:
                log.warning("broadcast_unknown", broadcast_id=str(outcome.delivery.broadcast), error=outcome.said)
