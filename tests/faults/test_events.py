"""Provider events duplicated, shuffled, late, missing and forged: the books end the same, in whatever order they came.

A Hypothesis state machine over the real signed hook and a real database. The model is `giving.payments` itself, fed
with what happened at the provider in the order in which it happened, each fact once.
"""

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.ledger import Entry
from giving.payments import Payment, PaymentState, RailEvent
from giving.people import Visitor
from giving.receipts import RANDOM_BITS, receipt_code
from giving.settling import decide_settlement
from giving.tips import Fresh, OfferRequest, Tip
from services.ledger import LedgerService
from storage.engines import open_engines
from storage.tables import accounts, entries, payments, postings, provider_events, tips
from storage.work import UnitOfWork
from tests.faults.provider import Fact, ModelledRail, Provider, pay_by, signed
from tests.faults.results import FULL, note
from tests.world import World, cny, make_world
from web.payments import PaymentHooks

# Each run leaves some of the rules out, so few long ones would leave some out of all.
STEPS, EXAMPLES = (100, 120) if FULL else (30, 10)
ROW = "provider events duplicated, shuffled, late, missing, forged"


@dataclass
class House:
    """The service with its hook, in a loop of its own: opened once, every example brings tips of its own."""

    url: str
    runner: "asyncio.Runner" = field(default_factory=asyncio.Runner)
    counts: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> "House":
        self.runner.run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.run(self._close())
        self.runner.close()

    async def _open(self) -> None:
        self.engines = open_engines(self.url)
        self.world: World = await make_world(UnitOfWork(self.engines))
        self.provider = Provider(self.world.time)
        self.rail = ModelledRail(self.provider, self.world.time)
        pay_by(self.world, self.rail)
        app = web.Application()
        app.add_routes(PaymentHooks(self.world.payments).routes())
        self.client = TestClient(TestServer(app))
        await self.client.start_server()
        self.donors = [await self.world.people.meet(Visitor(2000 + n, f"D{n}"), started=True) for n in range(5)]
        self.amounts = iter(range(101, 5_000_000))

    async def _close(self) -> None:
        await self.client.close()
        await self.engines.close()

    async def post(self, body: bytes, headers: dict[str, str], rail: str = "sandbox") -> int:
        """What the hook answers."""
        async with self.client.post(f"/hooks/{rail}", data=body, headers=headers) as response:
            assert await response.read() == b"", "whoever guesses learns nothing"
            return response.status

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """The service on a fresh database."""
    with House(database_url) as opened:
        yield opened


