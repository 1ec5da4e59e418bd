"""Giving a gift back: what was paid twice, or after it was cancelled, the donor takes back alone."""

from uuid import UUID

import structlog

from giving.errors import NotRefundable, NotYours, RailUnavailable
from giving.people import Person
from payments.provider import Rail, RailRefused
from services.clock import Clock, utc_now
from services.tips import TipCard, TipService
from storage.ids import new_id
from storage.work import UnitOfWork

log = structlog.get_logger()


class RefundService:
    """Records the wish, commits, asks the rail; the books change when the rail's event says the money went back."""

    def __init__(self, unit: UnitOfWork, rail: Rail | None, tips: TipService, *, now: Clock = utc_now) -> None:
        """Refunds go out by the rail the tip came in by."""
        self._unit, self._rail, self._tips, self._now = unit, rail, tips, now

    async def take_back(self, tip_id: UUID, person: Person) -> TipCard:
        """Ask for an extra payment to go back; asking again is the same request.

        Raises: NotYours, NotRefundable, RailUnavailable (ask again).
        """
        async with self._unit() as work:
            tip = await work.tips.lock(tip_id)
            if tip is None or tip.donor != person.id:
                raise NotYours
            if not tip.returnable or tip.charge is None:
                raise NotRefundable
            refund = await work.payments.request_refund(refund=new_id(), tip=tip_id, now=self._now())
        log.info("refund_requested", tip_id=str(tip_id), refund_id=str(refund))
        if self._rail is None:
            raise RailUnavailable
        try:
            await self._rail.refund(tip.charge, tip.amount, key=f"refund:{refund}")
        except RailRefused as refused:
            log.error("refund_refused_by_rail", tip_id=str(tip_id), code=str(refused))
            raise NotRefundable from refused
        return await self._tips.card(tip_id, person)
