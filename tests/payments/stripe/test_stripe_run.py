"""A recorded run on our Stripe: a thousand gifts at once and by tabs, refunds, disputes, events told badly over HTTP.

In the end each project's credit is what was paid less what went back, to the fen; the fees are the operator's; and
`reconcile` finds nothing, but one record that was spoiled.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web

from giving.accounts import exchange, fees, operator_payable, organisation_received
from giving.payments import EventKind, Payment
from giving.tips import Tip, TipState
from storage.methods import RailAccount
from tests.payments.china import served
from tests.payments.floor_run import FloorRun
from tests.payments.recorded import (
    DISPUTES,
    REFUNDS,
    TIPS,
    assert_agreed,
    assert_credited,
    gifts_of_all,
    in_batches,
    the_only,
    told_badly,
)
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.stage import On
from tests.world import World
from web.payments import PaymentHooks


class StripeRun(FloorRun):
    """At our Stripe's time; `intents` are its PaymentIntents by our payments."""

    def __init__(self, world: World, our: OurStripe, on: On, http: aiohttp.ClientSession) -> None:
        self.our, self.stripe, self.intents = our, on(), dict[UUID, Any]()
        super().__init__(world, self.stripe, http, lambda: datetime.fromtimestamp(our.books.clock, UTC))

    def later(self, by: timedelta) -> None:
        self.our.books.clock += int(by.total_seconds())

    async def pay(self, pages: Sequence[Payment]) -> None:
        for page in pages:
            assert page.their_id is not None
            self.intents[page.id] = self.our.books.pay(page.their_id)

    async def hear(self) -> None:
        told = self.our.take_told()
        news = told_badly([self.our.delivered(event, self.our.books.clock) for event in told], self.dice)
        self.figures.events += len(told)
        self.figures.repeated += len(news) - len(told)
        answers = Counter(await in_batches(self._posted(*each) for each in news))
        assert answers == Counter({200: len(news)})
        await self.payments.settle_pending()
        await self.sweep.sweep()
        await self.payments.settle_pending()

    async def _posted(self, body: bytes, headers: dict[str, str]) -> int:
        """Again where we are told to come again, as Stripe does."""
        for _ in range(5):
            async with self.http.post(f"{self.hook}/hooks/stripe", data=body, headers=headers) as response:
                if response.status != 503:
                    return response.status
        return 503

    # -- what is done at Stripe, or by a bank --

    async def refund_outside(self, tips: Sequence[Tip]) -> None:
        """In the dashboard, every second one in part."""
        for number, tip in enumerate(tips):
            assert tip.payment is not None
            minor = tip.amount.minor if number % 2 else tip.amount.minor // 2
            self.our.books.refund(self.intents[tip.payment], minor)
            self.notes.back(tip, minor)
        self.figures.refunds += len(tips)
        await self.hear()

    async def dispute(self, tips: Sequence[Tip]) -> None:
        """Every second one is lost. Of one half all is heard at once and shuffled, of the other step by step."""
        for number, tip in enumerate(tips):
            assert tip.payment is not None
            won, in_steps = bool(number % 2), number < len(tips) // 2
            dispute = self.our.books.dispute(self.intents[tip.payment])
            if in_steps:
                await self.hear()
            self.our.books.dispute_ends(dispute, won=won)
            if in_steps:
                await self.hear()
            if not won:
                self.notes.back(tip, tip.amount.minor)
        self.figures.disputes += len(tips)
        await self.hear()

    def billed(self) -> int:
        """What Stripe bills the operator, and what the disputes cost that were lost, in cents."""
        lines = [one for one in self.our.books.things.values() if one["object"] == "balance_transaction"]
        return sum(-one["net"] if one["type"] == "stripe_fee" else one["fee"] for one in lines)


@pytest.fixture
async def run(world: World, our: OurStripe, on: On) -> AsyncIterator[StripeRun]:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        run = StripeRun(world, our, on, http)
        door = web.Application()
        door.add_routes(PaymentHooks(run.payments).routes())
        run.hook = await stack.enter_async_context(served(door))
        organisation, account = world.library.organisation.id, await run.stripe.open_account("Sunshine", "US", key="a")
        async with world.unit() as work:
            await work.accounts.keep(RailAccount(organisation, "stripe", account.their_id, ready=True), now=run.now())
        yield run


async def assert_fees_are_the_operators(run: StripeRun, credited: int) -> int:
    """To the cent what our Stripe billed, owed by the operator, whoever holds the money."""
    async with run.world.unit.read() as work:
        balances = {(name, money.currency): money.minor for name, money in await work.ledger.balances()}
    billed = balances[fees("stripe"), "USD"]
    assert billed == run.billed() > 0
    assert balances[operator_payable("stripe"), "USD"] == -billed
    assert balances[organisation_received(run.world.library.organisation.id, "stripe"), "USD"] > 0
    assert balances[exchange("stripe"), "CNY"] == credited
    assert all(not minor for (name, _), minor in balances.items() if name.startswith("dispute:"))
    return billed


async def test_a_thousand_gifts_at_once_and_by_tabs_end_in_books_that_agree(run: StripeRun):
    paid = await run.give_all(await gifts_of_all(run.world, run.dice, small=12))
    assert len(paid) >= TIPS * 0.99, "what is left is below what a card carries"
    assert sum(tip.amount.minor for tip in paid) == sum(one["amount_received"] for one in run.intents.values())
    ours = run.dice.sample(paid, REFUNDS // 2)
    await run.give_back(ours)
    await run.hear()
    others = run.dice.sample(
        [tip for tip in run.alone(paid) if tip.id not in {one.id for one in ours}], REFUNDS // 2 + DISPUTES
    )
    outside, disputed = others[: REFUNDS // 2], others[REFUNDS // 2 :]
    await run.refund_outside(outside)
    await run.dispute(disputed)

    states = {tip.id: tip.state for tip in await run.fresh()}
    assert {states[tip.id] for tip in (*ours, *outside[1::2], *disputed[::2])} == {TipState.REFUNDED}
    assert {states[tip.id] for tip in (*outside[::2], *disputed[1::2])} == {TipState.PAID}
    run.later(timedelta(hours=1))  # so that nothing is too young to be judged
    run.figures.credited = await assert_credited(run.world.unit, run.notes)
    run.figures.records = assert_agreed(await run.reconcile.run("stripe", run.window))
    run.figures.fees = await assert_fees_are_the_operators(run, run.figures.credited)

    spoiled = run.intents[run.dice.choice([tip for tip in run.alone(paid) if tip not in others]).payment or UUID(int=0)]
    run.our.books.things[spoiled["latest_charge"]]["amount"] += 7
    report = await run.reconcile.run("stripe", run.window)
    difference = the_only(report)
    assert (difference.kind, difference.their_id) == (EventKind.PAID, spoiled["id"])
    run.figures.after_corruption = report.found
    run.figures.tell("stripe")
