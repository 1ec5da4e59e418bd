"""A bot's Stars as Telegram lists them, and invoices opened by their links."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sandbox.state import State
from sandbox.tables import FIRST, SECOND
from tests.sandbox.conftest import CREATOR, FOLLOWER, Client, Clock

STARS: dict[str, Any] = {"title": "Gift", "description": "d", "payload": "p", "currency": "XTR"}


async def buy(box: Client, stars: int, person: int = FOLLOWER, payload: str = "p") -> str:
    """By a link of its own; the charge."""
    await box.updates()
    invoice = STARS | {"payload": payload, "prices": [{"label": "a", "amount": stars}]}
    link = await box.bot("createInvoiceLink", **invoice)
    buying = asyncio.create_task(box.api("POST", f"/users/{person}/purchases", {"invoice": link}))
    (update,) = await box.bot("getUpdates", timeout=5)
    await box.bot("answerPreCheckoutQuery", pre_checkout_query_id=update["pre_checkout_query"]["id"], ok=True)
    return str((await buying)["charge"])


async def listed(box: Client, **page: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await box.bot("getStarTransactions", **page))["transactions"]
    return found


async def test_payments_and_refunds_are_listed_the_oldest_first(box: Client, clock: Clock) -> None:
    first = await buy(box, 5)
    clock.ahead = 60
    second = await buy(box, 7, CREATOR, "q")
    clock.ahead = 120
    await box.bot("refundStarPayment", user_id=FOLLOWER, telegram_payment_charge_id=first)

    one, two, back = await listed(box)
    assert (one["id"], one["amount"], two["id"], two["amount"]) == (first, 5, second, 7)
    assert one["source"]["type"] == "user"
    assert (one["source"]["transaction_type"], one["source"]["invoice_payload"]) == ("invoice_payment", "p")
    assert (one["source"]["user"]["id"], two["source"]["user"]["id"]) == (FOLLOWER, CREATOR)
    assert (back["id"], back["amount"], back["receiver"]["user"]["id"]) == (first, 5, FOLLOWER)
    assert "source" not in back
    assert "receiver" not in one
    assert one["date"] < two["date"] < back["date"]
    assert min(len(first), len(second)) > 128


async def test_the_list_is_read_by_pages(box: Client) -> None:
    charges = [await buy(box, number) for number in range(1, 6)]
    assert [one["id"] for one in await listed(box, offset=1, limit=2)] == charges[1:3]
    assert [one["id"] for one in await listed(box, offset=4)] == charges[4:]
    assert await listed(box, offset=5) == []
    assert len(await listed(box, limit=1000)) == 5


async def test_money_by_a_provider_is_not_among_them(box: Client) -> None:
    await box.updates()
    invoice = STARS | {"currency": "CNY", "provider_token": "t", "prices": [{"label": "a", "amount": 1000}]}
    link = await box.bot("createInvoiceLink", **invoice)
    buying = asyncio.create_task(box.api("POST", f"/users/{FOLLOWER}/purchases", {"invoice": link}))
    (update,) = await box.bot("getUpdates", timeout=5)
    await box.bot("answerPreCheckoutQuery", pre_checkout_query_id=update["pre_checkout_query"]["id"], ok=True)
    charge = (await buying)["charge"]
    assert await listed(box) == []
    refused = await box.refused("refundStarPayment", user_id=FOLLOWER, telegram_payment_charge_id=charge)
    assert "CHARGE_ID_INVALID" in refused[1]


async def test_everybody_sees_what_went_back(box: Client) -> None:
    charge = await buy(box, 5)
    await box.updates()
    await box.bot("refundStarPayment", user_id=FOLLOWER, telegram_payment_charge_id=charge)
    message = (await box.updates())[-1]["message"]
    assert message["refunded_payment"] == {
        "currency": "XTR", "total_amount": 5, "invoice_payload": "p", "telegram_payment_charge_id": charge,
    }  # fmt: skip
    again = await box.refused("refundStarPayment", user_id=FOLLOWER, telegram_payment_charge_id=charge)
    assert again == (400, "Bad Request: CHARGE_ALREADY_REFUNDED")


async def test_a_link_shows_what_is_to_be_paid(box: Client) -> None:
    link = await box.bot("createInvoiceLink", **STARS, prices=[{"label": "a", "amount": 5}])
    slug = link.rpartition("$")[2]
    shown = {"title": "Gift", "description": "d", "currency": "XTR", "total_amount": 5}
    for name in (slug, f"${slug}"):
        assert await box.api("GET", f"/users/{CREATOR}/invoices/{name}") == {"invoice": shown}
    assert await box.api("GET", f"/users/{CREATOR}/invoices/nothing", status=404)


@pytest.mark.parametrize("refunded", [0, 1])
def test_a_file_of_an_earlier_version_keeps_its_stars(tmp_path: Path, refunded: int) -> None:
    old = sqlite3.connect(tmp_path / "s.db")
    old.executescript(FIRST + SECOND + "PRAGMA user_version = 2;")
    old.execute("INSERT INTO users (id, is_bot, first_name) VALUES (9, 1, 'Bot'), (1, 0, 'Ann')")
    old.execute("INSERT INTO bots (id, token) VALUES (9, '9:x')")
    old.execute("INSERT INTO invoice_payments VALUES ('stx', 9, 1, 'XTR', 5, 'p', 1000, ?)", (refunded,))
    old.commit()
    old.close()

    state = State(tmp_path / "s.db")
    rows = state.rows("SELECT charge, amount, incoming FROM star_transactions ORDER BY id")
    assert [tuple(row) for row in rows] == [("stx", 5, 1), ("stx", 5, 0)][: 1 + refunded]
    state.close()
