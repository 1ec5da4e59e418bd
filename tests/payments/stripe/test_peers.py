"""The rail against Stripes that are not ours, over HTTP: what only our own fake believes may not be true.

None of them has Connect, so that the charges are the platform's here (mode `transfers`, no account).
"""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from stripe import WebhookSignature

from giving.money import Money
from giving.payments import EventKind, PaymentState, SavedMethod
from payments.provider import BadEvent, BadSignature, Line, PaymentRef, RailRefused, RefundAsk
from payments.stripe_rail import Mode, Modes, StripeRail, StripeWords
from storage.ids import new_id
from tests.payments.stripe.peers import SECRET, Relay, Thing, emulate, localstripe
from tests.payments.stripe.shapes import tree_of
from tests.payments.stripe.stage import LEAST, brief, events_in, ref, wish

KEY = "sk_test_peers"


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    made = Relay()
    await made.start()
    yield made
    await made.close()
    assert made.wrong == [], "of the library's types"


@pytest.fixture
async def rail(relay: Relay) -> AsyncIterator[StripeRail]:
    words = StripeWords(api_key=KEY, secrets=[SECRET], least=LEAST, api_base=relay.url, modes=Modes(Mode.TRANSFERS))
    made = StripeRail(words)
    yield made
    await made.close()


# --- emulate: Checkout, its page, a signed webhook ---


@pytest.fixture
def checkout(relay: Relay, tmp_path: Path) -> Iterator[Relay]:
    """It has no prices inside a session, and its sessions say neither what they come to nor what pays them."""
    asked: dict[str, Thing] = {}

    async def make_prices(upstream: str, form: list[tuple[str, str]]) -> list[tuple[str, str]]:
        tree = tree_of(form)
        kept = [(name, value) for name, value in form if not name.startswith("line_items")]
        for n, item in tree["line_items"].items():
            price = item["price_data"]
            product = await _post(upstream, "/v1/products", price["product_data"])
            about = {"currency": price["currency"], "unit_amount": price["unit_amount"], "product": product["id"]}
            made = await _post(upstream, "/v1/prices", about)
            kept += [(f"line_items[{n}][price]", made["id"]), (f"line_items[{n}][quantity]", item["quantity"])]
        asked[tree["client_reference_id"]] = tree
        return kept

    async def _post(upstream: str, path: str, about: Thing) -> Thing:
        async with relay.http.post(upstream + path, data=about, headers={"Authorization": f"Bearer {KEY}"}) as answer:
            return dict(await answer.json())

    def complete(thing: Thing) -> None:
        if thing.get("object") != "checkout.session":
            return
        reference = thing["metadata"]["yizan_payment"]
        items = [item["price_data"] for item in asked[reference]["line_items"].values()]
        thing.setdefault("client_reference_id", reference)
        thing.setdefault("amount_total", sum(int(item["unit_amount"]) for item in items))
        thing.setdefault("currency", items[0]["currency"])
        thing.setdefault("payment_intent", f"pi_{thing['id']}" if thing["payment_status"] == "paid" else None)

    relay.ask, relay.complete = make_prices, complete
    with emulate(tmp_path, f"{relay.url}/hook") as relay.upstream:
        yield relay


async def _page(url: str, done: bool = False) -> tuple[int, str, str]:
    """The hosted page, or what pressing its button leads to."""
    async with aiohttp.ClientSession() as browser:
        if not done:
            async with browser.get(url) as shown:
                return shown.status, await shown.text(), ""
        async with browser.post(f"{url}/complete", data={"email": "a@example.org"}, allow_redirects=False) as answer:
            return answer.status, "", answer.headers.get("Location", "")


async def test_emulate_from_the_page_to_the_signed_webhook(
    checkout: Relay, rail: StripeRail, until: Callable[..., Any]
):
    intent = wish(3000, None, lines=(Line("乡村图书馆", Money(1000, "CNY")), Line("热午餐", Money(2000, "CNY"))))
    link = await rail.create_payment(intent, key="k")
    found = await rail.fetch(ref(intent, link.their_id))
    assert (found.state, found.url) == (PaymentState.CREATED, link.url)

    status, html, _ = await _page(link.url)
    assert status == 200
    assert "乡村图书馆" in html
    assert "热午餐" in html
    assert re.search(r"30\.00", html)
    status, _, back = await _page(link.url, done=True)
    assert (status, back) == (302, intent.return_url), "back to the chat"

    def completed() -> list[tuple[bytes, dict[str, str]]]:
        return [one for one in checkout.hooks if b"checkout.session.completed" in one[0]]

    [(body, headers)] = await until(completed)
    with pytest.raises(BadEvent):
        rail.read_event(body, headers)  # signed by them as by Stripe; but an event has an id
    with pytest.raises(BadSignature):
        rail.read_event(body.replace(b"paid", b"pai_"), headers)
    whole = checkout.whole(body)
    told = rail.read_event(whole, _signed(whole))
    assert (told.kind, told.amount, told.reference) == (EventKind.PAID, intent.amount, intent.reference)
    assert told.thin


