"""`python -m sandbox`: starts a sandbox, says where on the first line, and ends within two seconds when told to."""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import os
import signal
import sys
import threading
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

import orjson

from sandbox.app import Options, Sandbox
from sandbox.rail import events
from sandbox.rail.tills import CARD, WALLET
from sandbox.seed import SeedError, set_token, sow
from sandbox.state import State, StateError
from sandbox.telegram import traffic

SEED = Path(__file__).parent / "seed.yaml"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A Telegram and a payment provider on 127.0.0.1."
    )
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one (default: 8080)")
    parser.add_argument("--data", type=Path, default=Path("var/sandbox.db"), help="the state (default: var/sandbox.db)")
    parser.add_argument("--seed", type=Path, default=SEED, help="what a new state begins with")
    parser.add_argument("--language", choices=("zh-CN", "en"), help="what the people of a new state have set")
    parser.add_argument("--token", help="the bot's token (default: the seed's, 100000001:sandbox)")
    parser.add_argument("--rail-key", default="sandbox-key", help="the payment provider's key (default: sandbox-key)")
    parser.add_argument("--fee-percent", type=_percent, default=Decimal("0.6"), help="of a charge (default: 0.6)")
    parser.add_argument("--webhook-url", help="where the payment provider sends events")
    parser.add_argument("--card-webhook-url", help="where it sends those of its card payments")
    parser.add_argument("--webhook-secret", default="", help="what it signs them with")
    parser.add_argument("--couriers", type=int, default=1, help="how many events may be on their way at once")
    parser.add_argument("--rate-limits", action="store_true", help="429 for what is sent faster than Telegram lets")
    parser.add_argument("--no-fsync", action="store_true", help="don't wait for the disk, where its speed isn't meant")
    parser.add_argument("--exit-with-parent", action="store_true", help="end when standard input closes")
    return parser


def _percent(text: str) -> Decimal:
    try:
        percent = Decimal(text)
    except InvalidOperation:
        percent = Decimal(-1)
    if not 0 <= percent <= 100:
        raise argparse.ArgumentTypeError("a number from 0 to 100")
    return percent


def open_state(options: argparse.Namespace) -> State:
    """The state, sown if it is new, with what the command line sets. Raises StateError, SeedError."""
    options.data.parent.mkdir(parents=True, exist_ok=True)
    state = State(options.data, fsync=not options.no_fsync)
    try:
        if state.is_new:
            sow(state, options.seed, language=options.language)
        if options.token:
            set_token(state, options.token)
    except SeedError:
        state.close()
        raise
    if options.rate_limits:
        with state.change():
            traffic.set_plan(state, replace(traffic.read_plan(state), rate_limits=True))
    for till, url in ((WALLET, options.webhook_url), (CARD, options.card_webhook_url)):
        if url:
            with state.change():
                events.set_webhook(state, events.Webhook(url, options.webhook_secret), till)
    return state


async def serve(options: argparse.Namespace, state: State) -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if options.exit_with_parent:
        threading.Thread(target=_await_end_of_input, args=(loop, stop), daemon=True).start()
    sandbox = Sandbox(state, Options(options.rail_key, options.fee_percent, max(1, options.couriers)))
    try:
        await sandbox.start(options.port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return _fail(f"port {options.port} is in use: choose another with --port (0 takes a free one)")
    sys.stdout.buffer.write(orjson.dumps({"ready": True, "url": sandbox.url}) + b"\n")
    sys.stdout.flush()
    await stop.wait()
    await sandbox.stop()
    return 0


def _await_end_of_input(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(stop.set)


def _fail(text: str) -> int:
    sys.stderr.write(f"sandbox: {text}\n")
    return 2


def main(given: list[str] | None = None) -> int:
    options = arguments().parse_args(given)
    logging.basicConfig(level=logging.WARNING, format="sandbox: %(levelname)s %(message)s")
    for name, url in (("--webhook-url", options.webhook_url), ("--card-webhook-url", options.card_webhook_url)):
        if url and not options.webhook_secret:
            return _fail(f"{name} needs --webhook-secret")
    try:
        return asyncio.run(serve(options, open_state(options)))
    except (StateError, SeedError) as error:
        return _fail(str(error))


if __name__ == "__main__":
    sys.exit(main())
