"""Every route of the site and of the metrics' port: its headers, and what it does with what no browser would send."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from yarl import URL

from services.guard import AddressRules
from services.metrics import MetricsService
from tests.web.conftest import Answer, Open, Server, Site, read
from tests.web.world import World, cny
from web import connections
from web.app import create_app
from web.errors import TIMEOUT_S
from web.metrics import create_metrics_app
from web.security import HEADERS
from web.telegram import HEADER, PATH, TelegramHook

HIDDEN = (
    "/metrics", "/docs", "/redoc", "/openapi.json", "/debug", "/debug/pprof", "/admin", "/console", "/server-status",
    "/.env", "/.git/config", "/config.yaml", "/static/../main.py", "/static/%2e%2e/logs.py",
)  # fmt: skip
SECRET = "a-secret-of-telegrams-deliveries"
NEVER = ("aiohttp", "Traceback", "Python", 'File "')


@dataclass(frozen=True)
class Route:
    """One route as the application knows it, and an address that leads there."""

    method: str
    pattern: str
    path: str


def routes_of(app: web.Application, **values: str) -> list[Route]:
    """Every route, HEAD left out (it is GET)."""
    found = []
    for route in app.router.routes():
        if route.resource is not None and route.method != "HEAD":
            pattern = route.resource.canonical
            path = pattern
            for name, value in {
                "slug": "library",
                "rail": "sandbox",
                "name": "style.css",
                "id": str(UUID(int=1)),
                **values,
            }.items():
                path = path.replace(f"{{{name}}}", value)
            found.append(Route(route.method, pattern, path))
    return found


@pytest.fixture
async def whole(world: World, open_site: Open) -> tuple[Site, list[Route]]:
    """The site with all it can have, a project and a receipt."""
    tip = await world.gift(await world.project(), cny("1"))
    parts = world.parts(telegram=TelegramHook(SECRET))
    site = await open_site(telegram=TelegramHook(SECRET))
    return site, routes_of(create_app(parts), code=tip.receipt_code, token="x")


@pytest.fixture
async def metrics(world: World) -> AsyncIterator[Site]:
    """The metrics' own port."""
    client = TestClient(Server(create_metrics_app(MetricsService(world.unit))))
    await client.start_server()
    yield Site(client)
    await client.close()


def holds(answer: Answer, where: object) -> None:
    """What every answer has, and what none may have."""
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, (where, name)
    assert answer.headers["Cache-Control"]
    policy = answer.headers["Content-Security-Policy"]
    assert "'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    for word in NEVER:
        assert word not in answer.text, (where, word)
        assert word not in str(answer.headers), (where, word)


async def test_every_route_and_every_refusal_has_the_headers(whole: tuple[Site, list[Route]]):
    site, routes = whole
    assert len(routes) > 8
    for route in routes:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            answer = await read(await site.client.request(method, route.path, allow_redirects=False))
            holds(answer, (route, method))
            assert "max-age" in answer.headers["Strict-Transport-Security"]
            assert answer.status < 500, (route, method)
            if method not in ("GET", "HEAD", "POST"):
                assert answer.status == 405, (route, method, answer.status)
                assert answer.headers["Allow"]


async def test_nothing_is_there_that_is_not_for_the_public(whole: tuple[Site, list[Route]]):
    site, routes = whole
    assert "/metrics" not in {route.pattern for route in routes}
    for path in HIDDEN:
        answer = await site.get(path)
        assert answer.status == 404, path
        assert "tips_offered_total" not in answer.text


async def test_the_metrics_port_serves_nothing_else_and_carries_the_headers(metrics: Site):
    answer = await metrics.get("/metrics")
    assert "tips_offered_total" in answer.text
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    for path in ("/", "/p/library", "/hooks/sandbox", "/static/style.css", "/debug"):
        answer = await metrics.get(path)
        assert answer.status == 404
        holds(answer, path)
    answer = await metrics.get("/metrics", method="POST")
    assert answer.status == 405
    holds(answer, "POST /metrics")


BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "too big": (b"x" * (300 * 1024), {}),
    "no json": (b"{", {"Content-Type": "application/json"}),
    "a form": (b"a=1&b=%zz", {"Content-Type": "application/x-www-form-urlencoded"}),
    "xml": (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", {"Content-Type": "text/xml"}),
    "bad utf-8": (b'{"a": "\xff\xfe"}', {"Content-Type": "application/json; charset=utf-8"}),
    "unknown charset": (b"{}", {"Content-Type": "application/json; charset=klingon"}),
    "zip bomb": (b"\x1f\x8b" + b"\x00" * 1000, {"Content-Encoding": "gzip"}),
    "unknown encoding": (b"{}", {"Content-Encoding": "made-up"}),
    "multipart": (b"--x\r\n\r\n", {"Content-Type": "multipart/form-data; boundary=x"}),
    "deep": (b"[" * 200_000, {"Content-Type": "application/json"}),
    "nothing": (b"", {}),
}  # fmt: skip


@pytest.mark.parametrize("kind", BODIES)
async def test_no_route_breaks_on_any_body(whole: tuple[Site, list[Route]], kind: str, capsys: Any):
    site, routes = whole
    body, headers = BODIES[kind]
    for route in routes:
        for known in ({}, {HEADER: SECRET}) if route.path == PATH else ({},):
            answer = await read(
                await site.client.request(route.method, route.path, data=body, headers={**headers, **known})
            )
            holds(answer, (route, kind))
            # Until the bot is there, what Telegram brings is to come again.
            assert answer.status < 500 or (known and answer.status == 503), (route, kind)
    assert "Traceback" not in capsys.readouterr().out


@pytest.mark.parametrize("path", [
    "/p/%ff", "/r/%ff%fe", "/r/" + "A" * 5000, "/p/" + "%00" * 10, "/p/library?lang=%ff", "/r?code=%f0%28%8c%28",
    "/p/library?lang=" + "x" * 5000, "/projects/%E2%80%AE", "/?page=99999999999999999999", "/?page=-1", "/?page=%ff",
    "/?q=" + "%F0%9F%92%A9" * 500, "/static/%c0%ae%c0%ae/x",
])  # fmt: skip
async def test_crooked_addresses_are_answered(world: World, site: Site, path: str):
    await world.project()
    address = URL(f"{site.client.make_url('/')}".rstrip("/") + path, encoded=True)
    answer = await read(await site.client.session.get(address, allow_redirects=False))
    assert answer.status in (200, 303, 400, 404), (path, answer.status)
    holds(answer, path)


# --- connections ---


async def talk(site: Site, *parts: bytes, pause_s: float = 0, within_s: float = 5) -> bytes:
    """Bytes as they are; what came back until the end, or b"…" if it did not end in time."""
    reader, writer = await asyncio.open_connection(site.client.host, site.client.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)
        async with asyncio.timeout(within_s):
            return await reader.read()
    except TimeoutError:
        return "…".encode()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("nonsense", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
    b"G<script>alert(1)</script>\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(500)) + b"\r\n",
    b"POST /hooks/sandbox HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /hooks/sandbox HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
])  # fmt: skip
async def test_what_is_no_http_gets_few_words_and_the_headers(site: Site, nonsense: bytes):
    said = (await talk(site, nonsense)).decode()
    head, _, text = said.partition("\r\n\r\n")
    assert head.split(" ", 2)[:2] in (["HTTP/1.0", "400"], ["HTTP/1.1", "400"]), said
    for name, value in HEADERS.items():
        assert f"{name}: {value}" in head, name
    assert text == "看不懂这个请求。· We can't make sense of this.\n"


