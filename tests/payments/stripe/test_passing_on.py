"""A charge over several organisations is passed on to each once, and what goes back comes back from each."""

import asyncio
import itertools

import pytest

from giving.alerts import AlertKind
from giving.payments import PaymentState
from giving.transfers import TransferState
from payments.stripe_rail import Mode
from services.ledger import LedgerService
from services.metrics import MetricsService
from tests.faults.cancelling import Cancelling
from tests.payments.stripe.our_stripe import HALF, HANG, NOT_JSON, OurStripe
from tests.payments.stripe.passing import Town
from tests.payments.stripe.stage import On
from tests.world import World

DONE, DUE, ASKING, ASKED, DROPPED = (
    TransferState.DONE, TransferState.DUE, TransferState.ASKING, TransferState.ASKED, TransferState.DROPPED,
)  # fmt: skip


@pytest.fixture
async def town(world: World, our: OurStripe, on: On) -> Town:
    made = Town(world, our, on(Mode.TRANSFERS))
    await made.settle_in()
    return made


def theirs(town: Town) -> tuple[str, str]:
    return town.accounts[town.world.library.organisation.id], town.accounts[town.well.organisation.id]


async def test_each_organisation_gets_its_part_to_the_last_cent_and_once(town: Town):
    payment = await town.give((town.world.library, 1000), (town.well, 2500), (town.world.library, 100))
    assert await town.states(payment) == [(153, DUE), (347, DUE)], "planned with the payment: 36 yuan came to $5.00"
    assert town.world.wakes.transfers.is_set()

    assert await town.transfers.sweep() == 2
    assert {state for _, state in await town.states(payment)} == {ASKED}
    await town.hear(again=1.0)
    sunshine, spring = theirs(town)
    assert town.made() == sorted([(sunshine, 153), (spring, 347)])
    assert await town.states(payment) == [(153, DONE), (347, DONE)]
    assert (await town.with_them(town.world.library), await town.with_them(town.well)) == (153, 347)
    assert await town.here() == -44, "the fee, which is ours"
    assert await town.transfers.sweep() == 0


async def test_a_payment_of_one_organisation_goes_to_the_account_it_was_made_for(town: Town):
    payment = await town.give((town.well, 3000))
    await town.transfers.sweep()
    await town.hear()
    assert town.made() == [(theirs(town)[1], 417)]
    assert [one.account for one in await town.planned(payment)] == [payment.account]


async def test_what_no_webhook_tells_is_looked_up(town: Town):
    payment = await town.give((town.well, 3000))
    await town.transfers.sweep()
    town.our.take_told()
    assert await town.transfers.sweep() == 0, "not at once"
    town.passes(minutes=5)
    assert await town.transfers.sweep() == 1
    assert await town.states(payment) == [(417, DONE)]


async def test_a_refund_comes_back_from_each_and_one_that_fails_goes_there_again(town: Town):
    payment = await town.give((town.world.library, 1000), (town.well, 2600))
    await town.transfers.sweep()
    await town.hear()
    refund = town.our.books.refund(town.intents[payment.id], 3100)
    await town.hear()
    assert await town.states(payment) == [(-361, DUE), (-70, DUE), (139, DONE), (361, DONE)]
    await town.transfers.sweep()
    await town.hear()
    assert (await town.with_them(town.world.library), await town.with_them(town.well)) == (69, 0)

    town.our.books.refund_fails(refund)
    await town.hear()
    await town.transfers.sweep()
    await town.hear()
    assert (await town.with_them(town.world.library), await town.with_them(town.well)) == (139, 361)
    again = [one for one in await town.planned(payment) if one.again and one.amount.minor > 0]
    assert {one.state for one in again} == {DONE}
    assert [one["source_transaction"] for one in town.our.books.all_of("transfer", None)][:2] == [None, None]

    town.our.books.refund(town.intents[payment.id], 3600)
    await town.hear()
    await town.transfers.sweep()
    await town.hear()
    await town.transfers.sweep()
    await town.hear()
    assert {state for _, state in await town.states(payment)} == {DONE}
    assert (await town.with_them(town.world.library), await town.with_them(town.well)) == (0, 0)
    assert sum(minor for _, minor in town.made()) == 0, "out of both transfers that each of them got"


