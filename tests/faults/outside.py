"""What outlives the service: the rail's books, what Telegram showed, and clients who ask until they are answered."""

import asyncio
import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from giving.payments import EventKind
from storage.work import UnitOfWork
from tests.faults.nursery import Child, Nursery
from tests.faults.wire import Gone, Refused, Wire
from tests.rails import event

LEASE_S = 31.0  # what a killed sender had claimed waits that long


@dataclass(frozen=True, slots=True)
class Wish:
    """One tip that somebody wants to give: its amount is nobody else's, so its rows are known by it."""

    number: int
    donor: UUID
    post: UUID

    @property
    def key(self) -> str:
        """The tap's."""
        return f"wish:{self.number}"

    @property
    def minor(self) -> int:
        """In fen."""
        return 100 + self.number

    def offer(self) -> dict[str, Any]:
        """As it is asked."""
        return {"key": self.key, "donor": self.donor, "post": self.post, "minor": self.minor}


@dataclass(slots=True)
class Outside:
    """Forks the service anew whenever it died, each with a clock a lease later than the one before."""

    nursery: Nursery
    url: str
    settings: dict[str, Any] = field(default_factory=dict)
    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    refunds: dict[str, tuple[str, int]] = field(default_factory=dict)
    charged: dict[str, tuple[str, int]] = field(default_factory=dict)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    child: Child | None = None
    born: int = 0
    deadly: str = ""  # the first message of this kind arrives, and the service dies before it hears so
    _messages: "itertools.count[int]" = field(default_factory=itertools.count)
    _wire: Wire | None = None
    _running: "asyncio.Task[None] | None" = None
    _up: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> Child:
        """Fork one."""
        self.child = self.nursery.child(url=self.url, ahead_s=self.born * LEASE_S, **self.settings)
        self.born += 1
        self._wire = Wire(self._answer)
        await self._wire.open(self.child.wire)
        self._running = asyncio.create_task(self._wire.run())
        self._up.set()
        return self.child

    async def gone(self) -> int:
        """Wait until it is dead and nothing of it is on its way; how it ended."""
        if self.child is None or self._running is None:
            raise AssertionError("nobody was born")
        await self._running
        self._up.clear()
        return await asyncio.to_thread(self.child.ended)

    async def kill(self) -> None:
        """SIGKILL, if it lives."""
        if self.child is not None and self._running is not None:
            self._up.clear()
            self.child.kill()
            await self.gone()
            self.child = None

    async def leave(self) -> None:
        """Let it end in order."""
        if self._wire is not None:
            self._wire.hang_up()
        assert await self.gone() == 0

    async def ask(self, what: str, **arguments: Any) -> Any:
        """Ask the one that lives now. Raises: Gone, Refused."""
        if self._wire is None:
            raise Gone
        return await self._wire.ask(what, **arguments)

    async def insist(self, what: str, **arguments: Any) -> Any:
        """Ask, of whoever lives by then, until there is an answer. Raises: Refused, for what no database did."""
        while True:
            await self._up.wait()
            try:
                return await self.ask(what, **arguments)
            except Gone:
                await asyncio.sleep(0.01)
            except Refused as refused:
                if not refused.away:
                    raise
                await asyncio.sleep(0.01)

    async def _answer(self, what: str, arguments: dict[str, Any]) -> Any:
        match what:
            case "create_payment":
                reference = UUID(arguments["reference"])
                pair = (f"pay_{reference.hex}", f"https://pay.example/{reference.hex}")
                return self.links.setdefault(arguments["key"], pair)
            case "charge_saved":
                charge = f"pi_{UUID(arguments['reference']).hex}"
                return self.charged.setdefault(arguments["key"], (charge, arguments["minor"]))[0]
            case "refund":
                self.refunds[arguments["key"]] = (arguments["charge"], arguments["minor"])
                return None
            case "send":
                self.sent.update((kind, subject) for kind, subject in arguments["about"])
                if self.child is not None and self.deadly and self.deadly == arguments["about"][0][0]:
                    self.deadly = ""
                    self.child.kill()
                return next(self._messages)
        raise AssertionError(what)


def paid_body(reference: UUID, charge: str, minor: int) -> str:
    """The event of a payment, the same however often it is delivered."""
    return event(EventKind.PAID, reference, f"evt_{charge}", their_id=charge, minor=minor, fee=3).decode()


def refunded_body(reference: UUID, charge: str, minor: int) -> str:
    """The event of a refund."""
    identity = f"re_{charge}"
    values = {"their_id": identity, "charge": charge, "minor": minor}
    return event(EventKind.REFUNDED, reference, f"evt_{identity}", **values).decode()


async def payment_of(unit: UnitOfWork, tip: str) -> UUID:
    """What the rail's event will refer to."""
    async with unit.read() as work:
        found = await work.tips.by_id(UUID(tip))
    assert found is not None
    assert found.payment is not None
    return found.payment
