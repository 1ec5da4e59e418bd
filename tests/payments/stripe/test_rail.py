"""The rail against our Stripe: pages, refusals, silence; what money does in each charge mode."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from giving.money import Money
from giving.payments import EventKind, PaymentState
from giving.rails import Holder
from payments.provider import Connects, Found, PassesOn, PaymentRef, RailDown, RailRefused, RefundAsk, Saves
from payments.stripe_rail import Mode, StripeRail
from storage.ids import new_id
from tests.payments.stripe.our_stripe import HANG, OurStripe
from tests.payments.stripe.stage import ANNA, BACK, BEN, On, brief, events_in, read, ref, wish

USD, CNY = "USD", "CNY"


async def test_the_same_key_is_the_same_page_and_other_parameters_under_it_are_refused(
    our: OurStripe, rail: StripeRail
):
    intent = wish()
    link = await rail.create_payment(intent, key="k1")
    assert await rail.create_payment(intent, key="k1") == link
    assert link.their_id.startswith("cs_")
    with pytest.raises(RailRefused, match="idempotency_error"):
        await rail.create_payment(wish(), key="k1")
    assert [(account, key) for *_, account, key in our.asked] == [(ANNA, "k1")] * 3
    assert await rail.fetch(ref(intent, link.their_id)) == Found(PaymentState.CREATED, link.their_id, link.url)


async def test_what_stripe_refuses_is_told_by_its_code(rail: StripeRail):
    with pytest.raises(RailRefused, match=r"^amount_too_small$"):
        await rail.create_payment(wish(100), key="k")
    with pytest.raises(RailRefused, match=r"^no_account$"):
        await rail.create_payment(wish(account=None), key="k2")
    with pytest.raises(RailRefused, match=r"^resource_missing$"):
        await rail.fetch(PaymentRef(new_id(), "cs_test_gone", ANNA))


async def test_a_wrong_key_is_a_definite_no(our: OurStripe, on: On):
    rail = on(api_key="sk_test_other")
    with pytest.raises(RailRefused, match=r"^api_key_refused$"):
        await rail.create_payment(wish(), key="k")


@pytest.mark.parametrize("fault", [500, 503, 429, HANG])
async def test_no_usable_answer_says_nothing_and_the_same_key_may_be_asked_again(
    our: OurStripe, rail: StripeRail, fault: int
):
    intent = wish()
    our.faults.extend([fault, fault])  # the library asks twice by itself
    with pytest.raises(RailDown):
        await rail.create_payment(intent, key="k")
    our.faults.clear()
    assert (await rail.create_payment(intent, key="k")).url


async def test_nobody_there_is_down_and_closing_what_was_never_opened_is_fine(our: OurStripe, on: On):
    await our.close()
    rail = on()
    await rail.close()
    with pytest.raises(RailDown):
        await rail.create_payment(wish(), key="k")


async def test_an_answer_that_is_not_as_documented_is_none(our: OurStripe, rail: StripeRail):
    link = await rail.create_payment(wish(), key="k")
    del our.books.things[link.their_id]["status"]
    with pytest.raises(RailDown):
        await rail.fetch(PaymentRef(new_id(), link.their_id, ANNA))


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


async def test_transfers_split_what_arrived_and_each_part_and_its_return_is_told(our: OurStripe, on: On):
    rail = on(Mode.TRANSFERS)
    intent = wish(account=None)
    link = await rail.create_payment(intent, key="k")
    paid = our.books.pay(link.their_id)
    read(rail, our)

    shares = {ANNA: Money(1000, CNY), BEN: Money(2000, CNY)}
    await rail.transfer(ref(intent, paid["id"]), shares, key="t")
    await rail.transfer(ref(intent, paid["id"]), shares, key="t")

    told = read(rail, our)
    assert [(event.account, event.amount) for event in told] == [(ANNA, Money(139, USD)), (BEN, Money(278, USD))]
    assert {(event.kind, event.reference) for event in told} == {(EventKind.TRANSFERRED, intent.reference)}
    back = our.books.take_back(our.books.things[str(told[1].their_id)], 78)
    assert brief(read(rail, our)) == [(EventKind.TRANSFERRED, back["id"], -78)]
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
        await rail.transfer(PaymentRef(new_id(), paid["id"]), {ANNA: Money(1, CNY)}, key="t")
    with pytest.raises(RailRefused, match="not_known"):
        await rail.transfer(PaymentRef(new_id(), link.their_id), {ANNA: Money(1, CNY)}, key="t")


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


async def test_a_mode_of_its_own_and_a_payment_made_before_the_mode_was_changed(our: OurStripe, on: On):
    before, after = on(), on(Mode.DIRECT, {ANNA: Mode.DESTINATION})
    intent = wish()
    link = await before.create_payment(intent, key="k")
    paid = our.books.pay(link.their_id)
    assert (await after.fetch(ref(intent, link.their_id))).state is PaymentState.PAID
    await after.refund(RefundAsk(new_id(), paid["id"], Money(500, CNY), intent.amount, intent.reference, ANNA), key="r")
    assert "reverse_transfer" not in our.asked[-1][2]
    assert our.books.places[(await after.create_payment(wish(), key="k2")).their_id] is None
    assert our.books.places[(await after.create_payment(wish(account=BEN), key="k3")).their_id] == BEN
    assert our.books.places[paid["id"]] == ANNA


async def test_a_page_is_closed_once_and_one_that_was_paid_stays_paid(our: OurStripe, rail: StripeRail):
    intent = wish()
    link = await rail.create_payment(intent, key="k")
    await rail.cancel_payment(ref(intent, link.their_id))
    await rail.cancel_payment(ref(intent, link.their_id))
    (closed,) = read(rail, our)
    assert (closed.kind, closed.reference) == (EventKind.CANCELLED, intent.reference)
    found = await rail.fetch(ref(intent, link.their_id))
    assert found.state is PaymentState.CANCELLED
    assert [event.kind for event in events_in(rail, found)] == [EventKind.CANCELLED]

    paid = await rail.create_payment(wish(), key="k2")
    our.books.pay(paid.their_id)
    with pytest.raises(RailRefused):
        await rail.cancel_payment(PaymentRef(new_id(), paid.their_id, ANNA))

    lost, never = wish(), wish()
    link = await rail.create_payment(lost, key="k3")
    await rail.cancel_payment(ref(lost, None))
    await rail.cancel_payment(ref(never, None))
    assert (await rail.fetch(ref(lost, link.their_id))).state is PaymentState.CANCELLED, "found by our id"


async def test_a_declined_card_leaves_the_page_open_and_says_no_more_than_that(our: OurStripe, rail: StripeRail):
    intent = wish()
    link = await rail.create_payment(intent, key="k")
    our.books.decline(link.their_id)
    (declined,) = read(rail, our)
    assert (declined.kind, declined.reference, declined.charge) == (EventKind.DECLINED, intent.reference, None)
    found = await rail.fetch(ref(intent, link.their_id))
    assert found.state is PaymentState.FAILED
    assert "stolen" not in "".join(found.events)
    our.books.pay(link.their_id)
    assert (await rail.fetch(ref(intent, link.their_id))).state is PaymentState.PAID


async def test_a_payment_whose_call_got_no_answer_is_found_by_our_id(our: OurStripe, rail: StripeRail):
    intent, never = wish(), wish()
    link = await rail.create_payment(intent, key="k")
    found = await rail.fetch(ref(intent, None))
    assert (found.state, found.their_id, found.url) == (PaymentState.CREATED, link.their_id, link.url)
    our.books.pay(link.their_id)
    assert (await rail.fetch(ref(intent, None))).state is PaymentState.PAID
    assert await rail.fetch(ref(never, None)) == Found(PaymentState.CREATED)
    assert await rail.fetch(PaymentRef(uuid4(), None, ANNA)) == Found(PaymentState.CREATED)


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


async def test_more_refunds_than_a_charge_lists_are_all_found(our: OurStripe, rail: StripeRail):
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


async def test_a_card_is_saved_charged_without_the_donor_and_forgotten(our: OurStripe, rail: StripeRail):
    saving = wish()
    page = await rail.save_method(saving, key="s")
    setup = our.books.save(page.their_id)
    assert brief(read(rail, our)) == [(EventKind.SAVED, setup["id"], None)] * 2
    found = await rail.fetch(ref(saving, page.their_id))
    assert found.state is PaymentState.PAID
    (saved,) = events_in(rail, found)
    method = saved.method
    assert method is not None
    assert (saved.reference, method.label, method.account) == (saving.reference, "Visa …4242", ANNA)

    intent = wish(5000)
    link = await rail.charge_saved(intent, method, key="c")
    assert (link.their_id[:3], link.url) == ("pi_", "")
    (paid,) = read(rail, our)
    assert (paid.kind, paid.their_id, paid.reference) == (EventKind.PAID, link.their_id, intent.reference)
    assert (await rail.fetch(ref(intent, link.their_id))).state is PaymentState.PAID
    assert (await rail.fetch(ref(intent, None))).their_id == link.their_id, "by our id, without a page"
    with pytest.raises(RailRefused, match="method_of_another_account"):
        await rail.charge_saved(wish(account=BEN), method, key="c2")

    await rail.forget_method(method)
    await rail.forget_method(method)
    with pytest.raises(RailRefused):
        await rail.charge_saved(wish(), method, key="c3")


async def test_a_saved_card_that_is_declined_is_refused_at_once_and_told_too(our: OurStripe, rail: StripeRail):
    page = await rail.save_method(wish(), key="s")
    our.books.save(page.their_id, "0341")
    (saved,) = events_in(rail, await rail.fetch(PaymentRef(new_id(), page.their_id, ANNA)))
    read(rail, our)
    assert saved.method is not None
    intent = wish()
    with pytest.raises(RailRefused, match=r"^card_declined$"):
        await rail.charge_saved(intent, saved.method, key="c")
    (declined,) = read(rail, our)
    assert (declined.kind, declined.reference) == (EventKind.DECLINED, intent.reference)


async def test_an_organisation_connects_its_account_by_a_page(our: OurStripe, rail: StripeRail):
    account = await rail.open_account("希望图书基金会", "HK", key="org:1")
    assert await rail.open_account("希望图书基金会", "HK", key="org:1") == account
    assert (account.ready, account.asks) == (False, ("business_profile.url", "external_account"))
    url = await rail.account_link(account.their_id, return_url=BACK, again_url=BACK)
    assert url.endswith(account.their_id)
    for ready in (True, False):
        our.books.papers(account.their_id, ready=ready)
        (event,) = read(rail, our)
        assert (event.kind, event.account, event.ready) == (EventKind.ACCOUNT, account.their_id, ready)
        assert (await rail.account(account.their_id)).ready is ready
    our.books.papers(account.their_id, ready=True)
    our.books.things[account.their_id]["controller"]["fees"]["payer"] = "account"
    assert await rail.account(account.their_id) == replace(account, ready=False, asks=("controller.fees.payer",))


async def test_the_rail_is_what_its_capabilities_say(rail: StripeRail):
    can = rail.capabilities
    assert (can.saves, can.disputes, can.needs_account, can.real_money) == (True, True, True, False)
    assert can.least("CNY") == Money(400, CNY)
    assert can.carries(Money(99_999_999, CNY))
    assert not can.carries(Money(100_000_000, CNY))
    assert not can.carries(Money(399, CNY))
    assert isinstance(rail, Saves)
    assert isinstance(rail, Connects)
    assert isinstance(rail, PassesOn)


async def test_the_books_are_listed_page_by_page_and_agree_with_what_was_told(our: OurStripe, rail: StripeRail):
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
    our.books.refund(foreign, 100)
    end = datetime.fromtimestamp(our.books.clock + 1, UTC)

    found = [record async for record in rail.records(begin, end)]

    moved = {(event.kind, event.their_id, event.amount, event.reference) for event in told}
    assert {(one.kind, one.their_id, one.amount, one.reference) for one in found if one.reference} == moved
    billed = [one for one in found if one.reference is None]
    assert {one.kind for one in billed} == {EventKind.FEE}, (
        "what the platform was billed for the organisation's charges"
    )
    assert sum(one.amount.minor for one in billed) == 60 * 42
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
    await rail.transfer(ref(intent, paid["id"]), {ANNA: intent.amount}, key="t")
    transfer = our.books.all_of("transfer", None)[0]
    back = our.books.take_back(transfer, 17)
    our.books.dispute_ends(our.books.dispute(paid), won=True)

    found = [one async for one in rail.records(begin, begin + timedelta(days=1))]

    assert {(one.kind, one.their_id, one.amount.minor) for one in found if one.kind is not EventKind.FEE} == {
        (EventKind.PAID, paid["id"], 3000), (EventKind.TRANSFERRED, transfer["id"], 417),
        (EventKind.TRANSFERRED, back["id"], 17), (EventKind.DISPUTED, our.books.all_of("dispute", None)[0]["id"], 3000),
        (EventKind.DISPUTE_WON, our.books.all_of("dispute", None)[0]["id"], 3000),
    }  # fmt: skip
    assert sorted(one.amount.minor for one in found if one.kind is EventKind.FEE) == [42, 1500]
    assert {one.reference for one in found} == {intent.reference}
    our.faults.extend([500, 500])
    with pytest.raises(RailDown):
        _ = [one async for one in rail.records(begin, begin + timedelta(days=1))]
