"""The door for providers: what each delivery is answered, and that refused ones leave nothing behind."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from services.payments import PaymentService
from tests.web.conftest import Site
from tests.web.world import World, cny, event_of, signed
from web.payments import MOST_BYTES


async def test_an_event_is_stored_and_again_is_fine(world: World, site: Site):
    body, headers = signed(event_of("payment.paid", uuid4(), cny("1"), number=1))
    for _ in range(2):
        answer = await site.post("/hooks/sandbox", data=body, headers=headers)
        assert (answer.status, answer.text) == (200, "")


async def test_a_kind_we_do_not_use_is_taken_and_ignored(site: Site):
    body, headers = signed({"id": "evt_9", "type": "balance.updated", "livemode": False, "created_at": 1_790_000_000})
    answer = await site.post("/hooks/sandbox", data=body, headers=headers)
    assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"not json", 400), (b"", 400), (b"[]", 400), (b"\xff\xfe", 400), (b"[" * 10_000, 400), (b"null", 400)],
)
async def test_what_is_no_event_is_a_400(site: Site, body: bytes, status: int):
    body, headers = signed(body)
    answer = await site.post("/hooks/sandbox", data=body, headers=headers)
    assert (answer.status, answer.text) == (status, "")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sandbox-Signature": "t=1,v1=00"},
        {"Sandbox-Signature": "é=,;=="},
        signed({"id": "evt_1"}, secret="another")[1],
    ],
)
async def test_what_is_not_signed_by_them_is_a_401(site: Site, headers: dict[str, str]):
    answer = await site.post("/hooks/sandbox", data=json.dumps({"id": "evt_1"}).encode(), headers=headers)
    assert (answer.status, answer.text) == (401, "")


async def test_an_unknown_rail_is_a_404(site: Site):
    for rail in ("nobody", "x" * 500, "%00"):
        answer = await site.post(f"/hooks/{rail}", data=b"{}")
        assert (answer.status, answer.text) == (404, "")


async def test_a_huge_body_is_a_413_whether_it_says_so_or_not(site: Site):
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 4096

    assert (await site.post("/hooks/sandbox", data=b"x" * (MOST_BYTES + 1))).status == 413
    assert (await site.post("/hooks/sandbox", data=endless())).status == 413
    assert (await site.post("/hooks/sandbox", data=b"x" * MOST_BYTES)).status == 401


async def test_a_body_is_read_as_it_was_signed_never_unpacked(site: Site):
    headers = {"Content-Encoding": "gzip"}
    assert (await site.post("/hooks/sandbox", data=b"no gzip at all", headers=headers)).status == 401


async def test_a_body_that_breaks_off_is_no_mistake_of_ours(site: Site, capsys: pytest.CaptureFixture[str]):
    _, writer = await asyncio.open_connection(site.client.host, site.client.port)
    writer.write(b"POST /hooks/sandbox HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nabc")
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.05)
    said = capsys.readouterr().out
    assert "broken_off" in said
    assert "Traceback" not in said


async def test_a_sender_that_dawdles_is_let_go(site: Site, monkeypatch: pytest.MonkeyPatch):
    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)

    monkeypatch.setattr("web.bodies.READ_TIMEOUT_S", 0.05)
    assert (await site.post("/hooks/sandbox", data=slow())).status == 408


async def test_when_the_database_can_not_take_it_they_are_asked_to_come_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    async def down(*_: object, **__: object) -> None:
        raise OSError("disk full, at /var/secret/path")

    monkeypatch.setattr(PaymentService, "receive", down)
    answer = await site.post("/hooks/sandbox", data=b"{}")
    assert (answer.status, answer.text) == (503, "")
    assert answer.headers["Retry-After"]


async def test_only_post_is_taken(site: Site):
    answer = await site.get("/hooks/sandbox")
    assert answer.status == 405
    assert answer.headers["Allow"] == "POST"


async def test_nothing_refused_reaches_the_inbox(world: World, site: Site):
    body, headers = signed(event_of("payment.paid", uuid4(), cny("1"), number=7))
    await site.post("/hooks/sandbox", data=body + b" ", headers=headers)
    await site.post("/hooks/sandbox", data=body, headers={})
    async with world.unit() as work:
        assert await work.inbox.claim(10) == []
