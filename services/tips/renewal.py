"""A tip whose page or code is over gets a new payment of the same rail; the old one, paid after all, still counts."""

from uuid import UUID

import structlog

from giving.errors import RailUnavailable
from giving.money import Money
from giving.payments import Payment, PaymentState
from giving.tips import Tip, TipState
from payments.provider import NOT_OURS, PaymentRef, RailRefused
from services.clock import Clock, utc_now
from services.rails import Rails
from storage.ids import new_id
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


class Renewal:
    """Begins anew what can't be paid any more."""

    def __init__(self, unit: UnitOfWork, rails: Rails, now: Clock = utc_now) -> None:
        """By the rails' own times."""
        self._unit, self._rails, self._now = unit, rails, now

    async def __call__(self, tip_id: UUID, payment: Payment) -> bool:
        """Whether this payment is over and the tip has another by now. Raises: RailUnavailable.

        It is over, too, where the organisation has another account at the rail since.
        """
        moved = not (over := self._rails.page_over(payment, self._now())) and await self._moved(tip_id, payment)
        if not over and not moved:
            return False
        if payment.rail not in self._rails:  # switched off since
            raise RailUnavailable
        if not await self._closed(payment, gone=moved):
            return False
        async with self._unit() as work:
            tip = await work.tips.lock(tip_id)
            if tip is None or tip.state is not TipState.OFFERED or tip.payment != payment.id:
                return True  # somebody was faster
            project = (await work.projects.by_ids([tip.project]))[tip.project]
            account = (await self._rails.accounts(work)).get((project.organisation.id, payment.rail))
            again = await pay_anew(
                work,
                tip,
                payment.rail,
                account.their_id if account is not None else payment.account,
                payment.amount,
                self._now,
            )
        log.info("payment_begun_anew", tip_id=str(tip_id), payment_id=str(again.id), rail=payment.rail)
        return True

    async def _moved(self, tip_id: UUID, payment: Payment) -> bool:
        can = self._rails.capabilities.get(payment.rail)
        if can is None or not can.needs_account:
            return False
        async with self._unit.read() as work:
            tip = await work.tips.by_id(tip_id)
            if tip is None or tip.state is not TipState.OFFERED:
                return False
            project = (await work.projects.by_ids([tip.project]))[tip.project]
            account = (await self._rails.accounts(work)).get((project.organisation.id, payment.rail))
        return account is not None and account.their_id != payment.account

    async def _closed(self, payment: Payment, *, gone: bool) -> bool:
        """What is over by the clock alone is closed first, if it can be; False if it was paid in the last moment.

        `gone`: it is at an account that may not be ours to ask any more.
        """
        if payment.state is PaymentState.CANCELLED or payment.their_id is None:
            return True
        try:
            await self._rails[payment.rail].cancel_payment(PaymentRef(payment.id, payment.their_id, payment.account))
        except RailRefused as refused:
            log.warning("payment_not_cancelled", payment_id=str(payment.id), error=str(refused))
            return gone and str(refused) in NOT_OURS
        return True


async def pay_anew(
    work: Work, tip: Tip, rail: str, account: str | None, amount: Money, now: Clock
) -> Payment:  # fmt: skip
    """Another payment for a locked tip; the former is kept beside it, as it may be paid all the same."""
    again = Payment(new_id(), tip.donor, rail, amount, PaymentState.CREATED, now(), account=account)
    await work.payments.add_many([again])
    await work.tabs.move_tips(again.id, [tip])
    return again