class EventsInAnyOrder(RuleBasedStateMachine):
    """What happens at the provider, and what we hear of it."""

    house: ClassVar[House]

    @initialize(seed=st.integers(0, 2**32 - 1))
    def begin(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.tips: list[Tip] = []
        self.on_the_way: list[Fact] = []
        self.delivered: list[Fact] = []
        self.silent: set[UUID] = set()  # payments whose one charge we are never told of
        self.first_fact = len(self.house.provider.facts)
        self.entries_before = self.run(self.number_of(entries))
        self.offer()
        self.charge(0, again=False)

    def run(self, work: Any) -> Any:
        return self.house.runner.run(work)

    def tick(self, what: str) -> None:
        self.house.count("steps")
        self.house.count(what)

    # --- At the provider ---------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.tips) < 8)
    @rule()
    def offer(self) -> None:
        """Somebody asks for a link to pay."""
        self.tick("offers")
        house = self.house
        donor, amount = self.random.choice(house.donors), next(house.amounts)

        async def ask() -> Tip:
            request = OfferRequest(f"k{amount}", donor.id, replace(cny("1"), minor=amount), post=house.world.post.id)
            tip = await house.world.tips.offer(request)
            await house.world.tips.payment_link(tip.id, donor)
            return tip

        self.tips.append(self.run(ask()))

    @rule(pick=st.integers(0, 7), again=st.booleans())
    def charge(self, pick: int, again: bool) -> None:
        """A payment is charged; a second time only if `again`."""
        self.tick("charges")
        reference = self.reference(pick)
        their = self.house.provider.payments[reference]
        if their.status == "cancelled" or reference in self.silent or (their.charges and not again):
            return
        self.on_the_way.append(self.house.provider.charge(reference))

    @rule(pick=st.integers(0, 7), status=st.sampled_from(("declined", "cancelled")))
    def close(self, pick: int, status: str) -> None:
        """A payment is declined, or its page closed."""
        self.tick("declines and closed pages")
        reference = self.reference(pick)
        if self.house.provider.payments[reference].status in ("open", "declined"):
            self.on_the_way.append(self.house.provider.close(reference, status))

    @rule(pick=st.integers(0, 7), whole=st.sampled_from((True, True, False)))
    def refund(self, pick: int, whole: bool) -> None:
        """A charge is given back, or (which is for a person to look at) a part of it."""
        self.tick("refunds")
        reference = self.reference(pick)
        left = [charge for charge in self.house.provider.payments[reference].charges if not charge["refunded_minor"]]
        if left:
            charge = self.random.choice(left)
            amount_minor = charge["amount_minor"] if whole else 7
            self.on_the_way.append(self.house.provider.refund(reference, charge, amount_minor))

    # --- On the way to us --------------------------------------------------------------------------------------------

    @precondition(lambda self: self.on_the_way)
    @rule(pick=st.integers(0, 1000))
    def deliver(self, pick: int) -> None:
        """One of those on the way arrives: not the oldest first."""
        self.tick("deliveries")
        self.arrives([self.on_the_way.pop(pick % len(self.on_the_way))])

    @precondition(lambda self: self.delivered)
    @rule(pick=st.integers(0, 1000))
    def deliver_again(self, pick: int) -> None:
        """A duplicate."""
        self.tick("duplicates")
        self.arrives([self.delivered[pick % len(self.delivered)]])

    @precondition(lambda self: self.on_the_way or self.delivered)
    @rule(most=st.integers(2, 8))
    def deliver_at_once(self, most: int) -> None:
        """Several connections at the same moment, duplicates among them."""
        self.tick("at the same moment")
        self.random.shuffle(self.on_the_way)
        taken, self.on_the_way = self.on_the_way[:most], self.on_the_way[most:]
        self.arrives([*taken, *self.random.choices(taken + self.delivered, k=3)])

    @precondition(lambda self: self.on_the_way)
    @rule(pick=st.integers(0, 1000))
    def lose(self, pick: int) -> None:
        """It never arrives: a payment's only charge is found by the sweep, a decline changes no money."""
        self.house.count("steps")
        fact = self.on_the_way[pick % len(self.on_the_way)]
        alone = len(self.house.provider.payments[fact.reference].charges) == 1
        if fact.kind == "payment.paid" and alone:
            self.house.count("lost for ever")
            self.silent.add(fact.reference)
            self.on_the_way.remove(fact)

    @rule()
    def sweep(self) -> None:
        """A quarter of an hour later."""
        self.tick("sweeps")
        self.house.world.time.passes(minutes=15)
        self.run(self.house.world.sweep.sweep())

    @rule()
    def settle(self) -> None:
        """The loop that books what waited in the inbox."""
        self.tick("settlements")
        self.run(self.house.world.payments.settle_pending())

    def arrives(self, facts: list[Fact]) -> None:
        async def post() -> list[int]:
            now = self.house.world.time
            return list(await asyncio.gather(*(self.house.post(f.body, signed(f.body, now)) for f in facts)))

        assert set(self.run(post())) == {200}
        self.delivered += facts

    # --- Forged ------------------------------------------------------------------------------------------------------

    @rule(pick=st.integers(0, 7), how=st.sampled_from(sorted(("secret", "none", "old", "future", "live", "body", "rail",
                                                              "no id", "no amount"))))  # fmt: skip
    def forge(self, pick: int, how: str) -> None:
        """Refused at the door, and nothing is kept."""
        self.tick("forged")
        before = self.run(self.seen())
        status, expected = self.run(self.post_forged(self.reference(pick), how))
        assert status == expected, how
        assert self.run(self.seen()) == before, how

    async def post_forged(self, reference: UUID, how: str) -> tuple[int, int]:
        house, now = self.house, self.house.world.time
        event = house.provider.event("payment.paid", reference, charge=self.charge_of(reference))
        changes: dict[str, Any] = {"live": {"livemode": True}, "no id": {"id": ""}, "no amount": {
            "data": event["data"] | {"charge": {"id": "ch_x", "currency": "CNY"}}}}  # fmt: skip
        body = json.dumps(event | changes.get(how, {})).encode()
        match how:
            case "secret":
                return await house.post(body, signed(body, now, secret="another")), 401
            case "none":
                return await house.post(body, {}), 401
            case "old" | "future":
                return await house.post(body, signed(body, now, off_s=-301 if how == "old" else 302)), 401
            case "body":
                return await house.post(body.replace(b"CNY", b"JPY"), signed(body, now)), 401
            case "rail":
                return await house.post(body, signed(body, now), rail="stripe"), 404
        return await house.post(body, signed(body, now)), 400

    @rule(pick=st.integers(0, 7), how=st.sampled_from(("amount", "currency", "unknown payment", "no uuid", "charge")))
    def untrue(self, pick: int, how: str) -> None:
        """Signed, and about nothing that we asked for: kept for a person, the books stay as they are."""
        self.tick("signed and untrue")
        reference = self.reference(pick)
        charge = self.charge_of(reference)
        charge |= {"amount": {"amount_minor": charge["amount_minor"] + 1}, "currency": {"currency": "USD"}}.get(how, {})
        named: object = {"unknown payment": uuid4(), "no uuid": "order-7"}.get(how, reference)
        kind, more = "payment.paid", {"charge": charge}
        if how == "charge":
            kind = "refund.succeeded"
            more["refund"] = {
                "id": f"re_forged{uuid4().hex}",
                "amount_minor": charge["amount_minor"],
                "currency": "CNY",
            }
        body = json.dumps(self.house.provider.event(kind, named, **more)).encode()
        assert self.run(self.house.post(body, signed(body, self.house.world.time))) == 200
        self.run(self.house.world.payments.settle_pending())
        assert self.run(self.number_of(entries, entries.c.key.like("%forged%"))) == 0

    def charge_of(self, reference: UUID) -> dict[str, Any]:
        minor = self.house.provider.payments[reference].amount_minor
        return {"id": f"ch_forged{uuid4().hex}", "amount_minor": minor, "currency": "CNY", "fee_minor": 3}

    # --- The end -----------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """All that was late arrives, in any order; what was lost is found. Then: the books as the model has them."""
        if not hasattr(self, "tips"):
            return
        self.random.shuffle(self.on_the_way)
        if self.on_the_way:
            self.arrives(self.on_the_way)
        for _ in range(2):  # what a sweep finds wakes what waited for it
            self.house.world.time.passes(days=1)
            self.run(self.house.world.sweep.sweep())
            self.run(self.house.world.payments.settle_pending())
        expected = self.expected()
        found = self.run(self.found())
        assert found == expected
        added = self.run(self.number_of(entries)) - self.entries_before
        assert added == len(expected["entries"]), "nothing else was booked"
        report = self.run(LedgerService(self.house.world.unit).verify())
        assert report.clean, report.findings
        self.house.count("runs")
        self.house.count("booked", added)

    def expected(self) -> dict[str, Any]:
        """Every fact once, in its order, through giving.payments."""
        asked: dict[UUID, Payment] = {}
        of_payment: dict[UUID, list[Tip]] = {}
        for tip in self.tips:
            reference = self.payment_of(tip)
            asked[reference] = Payment(
                reference, tip.donor, "sandbox", tip.amount, PaymentState.PENDING, tip.offered_at
            )
            of_payment[reference] = [tip]
        booked: dict[str, Entry] = {}
        for fact in self.house.provider.facts[self.first_fact :]:
            event = self.house.rail.event_of(fact.body.decode())
            decide(event, asked, of_payment, booked)
        return {
            "entries": {e.key: lines((p.account, p.amount.minor) for p in e.postings) for e in booked.values()},
            "tips": sorted(
                (str(tip.payment), tip.charge or "", tip.state.value, tip.amount.minor)
                for standing in of_payment.values()
                for tip in standing
            ),
            "payments": {str(payment.id): payment.state.value for payment in asked.values()},
        }

    async def found(self) -> dict[str, Any]:
        """The same, as the database has it."""
        ids = [self.payment_of(tip) for tip in self.tips]
        async with self.house.world.unit.read() as work:
            ours = (await work.connection.execute(select(tips).where(tips.c.payment_id.in_(ids)))).all()
            asked = (await work.connection.execute(select(payments).where(payments.c.id.in_(ids)))).all()
            named = {row.entry_key for row in ours if row.entry_key}
            booked: dict[str, list[tuple[str, int]]] = {}
            for key, account, minor in await booked_in(work.connection):
                _, _, identity, *_ = (*key.split(":"), "", "")
                if key in named or self.is_ours(key, identity):
                    booked.setdefault(key, []).append((account, minor))
        return {
            "entries": {key: lines(found) for key, found in booked.items()},
            "tips": sorted((str(row.payment_id), row.charge or "", row.state, row.amount_minor) for row in ours),
            "payments": {str(row.id): row.state for row in asked},
        }

    def is_ours(self, key: str, identity: str) -> bool:
        """Whether an entry is about something that happened in this example."""
        facts = self.house.provider.facts[self.first_fact :]
        return any(f'"{identity}"'.encode() in fact.body for fact in facts)

    async def seen(self) -> tuple[int, int]:
        return await self.number_of(provider_events), await self.number_of(entries)

    async def number_of(self, table: Any, *those: Any) -> int:
        async with self.house.world.unit.read() as work:
            return int(await work.connection.scalar(select(func.count()).select_from(table).where(*those)) or 0)

    def reference(self, pick: int) -> UUID:
        return self.payment_of(self.tips[pick % len(self.tips)])

    @staticmethod
    def payment_of(tip: Tip) -> UUID:
        assert tip.payment is not None
        return tip.payment


def decide(
    event: RailEvent, asked: dict[UUID, Payment], of_payment: dict[UUID, list[Tip]], booked: dict[str, Entry]
) -> None:
    """Let one fact stand in the model."""
    reference = event.reference
    assert reference is not None

    def fresh() -> Fresh:
        return Fresh(uuid4(), receipt_code(random.getrandbits(RANDOM_BITS)), event.occurred_at)

    settlement = decide_settlement(event, asked[reference], of_payment[reference], booked.keys(), fresh)
    changed = {
        tip.id: tip for tip in (*settlement.paid, *settlement.extra, *(back.tip for back in settlement.returned))
    }
    of_payment[reference] = list(({tip.id: tip for tip in of_payment[reference]} | changed).values())
    booked |= {entry.key: entry for entry in settlement.entries}
    if settlement.payment is not None:
        asked[reference] = settlement.payment


async def booked_in(connection: AsyncConnection) -> list[tuple[str, str, int]]:
    """Every posting: its entry's key, its account, its amount."""
    joined = entries.join(postings, postings.c.entry_id == entries.c.id).join(
        accounts, accounts.c.id == postings.c.account_id
    )
    rows = await connection.execute(select(entries.c.key, accounts.c.name, postings.c.amount_minor).select_from(joined))
    return [(row[0], row[1], row[2]) for row in rows]


def lines(found: Any) -> list[tuple[str, int]]:
    """Postings in an order of their own."""
    return sorted((str(account), minor) for account, minor in found)


def test_the_books_are_the_same_in_whatever_order_events_come(house: House, dialect: str):
    machine = type("Machine", (EventsInAnyOrder,), {"house": house})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            derandomize=not FULL,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert house.counts["booked"] > 0
    if FULL:
        assert house.counts["steps"] >= 10_000
        assert {"deliveries", "duplicates", "at the same moment", "lost for ever", "forged"} <= house.counts.keys()
    note(ROW, engine=dialect, **house.counts)
