"""What lay with a rail in one currency was turned into another: the operator books it, with a rate and a proof."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from giving.accounts import exchange, exchange_back, rail_clearing
from giving.converting import Share, project_postings
from giving.ledger import Entry, Posting
from giving.money import DECIMALS, Money
from giving.proofs import PROOF_RULE, proof_id


class ConversionRefused(ValueError):
    """It can't be booked so; str() says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """`sold` left the rail, `bought` came for it; `rate` is in major units of `bought` for one major unit of `sold`.

    `proof` begins with the id of what proves it: a withdrawal, a line of a bank statement.
    """

    rail: str
    sold: Money
    bought: Money
    rate: Decimal
    proof: str

    def __post_init__(self) -> None:
        """Refuse what contradicts itself. Raises: ConversionRefused."""
        if self.sold.currency == self.bought.currency:
            raise ConversionRefused("a conversion is between two currencies")
        if self.sold.minor < 1 or self.bought.minor < 1:
            raise ConversionRefused("both amounts have to be more than nothing")
        if proof_id(self.proof) is None:
            raise ConversionRefused(PROOF_RULE)
        if not self.rate.is_finite() or self.rate <= 0 or abs(self._real_rate() - self.rate) > self._tolerance():
            raise ConversionRefused(
                f"the rate does not fit the amounts: {self._real_rate():.6f} {self.bought.currency}"
                f" for one {self.sold.currency}, not {self.rate}"
            )

    @property
    def proof_id(self) -> str:
        """What it is known by: the same proof again is the same conversion."""
        return proof_id(self.proof) or ""

    @property
    def key(self) -> str:
        """The key of its entry."""
        return f"convert:{self.rail}:{self.proof_id}"

    def _real_rate(self) -> Decimal:
        return _major(self.bought) / _major(self.sold)

    def _tolerance(self) -> Decimal:
        """A rate is written with so many decimals, and rounded there; the amount to a minor unit."""
        exponent = self.rate.as_tuple().exponent
        written = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0) / 2
        return written + Decimal(1).scaleb(-DECIMALS[self.bought.currency]) / 2 / _major(self.sold)

    def entry(self, at: datetime, shares: Sequence[Share] = (), back: "Back | None" = None) -> Entry:
        """What tips make up of it (`shares`) is turned in their projects' credit, the rest by `exchange:<rail>`.

        `back`: what was converted, and given back since, ends here. Each currency sums to zero.
        """
        between, again = exchange(self.rail), exchange_back(self.rail)
        out = [self.sold, back.sold] if back is not None else [self.sold]
        come = [self.bought, back.bought] if back is not None else [self.bought]
        sold = sum(part.minor for part in (*out, *(-share.sold for share in shares)))
        bought = sum(part.minor for part in (*come, *(-share.bought for share in shares)))
        postings = [Posting(rail_clearing(self.rail), -self.sold), *project_postings(shares)]
        postings += [
            Posting(between, Money(sold, self.sold.currency)), Posting(between, Money(-bought, self.bought.currency)),
            Posting(rail_clearing(self.rail), self.bought),
        ]  # fmt: skip
        if back is not None:
            postings += [Posting(again, -back.sold), Posting(again, back.bought)]
        return Entry(self.key, at, tuple(posting for posting in postings if posting.amount))

    def same_as(self, booked: Sequence[Posting]) -> bool:
        """Whether an entry's postings are those of these figures, whosever gifts it turned."""
        held = rail_clearing(self.rail)
        moved = {posting.amount for posting in booked if posting.account == held}
        return moved == {-self.sold, self.bought}


@dataclass(frozen=True, slots=True)
class Back:
    """What lies in `exchange:<rail>:back`: so much went out again that had come to so much. Both positive."""

    sold: Money
    bought: Money


def amount_of(text: str, currency: str) -> Money:
    """What was written in major units (`941.57`), exactly. Raises: ConversionRefused."""
    found = re.fullmatch(r"[0-9]{1,15}(?:\.(?P<part>[0-9]{1,6}))?", text)
    decimals = DECIMALS.get(currency)
    if decimals is None:
        raise ConversionRefused(f"{currency}: no currency we know")
    if found is None or len(found["part"] or "") > decimals:
        raise ConversionRefused(f"{text}: is no amount in {currency}")
    return Money(int(Decimal(text).scaleb(decimals)), currency)


def rate_of(text: str) -> Decimal:
    """`0.0942`, without an exponent. Raises: ConversionRefused."""
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,12})?", text) is None:
        raise ConversionRefused(f"{text}: is no rate; write what one Star came to, such as 0.0942")
    return Decimal(text)


def _major(amount: Money) -> Decimal:
    return Decimal(amount.minor).scaleb(-DECIMALS[amount.currency])
