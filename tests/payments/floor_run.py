"""A recorded run on a rail with a floor: what it carries is paid at once, the rest goes on tabs, which are settled."""

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import aiohttp

from giving.errors import UndoOver
from giving.payments import Payment
from giving.people import Person
from giving.rails import How
from giving.reconcile_times import Window
from giving.tabs import Terms
from giving.tips import Limits, Tip, TipState
from payments.provider import Rail
from services.alerts import AlertService
from services.clock import Clock
from services.links import Links
from services.payments import PaymentService
from services.rails import Rails
from services.reconcile import ReconcileService
from services.refunds import RefundService
from services.settlement import Settler
from services.sweep import PaymentSweep
from services.tabs import TabCharges, TabService
from services.tips import TipService
from tests.payments.recorded import SEED, Figures, Gift, Notes, in_batches
from tests.world import SHANGHAI, World, at_once, cny


class FloorRun(ABC):
    """Services of ours on one rail, its provider's time, and notes of what people did. `hook` is our door."""

    def __init__(self, world: World, rail: Rail, http: aiohttp.ClientSession, now: Clock) -> None:
        self.world, self.rail, self.http, self.now, self.hook = world, rail, http, now, ""
        self.dice, self.figures, self.notes = random.Random(SEED), Figures(), Notes()
        self.people: dict[UUID, Person] = {}
        self.given: list[Tip] = []
        self.paid: set[UUID] = set()
        self.began = now()
        rails, unit, wakes = Rails([rail]), world.unit, world.wakes
        self.alerts = AlertService(owners=[1003], wakes=wakes, now=now)
        settler = Settler(unit, rails, wakes=wakes, digest_every=timedelta(minutes=10), alerts=self.alerts, now=now)
        self.payments = PaymentService(unit, rails.values(), settler)
        self.sweep = PaymentSweep(unit, rails, self.payments, alerts=self.alerts, now=now, sleep=at_once)
        self.tabs = TabService(unit, rails, wakes=wakes, zone=SHANGHAI, terms=Terms(cny("30"), cny("100")), now=now)
        self.tips = TipService(
            unit, rails, Links("http://127.0.0.1:8081", "yizan_bot"), limits=Limits(cny("1"), cny("500")),
            presets=(cny("1"),), language="zh-CN", tabs=self.tabs, now=now,
        )  # fmt: skip
        self.charges = TabCharges(unit, rails, self.tabs, self.tips.pay, wakes=wakes, now=now)
        self.refunds = RefundService(unit, rails, self.tips, alerts=self.alerts, payments=self.payments, now=now)
        self.reconcile = ReconcileService(unit, rails, self.alerts, zone=SHANGHAI, payments=self.payments, now=now)

    # -- what differs by rail --

    @abstractmethod
    def later(self, by: timedelta) -> None:
        """Time passes, with the provider and with us."""

    @abstractmethod
    async def pay(self, pages: Sequence[Payment]) -> None:
        """People pay on these pages; the provider's news are kept back until `hear`."""

    @abstractmethod
    async def hear(self) -> None:
        """What the provider tells comes to our door shuffled, some of it twice; what it leaves out is looked up."""

    # -- giving --

    async def give(self, gifts: Sequence[Gift]) -> None:
        """These are given: at once where the rail carries the sum, else promised; whoever has a page pays."""
        tips = await in_batches(self.tips.offer(gift.wish) for gift in gifts)
        donors = [gift.donor for gift in gifts]
        self.people |= {donor.id: donor for donor in donors}
        self.given += tips
        cards = await in_batches(self.tips.card(tip.id, who) for tip, who in zip(tips, donors, strict=True))
        how = [card.ways[0].how for card in cards]
        small = [(tip.id, who) for tip, who, way in zip(tips, donors, how, strict=True) if way is How.TAB]
        large = [(tip.id, who) for tip, who, way in zip(tips, donors, how, strict=True) if way is How.NOW]
        await in_batches(self.tabs.promise(*each) for each in small)
        await in_batches(self.tips.payment_link(*each) for each in large)
        self.figures.on_tabs += len(small)
        at_once = {tip_id for tip_id, _ in large}
        await self._pay([tip.payment for tip in tips if tip.id in at_once and tip.payment is not None])
        await self.hear()

    async def settle_tabs(self) -> None:
        """Whoever is asked to pay their tab does."""
        while await self.charges.sweep():
            asked = await self._asked()
            await in_batches(
                self.charges.settle(row.charge.tab, self.people[row.donor]) for row in asked
            )  # fmt: skip
            pages = [row.payment for row in await self._asked()]
            self.figures.tab_charges += len(pages)
            await self._pay(pages)
            await self.hear()

    async def _asked(self) -> list[Any]:
        async with self.world.unit.read() as work:
            return [row for row in await work.tabs.open_charges() if row.payment not in self.paid]

    async def _pay(self, ids: Sequence[UUID]) -> None:
        async with self.world.unit.read() as work:
            pages = await work.payments.by_ids(ids)
        self.paid |= {*ids}
        await self.pay([pages[id_] for id_ in ids])

    async def give_all(self, gifts: Sequence[Gift], *, rounds: int = 5) -> list[Tip]:
        """All of them, hours apart, with tabs that fill on the way; then the month's end. What was paid."""
        size = len(gifts) // rounds
        for first in range(0, len(gifts), size):
            await self.give(gifts[first : first + size])
            await self.settle_tabs()
            self.later(timedelta(hours=1))
        self.later(timedelta(days=40))
        await self.settle_tabs()
        fresh = await self.fresh()
        paid = [tip for tip in fresh if tip.state is TipState.PAID]
        self.notes.given(paid)
        self.figures.tips = len(self.given)
        await self._only_small_change_is_left([tip for tip in fresh if tip.state is not TipState.PAID])
        return paid

    async def _only_small_change_is_left(self, left: Sequence[Tip]) -> None:
        """Below the floor a tab is carried on, month after month."""
        least = self.rail.capabilities.least("CNY")
        assert least is not None
        assert {tip.state for tip in left} <= {TipState.ON_TAB}
        for donor in {tip.donor for tip in left}:
            assert sum(tip.amount.minor for tip in left if tip.donor == donor) < least.minor
        self.figures.left = len(left)

    # -- giving back --

    async def give_back(self, tips: Sequence[Tip]) -> None:
        """Each donor wants theirs back: within half an hour it goes by itself, later somebody decides."""
        for tip in tips:
            try:
                await self.refunds.take_back(tip.id, self.people[tip.donor])
            except UndoOver:
                await self.refunds.wish(tip.id, self.people[tip.donor])
            self.notes.back(tip, tip.amount.minor)
        for wish in await self.refunds.wishes(limit=len(tips)):
            assert await self.refunds.decide(wish.id, self.world.creator, yes=True, reason="记错了")
        self.figures.refunds += len(tips)

    # -- looking --

    async def fresh(self) -> list[Tip]:
        """All tips as the database has them."""
        async with self.world.unit.read() as work:
            found = await work.tips.by_ids([tip.id for tip in self.given])
        return [found[tip.id] for tip in self.given]

    def alone(self, tips: Sequence[Tip]) -> list[Tip]:
        """Those that are all their payment paid."""
        shared = [tip.payment for tip in tips]
        return [tip for tip in tips if shared.count(tip.payment) == 1]

    @property
    def window(self) -> Window:
        """From before the first gift to after the last."""
        return Window(self.began - timedelta(days=1), self.now() + timedelta(hours=1))
