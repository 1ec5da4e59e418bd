"""The payment provider: what may happen to a payment, and that asking twice does nothing twice."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.app import Options, Sandbox
from sandbox.rail.amounts import fee, shown
from sandbox.state import State
from tests.sandbox.conftest import Client, Clock, payment_of


async def new_payment(box: Client, amount_minor: int = 1000, key: str = "k", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = await box.rail("POST", "/payments", payment_of(amount_minor, **more), key)
    return made


async def event_types(box: Client) -> list[str]:
    return [event["type"] for event in (await box.rail("GET", "/events"))["events"]]


async def test_a_payment_is_open_until_it_is_paid_once(box: Client) -> None:
    made = await new_payment(box)
    assert (made["status"], made["charges"], made["url"]) == ("open", [], f"{box.url}/pay/{made['id']}")

    paid = await box.pay(made)
    assert await box.pay(made) == paid == await box.rail("GET", f"/payments/{made['id']}")
    (charge,) = paid["charges"]
    assert paid["status"] == "paid"
    assert (charge["amount_minor"], charge["fee_minor"], charge["refunded_minor"]) == (1000, 6, 0)
    assert await box.rail("GET", f"/charges/{charge['id']}") == charge
    assert await event_types(box) == ["payment.paid"]


@pytest.mark.parametrize(
    ("amount_minor", "percent", "expected"),
    [(1, "0.6", 0), (83, "0.6", 0), (84, "0.6", 1), (250, "0.6", 2), (100, "0.6", 1), (1000, "0", 0), (99, "2.9", 3)],
)
def test_the_fee_is_rounded_half_up(amount_minor: int, percent: str, expected: int) -> None:
    assert fee(amount_minor, Decimal(percent)) == expected


@pytest.mark.parametrize(
    ("amount_minor", "currency", "text"),
    [(100, "CNY", "¥1.00"), (500, "USD", "US$5.00"), (500, "JPY", "JP¥500"), (123456, "CHF", "CHF 1,234.56")],
)
def test_amounts_are_shown_with_their_currencys_digits(amount_minor: int, currency: str, text: str) -> None:
    assert shown(amount_minor, currency) == text


async def test_the_same_key_gives_the_same_answer_and_other_parameters_are_refused(box: Client) -> None:
    made = await new_payment(box)
    await box.pay(made)

    assert await new_payment(box) == made
    other = await box.rail("POST", "/payments", payment_of(999), "k", 409)
    assert other["error"]["code"] == "idempotency_mismatch"
    assert (await new_payment(box, key="k2"))["id"] != made["id"]


async def test_a_request_that_failed_does_not_use_up_its_key(box: Client) -> None:
    await box.rail("POST", "/payments", payment_of(0), "k", 400)

    assert (await new_payment(box))["status"] == "open"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount_minor": 0}, "amount_too_small"),
        ({"amount_minor": 1.5}, "invalid_request"),
        ({"amount_minor": True}, "invalid_request"),
        ({"amount_minor": 10**13}, "invalid_request"),
        ({"currency": "cny"}, "invalid_request"),
        ({"currency": 156}, "invalid_request"),
        ({"reference": ""}, "invalid_request"),
        ({"return_url": "javascript:alert(1)"}, "invalid_request"),
        ({"colour": "red"}, "invalid_request"),
    ],
)
async def test_a_payment_that_makes_no_sense_is_refused(box: Client, change: dict[str, Any], code: str) -> None:
    refused = await box.rail("POST", "/payments", payment_of(100) | change, "k", 400)

    assert refused["error"]["code"] == code


async def test_the_rail_wants_its_key_and_an_idempotency_key(box: Client) -> None:
    async with box.http.get(f"{box.url}/rail/events") as response:
        assert (response.status, (await response.json())["error"]["code"]) == (401, "unauthorized")
    assert (await box.rail("POST", "/payments", payment_of(100), status=400))["error"]["code"] == "invalid_request"
    assert (await box.rail("GET", "/payments/pay_0", status=404))["error"]["code"] == "not_found"
    assert (await box.rail("GET", "/charges/ch_0", status=404))["error"]["code"] == "not_found"
    assert (await box.rail("GET", "/nothing", status=404))["error"]["code"] == "invalid_request"


async def test_twice_charges_twice_for_one_payment(box: Client) -> None:
    twice = await box.pay(await new_payment(box), "twice")

    assert [c["amount_minor"] for c in twice["charges"]] == [1000, 1000]
    assert len((await box.pay(twice, "twice"))["charges"]) == 3
    assert await event_types(box) == ["payment.paid"] * 3


async def test_a_declined_payment_may_be_tried_again(box: Client) -> None:
    made = await new_payment(box)

    assert (await box.pay(made, "decline"))["status"] == "declined"
    assert (await box.pay(made))["status"] == "paid"
    assert (await box.pay(made, "decline"))["status"] == "paid"
    assert await event_types(box) == ["payment.declined", "payment.paid"]


async def test_later_succeeds_by_itself(box: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.rail.payments.LATER_S", 0.1)
    made = await box.pay(await new_payment(box), "later")
    assert made["status"] == "processing"
    assert (await box.pay(made))["status"] == "processing"

    await asyncio.sleep(0.3)
    assert len((await box.rail("GET", f"/payments/{made['id']}"))["charges"]) == 1


async def test_later_succeeds_after_a_restart(state: State, clock: Clock, tmp_path: Path, box: Client) -> None:
    made = await box.pay(await new_payment(box), "later")
    again = Sandbox(await reopened(state, tmp_path, clock), Options())
    await again.start(0)
    box.url = again.url
    assert (await box.rail("GET", f"/payments/{made['id']}"))["status"] == "processing"
    assert (await new_payment(box))["url"].startswith(again.url)

    clock.ahead = 3
    await asyncio.sleep(0)
    await again.stop()
    last = Sandbox(State(tmp_path / "sandbox.db", clock), Options())
    await last.start(0)
    box.url = last.url
    await asyncio.sleep(0.05)
    assert (await box.rail("GET", f"/payments/{made['id']}"))["status"] == "paid"
    await last.stop()


async def reopened(state: State, tmp_path: Path, clock: Clock) -> State:
    state.signals.close()
    await asyncio.sleep(0.05)
    state.close()
    return State(tmp_path / "sandbox.db", clock)


async def test_a_cancelled_payment_can_not_be_paid_and_a_paid_one_not_cancelled(box: Client) -> None:
    made = await new_payment(box)
    await box.pay(made, "later")
    cancelled = await box.rail("POST", f"/payments/{made['id']}/cancel")
    assert cancelled == await box.rail("POST", f"/payments/{made['id']}/cancel")
    assert cancelled["status"] == "cancelled"
    assert (await box.pay(made, status=409))["error"]["code"] == "cancelled"
    assert (await box.pay(made, "twice", status=409))["error"]["code"] == "cancelled"

    paid = await box.pay(await new_payment(box, key="k2"))
    refused = await box.rail("POST", f"/payments/{paid['id']}/cancel", status=409)
    assert refused["error"]["code"] == "already_paid"
    assert await event_types(box) == ["payment.cancelled", "payment.paid"]


async def test_a_charge_is_refunded_up_to_what_is_left_and_the_fee_stays(box: Client) -> None:
    charge = (await box.pay(await new_payment(box)))["charges"][0]
    path = f"/charges/{charge['id']}/refunds"
    first = await box.rail("POST", path, {"amount_minor": 400, "reason": "asked"}, "r1")
    assert (first["status"], first["amount_minor"], first["currency"]) == ("succeeded", 400, "CNY")

    assert await box.rail("POST", path, {"amount_minor": 400, "reason": "asked"}, "r1") == first
    for amount_minor, code in ((601, "amount_too_large"), (0, "amount_too_small")):
        refused = await box.rail("POST", path, {"amount_minor": amount_minor, "reason": ""}, "r2", 400)
        assert refused["error"]["code"] == code
    await box.rail("POST", path, {"amount_minor": 600, "reason": "rest"}, "r3")
    now = await box.rail("GET", f"/charges/{charge['id']}")
    assert (now["refunded_minor"], now["fee_minor"]) == (1000, 6)
    assert await event_types(box) == ["payment.paid", "refund.succeeded", "refund.succeeded"]


async def test_the_pay_page_shows_the_payment_and_what_became_of_it(box: Client) -> None:
    made = await new_payment(box, 100, description="<b>书</b>")
    async with box.http.get(made["url"]) as response:
        html = await response.text()
        assert response.content_type == "text/html"
    assert "¥1.00" in html
    assert "&lt;b&gt;书&lt;/b&gt;" in html
    assert 'href="/?open=https%3A%2F%2Ft.me%2Fyizan_bot%3Fstart%3Dback"' in html

    form = {"action": "pay"}
    async with box.http.post(made["url"], data=form, headers={"Origin": box.url}, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, f"/pay/{made['id']}")
    async with box.http.post(made["url"], data=form) as response:
        assert 'data-status="paid"' in await response.text()
    async with box.http.post(made["url"], data={"action": "steal"}) as response:
        assert response.status == 400
    async with box.http.get(f"{box.url}/pay/pay_0") as response:
        assert response.status == 404


async def test_the_way_back_to_another_site_is_left_as_it_is(box: Client) -> None:
    made = await new_payment(box, return_url="https://example.org/thanks?a=1&b=2", language="en")
    async with box.http.get(made["url"]) as response:
        assert 'href="https://example.org/thanks?a=1&amp;b=2"' in await response.text()


async def test_an_answer_of_504_says_nothing_it_was_charged(box: Client) -> None:
    await box.rail("PUT", "/faults", {"hold": True, "charge_504": True})
    lost = await box.rail("POST", "/payments", payment_of(1000, reference="tip-9"), "k", status=504)
    assert lost["error"]["code"] == "gateway_timeout"
    (made,) = (await box.rail("GET", "/payments?reference=tip-9"))["payments"]
    (charge,) = made["charges"]
    await box.rail("POST", f"/charges/{charge['id']}/refunds", {"amount_minor": 1000, "reason": ""}, "r", status=504)
    await box.rail("PUT", "/faults", {})
    again = await box.rail("POST", "/payments", payment_of(1000, reference="tip-9"), "k")
    assert again["id"] == made["id"]
    (charge,) = (await box.rail("GET", f"/payments/{made['id']}"))["charges"]
    assert charge["refunded_minor"] == 1000
    assert await event_types(box) == ["payment.paid", "refund.succeeded"]


@pytest.mark.parametrize("action", ["pay", "later"])
async def test_paid_on_the_page_and_never_charged(box: Client, action: str) -> None:
    made = await new_payment(box)
    await box.rail("PUT", "/faults", {"never_charge": True})
    assert (await box.pay(made, action))["status"] == "processing"
    await box.rail("PUT", "/faults", {})
    assert (await box.pay(made))["charges"] == []
    assert await event_types(box) == []


async def test_payments_are_listed_by_reference_only(box: Client) -> None:
    assert (await box.rail("GET", "/payments?reference=nobody"))["payments"] == []
    for query in ("", "?reference=", "?status=open", "?reference=a&b=c"):
        assert (await box.rail("GET", f"/payments{query}", status=400))["error"]["code"] == "invalid_request"
