"""By what the instalments of a pledge can be paid: told from what its rails carry. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from giving.money import Money
from giving.pledges.pledge import QUARTER, Way
from giving.rails import Capabilities, How, Shown
from giving.rails import Way as Carried

BY_SAVED: Final = "saved"
BY_TAB: Final = "tab"


@dataclass(frozen=True, slots=True)
class Payable:
    """One way to pay each instalment: by this rail; `label`: what the saved method is called.

    `least`: of one that goes on the tab, what its rail takes at the least. `price`: of a subscription, the Stars.
    """

    way: Way
    rail: str
    label: str = ""
    least: Money | None = None
    price: Money | None = None

    @property
    def by(self) -> str:
        """What buttons call it: `saved`, `tab`, or the rail's name, whose link (or invoice) is sent."""
        match self.way:
            case Way.SAVED:
                return BY_SAVED
            case Way.TAB:
                return BY_TAB
        return self.rail


def payables(
    carried: Sequence[Carried], saved: Mapping[str, str], amount: Money, renewing: Collection[str] = ()
) -> list[Payable]:
    """Ways to pay an amount every month, a saved method first, then the tab, and Stars last.

    `carried`: what each rail does with one payment of this amount (giving/rails.py, ways). `saved`: of each rail on
    which the donor keeps a method, what that is called. `renewing`: rails that renew a payment by themselves. Of what
    costs another currency, or is an invoice inside Telegram, only these are a way: nobody is asked for it by a link.
    """
    now = [way for way in carried if way.how is How.NOW and way.price is None and way.shown is not Shown.INVOICE]
    by_itself = [Payable(Way.SAVED, way.rail, saved[way.rail]) for way in now if way.rail in saved]
    links = [Payable(Way.LINK, way.rail) for way in now]
    tabs = [
        Payable(Way.TAB, way.rail, least=way.least)
        for way in carried
        if way.how is How.TAB and way.shown is not Shown.INVOICE
    ]
    stars = [
        Payable(Way.STARS, way.rail, price=way.price or amount)
        for way in carried
        if way.how is How.NOW and way.rail in renewing
    ]
    return [*by_itself[:1], *links, *tabs[:1], *stars]


def chosen(ways: Sequence[Payable], by: str) -> Payable | None:
    """The one that is called so; of none the best; None: it can't be paid so, or not at all."""
    return next((one for one in ways if not by or one.by == by), None)


def quarterly(amount: Money, rails: Mapping[str, Capabilities]) -> Money | None:
    """Three months in one, where some rail carries that and none carries a month alone."""
    whole = Money(amount.minor * QUARTER, amount.currency)
    if any(can.carries(amount) for can in rails.values()):
        return None
    return whole if any(can.carries(whole) for can in rails.values()) else None