async def test_headers_that_dawdle_are_not_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch):
    assert connections.HEADERS_S <= 10
    monkeypatch.setattr(connections, "HEADERS_S", 0.3)
    for parts in (
        [b""],
        [b"GET / HTTP/1.1\r\n"],
        [b"GET / HT"],
        [b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n", b"X: y\r\n", b"X: y\r\n"],
    ):
        assert await talk(site, *parts, pause_s=0.1, within_s=2) == b""
    assert (await talk(site, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).startswith(
        b"HTTP/1.1 200"
    )


async def test_a_thousand_dawdlers_keep_nobody_else_out(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "HEADERS_S", 1)
    monkeypatch.setattr(connections, "MOST", 200)
    with_us = [await asyncio.open_connection(site.client.host, site.client.port) for _ in range(250)]
    for _, writer in with_us:
        writer.write(b"GET / HTTP/1.1\r\n")
    await asyncio.sleep(1.5)
    assert (await site.get("/healthz")).status == 200
    for reader, writer in with_us:
        assert reader.at_eof() or await reader.read() == b""
        writer.close()


@pytest.mark.parametrize("path", ["/", "/hooks/sandbox", PATH, "/nowhere", "/healthz"])
async def test_a_body_that_never_ends_ends_the_connection(
    whole: tuple[Site, list[Route]], path: str, monkeypatch: pytest.MonkeyPatch
):
    site, _ = whole
    monkeypatch.setattr("web.bodies.READ_TIMEOUT_S", 0.3)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{HEADER}: {SECRET}\r\nContent-Length: 500\r\n\r\n".encode()
    said = await talk(site, head, b"{", b" ", within_s=8)
    assert said.startswith(b"HTTP/1.1 4"), said
    assert TIMEOUT_S <= 10


# --- addresses ---


async def pages(site: Site, count: int, path: str = "/nowhere", **headers: str) -> list[int]:
    return [(await site.get(path, headers=headers)).status for _ in range(count)]


async def test_who_guesses_receipts_is_told_to_wait_and_nobody_else(world: World, open_site: Open):
    tip = await world.gift(await world.project(), cny("1"))
    site = await open_site(addresses=AddressRules(proxies=1))
    guesses = [(await site.get(f"/r/{n:012d}", headers={"X-Forwarded-For": "203.0.113.9"})) for n in range(60)]
    assert 28 <= sum(answer.status == 404 for answer in guesses) <= 33
    slow = guesses[-1]
    assert slow.status == 429
    assert int(slow.headers["Retry-After"]) >= 1
    assert "慢一点" in slow.text
    holds(slow, "429")
    english = await site.get("/", accept="en", headers={"X-Forwarded-For": "203.0.113.9"})
    assert english.status == 429
    assert "A little slower" in english.text
    theirs = await site.get(f"/r/{tip.receipt_code}", headers={"X-Forwarded-For": "203.0.113.10"})
    assert theirs.status == 200


async def test_the_address_is_what_our_own_proxy_heard_not_what_somebody_claims(open_site: Open):
    site = await open_site(addresses=AddressRules(proxies=1))
    statuses = await pages(site, 60, **{"X-Forwarded-For": "198.51.100.7"})
    assert 429 in statuses
    claimed = [
        (await site.get("/nowhere", headers={"X-Forwarded-For": f"192.0.2.{n}, 198.51.100.7"})).status for n in range(5)
    ]
    assert set(claimed) == {429}
    v6 = [(await site.get("/nowhere", headers={"X-Forwarded-For": f"2001:db8:1:2::{n}"})).status for n in range(60)]
    assert 429 in v6, "one network of IPv6 is one address"


async def test_without_a_known_proxy_neighbours_are_not_limited_and_hooks_never(site: Site, open_site: Open):
    assert set(await pages(site, 200)) == {404}
    behind = await open_site(addresses=AddressRules(proxies=1))
    for _ in range(200):
        answer = await behind.post("/hooks/sandbox", data=b"{}", headers={"X-Forwarded-For": "198.51.100.7"})
        assert answer.status == 401
