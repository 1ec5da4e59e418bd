"""Recorded runs on our Stripe: a thousand gifts at once and by tabs, refunds, disputes, events told badly over HTTP.

In the end each project's credit is what was paid less what went back, to the fen; the fees are the operator's; and
`reconcile` finds nothing, but one record that was spoiled. Tabs are paid on pages, or by cards that were saved.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from giving.accounts import exchange, fees, operator_payable, organisation_received, rail_clearing
from giving.payments import EventKind
from giving.tips import Tip, TipState
from payments.stripe_rail import Mode
from tests.payments.recorded import (
    DISPUTES,
    REFUNDS,
    TIPS,
    assert_agreed,
    assert_credited,
    gifts_of_all,
    the_only,
)
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.running import SavedRun, StripeRun, open_run
from tests.payments.stripe.stage import On
from tests.world import World


async def assert_fees_are_the_operators(run: StripeRun, credited: int, mode: Mode) -> int:
    """To the cent what our Stripe billed, owed by the operator or off its balance, whoever holds the money."""
    async with run.world.unit.read() as work:
        balances = {(name, money.currency): money.minor for name, money in await work.ledger.balances()}
    billed = balances[fees("stripe"), "USD"]
    assert billed == run.billed() > 0
    bears = operator_payable("stripe") if mode is Mode.DIRECT else rail_clearing("stripe")
    assert balances[bears, "USD"] == -billed
    assert balances[organisation_received(run.world.library.organisation.id, "stripe"), "USD"] > 0
    assert balances[exchange("stripe"), "CNY"] == credited
    assert all(not minor for (name, _), minor in balances.items() if name.startswith("dispute:"))
    return billed


@pytest.mark.parametrize("mode", [Mode.DIRECT, Mode.DESTINATION])
async def test_a_thousand_gifts_at_once_and_by_tabs_end_in_books_that_agree(
    mode: Mode, world: World, our: OurStripe, on: On
):
    async with open_run(StripeRun, world, our, on(mode)) as run:
        paid = await run.give_all(await gifts_of_all(world, run.dice, small=12))
        await ends_in_books_that_agree(run, paid, mode)
        run.figures.tell(f"stripe, {mode}")


async def test_a_thousand_gifts_with_tabs_charged_to_saved_cards_of_which_some_are_declined(
    world: World, our: OurStripe, on: On
):
    async with open_run(SavedRun, world, our, on()) as run:
        paid = await run.give_all(await gifts_of_all(world, run.dice, small=12))
        figures = run.figures
        assert figures.by_saved > figures.declined > 0
        assert figures.tab_charges == figures.by_saved, "who was declined paid the same sum by the link"
        await ends_in_books_that_agree(run, paid, Mode.DIRECT)
        figures.tell("stripe, saved cards")


def of_tabs(paid: Sequence[Tip], but: Collection[UUID]) -> list[list[Tip]]:
    """What charges of several gifts paid, the newest last; none of which anything went back."""
    charges: dict[str | None, list[Tip]] = {}
    for tip in sorted(paid, key=lambda tip: (tip.offered_at, tip.id)):
        charges.setdefault(tip.charge, []).append(tip)
    return [tips for tips in charges.values() if len(tips) > 1 and not {tip.id for tip in tips} & {*but}]


async def ends_in_books_that_agree(run: StripeRun, paid: Sequence[Tip], mode: Mode) -> None:
    """After gifts went back, by us, in the dashboard and by a bank."""
    assert len(paid) >= TIPS * 0.99, "what is left is below what a card carries"
    assert sum(tip.amount.minor for tip in paid) == sum(one["amount_received"] for one in run.intents.values())
    ours = run.dice.sample(paid, REFUNDS // 2)
    await run.give_back(ours)
    await run.hear()
    apart = {one.id for one in ours}
    others = run.dice.sample([tip for tip in run.alone(paid) if tip.id not in apart], REFUNDS // 2 + DISPUTES - 2)
    one, other = run.dice.sample(of_tabs(paid, apart), 2)
    outside, disputed = others[: REFUNDS // 2 - 1], others[REFUNDS // 2 - 1 :]
    outside.insert(1, one[-1])  # of a tab's charge as much as its newest gift is: the whole of that one goes back
    disputed.insert(0, other[0])  # a tab's whole charge, lost
    await run.refund_outside(outside)
    await run.dispute(disputed)

    states = {tip.id: tip.state for tip in await run.fresh()}
    assert {states[tip.id] for tip in (*ours, *outside[1::2], *disputed[::2])} == {TipState.REFUNDED}
    assert {states[tip.id] for tip in (*outside[::2], *disputed[1::2])} == {TipState.PAID}
    run.later(timedelta(hours=1))  # so that nothing is too young to be judged
    run.figures.credited = await assert_credited(run.world.unit, run.notes)
    run.figures.records = assert_agreed(await run.reconcile.run("stripe", run.window))
    run.figures.fees = await assert_fees_are_the_operators(run, run.figures.credited, mode)

    spoiled = run.intents[run.dice.choice([tip for tip in run.alone(paid) if tip not in others]).payment or UUID(int=0)]
    run.our.books.things[spoiled["latest_charge"]]["amount"] += 7
    report = await run.reconcile.run("stripe", run.window)
    difference = the_only(report)
    assert (difference.kind, difference.their_id) == (EventKind.PAID, spoiled["id"])
    run.figures.after_corruption = report.found
