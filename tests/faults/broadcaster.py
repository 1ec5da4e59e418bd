"""A process that leads and sends broadcasts, and may be killed (tests.faults.nursery forks it)."""

import asyncio
import datetime as dt
import logging
import socket
from zoneinfo import ZoneInfo

import structlog

from bot.broadcasts import BroadcastSender
from bot.build import build_bot
from bot.sending import Limiter, Limits
from giving.quiet import QuietHours
from services.broadcasts import BroadcastRules, BroadcastSending
from services.leadership import Leadership
from services.wake import Wakes
from storage.engines import open_engines
from storage.work import UnitOfWork

TOKEN = "100000001:sandbox"
NEVER = QuietHours(dt.time(0), dt.time(0), ZoneInfo("UTC"))


def rules_at(per_second: int) -> BroadcastRules:
    """Nobody sleeps."""
    return BroadcastRules(zone=ZoneInfo("UTC"), language="en", quiet=NEVER, free_per_second=per_second)


async def serve(end: socket.socket, *, url: str, api: str, per_second: int) -> None:
    """Lead and send until the wire closes; then the lease is given back."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    engines, stop = open_engines(url), asyncio.Event()
    closing = asyncio.create_task(closes(end, stop))
    unit = UnitOfWork(engines)
    leadership = Leadership(unit, on_taken=lambda work: work.broadcasts.interrupted())
    sending = BroadcastSending(unit, rules_at(per_second), wakes=Wakes(), write=leadership.write)
    limiter = Limiter(Limits(messages_per_second=per_second))
    bot = build_bot(TOKEN, api, limiter)
    sender = BroadcastSender(bot, sending, limiter, may_act=leadership.may_act)
    leading = asyncio.create_task(leadership.run(stop))
    leadership.ready.set()
    await leadership.while_leading(stop, sender.run)
    await asyncio.gather(leading, closing)
    await bot.session.close()
    await engines.close()


async def closes(end: socket.socket, stop: asyncio.Event) -> None:
    """Nothing comes by the wire but its end."""
    end.setblocking(False)
    while await asyncio.get_running_loop().sock_recv(end, 64):
        pass
    stop.set()
