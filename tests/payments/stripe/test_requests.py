"""Every request is of the installed library's own types, and the checker that says so can say no."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import stripe
from stripe import params as p
from stripe.params import checkout

from giving.money import Money
from payments.provider import Line, RailRefused
from payments.stripe_rail import Mode, asks
from payments.stripe_rail.calls import API_VERSION
from tests.payments.stripe import our_books
from tests.payments.stripe.shapes import REQUESTS, route_of, tree_of, wrong, wrong_in
from tests.payments.stripe.stage import BACK, part, wish

DAY, NOW = timedelta(hours=23), datetime(2026, 11, 11, tzinfo=UTC)
GOOD = [
    ("mode", "payment"),
    ("line_items[0][quantity]", "1"),
    ("line_items[0][price_data][currency]", "cny"),
    ("line_items[0][price_data][unit_amount]", "500"),
    ("line_items[0][price_data][product_data][name]", "书"),
    ("adaptive_pricing[enabled]", "false"),
    ("metadata[yizan_payment]", "x"),
    ("allowed_payment_method_types[0]", "card"),
    ("expand[0]", "payment_intent"),
]


def session(*changes: tuple[str, str], without: str = "") -> list[str]:
    form = dict(GOOD) | dict(changes)
    form.pop(without, None)
    return wrong_in("POST", "/v1/checkout/sessions", tree_of(list(form.items())))


def test_the_library_speaks_the_version_that_the_rail_was_written_for():
    assert stripe.StripeClient("sk_test_x")._requestor._options.stripe_version == API_VERSION
    assert our_books.API_VERSION == API_VERSION


def test_the_checker_lets_a_good_request_pass():
    assert session() == []


@pytest.mark.parametrize(("change", "place"), [
    (("payment_method_types[0]", "card"), ".payment_method_types: unknown"),
    (("mode", "gift"), ".mode"),
    (("locale", "zh-CN"), ".locale"),
    (("line_items[0][price_data][unit_amount]", "5.0"), ".line_items[0].price_data.unit_amount"),
    (("line_items[0][quantity]", "one"), ".line_items[0].quantity"),
    (("line_items[0][price_data][tax]", "1"), ".line_items[0].price_data.tax: unknown"),
    (("line_items[2][quantity]", "1"), ".line_items: not a list"),
    (("adaptive_pricing[enabled]", "1"), ".adaptive_pricing.enabled"),
    (("allowed_payment_method_types[0]", "cheque"), ".allowed_payment_method_types[0]"),
    (("payment_intent_data[transfer_data][amount]", "5"), ".payment_intent_data.transfer_data.destination: missing"),
    (("metadata[a][b]", "deep"), ".metadata: not a flat dictionary"),
    (("stripe_account", "acct_1"), ".stripe_account: unknown"),
])  # fmt: skip
def test_the_checker_finds_what_the_library_does_not_know(change: tuple[str, str], place: str):
    (line,) = session(change)
    assert line.startswith(place)


def test_the_checker_finds_what_is_missing():
    assert session(without="line_items[0][price_data][currency]") == [".line_items[0].price_data.currency: missing"]
    assert wrong_in("POST", "/v1/transfers", {"currency": "cny"}) == [".destination: missing"]
    assert wrong_in("POST", "/v1/charges", {}) == ["POST /v1/charges: not a request that we make"]


def test_the_checker_knows_ids_from_names_in_a_path():
    assert route_of("GET", "/v1/payment_intents/pi_1") == ("GET", "/v1/payment_intents/{}")
    assert route_of("GET", "/v1/payment_intents/search") == ("GET", "/v1/payment_intents/search")
    assert route_of("POST", "/v1/checkout/sessions/cs_test_a1/expire") == ("POST", "/v1/checkout/sessions/{}/expire")
    assert route_of("POST", "/v1/account_links") in REQUESTS


def wire(asked: Any) -> dict[str, Any]:
    """As the library would send it."""
    pairs = stripe._encode._api_encode(asked)
    return tree_of([(name, str(value)) for name, value in pairs])


@pytest.mark.parametrize("mode", list(Mode))
def test_a_page_says_the_language_the_tips_and_our_id_in_three_places(mode: Mode):
    lines = (Line("乡村图书馆", Money(1000, "CNY")), Line("热午餐", Money(2000, "CNY")))
    intent = wish(lines=lines)

    asked = asks.payment_page(intent, mode, life=DAY, now=NOW)

    assert wrong(checkout.SessionCreateParams, wire(asked)) == []
    assert asked["locale"] == "zh"
    items = [
        (one["price_data"]["product_data"]["name"], one["price_data"]["unit_amount"]) for one in asked["line_items"]
    ]
    assert items == [("乡村图书馆", 1000), ("热午餐", 2000)]
    id_ = str(intent.reference)
    about = asked["payment_intent_data"]
    assert asked["client_reference_id"] == id_
    assert asked["metadata"] == about["metadata"] == {"yizan_payment": id_}
    assert asked["success_url"] == asked["cancel_url"] == BACK
    assert asked["adaptive_pricing"] == {"enabled": False}, "what the chat showed is what is paid"
    to = {Mode.DESTINATION: {"on_behalf_of": intent.account, "transfer_data": {"destination": intent.account}},
          Mode.TRANSFERS: {"transfer_group": id_}}.get(mode, {})  # fmt: skip
    assert {name: about[name] for name in about if name not in ("metadata", "description")} == to  # type: ignore[literal-required]
    assert "application_fee_amount" not in about


def test_the_same_wish_makes_the_same_request_at_any_time():
    intent = wish()
    now = datetime.now(UTC)
    asked = asks.payment_page(intent, Mode.DIRECT, life=DAY, now=now, methods=["card", "alipay"])
    later = now + timedelta(hours=22)
    assert asked == asks.payment_page(intent, Mode.DIRECT, life=DAY, now=later, methods=["card", "alipay"])
    assert asked["expires_at"] - asks.made_at(intent.reference) == 23 * 3600
    assert "expires_at" not in asks.payment_page(wish(reference=uuid4()), Mode.DIRECT, life=DAY, now=NOW)


def test_a_long_tab_is_a_line_for_each_title_and_a_longer_one_a_line_for_all():
    few = tuple(Line(f"项目 {n % 7}", Money(100, "CNY")) for n in range(150))
    items = asks.payment_page(wish(15000, lines=few), Mode.DIRECT, life=DAY, now=NOW)["line_items"]
    assert len(items) == 7
    assert sum(one["price_data"]["unit_amount"] for one in items) == 15000
    many = tuple(Line(f"项目 {n}", Money(100, "CNY")) for n in range(150))
    (one,) = asks.payment_page(wish(15000, lines=many), Mode.DIRECT, life=DAY, now=NOW)["line_items"]
    assert (one["price_data"]["product_data"]["name"], one["price_data"]["unit_amount"]) == ("乡村图书馆", 15000)


@pytest.mark.parametrize(("lines", "code"), [
    ((Line("书", Money(2999, "CNY")),), "lines_do_not_add_up"),
    ((Line("书", Money(3000, "USD")),), "lines_in_another_currency"),
])  # fmt: skip
def test_a_page_whose_lines_are_not_the_payment_is_not_asked_for(lines: tuple[Line, ...], code: str):
    with pytest.raises(RailRefused, match=code):
        asks.payment_page(wish(lines=lines), Mode.DIRECT, life=DAY, now=NOW)


def test_an_account_is_asked_for_with_the_platform_as_payer_of_the_fees():
    asked = asks.account("希望图书基金会", "HK")
    assert asked["controller"]["fees"] == {"payer": "application"}
    assert wrong(p.AccountCreateParams, wire(asked)) == []


def test_what_goes_on_and_what_comes_back_name_the_payment_and_our_id():
    ask = part(uuid4(), "pi_1", "acct_1", 500)
    names = {"yizan_payment": str(ask.reference), "yizan_transfer": str(ask.transfer)}
    for source in ("ch_1", None):
        asked = asks.transfer(ask, source)
        assert (asked["metadata"], "source_transaction" in asked) == (names, source is not None)
        assert wrong(p.TransferCreateParams, wire(asked)) == []
    assert asks.reversal(ask)["metadata"] == names
    assert wrong(p.TransferReversalCreateParams, wire(asks.reversal(ask))) == []
