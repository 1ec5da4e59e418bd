"""The question Telegram asks before it takes a payment: is this invoice still to be paid, so much, by this person?"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from giving.errors import GivingError, InvoiceNotYours, InvoiceOutdated, TipNotOpen
from giving.money import Money
from giving.payments import FINAL, Payment
from giving.tips import TipState

PAYABLE: Final = frozenset({TipState.OFFERED, TipState.ON_TAB})


@dataclass(frozen=True, slots=True)
class Open:
    """A payment as it stands, the Telegram id of its donor (None: they left), and the states of what it pays."""

    payment: Payment
    donor: int | None
    tips: Collection[TipState]

    @property
    def payable(self) -> bool:
        """Whether something is still to be paid by it: its gifts may have been cancelled, or be paid elsewhere."""
        return self.payment.state not in FINAL and bool(self.tips) and PAYABLE.issuperset(self.tips)


def decide_checkout(rail: str, payer: int, amount: Money | None, known: Open | None) -> GivingError | None:
    """None if it may be paid, else why not. `amount` None: in a currency that we don't know."""
    if known is None or known.payment.rail != rail:
        return InvoiceOutdated()
    if known.donor != payer:
        return InvoiceNotYours()
    if not known.payable:
        return TipNotOpen()
    return None if known.payment.amount == amount else InvoiceOutdated()
