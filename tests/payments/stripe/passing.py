"""Charge mode `transfers` on our Stripe: services of ours at its time, two organisations, payments over both.

People promise on their tabs and press: one tab's "pay now", or "pay all at once".
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from giving.accounts import organisation_received, rail_clearing
from giving.alerts import AlertKind
from giving.money import Money
from giving.payments import Payment
from giving.people import Person, Role, Visibility
from giving.projects import Organisation, Project
from giving.tabs import Terms
from giving.tips import Limits, OfferRequest, Tip
from giving.transfers import Transfer, TransferState
from payments.stripe_rail import StripeRail
from services.alerts import AlertService
from services.links import Links
from services.payments import PaymentService
from services.rails import Rails
from services.rails.transfers import TransferService
from services.reconcile import ReconcileService
from services.refunds import RefundService
from services.settlement import Settler
from services.sweep import PaymentSweep
from services.tabs import TabCharges, TabService
from services.tips import TipService
from storage.ids import new_id
from storage.methods import RailAccount
from tests.payments.stripe.our_books import Thing
from tests.payments.stripe.our_stripe import OurStripe
from tests.world import SHANGHAI, World, at_once, cny, project


@dataclass
class Town:
    """The library is Sunshine's, the well Spring's. `given`: what was paid by each payment."""

    world: World
    our: OurStripe
    rail: StripeRail
    dice: random.Random = field(default_factory=lambda: random.Random(20261122))
    well: Project = field(init=False)
    accounts: dict[UUID, str] = field(default_factory=dict)
    given: dict[UUID, list[Tip]] = field(default_factory=dict)
    intents: dict[UUID, Thing] = field(default_factory=dict)
    later: timedelta = timedelta()
    serial: int = 0

    def __post_init__(self) -> None:
        self.work_with(self.rail)

    def work_with(self, rail: StripeRail) -> None:
        """The services, on this rail."""
        self.rail = rail
        self.rails, unit, wakes = Rails([self.rail]), self.world.unit, self.world.wakes
        self.alerts = AlertService(owners=[1003], wakes=wakes, now=self.now)
        settler = Settler(
            unit, self.rails, wakes=wakes, digest_every=timedelta(minutes=10), alerts=self.alerts, now=self.now
        )
        self.payments = PaymentService(unit, self.rails.values(), settler)
        self.looks = PaymentSweep(unit, self.rails, self.payments, alerts=self.alerts, now=self.now, sleep=at_once)
        self.reconcile = ReconcileService(unit, self.rails, self.alerts, zone=SHANGHAI, now=self.now)
        links, terms = Links("http://127.0.0.1:8081", "yizan_bot"), Terms(cny("100000"), cny("1000000"))
        self.tabs = TabService(unit, self.rails, wakes=wakes, zone=SHANGHAI, terms=terms, now=self.now)
        self.tips = TipService(
            unit, self.rails, links, limits=Limits(cny("1"), cny("50000")), presets=(cny("1"),), language="en",
            tabs=self.tabs, now=self.now,
        )  # fmt: skip
        self.charges = TabCharges(unit, self.rails, self.tabs, self.tips.pay, wakes=wakes, now=self.now)
        self.refunds = RefundService(unit, self.rails, self.tips, payments=self.payments, now=self.now)
        self.begin()

    def begin(self) -> None:
        """As after a restart: nothing in memory of what went on."""
        self.transfers = TransferService(
            self.world.unit, self.rails, self.payments, alerts=self.alerts, now=self.now
        )  # fmt: skip

    def passes(self, **delta: float) -> None:
        """Time, for us; what Stripe tells is as young as ever."""
        self.later += timedelta(**delta)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.our.books.clock, UTC) + self.later

    async def settle_in(self) -> None:
        """Both organisations open their accounts at Stripe; the creator looks after the money."""
        spring = Organisation(new_id(), "spring", {"zh-CN": "清泉", "en": "Spring"}, None, self.now())
        self.well = project("well", spring, "一口井")
        async with self.world.unit() as work:
            await work.projects.put_organisation(spring)
            await work.projects.put(self.well, self.now())
            await work.people.grant(self.world.creator.id, Role.FINANCE, by=None, now=self.now())
        for organisation in (self.world.library.organisation, spring):
            account = (await self.rail.open_account(organisation.slug, "US", key=organisation.slug)).their_id
            self.accounts[organisation.id] = account
            async with self.world.unit() as work:
                row = RailAccount(organisation.id, "stripe", account, ready=True)
                await work.accounts.keep(row, now=self.now())

    async def ask(self, *gifts: tuple[Project, int], donor: Person | None = None) -> Payment:
        """Tips (in fen) of one donor that one page is to pay."""
        donor, tips = donor or self.world.alice, []
        for each, minor in gifts:
            self.serial += 1
            request = OfferRequest(
                f"town{self.serial}", donor.id, Money(minor, "CNY"), project=each.id, visibility=Visibility.NAMED,
                rail="stripe",
            )  # fmt: skip
            tips.append((await self.tabs.promise((await self.tips.offer(request)).id, donor)).tip)
        view = await self.tabs.view(donor)
        if len(view.cards) == 1:
            await self.charges.settle(view.cards[0].tab.id, donor, view.promised)
        else:
            (whole,) = view.joints
            await self.charges.settle_together(donor, "stripe", whole.sum)
        async with self.world.unit.read() as work:
            (page,) = {one.payment for one in await work.tabs.open_charges(donor=donor.id)}
            payment = await work.payments.by_id(page)
        assert payment is not None
        assert payment.amount.minor == sum(minor for _, minor in gifts)
        self.given[payment.id] = tips
        return payment

    async def give(self, *gifts: tuple[Project, int]) -> Payment:
        """And somebody pays it."""
        payment = await self.ask(*gifts)
        self.pay(payment)
        await self.hear()
        return payment

    def pay(self, payment: Payment) -> None:
        """On Stripe's page."""
        assert payment.their_id is not None
        self.intents[payment.id] = self.our.books.pay(payment.their_id)

    async def hear(self, *, again: float = 0.0) -> None:
        """What Stripe tells comes shuffled, some of it again; what it leaves out is looked up."""
        told = self.our.take_told()
        twice = [event for event in told if self.dice.random() < again]
        for event in self.dice.sample([*told, *twice], len(told) + len(twice)):
            await self.payments.receive("stripe", *self.our.delivered(event))
        await self.payments.settle_pending()
        await self.looks.sweep()
        await self.payments.settle_pending()
        await self.charges.sweep()

    async def planned(self, payment: Payment) -> list[Transfer]:
        async with self.world.unit.read() as work:
            return (await work.transfers.of_payments([payment.id])).get(payment.id, [])

    async def states(self, payment: Payment) -> list[tuple[int, TransferState]]:
        """Cents and state of what was planned for a payment, by amount."""
        return sorted((one.amount.minor, one.state) for one in await self.planned(payment))

    def made(self) -> list[tuple[str, int]]:
        """What Stripe really moved: to whom, how many cents; negative where it came back."""
        transfers = self.our.books.all_of("transfer", None)
        back = {one["id"]: sum(each["amount"] for each in one["reversals"]["data"]) for one in transfers}
        moved = [(one["destination"], one["amount"]) for one in transfers]
        return sorted(moved + [(one["destination"], -back[one["id"]]) for one in transfers if back[one["id"]]])

    async def stands(self, account: str) -> int:
        """An account's balance in cents."""
        async with self.world.unit.read() as work:
            balances = {(name, money.currency): money.minor for name, money in await work.ledger.balances()}
        return balances.get((account, "USD"), 0)

    async def with_them(self, which: Project) -> int:
        """Cents that our books say are with a project's organisation."""
        return await self.stands(organisation_received(which.organisation.id, "stripe"))

    async def here(self) -> int:
        """Cents that our books say are with Stripe for us."""
        return await self.stands(rail_clearing("stripe"))

    async def alerted(self) -> list[tuple[AlertKind, dict[str, Any]]]:
        """What those who look after the money were told since last time."""
        found = []
        self.world.time.now = self.now()
        for notice in await self.world.outbox.claim():
            if (alert := await self.world.outbox.alert(notice)) is not None:
                found.append((alert.kind, dict(alert.said)))
        return found
