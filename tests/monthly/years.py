"""Two years of monthly giving, from one moment at which something is due to the next.

The leader's sweep, the settlement and the sender are the real ones; only the clock is moved.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select

from giving.errors import GivingError
from giving.notices import NoticeKind, Urgency
from giving.pledges import Instalment
from payments.provider import RailRefused
from storage.outbox import OutboxState
from storage.tables import instalments, outbox, pledges
from tests.monthly.acting import Acting, Player
from tests.monthly.script import ACTS_AT, BEGINS, PAYS_AT, PROJECTS, Act, local, zone_of
from tests.monthly.telegram import Told
from tests.monthly.town import Town

MOMENT: Final = timedelta(seconds=1)
SWEEP: Final = timedelta(minutes=1)  # till the leader's next turn
TABS_EVERY: Final = timedelta(hours=20)  # where there is a sweep anyway
TWO_LEADERS: Final = 5  # every so-many-th sweep is taken by two schedulers at once
STUCK: Final = 500  # sweeps in a row that bring nothing, though something is said to be due


class Years(Acting):
    """Everybody's script, played in the town."""

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        self.script = town.script
        self.news_queued: list[tuple[UUID, UUID, datetime]] = []  # for whom, which, when
        self.news_of: dict[UUID, str] = {}  # whose
        self.sweeps = 0
        self._told: Counter[tuple[str, UUID]] = Counter()
        self._diary: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self._count = 0
        self._tabs_at = self._leads = self._sends = town.now
        self._look: datetime | None = None  # of the leader, after something was booked
        self._idle = 0
        for player in self.players:
            for act in player.donor.acts:
                self._note(act.at, partial(self._act, player, act))
        for turn in town.script.turns:
            self._note(turn.at, partial(town.turn, turn))
        for nth in range(1, town.script.months):
            year, month = divmod(BEGINS.month - 1 + nth, 12)
            at = datetime(BEGINS.year + year, month + 1, 3, 5, tzinfo=UTC)
            self._note(at, partial(self._news, nth))
            if nth % 3 == 0:
                self._note(at + timedelta(days=11), partial(self._news, nth))

    def _note(self, at: datetime, what: Callable[[], Awaitable[None]]) -> None:
        self._count += 1
        heapq.heappush(self._diary, (at, self._count, what))

    # -- time --

    async def live(self) -> None:
        """From the first month to the last."""
        while (at := await self._next()) < self.script.until:
            self.town.world.time.now = max(at, self.town.now)
            await self._turn()
        self.town.world.time.now = self.script.until - MOMENT
        await self.calm_down()
        async with self.town.unit.read() as work:
            news = select(outbox.c.person_id, outbox.c.subject_id, outbox.c.due_at)
            rows = (await work.connection.execute(news.where(outbox.c.kind == NoticeKind.PROJECT_NEWS))).all()
        self.news_queued = [(row.person_id, row.subject_id, row.due_at) for row in rows]

    async def _next(self) -> datetime:
        """When something is due; whether that is a matter of the leader or of the sender is kept."""
        there = outbox.c.person_id.not_in(self._away())
        queued = select(func.min(outbox.c.due_at)).where(outbox.c.state == OutboxState.QUEUED, there)
        asked = select(
            select(func.min(pledges.c.due_at)).scalar_subquery(),
            select(func.min(instalments.c.step_at)).scalar_subquery(),
            *(queued.where(outbox.c.priority == int(each)).scalar_subquery() for each in Urgency),
        )
        async with self.town.unit.read() as work:
            looks, steps, *sends = (await work.connection.execute(asked)).one()
        end = self.script.until
        self._leads = min([at for at in (looks, steps, self._look) if at is not None], default=end)
        self._sends = min([at + MOMENT for at in sends if at is not None], default=end)
        posts = [at for at, _ in self.town.bank.post]
        diary = [self._diary[0][0]] if self._diary else []
        first, now = min([self._leads, self._sends, *posts, *diary]), self.town.now
        if first > now:
            self._idle = 0
            return first
        self._idle += 1
        if self._idle > STUCK:
            raise AssertionError(f"nothing goes on at {now}: {looks=} {steps=} {sends=}")
        return now + (MOMENT if self._idle < 3 else SWEEP if self._idle < 60 else timedelta(hours=1))

    def _away(self) -> list[UUID]:
        blocked = self.town.session.blocked
        return [player.person.id for player in self.players if player.person is not None and player.chat in blocked]

    async def _turn(self) -> None:
        acted = False
        while self._diary and self._diary[0][0] <= self.town.now:
            await heapq.heappop(self._diary)[2]()
            acted = True
        if acted or self._leads <= self.town.now:
            await self._sweep()
        if await self.town.settle():
            self._look = self.town.now + SWEEP
        if self._sends <= self.town.now:
            await self.town.outbox.sent_all()
            await self._read()

    async def _sweep(self) -> None:
        self.sweeps += 1
        self._look = None
        if self._tabs_at <= self.town.now:
            self._tabs_at = self.town.now + TABS_EVERY
            await self.town.charges.sweep()
        if self.sweeps % TWO_LEADERS:
            await self.town.steps.sweep()
        else:
            await asyncio.gather(self.town.steps.sweep(), self.town.others.sweep())
            self.seen.acts["two schedulers"] += 1

    async def calm_down(self) -> None:
        """What is on its way arrives; nothing is begun any more."""
        await self.town.settle(late=True)
        await self.town.steps.sweep()

    # -- what donors read, and do about it --

    async def _read(self) -> None:
        told, self.town.session.fresh = self.town.session.fresh, []
        paying = [one for one in told if one.kind in (NoticeKind.PLEDGE_ASKED, NoticeKind.PLEDGE_DECLINED)]
        paused = [one for one in told if one.kind is NoticeKind.PLEDGE_PAUSED]
        about = await self._instalments({subject for one in [*paying, *paused] for subject in one.subjects})
        for one in told:
            player = self.by_chat.get(one.chat)
            if player is None or player.person is None or player.person.id != one.person:
                continue
            if one.kind is NoticeKind.TAB_ASKED:
                self._later(player, one, 0, partial(self._settle_tab, player))
            for subject in one.subjects:
                if one.kind is NoticeKind.PLEDGE_WAITING:
                    self.seen.acts[f"waits {self._why(player, subject)}"] += 1
                    self._answer(player, one, subject, self.script.goes_on)
                elif one.kind is NoticeKind.PLEDGE_PAUSED:
                    self._answer(player, one, about[subject].pledge, self.script.takes_up)
                elif subject in about:
                    self._will_pay(player, one, about[subject])

    def _why(self, player: Player, pledge: UUID) -> str:
        """What in the operator's diary keeps it waiting."""
        goal = player.goals[self.whose[pledge][1]]
        happened = [turn for turn in self.script.turns if turn.at <= self.town.now]
        for turn in reversed(happened):
            if turn.name in goal.projects or turn.name in goal.organisations:
                return turn.what
        return "nothing"

    async def _instalments(self, ids: set[UUID]) -> dict[UUID, Instalment]:
        if not ids:
            return {}
        async with self.town.unit.read() as work:
            return await work.instalments.by_ids(ids)

    def _will_pay(self, player: Player, told: Told, instalment: Instalment) -> None:
        number, month, me = self.whose[instalment.pledge][1], str(instalment.month), player.donor.number
        if told.kind is NoticeKind.PLEDGE_ASKED:
            days = self.script.pays_after(me, number, month)
        else:
            days = self.script.pays_declined(me, number, month, instalment.tries)
        if days is not None:
            self._later(player, told, days, partial(self._pay, player, number))
        kind = "asked" if told.kind is NoticeKind.PLEDGE_ASKED else "declined"
        changed = self.script.changes(kind, me, number, month, instalment.tries)
        if changed is not None:
            day = told.at.astimezone(zone_of(player.zone)).date() + timedelta(days=1)
            at = local(day, ACTS_AT, player.zone)
            self._note(at, partial(self._act, player, Act(at, changed[0], number, changed[1])))

    def _later(self, player: Player, told: Told, days: int, what: Callable[[], Awaitable[None]]) -> None:
        day = told.at.astimezone(zone_of(player.zone)).date() + timedelta(days=days)
        self._note(local(day, PAYS_AT, player.zone), what)

    def _answer(self, player: Player, told: Told, pledge: UUID, decides: Callable[..., Any]) -> None:
        number, kind = self.whose[pledge][1], str(told.kind)
        self._told[kind, pledge] += 1
        decided = decides(player.donor.number, number, self._told[kind, pledge])
        if decided is None:
            return
        days, what, value = decided
        day = told.at.astimezone(zone_of(player.zone)).date() + timedelta(days=days)
        at = local(day, ACTS_AT, player.zone)
        self._note(at, partial(self._act, player, Act(at, what, number, value)))
        if what == "card":
            self._note(at, partial(self._act, player, Act(at, "resume", number)))

    async def _pay(self, player: Player, number: int) -> None:
        """They press "pay" below a message."""
        if player.person is None:  # they left since
            return
        try:
            page = await self.town.steps.pages.page(player.pledges[number], player.person)
            assert page.instalment.payment is not None
            self.town.bank.pay(page.instalment.payment)
        except (GivingError, RailRefused) as refusal:
            self.seen.acts[f"pay: {type(refusal).__name__}"] += 1
        else:
            self.seen.acts["pay"] += 1

    async def _settle_tab(self, player: Player) -> None:
        if player.person is None:
            return
        for card in (await self.town.tabs.view(player.person)).cards:
            try:
                await self.town.charges.settle(card.tab.id, player.person)
                async with self.town.unit.read() as work:
                    open_ = await work.tabs.open_charges(donor=player.person.id)
                for row in open_:
                    if row.charge.tab == card.tab.id and row.payment in self.town.bank.pages:
                        self.town.bank.pay(row.payment)
            except (GivingError, RailRefused) as refusal:
                self.seen.acts[f"settle: {type(refusal).__name__}"] += 1
            else:
                self.seen.acts["settle"] += 1
        self._tabs_at = self.town.now

    # -- what they do of themselves --

    async def _news(self, nth: int) -> None:
        for name in sorted(PROJECTS):
            news, readers = await self.town.tell_news(name, nth)
            self.news_of[news] = name
            self.seen.acts["news kept for the page"] += not readers
