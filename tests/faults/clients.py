"""Clients of a service whose database can't always work: told so, they ask again."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from storage.work import UnitOfWork
from tests.faults.books import standing
from tests.faults.outside import LEASE_S, Outside, Wish, paid_body
from tests.faults.ways import unless_done
from tests.faults.wire import Refused


@dataclass(slots=True)
class Clients:
    """They ask again when they are told that the database can't work now, and count how often."""

    outside: Outside
    unit: UnitOfWork
    donor: UUID
    post: UUID
    path: Path | None = None
    refused: int = 0
    unclear: int = 0
    numbers: int = 0

    def wish(self) -> Wish:
        """The next one."""
        self.numbers += 1
        return Wish(self.numbers, self.donor, self.post)

    async def insist(self, what: str, **arguments: Any) -> Any:
        """Ask until it is done. An error that does not say "away" is none that a person could be told of."""
        while True:
            try:
                return await self.outside.ask(what, **arguments)
            except Refused as refused:
                if refused.kind in ("TipNotOpen", "AlreadyReturned"):
                    raise
                self.refused += 1
                self.unclear += not refused.away
                assert self.refused < 10_000
                await asyncio.sleep(0.005)

    async def give(self, wish: Wish) -> None:
        """The whole way of a tip; on SQLite the log is moved into the database behind it."""
        tip = await self.insist("offer", **wish.offer())
        url = await self.insist("link", tip=tip, donor=wish.donor)
        await self.insist("event", body=paid_body(UUID(url.rpartition("/")[2]), f"ch_{wish.number}", wish.minor))
        while not self.outside.sent["receipt", tip] or not (await standing(self.unit, wish.key, wish.minor)).sent:
            with unless_done("TipNotOpen"):
                await self.insist("tell")
            await self.outside.ask("wait", seconds=LEASE_S)  # what was claimed when the disk failed
        if self.path is not None:
            await self.outside.ask("checkpoint", path=str(self.path), mode="RESTART")
