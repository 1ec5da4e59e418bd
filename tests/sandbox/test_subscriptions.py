"""Subscriptions in Stars: begun by paying an invoice, taken again every 30 days, ended by either side."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.sandbox.conftest import FOLLOWER, Client, Clock

PERIOD = 30 * 24 * 3600
MONTHLY: dict[str, Any] = {
    "title": "Gift", "description": "d", "payload": "p", "currency": "XTR", "subscription_period": PERIOD,
    "prices": [{"label": "a", "amount": 80}],
}  # fmt: skip


async def begun(box: Client) -> str:
    """By a link; the charge that began it."""
    await box.updates()
    link = await box.bot("createInvoiceLink", **MONTHLY)
    buying = asyncio.create_task(box.api("POST", f"/users/{FOLLOWER}/purchases", {"invoice": link}))
    (update,) = await box.bot("getUpdates", timeout=5)
    await box.bot("answerPreCheckoutQuery", pre_checkout_query_id=update["pre_checkout_query"]["id"], ok=True)
    return str((await buying)["charge"])


async def act(box: Client, charge: str, what: str, status: int = 200) -> Any:
    return await box.api("POST", f"/users/{FOLLOWER}/subscriptions", {"charge": charge, "act": what}, status=status)


async def told(box: Client) -> list[dict[str, Any]]:
    return [one["message"]["successful_payment"] for one in await box.updates() if "message" in one]


async def test_each_payment_has_the_same_payload_and_a_charge_of_its_own(box: Client, clock: Clock) -> None:
    charge = await begun(box)
    (first,) = await told(box)
    clock.ahead = PERIOD
    await act(box, charge, "renew")
    (second,) = await told(box)
    assert (first["is_recurring"], first["is_first_recurring"]) == (True, True)
    assert second["is_recurring"] is True
    assert "is_first_recurring" not in second
    assert first["invoice_payload"] == second["invoice_payload"] == "p"
    assert first["telegram_payment_charge_id"] == charge != second["telegram_payment_charge_id"]
    assert second["subscription_expiration_date"] - first["subscription_expiration_date"] == PERIOD
    found = (await box.bot("getStarTransactions"))["transactions"]
    assert [one["source"]["subscription_period"] for one in found] == [PERIOD, PERIOD]
    (kept,) = (await box.api("GET", f"/users/{FOLLOWER}/subscriptions"))["subscriptions"]
    assert (kept["charge"], kept["stars"], kept["cancelled_by"]) == (charge, 80, None)


async def test_what_the_bot_ends_is_taken_no_more_and_its_payer_can_t_take_it_up(box: Client) -> None:
    charge = await begun(box)
    cancel = {"user_id": FOLLOWER, "telegram_payment_charge_id": charge, "is_canceled": True}
    assert await box.bot("editUserStarSubscription", **cancel)
    assert await box.bot("editUserStarSubscription", **cancel), "again"
    await act(box, charge, "renew", 409)
    await act(box, charge, "resume", 409)
    assert await box.bot("editUserStarSubscription", **cancel | {"is_canceled": False})
    await act(box, charge, "renew", 409)
    await act(box, charge, "resume")
    assert (await act(box, charge, "renew"))["charge"]


async def test_only_the_first_charge_names_it(box: Client) -> None:
    charge = await begun(box)
    again = (await act(box, charge, "renew"))["charge"]
    for wrong in (again, "nothing"):
        refused = await box.refused(
            "editUserStarSubscription", user_id=FOLLOWER, telegram_payment_charge_id=wrong, is_canceled=True
        )
        assert refused == (400, "Bad Request: CHARGE_ID_INVALID")
    await act(box, again, "renew", 404)


async def test_the_bot_hears_what_its_payer_does(box: Client) -> None:
    charge = await begun(box)
    await box.updates()
    await act(box, charge, "cancel")
    await act(box, charge, "cancel", 409)
    await act(box, charge, "renew", 409)
    await act(box, charge, "resume")
    await act(box, charge, "fail")
    await act(box, charge, "eat", 400)
    told = [one["subscription"] for one in await box.updates()]
    assert [one["state"] for one in told] == ["canceled", "active", "failed"]
    assert {(one["user"]["id"], one["invoice_payload"]) for one in told} == {(FOLLOWER, "p")}


@pytest.mark.parametrize(
    "wrong",
    [
        {"subscription_period": 60}, {"prices": [{"label": "a", "amount": 10_001}]},
        {"currency": "CNY", "provider_token": "t", "prices": [{"label": "a", "amount": 1000}]},
    ],
)  # fmt: skip
async def test_what_telegram_refuses(box: Client, wrong: dict[str, Any]) -> None:
    code, _ = await box.refused("createInvoiceLink", **MONTHLY | wrong)
    assert code == 400