async def test_emulate_closes_a_page_once_and_never_one_that_was_paid(
    checkout: Relay, rail: StripeRail, until: Callable[..., Any]
):
    intent, paid = wish(account=None), wish(account=None)
    link, other = await rail.create_payment(intent, key="k"), await rail.create_payment(paid, key="k2")
    await rail.cancel_payment(ref(intent, link.their_id))
    await rail.cancel_payment(ref(intent, link.their_id))
    found = await rail.fetch(ref(intent, link.their_id))
    assert found.state is PaymentState.CANCELLED
    assert [event.kind for event in events_in(rail, found)] == [EventKind.CANCELLED]
    [(body, _)] = await until(lambda: [one for one in checkout.hooks if b"checkout.session.expired" in one[0]])
    whole = checkout.whole(body)
    told = rail.read_event(whole, _signed(whole))
    assert (told.kind, told.reference) == (EventKind.CANCELLED, intent.reference)
    await _page(other.url, done=True)
    with pytest.raises(RailRefused):
        await rail.cancel_payment(ref(paid, other.their_id))
    with pytest.raises(RailRefused, match="resource_missing"):
        await rail.fetch(PaymentRef(new_id(), "cs_nobody"))
    found = await rail.fetch(PaymentRef(intent.reference, None))
    assert found.their_id == link.their_id, "found by our id"


def _signed(body: bytes) -> dict[str, str]:
    at = int(datetime.now(UTC).timestamp())
    return {"Stripe-Signature": WebhookSignature.generate_signature_header(body.decode(), SECRET, at)}


# --- localstripe: charges without a page, refunds, signed webhooks ---


@pytest.fixture
async def charges(relay: Relay) -> AsyncIterator[Relay]:
    """It refuses parameters that it does not know, and its PaymentIntents don't say what came in."""
    relay.unknown = {
        ("POST", "/v1/payment_intents"): {"description", "transfer_group"},
        ("POST", "/v1/refunds"): {"reason"},
    }

    def complete(thing: Thing) -> None:
        if thing.get("object") == "payment_intent":
            thing.setdefault("amount_received", thing["amount"] if thing["status"] == "succeeded" else 0)

    relay.complete = complete
    with localstripe() as relay.upstream:
        hook = {"url": f"{relay.url}/hook", "secret": SECRET}
        async with relay.http.post(f"{relay.upstream}/_config/webhooks/w1", data=hook) as answer:
            assert answer.status == 200
        yield relay


async def _saved(relay: Relay, number: str) -> SavedMethod:
    """A card at localstripe, attached to a customer, as a page in setup mode leaves it."""

    async def post(path: str, **about: Any) -> Thing:
        url, headers = relay.upstream + path, {"Authorization": f"Bearer {KEY}"}
        async with relay.http.post(url, data=about, headers=headers) as answer:
            return dict(await answer.json())

    card = {"card[number]": number, "card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "123"}
    customer = await post("/v1/customers")
    method = await post("/v1/payment_methods", type="card", **card)
    await post(f"/v1/payment_methods/{method['id']}/attach", customer=customer["id"])
    return SavedMethod(customer["id"], method["id"], "Visa …4242")


async def test_localstripe_charges_a_saved_card_refunds_a_part_and_tells_of_it(
    charges: Relay, rail: StripeRail, until: Callable[..., Any]
):
    method = await _saved(charges, "4242424242424242")
    intent = wish(3000, None)
    link = await rail.charge_saved(intent, method, key="c")
    [(body, headers)] = await until(lambda: [one for one in charges.hooks if b"payment_intent.succeeded" in one[0]])
    customer, stamp = next(one for one in charges.hooks if b"customer.created" in one[0])
    assert rail.read_event(customer, stamp).kind is EventKind.OTHER, (
        "signed by them as by Stripe, over the body as it came"
    )
    with pytest.raises(BadSignature):
        rail.read_event(customer, headers)
    whole = charges.whole(body)
    told = rail.read_event(whole, _signed(whole))
    assert (told.kind, told.their_id, told.amount) == (EventKind.PAID, link.their_id, Money(3000, "CNY"))
    assert told.reference == intent.reference

    ask = RefundAsk(new_id(), link.their_id, Money(1000, "CNY"), intent.amount, intent.reference)
    await rail.refund(ask, key="r")
    found = await rail.fetch(ref(intent, link.their_id))
    assert found.state is PaymentState.PAID
    paid, back = events_in(rail, found)
    assert brief([paid]) == [(EventKind.PAID, link.their_id, 3000)]
    assert (back.kind, back.amount, back.refund, back.charge) == (
        EventKind.REFUNDED,
        ask.amount,
        ask.refund,
        link.their_id,
    )
    assert not paid.thin
    assert not back.thin
    assert charges.dropped == {"description", "transfer_group", "reason"}, "say no more than is so"
    await rail.forget_method(method)
    await rail.forget_method(method)


async def test_localstripe_declines_a_saved_card(charges: Relay, rail: StripeRail, until: Callable[..., Any]):
    method, intent = await _saved(charges, "4000000000000341"), wish(3000, None)
    with pytest.raises(RailRefused, match=r"^card_declined$"):
        await rail.charge_saved(intent, method, key="c")
    [(body, _)] = await until(lambda: [one for one in charges.hooks if b"payment_intent.payment_failed" in one[0]])
    told = rail.event_of(body.decode())
    assert (told.kind, told.reference) == (EventKind.DECLINED, intent.reference)
    found = await rail.fetch(ref(intent, told.their_id))
    assert found.state is PaymentState.FAILED
    assert [event.kind for event in events_in(rail, found)] == [EventKind.DECLINED]
    await rail.cancel_payment(ref(intent, told.their_id))
    assert (await rail.fetch(ref(intent, told.their_id))).state is PaymentState.CANCELLED
