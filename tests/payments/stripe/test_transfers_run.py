"""A recorded run in the mode `transfers`, on our Stripe: many tips, each payment over one organisation or several.

Refunds, disputes, payouts, events told twice and in any order, calls without an answer. In the end the projects have
what was paid less what went back, to the fen; each organisation its part of what stands, to the cent; the fees are the
operator's; and `reconcile` finds nothing, but one record that was spoiled.
"""

from collections import Counter
from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest

from giving.accounts import fees, operator_received, project_credited
from giving.payments import EventKind
from giving.people import Visitor
from giving.reconcile import What
from giving.reconcile_times import Window
from giving.tips import Tip, TipState
from giving.transfers import TransferState, in_parts
from payments.stripe_rail import Mode
from storage.ids import new_id
from tests.payments.recorded import Figures
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.passing import Town
from tests.payments.stripe.stage import On
from tests.world import World

TIPS: Final = {"sqlite": 1_000, "postgresql": 200}
DONORS: Final = 50


@pytest.fixture
async def town(world: World, our: OurStripe, on: On) -> Town:
    made = Town(world, our, on(Mode.TRANSFERS))
    await made.settle_in()
    return made


async def play(town: Town, tips: int) -> None:
    """People promise on their tabs and pay all of them at once; Stripe tells, mostly; the sweep passes on, and again.

    Whoever has paid waits until it is heard of: pressing again before that would be asked for the same once more.
    """
    dice, world = town.dice, town.world
    people = [
        await world.people.meet(Visitor(8000 + number, f"P{number}", None, "en"), started=True)
        for number in range(DONORS)
    ]
    # No two alike: the same amount again, before the first is heard of, would be the same gift.
    amounts = dice.sample(range(100, 5001), 4901)
    first = [minor for minor in amounts if minor >= 500][:tips]  # what a card carries
    others = [minor for minor in amounts if minor not in set(first)]
    given, waiting = 0, set[UUID]()
    while given < tips:
        projects = dice.sample([world.library, world.meals, town.well], dice.randint(1, 3))
        count = min(dice.randint(1, 4), tips - given)
        gifts = [(dice.choice(projects), (others if n else first).pop()) for n in range(count)]
        donor = dice.choice([one for one in people if one.id not in waiting])
        town.pay(await town.ask(*gifts, donor=donor))
        waiting.add(donor.id)
        given += count
        if len(town.intents) % 20 == 0:
            await town.hear(again=0.05)
            waiting.clear()
            town.our.faults.extend(dice.choices((0, 500), (9, 1), k=1) if dice.random() < 0.1 else ())
            await town.transfers.sweep()
            town.passes(minutes=5)
    await settled(town)


async def settled(town: Town) -> None:
    """Everything told, passed on, and told again."""
    town.our.faults.clear()
    for _ in range(3):
        await town.hear(again=0.05)
        town.passes(minutes=5)
        await town.transfers.sweep()
    await town.hear()