async def test_what_goes_back_before_it_was_passed_on_never_goes_there(town: Town):
    payment = await town.give((town.well, 3000))
    town.our.books.refund(town.intents[payment.id], 1000)
    await town.hear()
    assert await town.states(payment) == [(278, DUE)]
    town.our.books.refund(town.intents[payment.id], 2000)
    await town.hear()
    assert await town.states(payment) == [(278, DROPPED)]
    assert await town.transfers.sweep() == 0
    assert town.made() == []


@pytest.mark.parametrize("won", [True, False])
async def test_while_a_bank_has_the_money_the_organisation_has_not(town: Town, won: bool):
    payment = await town.give((town.world.library, 1000), (town.well, 2600))
    await town.transfers.sweep()
    await town.hear()
    dispute = town.our.books.dispute(town.intents[payment.id])
    await town.hear()
    await town.transfers.sweep()
    await town.hear()
    assert (await town.with_them(town.world.library), await town.with_them(town.well)) == (0, 0)
    town.our.books.dispute_ends(dispute, won=won)
    await town.hear()
    await town.transfers.sweep()
    await town.hear()
    both = await town.with_them(town.world.library), await town.with_them(town.well)
    assert both == ((139, 361) if won else (0, 0))
    assert {state for _, state in await town.states(payment)} == {DONE}
    assert len(await town.planned(payment)) == (6 if won else 4)


async def test_a_definite_no_is_told_once_and_asked_anew_under_another_key(town: Town):
    payment = await town.give((town.well, 3000))
    await town.transfers.sweep()
    await town.hear()
    town.our.books.refund(town.intents[payment.id], 3000)
    await town.hear()
    town.our.books.emptied.add(theirs(town)[1])
    for _ in range(3):
        await town.transfers.sweep()
        town.passes(hours=25)
    told = [(kind, said["code"], said["back"]) for kind, said in await town.alerted() if "code" in said]
    assert told == [(AlertKind.TRANSFER_REFUSED, "balance_insufficient", "yes")]
    asked = [key for method, path, _, _, key in town.our.asked if method == "POST" and path.endswith("/reversals")]
    assert len(set(asked)) == len(asked) == 3

    town.our.books.emptied.clear()
    await town.transfers.sweep()
    await town.hear()
    assert await town.states(payment) == [(-417, DONE), (417, DONE)]


async def test_an_organisation_that_lost_its_account_is_told_and_paid_once_it_has_one(town: Town):
    payment = await town.give((town.world.library, 1000), (town.well, 2600))
    async with town.world.unit() as work:
        rows = {row.organisation: row for row in await work.accounts.all()}
        kept = rows.pop(town.well.organisation.id)
        await work.connection.exec_driver_sql("DELETE FROM rail_accounts WHERE their_id = '" + kept.their_id + "'")
    await town.transfers.sweep()
    assert [said["code"] for kind, said in await town.alerted() if kind is AlertKind.TRANSFER_REFUSED] == ["no_account"]
    async with town.world.unit() as work:
        await work.accounts.keep(kept, now=town.now())
    town.passes(hours=25)
    await town.transfers.sweep()
    await town.hear()
    assert await town.states(payment) == [(139, DONE), (361, DONE)]


async def test_what_is_open_for_a_week_is_told_and_measured(town: Town):
    await town.give((town.well, 3000))
    await town.transfers.sweep()
    town.our.take_told()
    hidden = town.our.books.all_of("transfer", None)[0]
    hidden["transfer_group"] = "elsewhere"
    town.passes(days=6)
    await town.transfers.sweep()
    assert [kind for kind, _ in await town.alerted()] == []
    town.passes(days=2)
    await town.transfers.sweep()
    assert [kind for kind, _ in await town.alerted()] == [AlertKind.TRANSFER_OPEN]
    metrics = (await MetricsService(town.world.unit, now=town.now).render()).decode()
    (oldest,) = [line for line in metrics.splitlines() if line.startswith("transfer_oldest_seconds ")]
    assert 8 * 86_400 <= float(oldest.split()[1]) < 8.1 * 86_400


