"""Broadcasts as admins handle them in chat: above a size two of them have to agree, and each sees how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from giving.alerts import Alert, AlertKind
from giving.broadcasts import Broadcast, BroadcastState, must_be_as_many
from giving.errors import (
    BroadcastChanged,
    NobodyAsked,
    NotAllowed,
    PaidRateOff,
    PriceNotConfirmed,
    SecondIsYou,
    SecondNeeded,
)
from giving.people import Person
from giving.permissions import Permission
from services.alerts import AlertService
from services.broadcasts.edits import BroadcastEdits, waiting
from services.broadcasts.figures import Preview, Progress, Report
from services.broadcasts.seconds import ask_others
from services.broadcasts.service import BroadcastService
from services.clock import Clock, utc_now
from services.leadership import Write
from services.people import PeopleService
from services.wake import Wakes
from storage.audit import AuditRecord
from storage.broadcast_desk import BroadcastAsk, ProgressCard
from storage.work import UnitOfWork, Work
from texts import zones

log = structlog.get_logger()
_OVER = frozenset({BroadcastState.DONE, BroadcastState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Look:
    """A draft as an admin looks at it; `second`: another one has to agree. `asker`: who waits for that already.

    `mine`: that is who looks at it.
    """

    preview: Preview
    second: bool
    asker: Person | None = None
    ask: BroadcastAsk | None = None
    mine: bool = False

    @property
    def broadcast(self) -> Broadcast:
        """The draft."""
        return self.preview.broadcast


class BroadcastDesk:
    """What one admin alone may do, goes through BroadcastService; this adds the second one, and who watches."""

    def __init__(
        self, unit: UnitOfWork, broadcasts: BroadcastService, people: PeopleService, *, wakes: Wakes,
        confirm_over: int = 1000, zone: str = "Asia/Shanghai", alerts: AlertService | None = None,
        write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`confirm_over`: how many people one admin may write to alone. `zone`: the operator's clock.

        `alerts` tells every admin of what the operator sends alone.

        `write` opens the units of work of whoever edits the messages that show how far one is: the leader's.
        """
        self._unit, self.broadcasts, self._people, self._wakes = unit, broadcasts, people, wakes
        self.confirm_over, self._zone, self._now = confirm_over, zone, now
        self._write, self._alerts = write or unit, alerts
        self.edits = BroadcastEdits(unit, broadcasts, people, wakes=wakes, confirm_over=confirm_over, now=now)

    async def look(self, broadcast: UUID, by: Person) -> Look:
        """A draft with what it would do now. Raises: NotAllowed, BroadcastUnknown."""
        preview = await self.broadcasts.preview(broadcast, by)
        async with self._unit.read() as work:
            ask = await work.broadcast_desk.asked(broadcast)
            if ask is not None and ask.version != preview.broadcast.version:
                ask = None
            asker = (await work.people.by_ids([ask.person])).get(ask.person) if ask is not None else None
        mine = ask is not None and ask.person == by.id
        return Look(preview, preview.audience > self.confirm_over, asker, ask, mine)

    async def start(
        self, broadcast: UUID, version: int, by: Person, *, paid: bool = False, stars: int = 0,
        people: int | None = None,
    ) -> Broadcast:  # fmt: skip
        """Let it go. Raises: SecondNeeded (more people than one admin may write to), as BroadcastService.start."""
        preview = await self.broadcasts.preview(broadcast, by)
        if preview.audience > self.confirm_over:
            raise SecondNeeded(people=preview.audience, limit=self.confirm_over)
        return await self.broadcasts.start(broadcast, version, by, paid=paid, stars=stars, people=people)

    async def start_at_the_shell(
        self, broadcast: UUID, version: int, *, account: str, people: int, typed: bool = False, paid: bool = False,
        stars: int = 0,
    ) -> Broadcast:  # fmt: skip
        """Let it go from the command line; above the limit by one who `typed` how many it reaches.

        `people`: how many they were when it was shown.

        Whoever is at the shell could write into the database too: nothing here can keep them from it, and a second
        person can't be seen there. So they are asked for what can't be done by mistake, it is kept under their
        `account` of the machine, and every admin is told at once.

        Raises: SecondNeeded (it was not typed, or it is more people than were), as BroadcastService.start.
        """
        preview = await self.broadcasts.preview(broadcast, None)
        alone = preview.audience > self.confirm_over
        if alone and (not typed or preview.audience > people):
            raise SecondNeeded(people=preview.audience, limit=self.confirm_over)

        async def noted(work: Work, started: Broadcast) -> None:
            after = {"audience": started.audience, "limit": self.confirm_over, "account": account}
            record = AuditRecord(None, "cli", "broadcast.sent_alone", "broadcast", str(broadcast), None, after)
            await work.audit.add(record, now=self._now())
            if self._alerts is not None:
                alert = Alert(AlertKind.BROADCAST_ALONE, {"people": started.audience, "account": account[:100]})
                await self._alerts.queue(work, alert, once=f"broadcast-alone:{broadcast}")

        started = await self.broadcasts.start(
            broadcast, version, None, paid=paid, stars=stars, people=people, beside=noted if alone else None
        )
        if alone:
            log.warning("broadcast_sent_alone", broadcast_id=str(broadcast), audience=started.audience, account=account)
        return started

    async def ask(
        self, broadcast: UUID, version: int, by: Person, *, paid: bool = False, stars: int = 0,
        people: int | None = None,
    ) -> int:  # fmt: skip
        """Ask the other admins to let it go as it was shown; how many were asked.

        Raises: NotAllowed, BroadcastUnknown, BroadcastChanged, AudienceGrown, NobodyElse (there is no other admin).
        """
        found = await self.broadcasts.one(broadcast, by)
        if found.version != version or found.state is not BroadcastState.DRAFT:
            raise BroadcastChanged
        must_be_as_many(people, await self.broadcasts.count(found.kind, found.segment))
        async with self._unit() as work:
            now = self._now()
            asked = await ask_others(work, self._people, by, broadcast, f"{broadcast}:{version}", now)
            await work.broadcast_desk.ask(BroadcastAsk(broadcast, by.id, version, paid, stars, now))
            after = {"version": version, "paid": paid}
            record = AuditRecord(by.id, "chat", "broadcast.asked", "broadcast", str(broadcast), None, after)
            await work.audit.add(record, now=now)
        self._wakes.outbox.set()
        log.info("broadcast_asked", broadcast_id=str(broadcast), asked=asked)
        return asked

    async def confirm(
        self, broadcast: UUID, version: int, by: Person, *, stars: int = -1, people: int | None = None
    ) -> Broadcast:
        """The second admin's word: it goes, as the first one saw it; where it can't any more, it has to be asked anew.

        `stars`: what stood beside their button: -1 the free rate, else at most so many at the paid one. `people`: how
        many they were shown.

        Raises: NobodyAsked (or who asked may not start it any more), SecondIsYou, BroadcastChanged, as
        BroadcastService.start.
        """
        look = await self.look(broadcast, by)
        if look.broadcast.version != version:
            raise BroadcastChanged
        if look.ask is None:
            raise NobodyAsked
        if look.mine:
            raise SecondIsYou
        if stars != look.ask.offered:  # asked anew since, at another price: the version does not grow by that
            raise BroadcastChanged
        try:
            if look.asker is None:
                raise NobodyAsked
            await self._people.must(look.asker, Permission.BROADCAST)
            started = await self.broadcasts.start(
                broadcast, version, by, paid=look.ask.paid, stars=look.ask.stars, people=people
            )
        except (PriceNotConfirmed, PaidRateOff, NobodyAsked):
            await self._answered(broadcast)
            raise
        except NotAllowed:
            await self._answered(broadcast)
            raise NobodyAsked from None
        await self._answered(broadcast)
        return started

    async def _answered(self, broadcast: UUID) -> None:
        async with self._unit() as work:
            await work.broadcast_desk.answered(broadcast)

    async def countries(self) -> list[str]:
        """Of the clocks that somebody chose, and the operator's own."""
        async with self._unit.read() as work:
            chosen = await work.subscriptions.timezones()
        found = {zones.country_of(zone or self._zone) for zone in [*chosen, None]}
        return sorted(code for code in found if code is not None)

    # -- who watches --

    async def show(self, broadcast: UUID, person: Person, message_id: int) -> None:
        """This message shows them how far it is, until it is over."""
        async with self._unit() as work:
            await work.broadcast_desk.show(broadcast, person.id, message_id)
        self._wakes.broadcasts.set()

    async def cards(self) -> Sequence[ProgressCard]:
        """The messages that show one."""
        async with self._unit.read() as work:
            return await work.broadcast_desk.cards()

    async def progress(self, broadcast: UUID) -> tuple[Progress, Report | None]:
        """How far it is, for whoever was shown it; what came of it, once it is over."""
        progress = await self.broadcasts.progress(broadcast, None)
        async with self._unit.read() as work:
            rewritten = await waiting(work, progress.broadcast) is not None
        progress = replace(progress, rewritten=rewritten)
        over = progress.broadcast.state in _OVER
        return progress, await self.broadcasts.report(broadcast, None) if over else None

    async def over(self, card: ProgressCard) -> None:
        """That message is not changed any more. Raises: NotLeading."""
        async with self._write() as work:
            await work.broadcast_desk.over(card)


@dataclass(frozen=True, slots=True)
class Asked:
    """A draft that waits for a second admin's word, and who asked (None: they have left).

    `rewritten`: it was started long ago, and it is about other words for it.
    """

    broadcast: Broadcast
    asker: Person | None
    rewritten: bool = False


async def asked(work: Work, broadcast: UUID) -> Asked | None:
    """What a second admin is asked about, for the sender; None if it is no longer so."""
    found, ask = await work.broadcasts.by_id(broadcast), await work.broadcast_desk.asked(broadcast)
    if found is not None and (edit := await waiting(work, found)) is not None and edit.asked_at is not None:
        return Asked(found, (await work.people.by_ids([edit.person])).get(edit.person), rewritten=True)
    if found is None or ask is None or found.state is not BroadcastState.DRAFT or found.version != ask.version:
        return None
    return Asked(found, (await work.people.by_ids([ask.person])).get(ask.person))