async def take_back(town: Town, tips: int) -> None:
    """2 % are given back, in part or whole; of 1 % a bank takes the money."""
    dice, payments = town.dice, list(town.intents)
    some = dice.sample(payments, tips // 50 + tips // 100)
    for number, payment in enumerate(some):
        intent, whole = town.intents[payment], sum(tip.amount.minor for tip in town.given[payment])
        if number < tips // 50:
            refund = town.our.books.refund(intent, whole if number % 2 else 1 + dice.randrange(whole))
            if number % 7 == 0:  # days later
                await town.hear(again=0.05)
                town.our.books.refund_fails(refund)
        else:
            dispute = town.our.books.dispute(intent)
            if number % 2:
                await town.hear(again=0.05)
                await town.transfers.sweep()
            if number % 3:
                town.our.books.dispute_ends(dispute, won=number % 3 == 1)
        await town.hear(again=0.05)
    await settled(town)


async def pay_out(town: Town) -> None:
    """To the operator's bank, which does not take one of them."""
    for number in range(3):
        payout = town.our.books.pay_out(100 + number)
        town.our.books.payout_arrives(payout)
        if number == 1:
            town.our.books.payout_fails(payout)
    await town.hear(again=0.5)


def due(town: Town, tips: dict[UUID, Tip], held: set[UUID]) -> Counter[UUID]:
    """Cents that are to be with each organisation, reckoned apart from the service: by payment, and by what stands."""
    organisations = {
        each.id: each.organisation.id for each in (town.world.library, town.world.meals, town.well)
    }  # fmt: skip
    sums: Counter[UUID] = Counter()
    for payment, before in town.given.items():
        charge = town.our.books.things[town.intents[payment]["latest_charge"]]
        arrived = town.our.books.things[charge["balance_transaction"]]["amount"]
        given: Counter[UUID] = Counter()
        kept: Counter[UUID] = Counter()
        for tip in before:
            now, whose = tips[tip.id], organisations[tip.project]
            given[whose] += tip.amount.minor
            kept[whose] += now.kept.minor if now.state is TipState.PAID and payment not in held else 0
        parts = in_parts(
            type(before[0].amount)(arrived, "USD"), {k: type(before[0].amount)(v, "CNY") for k, v in given.items()}
        )  # fmt: skip
        for whose, part in parts.items():
            sums[whose] += part.minor * kept[whose] // given[whose]
    return sums


async def test_a_thousand_tips_over_several_organisations_end_in_books_that_agree(town: Town, dialect: str):
    world = town.world
    await play(town, TIPS[dialect])
    assert sum(map(len, town.given.values())) == TIPS[dialect]
    await take_back(town, TIPS[dialect])
    await pay_out(town)

    async with world.unit.read() as work:
        tips = await work.tips.by_ids([tip.id for given in town.given.values() for tip in given])
        balances = {(name, money.currency): money.minor for name, money in await work.ledger.balances()}
        planned = await work.transfers.of_payments(list(town.given))
        paid = await work.payments.by_ids(town.given)
        assert await work.tabs.open_charges() == []
    several = [one for one in paid.values() if one.account is None]
    assert len(several) > len(paid) // 4, "pages over several tabs at once"
    assert {tip.state for tip in tips.values()} == {TipState.PAID, TipState.REFUNDED}
    for project in (world.library, world.meals, town.well):
        kept = sum(t.kept.minor for t in tips.values() if t.state is TipState.PAID and t.project == project.id)
        assert balances[project_credited(project.id), "CNY"] == -kept

    states = Counter(one.state for rows in planned.values() for one in rows)
    assert set(states) <= {TransferState.DONE, TransferState.DROPPED}, states
    open_ = {
        one["payment_intent"] for one in town.our.books.all_of("dispute", None) if one["status"] == "needs_response"
    }  # fmt: skip
    held = {payment for payment, intent in town.intents.items() if intent["id"] in open_}
    expected = due(town, tips, held)
    for project in (world.library, town.well):
        assert await town.with_them(project) == expected[project.organisation.id]
        account = town.accounts[project.organisation.id]
        assert sum(cents for whose, cents in town.made() if whose == account) == expected[project.organisation.id]

    theirs = town.our.books.all_of("balance_transaction", None)
    assert balances[fees("stripe"), "USD"] == sum(one["fee"] for one in theirs)
    assert await town.here() == sum(one["net"] for one in theirs), "Stripe's balance of ours is what our books say"
    assert balances[operator_received("stripe"), "USD"] == 100 + 102

    window = Window(town.now() - timedelta(days=60), town.now() + timedelta(hours=1))
    report = await town.reconcile.run("stripe", window)
    assert report.differences == (), [(one.what, one.kind, one.their_id) for one in report.differences]
    agreed = Counter({one.kind: one.count for one in report.agreed})
    assert agreed[EventKind.TRANSFERRED] == states[TransferState.DONE]
    assert (agreed[EventKind.PAYOUT], agreed[EventKind.PAYOUT_FAILED]) == (3, 1)

    await one_record_spoiled(town, window)
    credited = -sum(balances[project_credited(each.id), "CNY"] for each in (world.library, world.meals, town.well))
    figures = Figures(
        tips=len(tips), refunds=TIPS[dialect] // 50, disputes=TIPS[dialect] // 100, credited=credited,
        fees=balances[fees("stripe"), "USD"], records=sum(agreed.values()), after_corruption=1,
    )  # fmt: skip
    figures.on_tabs, figures.tab_charges = len(tips), len(paid)
    figures.tell(f"stripe, transfers: {len(several)} pages over two organisations")


async def one_record_spoiled(town: Town, window: Window) -> None:
    """One of each kind that this mode brings, one after the other: exactly that is found."""
    books, dice = town.our.books, town.dice
    for kind, name in ((EventKind.TRANSFERRED, "transfer"), (EventKind.PAYOUT, "payout")):
        thing = dice.choice([one for one in books.all_of(name, None) if one.get("status", "paid") == "paid"])
        thing["amount"] += 7
        report = await town.reconcile.run("stripe", window)
        found = [(one.what, one.kind, one.their_id) for one in report.differences]
        assert found == [(What.AMOUNT, kind, thing["id"])]
        thing["amount"] -= 7
    report = await town.reconcile.run("stripe", window)
    assert report.differences == ()
    lost = books.all_of("transfer", None)[dice.randrange(50)]
    lost["metadata"] = {"yizan_payment": str(new_id()), "elsewhere": "yes"}
    balance = next(one for one in books.all_of("balance_transaction", None) if one["source"] == lost["id"])
    del books.things[balance["id"]]
    report = await town.reconcile.run("stripe", window)
    assert [(one.what, one.their_id) for one in report.differences] == [(What.MISSING_AT_PROVIDER, lost["id"])]
