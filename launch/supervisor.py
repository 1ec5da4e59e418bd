"""Whoever started us, told how we are: systemd's own protocol (sd_notify), over a datagram socket.

Source: freedesktop.org/software/systemd/man/sd_notify.html
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Final

import structlog

from launch.stopping import Stopping
from services.health import HealthService

log = structlog.get_logger()
TIMES_A_PERIOD: Final = 3  # one ping that is late or lost is not the end


class Supervisor:
    """Says a few words to NOTIFY_SOCKET; where there is none, to nobody."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        """`@` stands for the abstract namespace. WATCHDOG_PID, where it is set, must be ours."""
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        usec, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
        ours = usec.isdecimal() and pid in ("", str(os.getpid()))
        self.watchdog_s = int(usec) / 1_000_000 if self._address and ours else 0.0

    def say(self, *lines: str) -> None:
        """Nobody waits for it, and a supervisor that is gone is no reason to stop."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.setblocking(False)
                sender.sendto("\n".join(lines).encode(), self._address)
        except OSError as error:
            log.warning("supervisor_not_told", lines=list(lines), error=error.strerror)


@contextlib.asynccontextmanager
async def supervised(
    health: HealthService, stopping: Stopping, supervisor: Supervisor | None = None
) -> AsyncIterator[None]:
    """Ready when the block begins, stopping when the signal comes; in between, pinged while loop and database live."""
    told = supervisor or Supervisor()
    stopping.told.append(lambda: told.say("STOPPING=1", "STATUS=finishing what is in hand"))
    told.say("READY=1", "STATUS=serving")
    pinging = asyncio.create_task(_ping(health, told)) if told.watchdog_s else None
    try:
        yield
    finally:
        if pinging is not None:
            pinging.cancel()
            await asyncio.gather(pinging, return_exceptions=True)


async def _ping(health: HealthService, told: Supervisor) -> None:
    while True:
        if (await health.look()).alive:
            told.say("WATCHDOG=1")
        else:
            log.warning("watchdog_not_pinged", reason="database")
        await asyncio.sleep(told.watchdog_s / TIMES_A_PERIOD)
