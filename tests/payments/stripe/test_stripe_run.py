"""A recorded run on our Stripe: tips of many people, at once or by their tabs, refunds, disputes, events told badly.

In the end the project's credit is what was paid less what went back, to the fen; the fees are the operator's; and
`reconcile` finds nothing, but one record that was spoiled.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from giving.accounts import exchange, fees, operator_payable, organisation_received, project_credited
from giving.money import Money
from giving.people import Person, Visitor
from giving.rails import How
from giving.reconcile_times import Window
from giving.tabs import Terms
from giving.tips import Limits, OfferRequest, Tip, TipState
from payments.stripe_rail import StripeRail
from services.alerts import AlertService
from services.links import Links
from services.payments import PaymentService
from services.rails import Rails
from services.reconcile import ReconcileService
from services.refunds import RefundService
from services.settlement import Settler
from services.sweep import PaymentSweep
from services.tabs import TabCharges, TabService
from services.tips import TipService
from storage.methods import RailAccount
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.stage import On
from tests.world import SHANGHAI, World, at_once, cny

TIPS: Final = 120
DONORS: Final = 12


@dataclass
class Run:
    """Services of ours on our Stripe, at our Stripe's time."""

    world: World
    our: OurStripe
    rail: StripeRail
    dice: random.Random
    people: list[Person] = field(default_factory=list)
    given: list[Tip] = field(default_factory=list)
    intents: dict[UUID, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rails, world, now = Rails([self.rail]), self.world, self.now
        links, wakes = Links("http://127.0.0.1:8081", "yizan_bot"), world.wakes
        self.alerts = AlertService(owners=[1003], wakes=wakes, now=now)
        settler = Settler(
            world.unit, rails, wakes=wakes, digest_every=timedelta(minutes=10), alerts=self.alerts, now=now
        )
        self.payments = PaymentService(world.unit, rails.values(), settler)
        self.sweep = PaymentSweep(world.unit, rails, self.payments, alerts=self.alerts, now=now, sleep=at_once)
        terms = Terms(cny("30"), cny("1000"))
        self.tabs = TabService(world.unit, rails, wakes=wakes, zone=SHANGHAI, terms=terms, now=now)
        self.tips = TipService(
            world.unit, rails, links, limits=Limits(cny("1"), cny("500")), presets=(cny("1"),), language="zh-CN",
            tabs=self.tabs, now=now,
        )  # fmt: skip
        self.charges = TabCharges(world.unit, rails, self.tabs, self.tips.pay, wakes=wakes, now=now)
        self.refunds = RefundService(world.unit, rails, self.tips, alerts=self.alerts, now=now)
        self.reconcile = ReconcileService(world.unit, rails, self.alerts, zone=SHANGHAI, now=now)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.our.books.clock, UTC)

    async def hear(self) -> None:
        """What Stripe tells comes shuffled, some of it twice, and what is left out is looked up."""
        told = self.our.take_told()
        again = [event for event in told if self.dice.random() < 0.05]
        for event in self.dice.sample([*told, *again], len(told) + len(again)):
            body, headers = self.our.delivered(event)
            await self.payments.receive("stripe", body, headers)
        await self.payments.settle_pending()
        await self.sweep.sweep()
        await self.payments.settle_pending()

    async def give(self, person: Person, amount: Money, number: int) -> None:
        request = OfferRequest(f"q{number}", person.id, amount, post=self.world.post.id, rail="stripe")
        tip = await self.tips.offer(request)
        self.given.append(tip)
        (way,) = (await self.tips.card(tip.id, person)).ways
        if way.how is How.TAB:
            await self.tabs.promise(tip.id, person)
            return
        await self.tips.payment_link(tip.id, person)
        await self.pay(tip.payment)

    async def pay(self, payment: UUID | None) -> None:
        """Somebody pays on Stripe's page."""
        assert payment is not None
        async with self.world.unit.read() as work:
            found = await work.payments.by_id(payment)
        assert found is not None
        assert found.their_id is not None
        self.intents[payment] = self.our.books.pay(found.their_id)

    async def settle_tabs(self) -> None:
        """Whoever is asked to pay their tab does."""
        while await self.charges.sweep():
            async with self.world.unit.read() as work:
                asked = await work.tabs.open_charges()
            for row in asked:
                if row.payment in self.intents:
                    continue
                person = next(one for one in self.people if one.id == row.donor)
                await self.charges.settle(row.charge.tab, person)
            async with self.world.unit.read() as work:
                asked = await work.tabs.open_charges()
            for row in asked:
                if row.payment not in self.intents:
                    await self.pay(row.payment)
            await self.hear()

    async def fresh(self) -> list[Tip]:
        async with self.world.unit.read() as work:
            found = await work.tips.by_ids([tip.id for tip in self.given])
        return list(found.values())


