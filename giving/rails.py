"""What a rail carries, and which rails a donor may choose for an amount: capabilities decide, never a rail's name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from giving.money import Money
from giving.stars import StarRate


class Shown(StrEnum):
    """How a donor gets to pay: a page to open, a code to scan with another app, an invoice inside Telegram."""

    LINK = "link"
    QR = "qr"
    INVOICE = "invoice"


class Holder(StrEnum):
    """With whom the money is once it was paid: the operator, on its way, or the organisation's own account."""

    OPERATOR = "operator"
    ORGANISATION = "organisation"


class Refunds(StrEnum):
    """What can be given back by asking the rail."""

    NONE = "none"
    WHOLE = "whole"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a rail carries: currencies with their least and most per payment; whether it moves real money.

    `saves`: a method can be kept, and charged later without the donor. `disputes`: a bank may take money back.
    `needs_account`: an organisation has to be connected to it first. `refund_days`: for how long it gives back.
    `same_refund`: one that failed is asked for again under its own id, never under another.
    `lasts`: for how long, from its making on, a payment can be paid; None where the rail tells when it is over.
    `rate`: what it takes instead of money that it does not carry.
    `books`: it can list what it did, so that our books can be compared with it. `numbers_refunds`: a refund can be
    looked up only by its own number, which its notification brings. `joins`: one charge may be for several
    organisations; where they have accounts of their own, the rail says which of them (payments/provider.py, Joins).
    `renews`: it takes the same amount every 30 days by itself, once its payer began it (payments/provider.py, Renews).
    """

    limits: Mapping[str, tuple[Money, Money]]
    real_money: bool
    holder: Holder = Holder.OPERATOR
    shown: Shown = Shown.LINK
    refunds: Refunds = Refunds.PART
    refund_days: int | None = None
    saves: bool = False
    disputes: bool = False
    needs_account: bool = False
    lasts: timedelta | None = None
    same_refund: bool = False
    rate: StarRate | None = None
    books: bool = True
    numbers_refunds: bool = False
    joins: bool = False
    renews: bool = False

    def carries(self, amount: Money) -> bool:
        """Whether one payment may be of this amount."""
        limits = self.limits.get(amount.currency)
        return limits is not None and limits[0].minor <= amount.minor <= limits[1].minor

    def price(self, amount: Money) -> Money | None:
        """What a payment of this asks: the amount itself, or what the rate says; None if it can't be carried."""
        rate = self.rate if amount.currency not in self.limits else None
        if rate is not None and amount.currency == rate.per.currency:
            amount = rate.price(amount)
        return amount if self.carries(amount) else None

    def worth(self, asked: Money) -> Money:
        """What was asked for, in the money that its rate is in; for limits, never for the books."""
        return self.rate.worth(asked) if self.rate is not None and asked.currency in self.limits else asked

    def least(self, currency: str) -> Money | None:
        """The least one payment carries; None if it does not carry this currency."""
        limits = self.limits.get(currency)
        return limits[0] if limits is not None else None


def needs_tab(rails: Collection[Capabilities], least: Money) -> bool:
    """Whether some gift may be too small for one of these: then there are tabs. `least`: the smallest gift there is."""
    floors = [can.least(least.currency) for can in rails]
    return any(floor is not None and least < floor for floor in floors)


class How(StrEnum):
    """Paid at once, or promised: it goes on the donor's tab, which is settled by one charge."""

    NOW = "now"
    TAB = "tab"


@dataclass(frozen=True, slots=True)
class Way:
    """A rail that a donor may choose for this amount. `settles_at`: the sum a tab is settled at, for the words.

    `least`: why it goes on the tab: its rail takes no less at once. `shown`: how they get to pay. `price`: what is paid
    for it, where that is another currency; `rate`: at this rate.
    """

    rail: str
    how: How
    settles_at: Money | None = None
    shown: Shown = Shown.LINK
    price: Money | None = None
    rate: StarRate | None = None
    least: Money | None = None


def ways(
    amount: Money, rails: Mapping[str, Capabilities], connected: Collection[str], settles_at: Money, last: str | None
) -> list[Way]:
    """The rails that can carry this amount, their own last choice first, else in the order they are switched on.

    `connected`: rails this organisation has an account with. What a rail carries only in larger sums goes on the tab;
    whatever can be paid at once comes first, and what is paid in another currency last: one chooses that knowingly.
    """
    found: list[Way] = []
    for name, can in rails.items():
        if can.needs_account and name not in connected:
            continue
        least = can.least(amount.currency)
        if (price := can.price(amount)) == amount:
            found.append(Way(name, How.NOW, shown=can.shown))
        elif price is not None:
            found.append(Way(name, How.NOW, shown=can.shown, price=price, rate=can.rate))
        elif least is not None and amount.minor < least.minor:
            found.append(Way(name, How.TAB, max(settles_at, least), can.shown, least=least))
    return sorted(found, key=lambda way: (way.rail != last, way.price is not None, way.how is How.TAB))
