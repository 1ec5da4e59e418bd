"""What money does in each charge mode: fees, conversion, refunds, disputes, transfers, and Stripe's own books."""

from datetime import UTC, datetime, timedelta

import pytest

from giving.money import Money
from giving.payments import EventKind, PaymentState
from giving.rails import Holder
from payments.provider import PaymentRef, RailDown, RailRefused, RefundAsk
from payments.stripe_rail import Mode, StripeRail
from storage.ids import new_id
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.stage import ANNA, BEN, On, brief, events_in, part, read, ref, wish

USD, CNY = "USD", "CNY"


async def test_direct_the_money_and_the_fee_are_where_the_books_say(our: OurStripe, rail: StripeRail):
    intent = wish()
    link = await rail.create_payment(intent, key="k")
    paid = our.books.pay(link.their_id)

    told = read(rail, our)
    assert brief(told) == [(EventKind.PAID, paid["id"], 3000)] * 2, "the intent and the page name the same payment"
    assert {(event.account, event.charge, event.thin) for event in told} == {(ANNA, paid["id"], True)}

    found = await rail.fetch(ref(intent, link.their_id))
    (event,) = events_in(rail, found)
    assert found.state is PaymentState.PAID
    assert (event.kind, event.their_id, event.amount) == (EventKind.PAID, paid["id"], Money(3000, CNY))
    assert event.settled == Money(417, USD)
    assert not event.thin
    assert event.reference == intent.reference
    assert rail.holder_of(ANNA) is rail.capabilities.holder is Holder.ORGANISATION
    assert await rail.fetch(ref(intent, link.their_id)) == found, "the same at the next look"


async def test_destination_shows_the_fee_of_each_payment_and_refunds_come_from_the_organisation(our: OurStripe, on: On):
    rail = on(Mode.DESTINATION)
    intent = wish()
    link = await rail.create_payment(intent, key="k")
    paid = our.books.pay(link.their_id)
    assert our.asked[-1][3] is None, "on the platform's account"

    events = events_in(rail, await rail.fetch(ref(intent, link.their_id)))
    assert brief(events) == [(EventKind.PAID, paid["id"], 3000), (EventKind.FEE, paid["id"], 42)]
    assert events[1].amount == Money(42, USD)
    assert {event.account for event in events} == {ANNA}

    await rail.refund(RefundAsk(new_id(), paid["id"], Money(1000, CNY), intent.amount, intent.reference, ANNA), key="r")
    assert our.asked[-1][2]["reverse_transfer"] == "true"
    assert not any(event.kind is EventKind.TRANSFERRED for event in read(rail, our)), (
        "Stripe's own transfers are not ours"
    )


async def test_each_part_that_is_passed_on_is_told_and_its_return(our: OurStripe, on: On):
    rail = on(Mode.TRANSFERS)
    intent = wish(account=None)
    link = await rail.create_payment(intent, key="k")
    paid = our.books.pay(link.their_id)
    read(rail, our)

    asks = [part(intent.reference, paid["id"], account, cents) for account, cents in ((ANNA, 139), (BEN, 278))]
    ids = [await rail.transfer(ask, key=f"t:{ask.account}") for ask in (*asks, *asks)]

    told = read(rail, our)
    assert ids == [event.their_id for event in told] * 2, "the same key is the same transfer"
    assert [event.transfer for event in told] == [ask.transfer for ask in asks]
    assert [(event.account, event.amount) for event in told] == [(ANNA, Money(139, USD)), (BEN, Money(278, USD))]
    assert {(event.kind, event.reference) for event in told} == {(EventKind.TRANSFERRED, intent.reference)}
    returned = part(intent.reference, paid["id"], BEN, 78, reverses=ids[1])
    back = {"id": await rail.transfer(returned, key="b")}
    (news,) = read(rail, our)
    assert brief([news]) == [(EventKind.TRANSFERRED, back["id"], -78)]
    assert (news.transfer, news.account) == (returned.transfer, BEN)
    found = events_in(rail, await rail.fetch(ref(intent, link.their_id)))
    moved = [event for event in found if event.kind is EventKind.TRANSFERRED]
    assert sorted(brief(moved)) == sorted([*brief(told), (EventKind.TRANSFERRED, back["id"], -78)])
    assert rail.holder_of(None) is Holder.OPERATOR


async def test_what_is_not_in_the_balance_yet_is_passed_on_later(our: OurStripe, on: On):
    our.books.late = True
    rail = on(Mode.TRANSFERS)
    link = await rail.create_payment(wish(account=None), key="k")
    paid = our.books.pay(link.their_id)
    with pytest.raises(RailDown):
        await rail.transfer(part(new_id(), paid["id"], ANNA, 1), key="t")
    unpaid = await rail.create_payment(wish(account=None), key="k2")
    begun = our.books.decline(unpaid.their_id)
    for their_id in (unpaid.their_id, begun["id"]):
        with pytest.raises(RailRefused, match="not_paid"):
            await rail.transfer(part(new_id(), their_id, ANNA, 1), key="t")
    our.books.into_balance(paid["latest_charge"])
    await rail.transfer(part(new_id(), link.their_id, ANNA, 417), key="t")
    (whole,) = our.books.all_of("transfer", None)
    assert (whole["amount"], whole["destination"]) == (417, ANNA), "by the id of its page, too"
    with pytest.raises(RailRefused, match="insufficient_funds"):
        await rail.transfer(part(new_id(), paid["id"], ANNA, 1), key="t2")
    await rail.transfer(part(new_id(), paid["id"], ANNA, 1, again=True), key="t3")
    assert our.books.all_of("transfer", None)[0]["source_transaction"] is None, "out of what the operator has there"


