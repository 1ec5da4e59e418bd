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

    def starting(self, status: str, most_s: float) -> None:
        """The start takes longer: whoever counts its seconds begins anew, with `most_s`."""
        self.say(f"STATUS={status}", f"EXTEND_TIMEOUT_USEC={int(most_s * 1_000_000)}")


@contextlib.asynccontextmanager
async def supervised(stopping: Stopping, supervisor: Supervisor) -> AsyncIterator[None]:
    """Ready when the block begins, stopping when the signal comes; in between, pinged while the event loop turns.

    The database has no part in it: starting anew brings no database back, and all replicas would end at once. Whether
    people may be sent here is what /readyz says.
    """
    stopping.told.append(lambda: supervisor.say("STOPPING=1", "STATUS=finishing what is in hand"))
    supervisor.say("READY=1", "STATUS=serving")
    pinging = asyncio.create_task(_ping(supervisor)) if supervisor.watchdog_s else None
    try:
        yield
    finally:
        if pinging is not None:
            pinging.cancel()
            await asyncio.gather(pinging, return_exceptions=True)


async def _ping(supervisor: Supervisor) -> None:
    while True:
        supervisor.say("WATCHDOG=1")
        await asyncio.sleep(supervisor.watchdog_s / TIMES_A_PERIOD)
