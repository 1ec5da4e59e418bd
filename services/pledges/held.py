"""A pledge that its donor changes: held, written, and what is under way of it brought into line."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Counter

from giving.errors import NotYours, PledgeOver, TipNotOpen
from giving.money import Money
from giving.payments import Payment
from giving.people import Person
from giving.pledges import (
    Instalment,
    InstalmentState,
    Month,
    Payable,
    Pledge,
    PledgeState,
    Way,
    altered,
    goes_on,
    look_at,
)
from giving.tabs import ChargeState
from giving.tips import Limits, TipState
from services.clock import Clock, utc_now
from services.pledges.goals import goals_of, goes_to
from services.pledges.view import PledgeCard, PledgeViews
from services.rails import Rails
from services.tabs.beginning import close_pages
from services.tabs.service import TabService
from services.wake import Wakes
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
CHANGED: Final = Counter("pledges_changed_total", "What donors did with their monthly pledges", ["what"])


@dataclass(slots=True)
class Change:
    """A pledge that is held, as it was and as it is to be; what the commit leaves to be closed at the rails.

    `busy`: whose instalments a rail has in hand, by themselves or with the tab they stand on.
    """

    work: Work
    was: Pledge
    zone: ZoneInfo
    begun: Month | None
    open: Sequence[Instalment]
    busy: frozenset[Month]
    now: Pledge
    pages: list[Payment] = field(default_factory=list)
    gave_up: bool = False

    @property
    def after(self) -> Month:
        """The month before the one that is under way, or is to come."""
        waiting = [one.month for one in self.open if one.month not in self.busy]
        return min(waiting).plus(-1) if waiting else self.begun or self.was.first.plus(-1)


class Held:
    """Each under the lock of its pledge; who asks for what is so already changes nothing."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, views: PledgeViews, tabs: TabService, *, limits: Limits, wakes: Wakes,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`limits` of each instalment; what stands on `tabs` is taken off them."""
        self._tabs = tabs
        self._unit, self._rails, self._views, self._wakes = unit, rails, views, wakes
        self._limits, self._now = limits, now

    @contextlib.asynccontextmanager
    async def _changing(self, pledge: UUID, person: Person, what: str) -> AsyncIterator[Change]:
        """Hold it, then write what was made of it. Raises: NotYours, PledgeOver."""
        async with self._unit() as work:
            await self._hold_tabs(work, pledge, person)
            held = await work.pledges.lock(pledge)
            if held is None or held.donor != person.id:
                raise NotYours
            if not held.open:
                raise PledgeOver
            begun = (await work.pledges.begun([pledge])).get(pledge)
            open_ = (await work.instalments.open_of([pledge])).get(pledge, [])
            zone = await self._views.zone_of(work, person.id)
            change = Change(work, held, zone, begun, open_, await _busy(work, held, open_), held)
            yield change
            if held.way is Way.STARS and (change.gave_up or not goes_on(held, change.now)):
                # Telegram can't leave a month out, nor take another amount: its donor is led to another subscription.
                await work.star_subscriptions.end_of([pledge], self._now())
                change.now = replace(change.now, renews_at=None)
            if change.now != held:
                await work.pledges.save(change.now, due_at=look_at(change.now, begun, zone))
            if held.state is not PledgeState.ACTIVE and change.now.state is PledgeState.ACTIVE:
                await work.instalments.look_now(pledge, self._now())  # what could not be told meanwhile is told now
        if change.now != held or change.pages:
            CHANGED.labels(what).inc()
            log.info("pledge_changed", pledge_id=str(pledge), what=what, state=change.now.state)
            self._wakes.pledges.set()
        await close_pages(self._rails, change.pages)

    async def _card(self, work: Work, person: Person, pledge: Pledge) -> PledgeCard:
        return (await self._views.cards(work, person, [pledge]))[0]

    async def _read(self, pledge: UUID, person: Person) -> PledgeCard:
        """As it is after the commit."""
        async with self._unit.read() as work:
            return await self._card(work, person, (await work.pledges.by_ids([pledge]))[pledge])

    async def _ways(
        self, change: Change, amount: Money, person: Person, every: int | None = None
    ) -> list[Payable]:  # fmt: skip
        goal = (await goals_of(change.work, [change.was]))[change.was.id]
        return await self._views.ways(change.work, goal, amount, person, every or change.was.every)

    async def _hold_tabs(self, work: Work, pledge: UUID, person: Person) -> None:
        """Those its months stand on, which are held before any pledge: nothing of them is charged meanwhile."""
        open_ = (await work.instalments.open_of([pledge])).get(pledge, [])
        on_tab = [one.tip for one in open_ if one.tip is not None and one.state is InstalmentState.ON_TAB]
        if on_tab and open_[0].donor == person.id:
            for tab in sorted(set((await work.tabs.tabs_of(on_tab)).values())):
                await work.tabs.lock(tab)

    async def _give_up(self, change: Change, person: Person, month: Month | None = None) -> None:
        """Nothing of it (or of this month) is asked for any more, but for what a rail has in hand."""
        change.gave_up = True
        await change.work.instalments.lock_many({one.id for one in change.open})
        for one in change.open:
            if one.tip is None or one.state is not InstalmentState.ON_TAB or one.month in change.busy:
                continue
            if month is None or one.month == month:
                with contextlib.suppress(TipNotOpen):  # taken off a moment ago
                    _, closed = await self._tabs.off(change.work, one.tip, person)
                    change.pages += closed
        await change.work.instalments.skip_open(change.was.id, self._now(), month, but=change.busy)

    async def _alter(self, change: Change) -> set[Month]:
        """The instalments under way, as the pledge is now; the months of those that are."""
        if not change.open or change.now == change.was:
            return set()
        goal = (await goals_of(change.work, [change.now]))[change.now.id]
        to, alike = await goes_to(change.work, goal), set[Month]()
        for one in change.open:
            held = await change.work.instalments.lock(one.id)
            if held is None or held.state is not one.state or one.month in change.busy:
                continue  # a step was taken since, or it is paid and does not say so yet
            named = {project.id for project in goal.among}
            where = to.id if to is not None and one.project not in named else one.project
            new = altered(held, change.now, where, self._now(), change.zone)
            if new is held:
                alike |= {one.month} if held.every == change.now.every else set()
                continue
            if held.tip is not None and new.tip is None and not await self._free(change, held):
                continue
            at = new.due_at if new.state is InstalmentState.RETRY else self._now()
            await change.work.instalments.move(new, held.state, at)
            alike.add(one.month)
        return alike

    async def _free(self, change: Change, one: Instalment) -> bool:
        """Cancel the tip that was asked for; False where it is paid by now."""
        page = await change.work.payments.by_id(one.payment) if one.payment is not None else None
        tip = await change.work.tips.lock(one.tip) if one.tip is not None else None
        if tip is not None:
            if tip.state is not TipState.ON_TAB:
                return False
            await change.work.tips.update(replace(tip, state=TipState.CANCELLED, cancelled_at=self._now()))
        if page is not None:
            change.pages.append(page)
        return True


async def _busy(work: Work, pledge: Pledge, open_: Sequence[Instalment]) -> frozenset[Month]:
    """The months that a rail has in hand; of a pledge that is held, with the tabs that they stand on."""
    at_rail = {one.month for one in open_ if one.state is InstalmentState.CHARGING}
    gifts = await work.tips.by_ids([one.tip for one in open_ if one.tip is not None])
    paying = set[UUID]()
    if any(one.state is InstalmentState.ON_TAB for one in open_):
        charges = await work.tabs.open_charges(donor=pledge.donor)
        paying = {row.payment for row in charges if row.charge.state is ChargeState.CHARGING}
    for one in open_:
        gift = gifts.get(one.tip) if one.tip is not None else None
        if gift is not None and (gift.paid_at is not None or gift.payment in paying):  # paid, and not noted yet
            at_rail.add(one.month)
    return frozenset(at_rail)
