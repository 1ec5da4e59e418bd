"""Fees that no event tells: each is booked once, from the provider's own books."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from giving.payments import EventKind
from giving.reconcile import key_for
from payments.provider import FeesLater, Rail, Record
from services.payments import PaymentService
from storage.work import UnitOfWork

log = structlog.get_logger()
AT_ONCE: Final = 200


class BilledFees:
    """Of one rail; nothing to do for one whose events tell its fees."""

    def __init__(self, unit: UnitOfWork, rail: Rail, payments: PaymentService) -> None:
        """What is new goes through `payments`, like any event."""
        self._unit, self._rail, self._payments = unit, rail, payments

    async def book(self, records: Sequence[Record]) -> None:
        """Those among these records that are fees of our payments. Raises: BadEvent, or the database's error."""
        if not isinstance(self._rail, FeesLater):
            return
        told = {
            key_for(self._rail.name, EventKind.FEE, record.their_id): body
            for record in records
            if (body := self._rail.fee_event(record)) is not None
        }
        async with self._unit.read() as work:
            booked = await work.ledger.booked(sorted(told))
        new = [body for key, body in told.items() if key not in booked]
        for first in range(0, len(new), AT_ONCE):
            some = [self._payments.found(self._rail.name, body) for body in new[first : first + AT_ONCE]]
            for outcome in await asyncio.gather(*some, return_exceptions=True):
                if isinstance(outcome, BaseException):
                    raise outcome
        if new:
            await self._payments.settle_pending()  # what could not be settled as it came
            log.info("fees_found", rail=self._rail.name, count=len(new))
