"""Closes pay pages that were opened while a rail was calm, once it is guarded: else cards are tried on them."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.errors import RailUnavailable
from giving.payments import Payment
from giving.tips import TipState
from payments.provider import PaymentRef, Rail, RailRefused
from services.clock import Clock
from storage.budgets import OpenPages
from storage.work import UnitOfWork

log = structlog.get_logger()
MOST: Final = 5000  # of one sweep; accounts with many open pages come first
BATCH: Final = 100
AT_ONCE: Final = 50  # requests to the rail: its answers set the pace
IN_FLIGHT_S: Final = 2.0  # a page that was being made when the guard began is there by then
AGAIN: Final = timedelta(minutes=1)


class PageCloser:
    """Closes pages at their rails and cancels their tips; each as often as it is asked, to the same end."""

    def __init__(self, unit: UnitOfWork, rails: Mapping[str, Rail], now: Clock) -> None:
        """Close pages of these rails."""
        self._unit, self._rails, self._now = unit, rails, now
        self._swept: dict[tuple[str, bool, int | None], datetime] = {}

    async def close_one(self, payment: Payment) -> None:
        """Nobody tries a second card on a page that is closed; who means well begins anew, when they may."""
        await self._cancel_tips([payment.id])
        log.info("pay_page_closed", payment_id=str(payment.id), rail=payment.rail)
        await self._ask_rail(payment)

    async def others_of(self, payment: Payment) -> None:
        """The same person's other open pages."""
        pages = await self._open(self._rails, OpenPages(donor=payment.donor), MOST)
        await self._close([page for page in pages if page.id != payment.id])

    async def of_rails(self, rails: Collection[str], *, known: bool, below_minor: int | None) -> None:
        """What these rails' guard refuses now: when it begins, and at most once a minute while it lasts."""
        keys, now = [(rail, known, below_minor) for rail in rails], self._now()
        if all(key in self._swept and abs(now - self._swept[key]) < AGAIN for key in keys):
            return
        self._swept.update(dict.fromkeys(keys, now))
        pages = OpenPages(below_minor=below_minor, known=known)
        closed = await self._sweep(rails, pages)
        await asyncio.sleep(IN_FLIGHT_S)
        closed += await self._sweep(rails, pages)
        if closed:
            log.warning("pay_pages_closed", rails=sorted(rails), count=closed)

    async def _sweep(self, rails: Collection[str], pages: OpenPages) -> int:
        found, closed = await self._open(rails, pages, MOST), 0
        for first in range(0, len(found), BATCH):
            closed += await self._close(found[first : first + BATCH])
        return closed

    async def _open(self, rails: Collection[str], pages: OpenPages, limit: int) -> list[Payment]:
        async with self._unit.read() as work:
            return await work.budgets.open_pages([*rails], pages, limit)

    async def _close(self, pages: Sequence[Payment]) -> int:
        """The rail first: a page it did not close is found again by the next sweep."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def close(page: Payment) -> UUID | None:
            async with slots:
                try:
                    await self._ask_rail(page)
                except (RailUnavailable, RailRefused) as error:  # paid meanwhile, or the rail is away
                    log.warning("pay_page_not_closed", payment_id=str(page.id), error=type(error).__name__)
                    return None
                return page.id

        closed = [page for page in await asyncio.gather(*map(close, pages)) if page is not None]
        await self._cancel_tips(closed)
        return len(closed)

    async def _ask_rail(self, page: Payment) -> None:
        if page.their_id is not None and page.rail in self._rails:
            await self._rails[page.rail].cancel_payment(PaymentRef(page.id, page.their_id, page.account))

    async def _cancel_tips(self, pages: Collection[UUID]) -> None:
        if not pages:
            return
        async with self._unit() as work:
            for tips in (await work.tips.of_payments(sorted(pages))).values():
                for tip in tips:
                    if tip.state is TipState.OFFERED:
                        await work.tips.update(replace(tip, state=TipState.CANCELLED, cancelled_at=self._now()))
