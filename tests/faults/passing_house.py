"""The services that pass a charge on, in a process that may be killed; our Stripe is outside, over HTTP.

What it is asked over its wire: `event`, `looks`, `transfers`. An answer is given only when what was asked for is
committed.
"""

import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from payments.provider import TransferAsk
from payments.stripe_rail import Mode, Modes, StripeRail, StripeWords
from services.payments import PaymentService
from services.rails.transfers import TransferService
from services.settlement import Settler
from services.sweep import PaymentSweep
from services.wake import Wakes
from storage.engines import Engines, open_engines
from storage.work import UnitOfWork
from tests.faults.points import Points
from tests.faults.wire import Gone, Wire
from tests.world import at_once


class WatchedStripe(StripeRail):
    """The rail as it is; asking it to move money is a point of the way."""

    points: Points

    async def transfer(self, ask: TransferAsk, *, key: str) -> str:
        self.points.reached("rail asked for a transfer")
        their_id = await super().transfer(ask, key=key)
        self.points.reached("answered, not kept")
        return their_id


class PassingHouse:
    """What is asked of it, by name. Its time stands still until it is told another."""

    def __init__(self, engines: Engines, points: Points, words: StripeWords) -> None:
        self._points, self._ours = points, datetime.now(UTC)
        self._theirs = self._ours
        unit, wakes = UnitOfWork(engines), Wakes()
        self.rail = WatchedStripe(words, now=lambda: self._theirs)
        self.rail.points = points
        rails: Mapping[str, StripeRail] = {self.rail.name: self.rail}
        settler = Settler(unit, rails, wakes=wakes, digest_every=timedelta(minutes=10), now=lambda: self._ours)
        self.payments = PaymentService(unit, rails.values(), settler)
        self.looks = PaymentSweep(unit, rails, self.payments, now=lambda: self._ours, sleep=at_once)
        self.transfers = TransferService(unit, rails, self.payments, now=lambda: self._ours)

    async def answer(self, what: str, arguments: dict[str, Any]) -> Any:
        """Do it; the answer leaves only after the commit."""
        doing: Callable[..., Awaitable[Any]] = getattr(self, f"do_{what}")
        answer = await doing(**arguments)
        if what in ("event", "looks", "transfers"):
            self._points.reached(f"{what} done, not answered")
        return answer

    async def do_arm(self, at: int) -> None:
        """Die at the `at`-th point from here."""
        self._points.arm(at)

    async def do_counted(self) -> int:
        """How many points there were since arming."""
        return self._points.count

    async def do_clock(self, ours: float, theirs: float) -> None:
        """What time it is, for us and by Stripe's clock."""
        self._ours, self._theirs = (datetime.fromtimestamp(at, UTC) for at in (ours, theirs))

    async def do_event(self, body: str, headers: dict[str, str]) -> None:
        await self.payments.receive("stripe", body.encode(), headers)
        await self.payments.settle_pending()

    async def do_looks(self) -> None:
        await self.looks.sweep()
        await self.payments.settle_pending()

    async def do_transfers(self) -> int:
        return await self.transfers.sweep()


async def serve(end: socket.socket, *, url: str, stripe: str, api_key: str, secrets: list[str], **_: object) -> None:
    """Serve until the wire closes."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    engines, points = open_engines(url), Points()
    points.watch(engines)
    least = {"CNY": 400, "USD": 50}
    words = StripeWords(api_key=api_key, secrets=secrets, least=least, api_base=stripe, modes=Modes(Mode.TRANSFERS, {}))
    house = PassingHouse(engines, points, words)
    wire = Wire(house.answer)
    with contextlib.suppress(Gone):
        await wire.open(end)
        await wire.run()
    await house.rail.close()
    await engines.close()
