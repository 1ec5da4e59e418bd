"""Giving a gift back: what was paid twice, or after it was cancelled, the donor takes back alone."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.errors import AlreadyReturned, NotRefundable, NotYours, RailUnavailable, RefundDelayed
from giving.people import Person
from giving.tips import Tip, TipState
from payments.provider import RailRefused, RefundAsk
from services.clock import Clock, utc_now
from services.leadership import Write
from services.rails import Rails
from services.tips import TipCard, TipService
from storage.ids import new_id
from storage.payments import RefundState
from storage.work import UnitOfWork

log = structlog.get_logger()
ASK_AGAIN_AFTER: Final = timedelta(minutes=1)


class RefundService:
    """Records the wish, commits, asks the rail; the books change when the rail's event says the money went back."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, tips: TipService, *, write: Write | None = None,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Refunds go out by the rail the tip came in by; the sweep marks by `write`: in production the leader's."""
        self._unit, self._rails, self._tips, self._now = unit, rails, tips, now
        self._write = write or unit

    async def take_back(self, tip_id: UUID, person: Person) -> TipCard:
        """Ask for an extra payment to go back; asking again is the same request.

        Raises: NotYours, NotRefundable, AlreadyReturned, RefundDelayed (recorded; `sweep` asks on).
        """
        async with self._unit() as work:
            tip = await work.tips.lock(tip_id)
            if tip is None or tip.donor != person.id:
                raise NotYours
            if tip.state is TipState.REFUNDED:
                raise AlreadyReturned
            if not tip.returnable:
                raise NotRefundable
            refund = await work.payments.request_refund(refund=new_id(), tip=tip_id, now=self._now())
        log.info("refund_requested", tip_id=str(tip_id), refund_id=str(refund))
        await self._ask(refund, tip, self._unit)
        return await self._tips.card(tip_id, person)

    async def sweep(self) -> int:
        """Ask again for what the rail did not answer, with the same key; returns how many."""
        async with self._unit.read() as work:
            waiting = await work.payments.refunds_requested(before=self._now() - ASK_AGAIN_AFTER)
            tips = await work.tips.by_ids(waiting.values())
        for refund, tip_id in waiting.items():
            try:
                await self._ask(refund, tips[tip_id], self._write)
            except (RefundDelayed, NotRefundable, AlreadyReturned) as outcome:
                log.warning("refund_swept", refund_id=str(refund), outcome=str(outcome))
        return len(waiting)

    async def _ask(self, refund: UUID, tip: Tip, write: Write) -> None:
        """The rail's word: asked, already returned (it has nothing left to give back), or refused."""
        rail, ask = await self._how(refund, tip)
        if rail not in self._rails or ask is None:
            raise RefundDelayed
        try:
            await self._rails[rail].refund(ask, key=f"refund:{refund}")
        except RailRefused as refused:
            log.error("refund_refused_by_rail", tip_id=str(tip.id), code=str(refused))
            async with write() as work:
                await work.payments.set_refund(refund, RefundState.REFUSED)
            raise (AlreadyReturned if str(refused) == "amount_too_large" else NotRefundable) from refused
        except RailUnavailable as down:
            raise RefundDelayed from down
        async with write() as work:
            await work.payments.set_refund(refund, RefundState.ASKED)

    async def _how(self, refund: UUID, tip: Tip) -> tuple[str, RefundAsk | None]:
        """By which rail its charge came in, and what that one is to be asked."""
        if tip.charge is None or tip.entry_key is None:
            return "", None
        rail = tip.entry_key.split(":")[1]  # payment:<rail>:<their id>:paid
        async with self._unit.read() as work:
            payment = await work.payments.of_charge(tip.id, rail)
        if payment is None:
            return rail, None
        return rail, RefundAsk(refund, tip.charge, tip.kept, payment.amount, payment.id, payment.account)
