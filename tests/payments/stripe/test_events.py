"""The webhook's door, and what each event means; whatever comes, nothing but BadSignature and BadEvent leaves it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe import WebhookSignature
from structlog.testing import capture_logs

from giving.money import Money
from giving.payments import EventKind, RailEvent, SavedMethod
from payments.provider import BadEvent, BadSignature
from payments.stripe_rail import StripeRail
from payments.stripe_rail.told import body_of
from tests.payments.stripe.our_stripe import CONNECT_SECRET, SECRET
from tests.payments.stripe.stage import WORDS

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
OURS = UUID("01936b5e-0000-7000-8000-000000000001")
MINE = {"yizan_payment": str(OURS)}


def door(**words: Any) -> StripeRail:
    return StripeRail(replace(WORDS, **words), now=lambda: NOW)


def event(kind: str, about: dict[str, Any], **changes: Any) -> dict[str, Any]:
    head = {"id": "evt_1", "object": "event", "created": AT, "livemode": False, "type": kind, "account": "acct_1"}
    return head | {"data": {"object": about}} | changes


def signed(body: bytes, *, secret: str = SECRET, at: int = AT) -> dict[str, str]:
    return {"Stripe-Signature": WebhookSignature.generate_signature_header(body.decode(), secret, at)}


SESSION = {
    "id": "cs_1", "mode": "payment", "payment_status": "paid", "payment_intent": "pi_1", "amount_total": 500,
    "currency": "cny", "metadata": MINE, "client_reference_id": str(OURS), "status": "complete",
}  # fmt: skip
SETUP_PAGE = SESSION | {"mode": "setup", "setup_intent": "seti_1", "metadata": {"yizan_saving": str(OURS)}}
INTENT = {"id": "pi_1", "amount_received": 500, "currency": "cny", "metadata": MINE}
CHARGE = {"id": "ch_1", "payment_intent": "pi_1", "metadata": MINE, "balance_transaction": "txn_1"}
REFUND = {
    "id": "re_1", "status": "succeeded", "amount": 200, "currency": "cny", "payment_intent": "pi_1",
    "metadata": MINE | {"yizan_refund": str(OURS)}, "balance_transaction": "txn_2",
}  # fmt: skip
DISPUTE = {
    "id": "dp_1", "status": "lost", "amount": 500, "currency": "cny", "payment_intent": "pi_1", "metadata": {},
    "balance_transactions": [
        {"amount": -69, "currency": "usd", "fee": 1500}, {"amount": 68, "currency": "usd", "fee": 0},
    ],
}  # fmt: skip
TRANSFER = {
    "id": "tr_1", "amount": 69, "currency": "usd", "destination": "acct_2", "metadata": MINE,
    "reversals": {"data": [
        {"id": "trr_1", "created": 1, "amount": 5, "currency": "usd"},
        {"id": "trr_2", "created": 2, "amount": 7, "currency": "usd"},
    ]},
}  # fmt: skip
SETUP = {"id": "seti_1", "customer": "cus_1", "payment_method": "pm_1", "metadata": {"yizan_saving": str(OURS)}}
ACCOUNT = {"id": "acct_1", "charges_enabled": True, "payouts_enabled": True}
K = EventKind
MEANINGS: list[tuple[str, dict[str, Any], tuple[EventKind, str | None, int | None, str | None]]] = [
    ("checkout.session.completed", SESSION, (K.PAID, "pi_1", 500, "pi_1")),
    ("checkout.session.completed", SESSION | {"metadata": {}}, (K.PAID, "pi_1", 500, "pi_1")),
    ("checkout.session.completed", SESSION | {"payment_status": "unpaid"}, (K.OTHER, None, None, None)),
    ("checkout.session.completed", SESSION | {"mode": "subscription"}, (K.OTHER, None, None, None)),
    ("checkout.session.completed", SESSION | {"metadata": {}, "client_reference_id": "cart 7"},
     (K.OTHER, None, None, None)),
    ("checkout.session.completed", SESSION | {"currency": "isk"}, (K.OTHER, None, None, None)),
    ("checkout.session.completed", SETUP_PAGE, (K.SAVED, "seti_1", None, None)),
    ("checkout.session.async_payment_succeeded", SESSION, (K.PAID, "pi_1", 500, "pi_1")),
    ("checkout.session.async_payment_failed", SESSION, (K.CANCELLED, "cs_1", None, None)),
    ("checkout.session.expired", SESSION, (K.CANCELLED, "cs_1", None, None)),
    ("checkout.session.expired", SETUP_PAGE, (K.OTHER, None, None, None)),
    ("payment_intent.succeeded", INTENT, (K.PAID, "pi_1", 500, "pi_1")),
    ("payment_intent.succeeded", INTENT | {"metadata": {"order": "7"}}, (K.OTHER, None, None, None)),
    ("payment_intent.payment_failed", INTENT, (K.DECLINED, "pi_1", None, None)),
    ("payment_intent.canceled", INTENT, (K.CANCELLED, "pi_1", None, None)),
    ("payment_intent.processing", INTENT, (K.OTHER, None, None, None)),
    ("charge.updated", CHARGE, (K.FEE, "pi_1", None, "pi_1")),
    ("charge.updated", CHARGE | {"balance_transaction": None}, (K.OTHER, None, None, None)),
    ("charge.refunded", CHARGE, (K.OTHER, None, None, None)),
    ("refund.created", REFUND, (K.REFUNDED, "re_1", 200, "pi_1")),
    ("refund.created", REFUND | {"status": "pending"}, (K.OTHER, None, None, None)),
    ("refund.updated", REFUND, (K.REFUNDED, "re_1", 200, "pi_1")),
    ("refund.updated", REFUND | {"status": "canceled"}, (K.REFUND_FAILED, "re_1", 200, "pi_1")),
    ("refund.failed", REFUND | {"status": "failed"}, (K.REFUND_FAILED, "re_1", 200, "pi_1")),
    ("charge.dispute.created", DISPUTE, (K.OTHER, None, None, None)),
    (
        "charge.dispute.created",
        DISPUTE | {"status": "warning_needs_response"},
        (K.INQUIRY, "dp_1", 500, "pi_1"),
    ),
    ("charge.dispute.funds_withdrawn", DISPUTE, (K.DISPUTED, "dp_1", 500, "pi_1")),
    ("charge.dispute.funds_reinstated", DISPUTE, (K.DISPUTE_WON, "dp_1", 500, "pi_1")),
    ("charge.dispute.closed", DISPUTE, (K.DISPUTE_LOST, "dp_1", 500, "pi_1")),
    ("charge.dispute.closed", DISPUTE | {"status": "won"}, (K.OTHER, None, None, None)),
    ("charge.dispute.closed", DISPUTE | {"status": "warning_closed"}, (K.OTHER, None, None, None)),
    ("transfer.created", TRANSFER, (K.TRANSFERRED, "tr_1", 69, None)),
    ("transfer.created", TRANSFER | {"metadata": {}}, (K.OTHER, None, None, None)),
    ("transfer.reversed", TRANSFER, (K.TRANSFERRED, "trr_2", -7, None)),
    ("transfer.updated", TRANSFER, (K.OTHER, None, None, None)),
    ("setup_intent.succeeded", SETUP, (K.SAVED, "seti_1", None, None)),
    ("setup_intent.setup_failed", SETUP | {"status": "requires_payment_method"}, (K.NOT_SAVED, "seti_1", None, None)),
    ("account.updated", ACCOUNT, (K.ACCOUNT, "acct_1", None, None)),
    ("account.application.deauthorized", {"id": "ca_1"}, (K.ACCOUNT, "acct_1", None, None)),
    ("invoice.paid", {"id": "in_1"}, (K.OTHER, None, None, None)),
    ("payout.paid", {"id": "po_1"}, (K.OTHER, None, None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "about", "meaning"), MEANINGS, ids=[f"{n}-{m[0]}" for n, m in enumerate(MEANINGS)])
def test_an_event_means(kind: str, about: dict[str, Any], meaning: tuple[Any, ...]):
    body = json.dumps(event(kind, about)).encode()
    found = door().read_event(body, signed(body))
    minor = found.amount.minor if found.amount else None
    assert (found.kind, found.their_id, minor, found.charge) == meaning
    assert door().event_of(body.decode()) == found
    assert (found.event_id, found.occurred_at) == ("evt_1", NOW)


def test_what_an_event_says_of_accounts_conversions_and_our_ids():
    def read(kind: str, about: dict[str, Any], **changes: Any) -> RailEvent:
        return door().event_of(json.dumps(event(kind, about, **changes)))

    assert read("transfer.created", TRANSFER, account=None).account == "acct_2"
    assert (
        read("payment_intent.succeeded", INTENT | {"transfer_data": {"destination": "acct_3"}}, account=None).account
        == "acct_3"
    )
    assert read("refund.created", REFUND).refund == OURS
    assert read("charge.dispute.funds_withdrawn", DISPUTE).settled == Money(69, "USD")
    assert read("charge.dispute.funds_reinstated", DISPUTE).settled == Money(68, "USD")
    assert read("setup_intent.succeeded", SETUP).method == SavedMethod("cus_1", "pm_1", "", "acct_1")
    assert read("account.updated", ACCOUNT).ready is True
    assert read("account.updated", ACCOUNT | {"payouts_enabled": False}).ready is False
    assert read("account.updated", ACCOUNT | {"charges_enabled": False}).ready is False
    own = ACCOUNT | {"controller": {"fees": {"payer": "account"}}}
    assert read("account.updated", own).ready is False, "its gifts would not be whole"
    assert read("account.application.deauthorized", {"id": "ca_1"}).ready is False


@pytest.mark.parametrize("secret", [SECRET, CONNECT_SECRET])
@pytest.mark.parametrize("at", [-300, 0, 300])
def test_both_endpoints_are_believed_within_five_minutes(secret: str, at: int):
    body = json.dumps(event("checkout.session.completed", SESSION)).encode()
    assert door().read_event(body, signed(body, secret=secret, at=AT + at)).kind is K.PAID


BODY = json.dumps(event("checkout.session.completed", SESSION)).encode()


@pytest.mark.parametrize("headers", [
    {}, {"Stripe-Signature": ""}, {"Stripe-Signature": "t=,v1="}, {"Stripe-Signature": f"t={AT}"},
    {"Stripe-Signature": f"t={AT},v1=é"}, {"Stripe-Signature": f"t={AT},v0=" + "0" * 64},
    {"Stripe-Signature": "v1=" + "0" * 64}, signed(BODY, secret="whsec_other"), signed(BODY, at=AT - 301),
    signed(BODY, at=AT + 301), signed(b"{}"), {"Stripe-Signature": "t=" + "9" * 5000 + ",v1=0"},
])  # fmt: skip
def test_what_is_not_signed_now_by_stripe_is_refused(headers: dict[str, str]):
    with pytest.raises(BadSignature):
        door().read_event(BODY, headers)


def test_a_body_that_was_changed_or_is_no_text_is_refused():
    for body in (BODY.replace(b"500", b"900"), BODY + b" ", b"\xff"):
        with pytest.raises(BadSignature):
            door().read_event(body, signed(BODY))


def test_without_a_secret_nothing_is_believed():
    for secrets in ([], [""]):
        with pytest.raises(BadSignature):
            door(secrets=secrets).read_event(BODY, signed(BODY, secret=" "))


@pytest.mark.parametrize("changes", [
    {"id": ""}, {"id": None}, {"id": 7}, {"id": "evt\u0000"}, {"id": "e" * 200}, {"livemode": True},
    {"livemode": None}, {"livemode": 0}, {"created": "soon"}, {"created": 10**17}, {"created": True}, {"data": None},
    {"data": {}}, {"data": {"object": []}}, {"account": 7}, {"type": ["x"]},
])  # fmt: skip
def test_signed_nonsense_is_refused_as_such(changes: dict[str, Any]):
    body = json.dumps(event("checkout.session.completed", SESSION) | changes).encode()
    with pytest.raises(BadEvent):
        door().read_event(body, signed(body))


@pytest.mark.parametrize("about", [
    {"amount_total": 0}, {"amount_total": -5}, {"amount_total": 5.5}, {"amount_total": True}, {"amount_total": 2**60},
    {"currency": None}, {"payment_intent": None}, {"payment_intent": {"id": ""}}, {"payment_intent": "pi 1"},
])  # fmt: skip
def test_a_payment_that_says_no_amount_or_no_charge_is_refused(about: dict[str, Any]):
    body = json.dumps(event("checkout.session.completed", SESSION | about)).encode()
    with pytest.raises(BadEvent):
        door().read_event(body, signed(body))


def test_live_events_are_refused_in_test_mode_and_test_events_in_live_mode():
    for livemode, said in ((False, True), (True, False)):
        body = json.dumps(event("checkout.session.completed", SESSION, livemode=said)).encode()
        with pytest.raises(BadEvent, match="livemode"), capture_logs() as logged:
            door(livemode=livemode).read_event(body, signed(body))
        assert [(one["event"], one["ours_is_live"]) for one in logged] == [("event_of_other_mode", livemode)]
        found = body_of(door().event_of(BODY.decode()), livemode=said)
        with pytest.raises(BadEvent, match="livemode"):
            door(livemode=livemode).event_of(found)


# --- whatever comes ---

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


def places(thing: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    return ([at] if at else []) + [found for name, one in inner for found in places(one, (*at, name))]


@given(st.data())
def test_an_event_with_anything_in_it_changed_is_read_or_is_a_bad_event(data: st.DataObject):
    kind, about, _ = data.draw(st.sampled_from(MEANINGS))
    changed = json.loads(json.dumps(event(kind, about)))
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from(places(changed)))
        inner = changed
        for name in path:
            inner = inner[name]
        if data.draw(st.booleans()) and isinstance(inner, dict):
            del inner[last]
        else:
            inner[last] = data.draw(JUNK)
        if not places(changed):
            break
    try:
        found = door().event_of(json.dumps(changed))
    except BadEvent:
        return
    assert found.event_id
    assert found.occurred_at.tzinfo is UTC
    assert found.amount is None or found.their_id


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_anything_at_all_is_a_bad_event(text: str):
    for body in (text, '{"found":' + text, '{"found":{"rail":"stripe","event_id":' + text):
        with pytest.raises(BadEvent):
            door().event_of(body)


AMOUNTS = st.builds(Money, st.integers(-(2**53), 2**53), st.sampled_from(["CNY", "JPY", "USD"]))
TEXTS = st.text(max_size=12)
EVENTS = st.builds(
    RailEvent, rail=st.just("stripe"), event_id=st.just(""), kind=st.sampled_from(EventKind),
    occurred_at=st.integers(0, 2**32).map(lambda at: datetime.fromtimestamp(at, UTC)),
    reference=st.none() | st.builds(uuid4), their_id=TEXTS, charge=st.none() | TEXTS, amount=st.none() | AMOUNTS,
    fee=st.none(), settled=st.none() | AMOUNTS, account=st.none() | TEXTS, refund=st.none() | st.builds(uuid4),
    method=st.none() | st.builds(SavedMethod, TEXTS, TEXTS, TEXTS, st.none() | TEXTS), ready=st.none() | st.booleans(),
    thin=st.booleans(),
)  # fmt: skip


@given(EVENTS)
def test_what_was_found_is_read_again_as_it_was(found: RailEvent):
    body = body_of(found, livemode=False)
    again = door().event_of(body)
    assert replace(again, event_id="") == found
    assert body_of(again, livemode=False) == body
    with pytest.raises(BadEvent):
        door().event_of(body[:-1])


def test_a_found_event_without_a_zone_is_refused():
    body = body_of(RailEvent("stripe", "", K.PAID, NOW + timedelta(seconds=1), their_id="pi_1"), livemode=False)
    with pytest.raises(BadEvent, match="zone"):
        door().event_of(body.replace("01Z", "01"))