async def test_a_charge_that_reaches_the_balance_later_is_thin_until_then(our: OurStripe, on: On):
    our.books.late = True
    rail = on(Mode.DESTINATION)
    intent = wish()
    link = await rail.create_payment(intent, key="k")
    paid = our.books.pay(link.their_id)
    read(rail, our)
    (thin,) = events_in(rail, await rail.fetch(ref(intent, link.their_id)))
    assert (thin.kind, thin.thin, thin.settled) == (EventKind.PAID, True, None)

    our.books.late = False
    our.books.into_balance(paid["latest_charge"])
    our.books.tell("charge.updated", our.books.things[paid["latest_charge"]], None)
    (news,) = read(rail, our)
    assert (news.kind, news.their_id, news.amount, news.thin) == (EventKind.FEE, paid["id"], None, True)
    whole, fee = events_in(rail, await rail.fetch(ref(intent, link.their_id)))
    assert (whole.thin, whole.settled, fee.amount) == (False, Money(417, USD), Money(42, USD))
    assert whole.event_id != thin.event_id


async def test_a_refund_names_our_ids_and_one_made_at_stripe_is_found_all_the_same(our: OurStripe, rail: StripeRail):
    intent = wish()
    link = await rail.create_payment(intent, key="k")
    paid = our.books.pay(link.their_id)
    read(rail, our)
    ask = RefundAsk(new_id(), paid["id"], Money(1000, CNY), intent.amount, intent.reference, ANNA)
    await rail.refund(ask, key="r")
    await rail.refund(ask, key="r")
    (mine,) = read(rail, our)
    assert (mine.kind, mine.refund, mine.reference) == (EventKind.REFUNDED, ask.refund, intent.reference)
    assert (mine.charge, mine.amount, mine.account) == (paid["id"], Money(1000, CNY), ANNA)

    outside = our.books.refund(paid, 2000)
    (theirs,) = read(rail, our)
    assert (theirs.reference, theirs.charge, theirs.thin) == (None, paid["id"], True)
    with pytest.raises(RailRefused, match=r"^amount_too_large$"):
        await rail.refund(ask, key="r2")

    found = events_in(rail, await rail.fetch(PaymentRef(new_id(), paid["id"], ANNA)))
    refunds = [event for event in found if event.kind is EventKind.REFUNDED]
    assert {(event.their_id, event.amount, event.settled, event.reference, event.refund) for event in refunds} == {
        (mine.their_id, Money(1000, CNY), Money(139, USD), intent.reference, ask.refund),
        (outside["id"], Money(2000, CNY), Money(278, USD), intent.reference, None),
    }


@pytest.mark.parametrize("mode", list(Mode))
async def test_more_refunds_than_a_charge_lists_are_all_found(our: OurStripe, on: On, mode: Mode):
    rail = on(mode)
    link = await rail.create_payment(wish(), key="k")
    paid = our.books.pay(link.their_id)
    made = {our.books.refund(paid, 100)["id"] for _ in range(12)}
    found = events_in(rail, await rail.fetch(PaymentRef(new_id(), paid["id"], ANNA)))
    assert {event.their_id for event in found if event.kind is EventKind.REFUNDED} == made


async def test_a_slow_refund_is_told_when_it_arrives_and_a_failed_one_when_it_comes_back(
    our: OurStripe, rail: StripeRail
):
    our.books.slow_refunds = True
    link = await rail.create_payment(wish(), key="k")
    paid = our.books.pay(link.their_id)
    read(rail, our)
    refund = our.books.refund(paid, 500)
    assert read(rail, our) == [], "not yet"
    our.books.refund_arrives(refund)
    assert brief(read(rail, our)) == [(EventKind.REFUNDED, refund["id"], 500)]
    our.books.refund_fails(refund)
    assert brief(read(rail, our)) == [(EventKind.REFUND_FAILED, refund["id"], 500)] * 2
    found = events_in(rail, await rail.fetch(PaymentRef(new_id(), paid["id"], ANNA)))
    assert [event.kind for event in found] == [EventKind.PAID, EventKind.REFUND_FAILED]


