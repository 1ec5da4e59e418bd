"""The provider's card: no small change, its own events and books, and cards that are saved and charged later."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from sandbox.rail import events
from sandbox.rail.tills import CARD
from sandbox.state import State
from tests.sandbox.conftest import RAIL_KEY, Client, payment_of
from tests.sandbox.receiver import receiving

SAVING = {"reference": "m-1", "description": "晨光", "return_url": "https://t.me/yizan_bot?start=tab", "language": "en"}


async def card(box: Client, method: str, path: str, body: Any = None, key: str = "", status: int = 200) -> Any:
    headers = {"Authorization": f"Bearer {RAIL_KEY}"} | ({"Idempotency-Key": key} if key else {})
    async with box.http.request(method, f"{box.url}/card{path}", json=body, headers=headers) as response:
        answer = await response.json()
    assert response.status == status, answer
    return answer


async def saved(box: Client, action: str = "save", key: str = "m") -> dict[str, Any]:
    """A card that somebody saved on its page."""
    asked = await card(box, "POST", "/methods", SAVING, key)
    async with box.http.post(asked["url"], json={"action": action}) as response:
        method: dict[str, Any] = await response.json()
    assert (asked["status"], method["status"]) == ("open", "saved")
    return method


async def test_it_carries_four_units_at_the_least_and_the_wallet_one_fen(box: Client) -> None:
    for minor, currency in ((399, "CNY"), (3, "JPY")):
        refused = await card(box, "POST", "/payments", payment_of(minor, currency=currency), "k", 400)
        assert refused["error"]["code"] == "amount_too_small"
    assert (await card(box, "POST", "/payments", payment_of(400), "k"))["status"] == "open"
    assert (await card(box, "POST", "/payments", payment_of(4, currency="JPY"), "j"))["status"] == "open"
    assert (await box.rail("POST", "/payments", payment_of(1), "k"))["amount_minor"] == 1


async def test_each_till_has_its_own_keys_events_lists_and_records(box: Client) -> None:
    by_card = await card(box, "POST", "/payments", payment_of(400), "k")
    by_wallet = await box.rail("POST", "/payments", payment_of(400), "k")
    assert by_card["id"] != by_wallet["id"]
    await box.pay(by_card)
    span = "/records?since=0&until=9999999999"
    assert [record["amount_minor"] for record in (await card(box, "GET", span))["records"]] == [2, 400]
    assert (await box.rail("GET", span))["records"] == []
    assert [event["type"] for event in (await card(box, "GET", "/events"))["events"]] == ["payment.paid"]
    assert (await box.rail("GET", "/events"))["events"] == []
    assert [one["id"] for one in (await box.rail("GET", "/payments?reference=tab-1"))["payments"]] == [by_wallet["id"]]


async def test_a_till_nobody_listens_to_does_not_hold_up_the_other(box: Client, state: State) -> None:
    async with receiving() as receiver:
        with state.change():
            events.set_webhook(state, events.Webhook(receiver.url, "s"), CARD)
        await box.pay(await box.rail("POST", "/payments", payment_of(500), "w"))
        await box.pay(await card(box, "POST", "/payments", payment_of(600), "c"))
        (told,) = await receiver.wait_for(1)
    assert told["data"]["charge"]["amount_minor"] == 600


async def test_a_saved_card_is_charged_without_anybody_and_once_for_a_key(box: Client) -> None:
    method = await saved(box)
    assert method["label"] == "test card 4242"
    assert (await card(box, "GET", "/methods?reference=m-1"))["methods"] == [method]
    paid = await card(box, "POST", f"/methods/{method['id']}/charges", payment_of(400), "c")
    assert (paid["status"], len(paid["charges"])) == ("paid", 1)
    assert await card(box, "POST", f"/methods/{method['id']}/charges", payment_of(400), "c") == paid
    kinds = [event["type"] for event in (await card(box, "GET", "/events"))["events"]]
    assert kinds == ["method.saved", "payment.paid"]


async def test_an_empty_card_and_one_that_was_deleted_are_declined_and_nothing_is_charged(box: Client) -> None:
    empty, deleted = await saved(box, "save_empty", "a"), await saved(box, key="b")
    assert (await card(box, "DELETE", f"/methods/{deleted['id']}"))["status"] == "forgotten"
    for method in (empty, deleted):
        refused = await card(box, "POST", f"/methods/{method['id']}/charges", payment_of(400), method["id"], 402)
        assert refused["error"]["code"] == "card_declined"
    assert (await card(box, "GET", "/records?since=0&until=9999999999"))["records"] == []


@pytest.mark.parametrize("status", ["open", "saved", "forgotten"])
async def test_its_page_says_that_no_money_is_real_and_how_it_is(box: Client, status: str) -> None:
    method = await card(box, "POST", "/methods", SAVING, "m") if status == "open" else await saved(box)
    if status == "forgotten":
        await card(box, "DELETE", f"/methods/{method['id']}")
    async with box.http.get(method["url"]) as response:
        page = await response.text()
    assert f'data-status="{status}"' in page
    assert "no real money" in page
    assert ('value="save_empty"' in page) is (status == "open")


async def test_what_is_wrong_is_said(box: Client) -> None:
    async with box.http.get(f"{box.url}/save/pm_none") as response:
        assert response.status == 404
    method = await card(box, "POST", "/methods", SAVING, "m")
    async with box.http.post(method["url"], json={"action": "steal"}) as response:
        assert response.status == 400
    wrong = await card(box, "POST", "/methods", SAVING | {"amount_minor": 5}, "n", 400)
    assert "amount_minor" in wrong["error"]["message"]
    async with aiohttp.ClientSession() as stranger, stranger.post(f"{box.url}/card/methods", json=SAVING) as response:
        assert response.status == 401


async def test_a_payment_of_some_time_ago_is_charged_then(box: Client, state: State) -> None:
    made, then = await box.rail("POST", "/payments", payment_of(2000), "p"), state.now() - 86_400
    paid = await box.rail("PUT", f"/payments/{made['id']}/paid", {"created_at": then})
    assert [charge["created_at"] for charge in paid["charges"]] == [then]
    assert await box.rail("PUT", f"/payments/{made['id']}/paid", {"created_at": then - 5}) == paid, "once"
    for wrong in (state.now() + 100, "today", True, -1):
        await box.rail("PUT", f"/payments/{made['id']}/paid", {"created_at": wrong}, status=400)
