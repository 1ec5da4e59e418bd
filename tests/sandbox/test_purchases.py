"""Paying invoices: what the bot is asked, and what happens when it is slow or says no."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.sandbox.conftest import BOT, CREATOR, FOLLOWER, Client, Clock

STARS: dict[str, Any] = {
    "title": "Gift",
    "description": "d",
    "payload": "p",
    "currency": "XTR",
    "prices": [{"label": "a", "amount": 5}],
}


async def asked(box: Client, person: int = CREATOR) -> tuple[asyncio.Task[Any], dict[str, Any], int]:
    await box.updates()
    sent = await box.bot("sendInvoice", chat_id=person, **STARS)
    body = {"chat": BOT, "message": sent["message_id"]}
    buying = asyncio.create_task(box.api("POST", f"/users/{person}/purchases", body))
    (update,) = await box.bot("getUpdates", timeout=5)
    return buying, update["pre_checkout_query"], sent["message_id"]


async def test_a_payment_is_a_reply_to_its_invoice(box: Client) -> None:
    buying, query, invoice = await asked(box)
    assert (query["from"]["id"], query["currency"], query["total_amount"]) == (CREATOR, "XTR", 5)
    await box.bot("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)

    charge = (await buying)["charge"]
    message = (await box.updates())[-1]["message"]
    assert message["reply_to_message"]["message_id"] == invoice
    assert message["successful_payment"] == {
        "currency": "XTR",
        "total_amount": 5,
        "invoice_payload": "p",
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": "",
    }
    assert "text" not in message


async def test_no_needs_a_reason_and_moves_nothing(box: Client) -> None:
    buying, query, _ = await asked(box)
    no = {"pre_checkout_query_id": query["id"], "ok": False}
    assert "error_message" in (await box.refused("answerPreCheckoutQuery", **no))[1]
    await box.bot("answerPreCheckoutQuery", **no, error_message="sold out")

    assert await buying == {"paid": False, "answered": True, "error": "sold out", "charge": None}
    assert len(await box.updates()) == 1


async def test_an_answer_after_ten_seconds_is_too_late(
    box: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.people.asking.PAID_WITHIN_S", 0.2)
    buying, query, _ = await asked(box)
    assert (await buying)["answered"] is False
    clock.ahead = 11

    late = await box.refused("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)
    assert late[1].startswith("Bad Request: query is too old")
    assert (await box.bot("getMyStarBalance"))["amount"] == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": "G" * 33}, "title"),
        ({"description": ""}, "description"),
        ({"payload": "捐" * 43}, "INVOICE_PAYLOAD_INVALID"),
        ({"prices": []}, "at least one price"),
        ({"provider_token": "x"}, "STARS_PROVIDER_TOKEN_INVALID"),
        ({"currency": "CNY"}, "PAYMENT_PROVIDER_INVALID"),
        ({"currency": "XXX", "provider_token": "x"}, "CURRENCY_INVALID"),
        ({"currency": "CNY", "provider_token": "x"}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}}, "first button must be a Pay"),
    ],
)
async def test_invoices_have_limits(box: Client, change: dict[str, Any], words: str) -> None:
    assert words in (await box.refused("sendInvoice", chat_id=CREATOR, **(STARS | change)))[1]


async def test_one_invoice_link_may_be_paid_by_many(box: Client) -> None:
    link = await box.bot("createInvoiceLink", **STARS)
    for person in (CREATOR, FOLLOWER):
        await box.updates()
        buying = asyncio.create_task(box.api("POST", f"/users/{person}/purchases", {"invoice": link}))
        (update,) = await box.bot("getUpdates", timeout=5)
        await box.bot("answerPreCheckoutQuery", pre_checkout_query_id=update["pre_checkout_query"]["id"], ok=True)
        assert (await buying)["paid"] is True
    assert (await box.bot("getMyStarBalance"))["amount"] == 10
