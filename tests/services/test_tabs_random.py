"""Tabs lived through at random, on both databases: the sums are right in the end, and nobody paid twice for a tip.

The bank at the other end is a model: it has pages that are paid late or twice, cards that are declined, answers that
do not come, and events that arrive late, again and in any order.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import select

from giving.errors import GivingError, RailUnavailable
from giving.money import Money
from giving.payments import EventKind, PaymentState, SavedMethod
from giving.people import Person, Visitor
from giving.projects import Project, ProjectState
from giving.tabs import month_start
from giving.tips import OfferRequest, Tip, TipState
from payments.provider import Declined, Found, PaymentIntent, PaymentLink, PaymentRef, RefundAsk
from services.refunds import RefundService
from storage.methods import RailAccount
from storage.tables import tips as tips_table
from storage.tips import read_tip
from tests.faults.results import FULL
from tests.rails import event
from tests.services.test_tabs import CardRail, Tabs, house_of
from tests.world import SHANGHAI, World, cny

STEPS: Final = 600
SEEDS: Final = range(20 if FULL else 1)
ACCOUNT: Final = "acct_1"


class Bank(CardRail):
    """Keeps books of its own: what was paid by which payment, and what went back."""

    capabilities = replace(CardRail.capabilities, needs_account=True)

    accounts: tuple[str | None, ...] = (ACCOUNT,)

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[UUID, int] = {}
        self.closed: set[UUID] = set()
        self.paid: dict[str, tuple[UUID, int]] = {}
        self.back: dict[str, tuple[str, int, UUID]] = {}  # by key
        self.by_key: dict[str, str] = {}
        self.post: list[bytes] = []  # events on their way
        self.said: dict[UUID, list[str]] = {}  # and all there ever were, for who looks
        self.silent = False  # it charges, and the answer is lost
        self.before_charging: Callable[[UUID], Awaitable[None]] | None = None
        self.now: Callable[[], Any] = lambda: None

    def tell(self, kind: EventKind, reference: UUID, identity: str, **values: object) -> None:
        body = event(kind, reference, f"evt_{identity}", **{"at": int(self.now().timestamp())} | values)
        self.post.append(body)
        self.said.setdefault(reference, []).append(body.decode())

    def pay(self, reference: UUID, minor: int) -> str:
        """Money moves."""
        charge = f"ch_{len(self.paid) + 1}"
        self.paid[charge] = reference, minor
        self.tell(EventKind.PAID, reference, charge, their_id=charge, charge=charge, minor=minor, fee=3)
        return charge

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        link = await super().create_payment(intent, key=key)
        assert intent.account in self.accounts
        assert not intent.lines or sum(line.amount.minor for line in intent.lines) == intent.amount.minor
        self.pages[intent.reference] = intent.amount.minor
        return link

    async def fetch(self, payment: PaymentRef) -> Found:
        if self.down:
            raise RailUnavailable
        reference = payment.reference
        if reference in {paid for paid, _ in self.paid.values()}:
            return Found(PaymentState.PAID, events=tuple(self.said[reference]))
        if reference in self.closed:
            return Found(PaymentState.CANCELLED)
        if reference not in self.pages:
            return Found(PaymentState.CREATED)
        return Found(PaymentState.CREATED, f"pay_{reference.hex}", f"https://pay.example/{reference.hex}")

    async def cancel_payment(self, payment: PaymentRef) -> None:
        if len(self.pages) % 2:  # as often as not a page of before stays open
            raise RailUnavailable
        await super().cancel_payment(payment)
        self.closed.add(payment.reference)

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        if self.down:
            raise RailUnavailable
        if self.declines and key not in self.by_key:
            self.tell(EventKind.DECLINED, intent.reference, f"no_{intent.reference.hex}")
            raise Declined("card_declined")
        if key not in self.by_key:
            assert self.before_charging is not None
            await self.before_charging(intent.reference)
            self.by_key[key] = self.pay(intent.reference, intent.amount.minor)
        if self.silent:
            raise RailUnavailable
        return PaymentLink(self.by_key[key], "")

    async def refund(self, ask: RefundAsk, *, key: str) -> None:
        if self.down:
            raise RailUnavailable
        if key in self.back:
            return
        gone = sum(minor for charge, minor, _ in self.back.values() if charge == ask.charge)
        assert gone + ask.amount.minor <= self.paid[ask.charge][1], "more goes back than came in"
        self.back[key] = ask.charge, ask.amount.minor, ask.refund
        identity = f"re_{len(self.back)}"
        self.tell(
            EventKind.REFUNDED, ask.reference, identity, their_id=identity, charge=ask.charge, minor=ask.amount.minor,
            refund=str(ask.refund),
        )  # fmt: skip
        if self.silent:
            raise RailUnavailable


@dataclass
class Life:
    """One seed: people, a bank, and everything they may do."""

    house: Tabs
    bank: Bank
    dice: random.Random
    refunds: RefundService
    people: list[Person] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    serial: int = 0

    @property
    def world(self) -> World:
        return self.house.world

    @property
    def projects(self) -> tuple[Project, ...]:
        return self.world.library, self.world.meals

    def __post_init__(self) -> None:
        self.bank.now, self.bank.before_charging = self.world.time, self.all_owed

    async def all_owed(self, reference: UUID) -> None:
        """What a saved card is charged for is owed, as far as anybody told us."""
        async with self.world.unit.read() as work:
            found = (await work.tips.of_payments([reference])).get(reference, [])
        assert found
        assert {tip.state for tip in found} == {TipState.ON_TAB}

    async def every(self) -> list[Tip]:
        async with self.world.unit.read() as work:
            rows = await work.connection.execute(select(tips_table).order_by(tips_table.c.id))
            return [read_tip(row) for row in rows]

    async def someone(self) -> Person:
        """As they are now."""
        index = self.dice.randrange(len(self.people))
        async with self.world.unit.read() as work:
            found = await work.people.by_ids([self.people[index].id])
        self.people[index] = found[self.people[index].id]
        return self.people[index]

    # -- what donors do --

    async def promise(self) -> None:
        person = await self.someone()
        for _ in range(3):
            self.serial += 1
            project = self.dice.choice(self.projects)
            amount = cny(self.dice.choice(("1", "2", "2.50", "3")))
            request = OfferRequest(f"p{self.serial}", person.id, amount, project=project.id, rail="card")
            tip = await self.house.tips.offer(request)
            await self.house.tabs.promise(tip.id, person)
            await self.within_the_limit(person)

    async def within_the_limit(self, person: Person) -> None:
        since = month_start(self.world.time(), SHANGHAI)
        async with self.world.unit.read() as work:
            month = (await work.tabs.promised_since([person.id], "CNY", since)).get(person.id, 0)
        limit = self.house.tabs.terms_of(person.settle_at_minor, person.monthly_minor).monthly
        assert month <= limit.minor

    async def take_off(self) -> None:
        person = await self.someone()
        for card in (await self.house.tabs.view(person)).cards:
            await self.house.tabs.take_off(self.dice.choice(card.tips)[0].id, person)

    async def settle(self) -> None:
        person = await self.someone()
        for card in (await self.house.tabs.view(person)).cards:
            await self.house.charges.settle(card.tab.id, person)

    async def skip(self) -> None:
        person = await self.someone()
        for card in (await self.house.tabs.view(person)).cards:
            if card.charge is not None:
                await self.house.charges.skip(card.charge.id, person)

    async def change_terms(self) -> None:
        await self.house.tabs.set_terms(
            await self.someone(), settle_at=cny(self.dice.choice(["5", "10", "30"])),
            monthly=cny(self.dice.choice(["60", "100", "300"])),
        )  # fmt: skip

    async def save_or_forget(self) -> None:
        person = await self.someone()
        async with self.world.unit() as work:
            kept = await work.methods.of(person.id)
            for one in kept:
                await work.methods.forget(one.id, now=self.world.time())
        if not kept:
            await self.house.save(person)

    async def pay_a_page(self) -> None:
        """One of those that were made and not closed, however long ago; some twice."""
        paid = Counter(reference for reference, _ in self.bank.paid.values())
        there = [one for one in self.bank.pages if one not in self.bank.closed and paid[one] < 2]
        if there:
            reference = self.dice.choice(there)
            if not paid[reference] or self.dice.random() < 0.4:
                self.bank.pay(reference, self.bank.pages[reference])

    async def undo(self) -> None:
        given = [tip for tip in await self.every() if tip.state is TipState.PAID]
        if given:
            tip = self.dice.choice(given[-6:])
            person = next((one for one in self.people if one.id == tip.donor), None)
            if person is not None:
                await self.refunds.take_back(tip.id, person)

    async def leave(self) -> None:
        if self.dice.random() < 0.05:
            index = self.dice.randrange(len(self.people))
            await self.world.privacy.leave(self.people[index])
            self.people[index] = await self.newcomer()

    async def newcomer(self) -> Person:
        self.serial += 1
        return await self.world.people.meet(Visitor(7_000 + self.serial, f"P{self.serial}"), started=True)

    # -- what happens around them --

    async def hear(self) -> None:
        """Some of what is on its way arrives, in any order, some of it again."""
        self.dice.shuffle(self.bank.post)
        count = self.dice.randint(0, len(self.bank.post))
        now, self.bank.post = self.bank.post[:count], self.bank.post[count:]
        for body in [*now, *self.dice.sample(now, len(now) // 3)]:
            await self.house.payments.receive("card", body, {"Signature": "paper"})
        await self.house.payments.settle_pending()

    async def sweep(self) -> None:
        how = self.dice.choice(("well", "well", "down", "declines", "silent"))
        self.bank.down, self.bank.declines, self.bank.silent = how == "down", how == "declines", how == "silent"
        await self.house.charges.sweep()
        if self.dice.random() < 0.8:  # else Telegram is away
            await self.house.told()
        await self.refunds.sweep()
        self.well()

    def well(self) -> None:
        self.bank.down = self.bank.declines = self.bank.silent = False

    async def pass_time(self) -> None:
        self.world.time.now += self.dice.choice((timedelta(minutes=5), timedelta(hours=9), timedelta(days=2)))

    async def switch_project(self) -> None:
        state = self.dice.choice([*[ProjectState.OPEN] * 4, ProjectState.CLOSED])
        async with self.world.unit() as work:
            await work.projects.put(replace(self.world.meals, state=state), self.world.time())

    async def connect(self) -> None:
        await self.connected(ready=self.dice.random() < 0.85)

    async def connected(self, *, ready: bool) -> None:
        account = RailAccount(self.world.library.organisation.id, "card", ACCOUNT, ready)
        async with self.world.unit() as work:
            await work.accounts.keep(account, now=self.world.time())

    async def live(self, steps: int) -> None:
        often: dict[Any, int] = {
            self.promise: 10, self.sweep: 6, self.hear: 6, self.pass_time: 5, self.pay_a_page: 5, self.settle: 3,
            self.skip: 2, self.take_off: 2, self.undo: 2, self.change_terms: 1, self.save_or_forget: 3, self.leave: 1,
            self.switch_project: 1, self.connect: 1,
        }  # fmt: skip
        for _ in range(steps):
            (act,) = self.dice.choices([*often], weights=[*often.values()])
            try:
                await act()
            except GivingError as refusal:
                self.done[f"{act.__name__}: {refusal}"] += 1
            else:
                self.done[act.__name__] += 1

    # -- the end --

    async def calm_down(self) -> None:
        """Everything arrives, and what was asked for comes about."""
        await self.connected(ready=True)
        self.well()
        for _ in range(4):
            self.world.time.passes(minutes=10)
            await self.refunds.sweep()
            await self.house.charges.sweep()
            while self.bank.post:
                await self.hear()

    async def check(self) -> None:
        tips = await self.every()
        kept = Counter[UUID]()
        for tip in tips:
            if tip.state is TipState.PAID:
                kept[tip.project] += tip.kept.minor
        came = sum(minor for _, minor in self.bank.paid.values())
        went = sum(minor for _, minor, _ in self.bank.back.values())
        assert sum(kept.values()) == came - went, "what was given is what came in and did not go back"
        for project in self.projects:
            given = Money(kept[project.id], "CNY")
            assert await self.world.balance(f"project:{project.id}:credited") == -given
            assert (await self.world.projects.card(project.id)).raised.given == given, "totals count what is paid"
        originals = {tip.id: tip for tip in tips if tip.extra_of is None}
        assert [tip.id for tip in tips if tip.extra_of is not None and tip.state is not TipState.REFUNDED] == []
        by_charge = Counter[str]()
        for tip in tips:
            if tip.charge is not None:
                by_charge[tip.charge] += tip.amount.minor
        assert by_charge == {charge: minor for charge, (_, minor) in self.bank.paid.items()}, "each charge, to the fen"
        for person in self.people:
            theirs = [tip for tip in originals.values() if tip.donor == person.id]
            promised = sum(tip.amount.minor for tip in theirs if tip.state is TipState.ON_TAB)
            kept_minor = sum(tip.kept.minor for tip in theirs if tip.state is TipState.PAID)
            assert (await self.house.tabs.view(person)).promised == Money(promised, "CNY")
            assert await self.house.tips.sums(person) == (
                (Money(kept_minor, "CNY"),), Money(promised, "CNY"),
            )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_happens_to_tabs_the_sums_are_right_and_nobody_pays_twice(world: World, seed: int):
    bank = Bank()
    house = house_of(world, bank)
    refunds = RefundService(world.unit, house.rails, house.tips, now=world.time)
    life = Life(house, bank, random.Random(f"tabs {seed}"), refunds)
    life.people = list(await asyncio.gather(*(life.newcomer() for _ in range(2))))
    await life.connected(ready=True)
    await life.live(STEPS)
    await life.calm_down()
    await life.check()
    assert life.done["promise"] > STEPS // 40
    assert bank.paid
    print(dict(life.done), len(bank.paid), len(bank.back), len(bank.by_key))  # noqa: T201 - shown where it fails
