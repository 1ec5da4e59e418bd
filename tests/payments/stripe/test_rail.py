"""The rail against our Stripe: pages, refusals, silence, look-ups."""

from uuid import uuid4

import pytest

from giving.money import Money
from giving.payments import EventKind, PaymentState
from payments.provider import Connects, Found, PassesOn, PaymentRef, RailDown, RailRefused, RefundAsk, Saves
from payments.stripe_rail import Mode, StripeRail
from storage.ids import new_id
from tests.payments.stripe.our_stripe import HANG, OurStripe
from tests.payments.stripe.stage import ANNA, BEN, On, events_in, read, ref, wish

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


@pytest.mark.parametrize(("usual", "others", "several", "made"), [
    (Mode.DIRECT, {ANNA: Mode.TRANSFERS}, True, True), (Mode.DIRECT, {ANNA: Mode.TRANSFERS}, False, False),
    (Mode.DESTINATION, {ANNA: Mode.TRANSFERS}, False, False), (Mode.DIRECT, {}, True, False),
    (Mode.TRANSFERS, {}, True, True), (Mode.TRANSFERS, {ANNA: Mode.DIRECT}, False, True),
])  # fmt: skip
async def test_without_an_account_it_is_the_operators_only_for_several_or_where_that_is_usual(
    our: OurStripe, on: On, usual: Mode, others: dict[str, Mode], several: bool, made: bool
):
    rail = on(usual, others)
    intent = wish(account=None, several=several)
    if made:
        assert (await rail.create_payment(intent, key="k")).their_id.startswith("cs_")
        return
    with pytest.raises(RailRefused, match=r"^no_account$"):
        await rail.create_payment(intent, key="k")
    with pytest.raises(RailRefused, match=r"^no_account$"):
        await rail.save_method(wish(account=None), key="k2")
    assert our.books.all_of("checkout.session", None) == []


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
