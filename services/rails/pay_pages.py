"""Payments whose rail wants to be reached from a page of ours: what the page shows, and where it leads on to."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from giving.errors import RailUnavailable
from giving.money import Money
from giving.payments import PaymentState
from payments.provider import PagesByUs, PaymentIntent, Rail, RailRefused
from services.clock import Clock, utc_now
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PayPage:
    """What is paid, in the words its rail is asked with; `return_url` leads back to the chat.

    `open`: it can still be paid.
    """

    amount: Money
    title: str
    return_url: str
    state: PaymentState
    open: bool


class PayPages:
    """Who has the address of such a page may pay: its payment's id is nothing that can be guessed."""

    def __init__(self, unit: UnitOfWork, rails: Mapping[str, Rail], now: Clock = utc_now) -> None:
        """Lead on to these rails."""
        self._unit, self._rails, self._now = unit, rails, now

    async def look(self, rail: str, payment: UUID) -> PayPage | None:
        """What is paid; None where no payment of this rail has a page of ours."""
        if not isinstance(self._rails.get(rail), PagesByUs):
            return None
        async with self._unit.read() as work:
            asked = await work.payments.asked(payment)
            payable = await self._payable(work, payment)
        if asked is None or asked[0].rail != rail:
            return None
        kept, wish = asked
        return PayPage(kept.amount, wish.description, wish.return_url, kept.state, payable)

    async def lead_on(self, rail: str, payment: UUID, address: str) -> str | None:
        """The rail's own page, for the donor at this address; None where there is nothing to be paid.

        Raises: RailUnavailable (nothing was charged; ask again, or choose another way).
        """
        to = self._rails.get(rail)
        async with self._unit.read() as work:
            asked = await work.payments.asked(payment)
            payable = await self._payable(work, payment)
        if not isinstance(to, PagesByUs) or asked is None or asked[0].rail != rail or not payable:
            return None
        kept, wish = asked
        intent = PaymentIntent(
            kept.id, kept.amount, wish.description, wish.return_url, wish.language, address=address
        )  # fmt: skip
        try:
            return await to.page(intent)
        except RailRefused as refused:
            log.error("pay_page_refused_by_rail", payment_id=str(payment), rail=rail, code=str(refused))
            async with self._unit() as work:  # it may have run out, or be paid: then the next page says so
                await work.look_ups.told([payment], self._now())
            raise RailUnavailable from refused
        except RailUnavailable as down:
            log.warning("pay_page_not_answered", payment_id=str(payment), rail=rail)
            raise RailUnavailable from down

    async def _payable(self, work: Work, payment: UUID) -> bool:
        """The page is ours: no rail closes it when its gift was cancelled, or is paid by another rail."""
        known = (await work.checkouts.of([payment])).get(payment)
        return known is not None and known.payable
