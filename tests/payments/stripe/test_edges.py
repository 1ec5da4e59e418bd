"""The rarer answers of Stripe, on a Stripe of ours that is told to give them."""

from collections.abc import Callable
from typing import Any

import pytest

from giving.money import Money
from giving.payments import EventKind, PaymentState, SavedMethod
from payments.provider import Found, PaymentRef, RailDown, RailRefused, RefundAsk
from payments.stripe_rail import Mode, StripeRail
from payments.stripe_rail.found import label_of, state_of
from storage.ids import new_id
from tests.payments.stripe import our_stripe
from tests.payments.stripe.our_books import Refusal
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.stage import ANNA, BEN, On, events_in, ref, wish

Answers = Callable[..., None]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Let one request be answered otherwise."""

    def change(method: str, route: str, answer: Any) -> None:
        monkeypatch.setitem(our_stripe.ANSWERS, (method, route), answer)

    return change


def refusing(status: int, code: str | None, kind: str = "invalid_request_error") -> Any:
    def answer(*_: object) -> None:
        raise Refusal(status, code, kind)

    return answer


@pytest.mark.parametrize(("status", "code", "kind", "told"), [
    (403, None, "invalid_request_error", "not_permitted"), (400, None, "invalid_request_error", "invalid_request"),
    (400, "Not A Code", "invalid_request_error", "invalid_request"), (402, None, "card_error", "card_declined"),
    (404, "resource_missing", "invalid_request_error", "resource_missing"),
])  # fmt: skip
async def test_a_no_is_told_by_a_code_and_never_in_stripes_words(
    rail: StripeRail, answers: Answers, status: int, code: str | None, kind: str, told: str
):
    answers("POST", "/v1/checkout/sessions", refusing(status, code, kind))
    with pytest.raises(RailRefused) as refused:
        await rail.create_payment(wish(), key="k")
    assert str(refused.value) == told


@pytest.mark.parametrize(("status", "code", "kind"), [
    (409, "idempotency_key_in_use", "idempotency_error"), (400, "rate_limit", "invalid_request_error"),
    (500, None, "api_error"),
])  # fmt: skip
async def test_a_not_now_is_no_no(rail: StripeRail, answers: Answers, status: int, code: str | None, kind: str):
    answers("POST", "/v1/refunds", refusing(status, code, kind))
    ask = RefundAsk(new_id(), "pi_1", Money(1, "CNY"), Money(1, "CNY"), new_id(), ANNA)
    with pytest.raises(RailDown):
        await rail.refund(ask, key="k")


async def test_an_answer_that_ends_in_the_middle_is_none(our: OurStripe, rail: StripeRail):
    our.faults.append(our_stripe.HALF)
    with pytest.raises(RailDown):
        await rail.create_payment(wish(), key="k")
    our.faults.append(our_stripe.NOT_JSON)
    with pytest.raises(RailDown):
        await rail.create_payment(wish(), key="k")


async def test_where_there_is_no_search_nothing_is_known_of_a_payment_without_an_id(rail: StripeRail, answers: Answers):
    answers("GET", "/v1/payment_intents/search", refusing(400, None))
    lost = ref(wish(), None)
    assert await rail.fetch(lost) == Found(PaymentState.UNKNOWN)
    with pytest.raises(RailDown):
        await rail.cancel_payment(lost)


async def test_a_payment_among_more_pages_than_one_is_found_by_our_id(
    our: OurStripe, rail: StripeRail, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("payments.stripe_rail.looks.PAGE", 2)
    first = wish()
    link = await rail.create_payment(first, key="first")
    for n in range(8):
        await rail.create_payment(wish(), key=f"k{n}")
    assert (await rail.fetch(ref(first, None))).their_id == link.their_id
    for n in range(8, 11):
        await rail.create_payment(wish(), key=f"k{n}")
    assert await rail.fetch(ref(first, None)) == Found(PaymentState.UNKNOWN), "more than anybody wants to read"


async def test_a_page_that_was_never_used_or_is_being_paid(our: OurStripe, rail: StripeRail):
    intent = wish()
    link = await rail.create_payment(intent, key="k")
    our.books.expire(link.their_id)
    assert (await rail.fetch(ref(intent, link.their_id))).state is PaymentState.CANCELLED
    other = wish()
    page = await rail.create_payment(other, key="k2")
    begun = our.books.decline(page.their_id)
    begun |= {"status": "processing", "last_payment_error": None}
    found = await rail.fetch(ref(other, page.their_id))
    assert (found.state, found.events) == (PaymentState.PENDING, ())
    begun["status"] = "requires_payment_method"
    our.books.expire(page.their_id)
    assert (await rail.fetch(ref(other, page.their_id))).state is PaymentState.CANCELLED


def test_a_state_of_days_to_come_is_unknown():
    assert state_of(None, {"status": "dreaming"}) is PaymentState.UNKNOWN
    assert state_of({"mode": "payment", "status": "complete"}, None) is PaymentState.PENDING


def test_a_method_is_named_as_its_owner_knows_it():
    card = {"brand": "visa", "display_brand": "cartes_bancaires", "last4": "0005"}
    assert label_of({"type": "card", "card": card}) == "Cartes Bancaires …0005"
    assert label_of({"type": "card", "card": {"brand": "amex", "last4": "0005"}}) == "Amex …0005"
    assert label_of({"type": "link"}) == "link"
    assert label_of("pm_1") == ""


async def test_a_method_nobody_knows_is_forgotten_and_one_that_stays_is_not(
    our: OurStripe, rail: StripeRail, answers: Answers
):
    await rail.forget_method(SavedMethod("cus_1", "pm_gone", "", ANNA))
    page = await rail.save_method(wish(), key="s")
    our.books.save(page.their_id)
    (saved,) = events_in(rail, await rail.fetch(PaymentRef(new_id(), page.their_id, ANNA)))
    assert saved.method is not None
    answers("POST", "/v1/payment_methods/{}/detach", refusing(400, "resource_busy"))
    with pytest.raises(RailRefused, match="resource_busy"):
        await rail.forget_method(saved.method)
    answers("POST", "/v1/payment_methods/{}/detach", refusing(404, "resource_missing"))
    answers("DELETE", "/v1/customers/{}", refusing(400, "resource_busy"))
    with pytest.raises(RailRefused, match="resource_busy"):
        await rail.forget_method(saved.method)
    assert our.books.all_of("customer", ANNA)


@pytest.mark.parametrize(("mode", "names"), [
    (Mode.DESTINATION, {"on_behalf_of", "transfer_data"}), (Mode.TRANSFERS, {"transfer_group"}), (Mode.DIRECT, set()),
])  # fmt: skip
async def test_a_saved_card_is_charged_as_the_mode_says(our: OurStripe, on: On, mode: Mode, names: set[str]):
    rail = on(mode)
    page = await rail.save_method(wish(), key="s")
    asked = our.asked[-1][2]
    assert ("on_behalf_of" in asked["setup_intent_data"]) is (mode is Mode.DESTINATION)
    our.books.save(page.their_id)
    (saved,) = events_in(rail, await rail.fetch(PaymentRef(new_id(), page.their_id, ANNA)))
    assert saved.method is not None
    assert saved.method.account == (ANNA if mode is Mode.DIRECT else None)
    intent = wish(account=ANNA if mode is Mode.DIRECT else BEN)
    link = await rail.charge_saved(intent, saved.method, key="c")
    asked = our.asked[-1][2]
    assert {"on_behalf_of", "transfer_data", "transfer_group"} & asked.keys() == names
    assert (asked["confirm"], asked["off_session"]) == ("true", "true")
    found = events_in(rail, await rail.fetch(ref(intent, link.their_id)))
    assert found[0].kind is EventKind.PAID
    assert found[0].account == {Mode.DIRECT: ANNA, Mode.DESTINATION: BEN, Mode.TRANSFERS: None}[mode]


@pytest.mark.parametrize(("status", "code"), [
    ("requires_action", "authentication_required"), ("requires_payment_method", "card_declined"),
])  # fmt: skip
async def test_a_charge_without_the_donor_that_wants_the_donor_is_declined(
    our: OurStripe, rail: StripeRail, answers: Answers, status: str, code: str
):
    answers("POST", "/v1/payment_intents", lambda *_: our.books.intent(ANNA, 5, "cny", {}) | {"status": status})
    with pytest.raises(RailRefused, match=code):
        await rail.charge_saved(wish(), SavedMethod("cus_1", "pm_1", "", ANNA), key="c")


async def test_a_payment_that_is_not_ours_tells_nothing(our: OurStripe, rail: StripeRail):
    theirs = our.books.charge(ANNA, 5000, "cny", {})
    found = await rail.fetch(PaymentRef(new_id(), theirs["id"], ANNA))
    assert (found.state, found.events) == (PaymentState.PAID, ())