@pytest.mark.parametrize("fault", [500, HANG, HALF, NOT_JSON])
async def test_no_answer_is_asked_again_in_the_same_words(town: Town, fault: int):
    payment = await town.give((town.world.library, 1000), (town.well, 2600))
    town.our.faults.extend([fault] * 4)  # more than the library tries by itself
    await town.transfers.sweep()
    assert ASKING in {state for _, state in await town.states(payment)}
    town.our.faults.clear()
    for _ in range(3):
        town.passes(minutes=5)
        await town.transfers.sweep()
    await town.hear()
    assert await town.states(payment) == [(139, DONE), (361, DONE)]
    assert sum(minor for _, minor in town.made()) == 500


async def test_a_mode_that_was_changed_meanwhile_leaves_the_books_right(town: Town, on: On):
    payment = await town.give((town.well, 3000))
    town.work_with(on(Mode.DIRECT))
    await town.transfers.sweep()
    await town.hear()
    assert await town.states(payment) == [(417, DONE)]
    assert await town.with_them(town.well) == 417


async def test_it_is_broken_off_at_any_await_and_done_once_all_the_same(town: Town, dialect: str):
    """As a kill would: nothing stays in memory; whoever comes next finds what is committed and what Stripe has."""
    step = 1 if dialect == "sqlite" else 3
    for number in itertools.count(1, step):
        payment = await town.give((town.world.library, 1000), (town.well, 2600))
        before = len(town.our.books.all_of("transfer", None))
        cancelling = Cancelling(at=number)
        caller = asyncio.create_task(cancelling.within(town.transfers.sweep()))
        await asyncio.wait([caller], timeout=60)
        assert caller.cancelled() == cancelling.struck
        town.begin()
        for _ in range(3):
            town.passes(minutes=5)
            await town.transfers.sweep()
        await town.hear()
        assert await town.states(payment) == [(139, DONE), (361, DONE)], number
        assert len(town.our.books.all_of("transfer", None)) == before + 2, number
        if not cancelling.struck:
            break
    assert number > 10
    report = await LedgerService(town.world.unit).verify()
    assert report.clean, report.findings


async def test_a_day_after_its_answer_was_lost_stripe_forgot_the_key_and_it_is_made_once(town: Town):
    payment = await town.give((town.well, 3000))
    cancelling = Cancelling(at=0)
    made = town.rail._calls.ask  # the answer comes, and the process is gone

    async def gone(asked: object) -> dict[str, object]:
        answer = await made(asked)  # type: ignore[arg-type]
        if answer["object"] == "transfer":
            raise asyncio.CancelledError
        return answer

    town.rail._calls.ask = gone  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await cancelling.within(town.transfers.sweep())
    town.rail._calls.ask = made  # type: ignore[method-assign]
    town.our.take_told()
    town.our._answers.clear()
    town.passes(days=3)
    town.begin()
    await town.transfers.sweep()
    await town.hear()
    assert town.made() == [(theirs(town)[1], 417)]
    assert await town.states(payment) == [(417, DONE)]


@pytest.mark.parametrize("mode", [Mode.DIRECT, Mode.DESTINATION])
async def test_direct_and_destination_charges_pass_nothing_on(world: World, our: OurStripe, on: On, mode: Mode):
    town = Town(world, our, on(mode))
    await town.settle_in()
    payment = await town.give((town.world.library, 3000))
    async with world.unit.read() as work:
        assert (await work.payments.by_ids([payment.id]))[payment.id].state is PaymentState.PAID
    assert await town.planned(payment) == []


async def test_rails_that_are_off_keep_what_waits(town: Town):
    payment = await town.give((town.well, 3000))
    kept, town.transfers._rails = town.transfers._rails, {}
    assert await town.transfers.sweep() == 1
    town.transfers._rails = kept
    town.passes(days=1, seconds=1)
    await town.transfers.sweep()
    assert [state for _, state in await town.states(payment)] == [ASKED]
