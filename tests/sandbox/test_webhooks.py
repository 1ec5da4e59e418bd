"""Events reach their receiver at least once, signed, through every fault one can ask for."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.app import Options, Sandbox
from sandbox.state import State
from tests.sandbox.conftest import Client, Clock, payment_of
from tests.sandbox.receiver import receiving

SECRET = "whsec"


class Receiver:
    """Answers with the statuses it is told, then with 204."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.events: list[dict[str, Any]] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.requests.append((dict(request.headers), body))
        self.events.append(json.loads(body))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204)

    async def wait_for(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(5):
            while len(self.events) < count:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)  # whatever comes too much has come by then
        assert len(self.events) == count
        return self.events


@pytest.fixture
async def receiver(box: Client) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await box.rail("POST", "/webhook", {"url": url, "secret": SECRET})
    yield receiver
    await runner.cleanup()


async def paid(box: Client, key: str = "k", action: str = "pay") -> dict[str, Any]:
    payment: dict[str, Any] = await box.pay(await box.rail("POST", "/payments", payment_of(1000), key), action)
    return payment


async def test_an_event_arrives_signed_with_the_payment_and_the_charge(box: Client, receiver: Receiver) -> None:
    payment = await paid(box)
    (event,) = await receiver.wait_for(1)
    assert event["data"] == {"payment": payment, "charge": payment["charges"][0]}
    assert (event["type"], event["livemode"]) == ("payment.paid", False)
    assert event["id"].startswith("evt_")

    headers, body = receiver.requests[0]
    timestamp, sent = (part.partition("=")[2] for part in headers["Sandbox-Signature"].split(","))
    expected = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(sent, expected)
    (listed,) = (await box.rail("GET", "/events"))["events"]
    assert listed == {"id": event["id"], "type": "payment.paid", "delivered": True, "tries": 1, "last_status": 204}


async def test_a_refund_event_tells_all_three(box: Client, receiver: Receiver) -> None:
    charge = (await paid(box))["charges"][0]
    refund = await box.rail("POST", f"/charges/{charge['id']}/refunds", {"amount_minor": 1, "reason": "r"}, "r")

    event = (await receiver.wait_for(2))[1]
    assert event["type"] == "refund.succeeded"
    assert event["data"]["refund"] == refund
    assert event["data"]["charge"]["refunded_minor"] == 1
    assert event["data"]["payment"]["charges"][0]["refunded_minor"] == 1


async def test_what_is_not_taken_comes_again_and_lets_others_pass(
    box: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.rail.events.FIRST_WAIT_S", 0.3)
    receiver.statuses = [500]
    await paid(box, "k1")
    await paid(box, "k2")

    first, second, again = await receiver.wait_for(3)
    assert again == first != second
    assert receiver.requests[0][1] == receiver.requests[2][1]
    listed = (await box.rail("GET", "/events"))["events"]
    assert [(e["delivered"], e["tries"]) for e in listed] == [(True, 2), (True, 1)]


async def test_a_redirect_is_no_success(box: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.rail.events.FIRST_WAIT_S", 0.1)
    receiver.statuses = [302]
    await paid(box)

    await receiver.wait_for(2)


async def test_delivery_is_given_up_after_three_days(
    box: Client, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.rail.events.FIRST_WAIT_S", 0.1)
    await box.rail("PUT", "/faults", {"hold": True})
    await paid(box)
    clock.ahead = 3 * 24 * 3600 + 1
    receiver.statuses = [500]
    await box.rail("PUT", "/faults", {})

    await receiver.wait_for(1)
    await asyncio.sleep(0.2)
    await receiver.wait_for(1)


async def test_duplicates_are_the_same_event(box: Client, receiver: Receiver) -> None:
    await box.rail("PUT", "/faults", {"duplicates": 2})
    await paid(box)

    assert len({event["id"] for event in await receiver.wait_for(3)}) == 1
    (listed,) = (await box.rail("GET", "/events"))["events"]
    assert (listed["delivered"], listed["tries"]) == (True, 3)


async def test_held_events_wait_and_are_shuffled_when_they_go(
    box: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = {"duplicates": 0, "shuffle": True, "delay_s": 0, "hold": True}
    assert await box.rail("PUT", "/faults", faults) == faults | {"charge_504": False, "never_charge": False}
    ids = [(await paid(box, f"k{i}"))["id"] for i in range(4)]
    await receiver.wait_for(0)
    monkeypatch.setattr("sandbox.rail.events.random.sample", lambda rows, most: rows[-most:])

    await box.rail("PUT", "/faults", {"shuffle": True})
    arrived = [event["data"]["payment"]["id"] for event in await receiver.wait_for(4)]
    assert arrived == ids[::-1]


@pytest.mark.parametrize("couriers", [1, 3])
async def test_events_are_on_their_way_side_by_side_where_that_is_asked_for(state: State, couriers: int) -> None:
    sandbox = Sandbox(state, Options(couriers=couriers))
    await sandbox.start(0)
    async with receiving() as there, aiohttp.ClientSession() as http:
        there.hold = asyncio.Event()
        box = Client(sandbox.url, http)
        await box.rail("PUT", "/faults", {"hold": True})
        for number in range(5):
            await paid(box, f"k{number}")
        await box.rail("POST", "/webhook", {"url": there.url, "secret": SECRET})
        await box.rail("PUT", "/faults", {"hold": False})
        await there.wait_for(couriers)
        there.hold.set()
        assert len(await there.wait_for(5)) == 5
        assert there.most_at_once == couriers
    await sandbox.stop()


async def test_a_delay_comes_before_the_first_try(box: Client, receiver: Receiver) -> None:
    await box.rail("PUT", "/faults", {"delay_s": 0.3})
    await paid(box)
    await receiver.wait_for(0)

    await receiver.wait_for(1)


async def test_events_wait_for_a_webhook_to_be_named(box: Client) -> None:
    await paid(box)
    await asyncio.sleep(0.05)

    (listed,) = (await box.rail("GET", "/events"))["events"]
    assert (listed["delivered"], listed["tries"], listed["last_status"]) == (False, 0, None)


@pytest.mark.parametrize(
    "faults", [{"duplicates": -1}, {"duplicates": True}, {"delay_s": "1"}, {"hold": 1}, {"shuffle": None}, {"rain": 1}]
)
async def test_faults_that_make_no_sense_are_refused(box: Client, faults: dict[str, Any]) -> None:
    assert (await box.rail("PUT", "/faults", faults, status=400))["error"]["code"] == "invalid_request"