@pytest.mark.parametrize("won", [True, False])
async def test_a_dispute_is_held_then_won_or_lost_and_its_fees_are_told_apart(our: OurStripe, won: bool, on: On):
    rail = on(Mode.TRANSFERS)
    intent = wish(account=None)
    link = await rail.create_payment(intent, key="k")
    paid = our.books.pay(link.their_id)
    read(rail, our)
    dispute = our.books.dispute(paid)
    dispute["balance_transactions"].append(our.books.balance(None, "adjustment", 0, "cny", dispute["id"]))
    (held,) = read(rail, our)
    assert (held.kind, held.their_id, held.charge) == (EventKind.DISPUTED, dispute["id"], paid["id"])
    assert (held.amount, held.settled) == (Money(3000, CNY), Money(417, USD))
    our.books.dispute_ends(dispute, won=won)
    end = EventKind.DISPUTE_WON if won else EventKind.DISPUTE_LOST
    assert brief(read(rail, our)) == [(end, dispute["id"], 3000)]

    found = events_in(rail, await rail.fetch(ref(intent, link.their_id)))
    assert {event.reference for event in found} == {intent.reference}
    assert [event.kind for event in found if event.kind is not EventKind.FEE] == [
        EventKind.PAID,
        EventKind.DISPUTED,
        end,
    ]
    fees = [event.amount.minor for event in found if event.kind is EventKind.FEE and event.amount]
    assert fees == ([42, 1500, -1500] if won else [42, 1500])
    assert len({event.event_id for event in found}) == len(found)


async def test_the_books_are_listed_page_by_page_and_agree_with_what_was_told(
    our: OurStripe, rail: StripeRail, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("payments.stripe_rail.records.PAGE", 7)
    others = [await rail.open_account(f"org {n}", "HK", key=f"o{n}") for n in range(9)]
    begin = datetime.fromtimestamp(our.books.clock, UTC)
    account = (await rail.open_account("Anna", "HK", key="o")).their_id
    told = []
    for n in range(60):
        intent = wish(account=account)
        link = await rail.create_payment(intent, key=f"k{n}")
        paid = our.books.pay(link.their_id)
        if n == 7:
            our.books.refund(paid, 1000)
        if n == 8:
            our.books.dispute(paid, fee=0)
        told += events_in(rail, await rail.fetch(ref(intent, link.their_id)))
    foreign = our.books.charge(None, 5000, "usd", {})
    our.books.dispute_ends(our.books.dispute(our.books.charge(None, 7000, "usd", {})), won=False)
    our.books.balance(None, "refund", -5, "usd", our.books.refund(foreign, 100)["id"])
    our.books.balance(account, "charge", 5, "usd", foreign["latest_charge"])["currency"] = "isk"
    our.books.balance(None, "payout", -500, "usd", "po_1")
    end = datetime.fromtimestamp(our.books.clock + 1, UTC)

    found = [record async for record in rail.records(begin, end)]

    moved = {(event.kind, event.their_id, event.amount, event.reference) for event in told}
    assert {(one.kind, one.their_id, one.amount, one.reference) for one in found if one.reference} == moved
    billed = [one for one in found if one.reference is None]
    assert {one.kind for one in billed} == {EventKind.FEE}, (
        "what the platform was billed for the organisation's charges"
    )
    assert sum(one.amount.minor for one in billed) == 60 * 42
    assert len(our.books.all_of("account", None)) == len(others) + 1
    assert len({(one.kind, one.their_id) for one in found}) == len(found)
    middle = begin + (end - begin) / 2
    parts = [[one async for one in rail.records(*span)] for span in ((begin, middle), (middle, end))]
    assert sorted(map(repr, [*parts[0], *parts[1]])) == sorted(map(repr, found)), "half open"
    assert [one async for one in rail.records(end, end + timedelta(days=1))] == []


async def test_the_books_of_a_platform_hold_fees_transfers_and_what_came_back(our: OurStripe, on: On):
    rail = on(Mode.TRANSFERS)
    begin = datetime.fromtimestamp(our.books.clock, UTC)
    intent = wish(account=None)
    link = await rail.create_payment(intent, key="k")
    paid = our.books.pay(link.their_id)
    await rail.transfer(part(intent.reference, paid["id"], ANNA, 417), key="t")
    transfer = our.books.all_of("transfer", None)[0]
    back = our.books.take_back(transfer, 17)
    our.books.dispute_ends(our.books.dispute(paid), won=True)

    found = [one async for one in rail.records(begin, begin + timedelta(days=1))]

    assert {(one.kind, one.their_id, one.amount.minor) for one in found if one.kind is not EventKind.FEE} == {
        (EventKind.PAID, paid["id"], 3000), (EventKind.TRANSFERRED, transfer["id"], 417),
        (EventKind.TRANSFERRED, back["id"], 17), (EventKind.DISPUTED, our.books.all_of("dispute", None)[0]["id"], 3000),
        (EventKind.DISPUTE_WON, our.books.all_of("dispute", None)[0]["id"], 3000),
    }  # fmt: skip
    assert sorted(one.amount.minor for one in found if one.kind is EventKind.FEE) == [-1500, 42, 1500]
    assert {one.reference for one in found} == {intent.reference}
    our.faults.extend([500, 500])
    with pytest.raises(RailDown):
        _ = [one async for one in rail.records(begin, begin + timedelta(days=1))]
