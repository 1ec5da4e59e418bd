"""Telegram's list of a bot's Stars, which can only be read by place: found by time, and kept as far as it was read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

from payments.stars_rail.events import reference_of
from payments.stars_rail.telegram import Transaction

PAGE: Final = 100
OVERLAP: Final = 20  # read again: of one second, the order is not certain until it is over
MOST_KEPT: Final = 50_000

Read = Callable[[int, int], Awaitable[Sequence[Transaction]]]


class History:
    """The oldest is first and nothing is ever taken out, so what stands at a place stays there."""

    def __init__(self, read: Read) -> None:
        """`read` gives transactions by offset and limit; what it raises goes through."""
        self._read = read
        self._older: tuple[int, datetime] | None = None  # all before this place is older than this moment
        self._since: datetime | None = None
        self._next = 0
        self._begin = 0
        self._kept: dict[str, dict[tuple[str, bool], Transaction]] = {}
        self._payloads: dict[str, str] = {}
        self._turn = asyncio.Lock()

    async def since(self, moment: datetime) -> AsyncIterator[Transaction]:
        """All from this moment on, in order."""
        offset = await self._place_of(moment)
        while True:
            page = await self._read(offset, PAGE)
            for transaction in page:
                if transaction.at >= moment:
                    yield transaction
            if len(page) < PAGE:
                return
            offset += len(page)

    async def of(self, payload: str, since: datetime) -> list[Transaction]:
        """What was paid and given back of one invoice, which was made at `since`; the payment comes first.

        `payload`: its own; or our id of one of the payments of a subscription.
        """
        async with self._turn:
            if self._since is None or since < self._since:
                await self._begin_anew(since)
            await self._read_on(payload)
            found = self._kept.get(payload, {})
        return sorted(found.values(), key=lambda transaction: not transaction.incoming)

    async def _begin_anew(self, since: datetime) -> None:
        self._begin = self._next = await self._place_of(since)
        self._since = since
        self._kept.clear()
        self._payloads.clear()

    async def _read_on(self, wanted: str) -> None:
        offset = max(self._begin, self._next - OVERLAP)
        while True:
            page = await self._read(offset, PAGE)
            for transaction in page:
                self._keep(transaction, wanted)
            self._next = max(self._next, offset + len(page))
            if len(page) < PAGE:
                return
            offset += len(page)

    def _keep(self, transaction: Transaction, wanted: str) -> None:
        """A refund whose payload is not named belongs to the charge it has the id of."""
        payload = transaction.payload or self._payloads.get(transaction.id)
        if not transaction.invoice or payload is None:
            return
        self._payloads[transaction.id] = payload
        its = reference_of(payload, transaction.id)
        for name in {payload, str(its) if its is not None else payload}:  # of a subscription, each payment by itself
            self._kept.setdefault(name, {})[transaction.id, transaction.incoming] = transaction
        if len(self._kept) > MOST_KEPT:
            self._forget_oldest(wanted)

    def _forget_oldest(self, wanted: str) -> None:
        """But not what is asked for now. Who asks for something as old again has it read again."""
        oldest = self._kept.pop(next(payload for payload in self._kept if payload != wanted))
        for transaction in oldest.values():
            self._payloads.pop(transaction.id, None)
            self._since = max(transaction.at, self._since or transaction.at)

    async def _place_of(self, moment: datetime) -> int:
        """A place at most a page before the first transaction of this moment or later: by doubling, then by halves."""
        known = self._older is not None and self._older[1] <= moment
        low, step = (self._older[0] if known and self._older else 0), PAGE
        while (at := await self._at(low + step)) is not None and at < moment:
            low, step = low + step, 2 * step
        high = low + step
        while high - low > PAGE:
            middle = (low + high) // 2
            at = await self._at(middle)
            if at is not None and at < moment:
                low = middle
            else:
                high = middle
        self._older = low, moment
        return low

    async def _at(self, place: int) -> datetime | None:
        """When what stands at this place was; None past the end."""
        found = await self._read(place, 1)
        return found[0].at if found else None
