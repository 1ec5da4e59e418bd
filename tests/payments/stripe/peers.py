"""Stripes that others wrote, started as programs on loopback, and a relay before each that says what it adds and drops.

Production stays strict and the peers stay as they were installed: what a peer does not know is kept from it, and what
it leaves out of its answers and events (Stripe documents it) is put in here, where it can be read.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web

from tests.payments.stripe.shapes import route_of, tree_of, wrong_in
from tests.processes.basics import free_port, is_open, until
from tools.ensure_peers import PEERS, node, program

SECRET = "whsec_peers"
Thing = dict[str, Any]
Form = list[tuple[str, str]]
LOCALSTRIPE = (
    "from aiohttp import web; from localstripe.server import app;"
    " web.run_app(app, host='127.0.0.1', port={port}, access_log=None, print=None)"
)


@contextmanager
def running(command: list[str], port: int, **environ: str) -> Iterator[str]:
    """A program until it listens, and no longer than the test; it may listen on loopback only."""
    with subprocess.Popen(
        command, env=os.environ | environ, cwd=PEERS, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            until(lambda: is_open(port) or process.poll() is not None, f"{command[-1]} listens", seconds=60)
            assert process.poll() is None, process.communicate()[1].decode()[-2000:]
            assert not _open_elsewhere(port), "on loopback only"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.communicate(timeout=10)


def _open_elsewhere(port: int) -> bool:
    """Whether another address of this machine answers, too."""
    try:
        outer = socket.gethostbyname(socket.gethostname())
    except OSError:
        return False
    if outer.startswith("127."):
        return False
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex((outer, port)) == 0


def on_loopback(script: str, *arguments: str) -> list[str]:
    """Start a program of Node's; both of ours would listen on every interface by themselves."""
    return [node(), "--require", str(PEERS / "loopback.cjs"), str(program(script)), *arguments]


@contextmanager
def emulate(folder: Path, hook: str) -> Iterator[str]:
    """Checkout with a page to pay on, and signed webhooks."""
    port, seed = free_port(), folder / "seed.yaml"
    seed.write_text(json.dumps({"stripe": {"webhooks": [{"url": hook, "events": ["*"], "secret": SECRET}]}}))
    arguments = ("start", "-s", "stripe", "-p", str(port), "--seed", str(seed))
    with running(on_loopback("emulate/dist/index.js", *arguments), port) as url:
        yield url


@contextmanager
def localstripe() -> Iterator[str]:
    """PaymentIntents, refunds, signed webhooks."""
    port = free_port()
    with running([sys.executable, "-c", LOCALSTRIPE.format(port=port)], port) as url:
        yield url


@contextmanager
def stateful_mock() -> Iterator[str]:
    """Idempotency, declines and failures, by the charges of old."""
    port = free_port()
    with running(on_loopback("stripe-stateful-mock/dist/cli.js"), port, PORT=str(port), LOG_LEVEL="silent") as url:
        yield url


class Relay:
    """Before a peer: holds requests to the library's types, and gathers what comes to the hook, as it came.

    `unknown`: parameters the peer would refuse, by route. `ask`: what else is to be asked before a request.
    `complete`: puts in what the peer leaves out of an object.
    """

    def __init__(self) -> None:
        self.upstream, self.url = "", ""
        self.unknown: dict[tuple[str, str], set[str]] = {}
        self.ask: Callable[[str, Form], Awaitable[Form]] | None = None
        self.complete: Callable[[Thing], None] = lambda thing: None
        self.dropped: set[str] = set()
        self.wrong: list[str] = []
        self.hooks: list[tuple[bytes, dict[str, str]]] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/hook", self._hook)
        app.router.add_route("*", "/v1/{rest:.*}", self._pass)
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        await self.http.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _hook(self, request: web.Request) -> web.Response:
        self.hooks.append((await request.read(), {"Stripe-Signature": request.headers["Stripe-Signature"]}))
        return web.Response()

    async def _pass(self, request: web.Request) -> web.Response:
        text = request.query_string if request.method == "GET" else (await request.read()).decode()
        form = parse_qsl(text, keep_blank_values=True)
        route = route_of(request.method, request.path)
        self.wrong += wrong_in(request.method, request.path, tree_of(form))
        kept = [(name, value) for name, value in form if name.split("[")[0] not in self.unknown.get(route, set())]
        self.dropped |= {name.split("[")[0] for name, _ in form} - {name.split("[")[0] for name, _ in kept}
        if self.ask is not None and route == ("POST", "/v1/checkout/sessions"):
            kept = await self.ask(self.upstream, kept)
        said = urlencode(kept)
        headers = {"Authorization": request.headers["Authorization"]}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if request.method == "POST" else {}
        url = self.upstream + request.path + (f"?{said}" if request.method == "GET" and said else "")
        body = said.encode() if request.method == "POST" else None
        async with self.http.request(request.method, url, data=body, headers=headers) as answer:
            content, status = await answer.read(), answer.status
        if status < 400:
            thing = json.loads(content)
            self.complete(thing)
            content = json.dumps(thing).encode()
        return web.Response(status=status, body=content, content_type="application/json")

    def whole(self, body: bytes) -> bytes:
        """An event with what Stripe's have and the peer's lack: an id, a time, the mode; its object completed."""
        event: Thing = {"id": f"evt_relay{len(self.hooks)}", "created": int(time.time()), "livemode": False}
        event |= json.loads(body)
        self.complete(event["data"]["object"])
        return json.dumps(event).encode()