@pytest.fixture
async def run(world: World, our: OurStripe, on: On) -> Run:
    made = Run(world, our, on(), random.Random(20261122))
    organisation, account = world.library.organisation.id, await made.rail.open_account("Sunshine", "US", key="a")
    async with world.unit() as work:
        await work.accounts.keep(RailAccount(organisation, "stripe", account.their_id, ready=True), now=made.now())
    for number in range(DONORS):
        made.people.append(await world.people.meet(Visitor(8000 + number, f"P{number}", None, "en"), started=True))
    return made


async def test_many_tips_at_once_and_by_tabs_end_in_books_that_agree(run: Run):
    dice, world = run.dice, run.world
    for number in range(TIPS):
        # To the fen: the same amount again, before the first is heard of, would be the same gift.
        amount = dice.choice((100, 100, 100, 200, 500, 1000, 3000, 4800)) + number
        await run.give(dice.choice(run.people), Money(amount, "CNY"), number)
        if number % 20 == 19:
            await run.hear()
            await run.settle_tabs()
    await run.hear()
    run.our.books.clock += 40 * 86_400  # the month's end
    await run.settle_tabs()
    paid = [tip for tip in await run.fresh() if tip.state is TipState.PAID]
    assert len(paid) >= TIPS * 0.9, "what is left is below what a card carries"
    assert len({tip.entry_key for tip in paid}) < len(paid), "tabs were paid by one charge each"

    for tip in dice.sample(paid, 4):
        assert tip.payment is not None
        run.our.books.refund(run.intents[tip.payment], tip.amount.minor)
    await run.hear()
    whole = [tip for tip in await run.fresh() if tip.state is TipState.PAID and not tip.refunded_minor]
    alone = [tip for tip in whole if sum(other.payment == tip.payment for other in run.given) == 1]
    won, lost = dice.sample([tip for tip in alone if tip.payment in run.intents], 2)
    for tip, wins in ((won, True), (lost, False)):
        assert tip.payment is not None
        dispute = run.our.books.dispute(run.intents[tip.payment])
        await run.hear()
        run.our.books.dispute_ends(dispute, won=wins)
        await run.hear()

    tips = await run.fresh()
    kept = sum(tip.kept.minor for tip in tips if tip.state is TipState.PAID)
    assert (await world.balance(project_credited(world.library.id))).minor == -kept
    assert {tip.state for tip in tips if tip.id == lost.id} == {TipState.REFUNDED}
    assert {tip.state for tip in tips if tip.id == won.id} == {TipState.PAID}
    clock = run.now()
    window = Window(clock - timedelta(days=60), clock + timedelta(hours=1))
    async for record in run.rail.records(window.since, window.until):
        if (body := run.rail.fee_event(record)) is not None:
            await run.payments.found("stripe", body)
    report = await run.reconcile.run("stripe", window)
    assert report.differences == (), report.differences[:5]

    async with world.unit.read() as work:
        balances = {(name, money.currency): money.minor for name, money in await work.ledger.balances()}
    billed = balances[fees("stripe"), "USD"]
    assert billed > 0
    assert balances[operator_payable("stripe"), "USD"] == -billed, "the operator bears it, whoever holds the money"
    assert balances[organisation_received(world.library.organisation.id, "stripe"), "USD"] > 0
    assert all(not minor for (name, _), minor in balances.items() if name.startswith("dispute:"))
    assert balances[exchange("stripe"), "CNY"] == kept

    spoiled = run.intents[dice.choice([tip for tip in whole if tip.payment in run.intents]).payment or UUID(int=0)]
    run.our.books.things[spoiled["latest_charge"]]["amount"] += 7
    report = await run.reconcile.run("stripe", window)
    assert [one.their_id for one in report.differences] == [spoiled["id"]]
