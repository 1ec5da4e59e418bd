"""What Stripe pays out to the operator's bank: booked once, turned back where it fails, and compared."""

from datetime import UTC, datetime, timedelta

import pytest

from giving.accounts import operator_received, rail_clearing
from giving.ledger import Entry, Posting
from giving.money import Money
from giving.payments import EventKind
from giving.reconcile import What
from giving.reconcile_times import Window
from payments.stripe_rail import Mode, StripeRail
from services.ledger import LedgerService
from storage.engines import Engines
from storage.work import UnitOfWork
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.passing import Town
from tests.payments.stripe.stage import On, brief, read
from tests.world import World

BANK = operator_received("stripe")


@pytest.fixture
async def town(world: World, our: OurStripe, on: On) -> Town:
    made = Town(world, our, on(Mode.TRANSFERS))
    await made.settle_in()
    return made


async def differences(town: Town, days: int = 5) -> list[tuple[What, EventKind, str]]:
    until = town.now() + timedelta(hours=1)
    report = await town.reconcile.run("stripe", Window(until - timedelta(days=days), until))
    return [(one.what, one.kind, one.their_id) for one in report.differences]


async def test_a_payout_moves_what_stripe_held_to_the_operators_bank(town: Town):
    payout = town.our.books.pay_out(900)
    await town.hear()
    assert await town.stands(BANK) == 0, "on its way: nothing is told"
    assert await differences(town) == [], "and Stripe's books don't list it"
    town.our.books.clock += 2 * 86_400
    town.our.books.payout_arrives(payout)
    await town.hear(again=1.0)
    assert (await town.stands(BANK), await town.here()) == (900, -900)
    assert await differences(town) == []


@pytest.mark.parametrize("arrived", [True, False])
async def test_one_that_fails_is_back_whatever_was_told_before(town: Town, arrived: bool):
    payout = town.our.books.pay_out(900)
    await town.hear()
    town.our.books.clock += 3 * 86_400
    if arrived:
        town.our.books.payout_arrives(payout)
    town.our.books.payout_fails(payout)
    await town.hear(again=1.0)
    assert (await town.stands(BANK), await town.here()) == (0, 0)
    assert await differences(town) == []
    async with town.world.unit.read() as work:
        keys = [f"payout:stripe:{payout['id']}:{end}" for end in ("sent", "failed")]
        assert await work.ledger.booked(keys) == set(keys)


async def test_what_stripe_takes_from_the_bank_is_a_payout_below_zero(town: Town):
    payout = town.our.books.pay_out(-250)
    town.our.books.payout_arrives(payout)
    await town.hear()
    assert (await town.stands(BANK), await town.here()) == (-250, 250)
    assert await differences(town) == []


async def test_a_payout_nobody_told_of_is_a_difference_and_never_mended(town: Town):
    payout = town.our.books.pay_out(900)
    payout["status"] = "paid"
    town.our.take_told()
    town.passes(hours=1)
    assert await differences(town) == [(What.MISSING_IN_BOOKS, EventKind.PAYOUT, payout["id"])]
    assert await differences(town) == [(What.MISSING_IN_BOOKS, EventKind.PAYOUT, payout["id"])]
    assert await town.stands(BANK) == 0


async def test_payouts_of_an_organisations_account_are_its_own(our: OurStripe, rail: StripeRail):
    account = (await rail.open_account("Anna", "HK", key="o")).their_id
    payout = our.books.pay_out(900, account)
    our.books.payout_arrives(payout)
    our.books.payout_fails(payout)
    assert read(rail, our) == []


async def test_the_books_list_payouts_and_what_hurry_cost(our: OurStripe, rail: StripeRail, town: Town):
    begin = town.now()
    for status, fee in (("paid", 9), ("in_transit", 0), ("failed", 0), ("canceled", 0)):
        payout = our.books.pay_out(500, fee=fee)
        if status in ("failed", "canceled"):
            our.books.payout_fails(payout)
            payout["status"] = status
        if status == "canceled":
            our.books.all_of("balance_transaction", None)[0]["type"] = "payout_cancel"
        payout["status"] = status
    found = [one async for one in rail.records(begin, town.now() + timedelta(seconds=1))]
    kinds = sorted((one.kind, one.amount.minor) for one in found)
    gone, back = EventKind.PAYOUT, EventKind.PAYOUT_FAILED
    assert kinds == [(EventKind.FEE, 9), (gone, 500), (gone, 500), (gone, 500), (back, 500), (back, 500)]
    assert rail.fee_event(next(one for one in found if one.kind is EventKind.FEE)) is not None


async def test_a_payout_that_was_called_off_is_told_as_one_that_failed(our: OurStripe, rail: StripeRail):
    payout = our.books.pay_out(500)
    our.books.tell("payout.canceled", payout | {"status": "canceled"}, None)
    assert brief(read(rail, our)) == [(EventKind.PAYOUT_FAILED, payout["id"], 500)]


async def test_verify_finds_what_came_to_the_bank_otherwise(engines: Engines):
    unit, now = UnitOfWork(engines), datetime(2026, 11, 22, tzinfo=UTC)  # not the fixture, whose books must be clean

    async def book(key: str, minor: int) -> None:
        here = Posting(rail_clearing("stripe"), Money(-minor, "USD"))
        async with unit() as work:
            entry = Entry(key, now, (Posting(BANK, Money(minor, "USD")), here))
            await work.ledger.append([entry], now=now)

    async def found() -> list[tuple[str, int, int]]:
        report = await LedgerService(unit).verify()
        return sorted((one.subject, one.expected_minor, one.found_minor) for one in report.findings)

    await book("payout:stripe:po_0:sent", 80)
    await book("payout:stripe:po_0:failed", -80)
    await book("payout:stripe:po_1:sent", 500)
    await book("payout:stripe:po_2:failed", -30)
    assert await found() == [("payout:stripe:po_2:failed", 0, -30)]
    await book("payout:stripe:po_2:sent", 30)
    assert await found() == []
    await book("payout:stripe:po_1:failed", -400)
    await book("transfer:stripe:tr_x", 70)
    assert await found() == [("payout:stripe:po_1:failed", -500, -400), ("transfer:stripe:tr_x", 0, 70)]
