"""Charge modes: with whom the money of a payment is, and on whose account at Stripe it is to be looked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from giving.rails import Holder
from payments.provider import RailRefused

# Our ids in Stripe's metadata, with a prefix of ours: other programs may use the same account.
PAYMENT: Final = "yizan_payment"
REFUND: Final = "yizan_refund"
TRANSFER: Final = "yizan_transfer"
SAVING: Final = "yizan_saving"
ORGANISATION: Final = "yizan_organisation"


class Mode(StrEnum):
    """DIRECT: paid to the organisation's own account, which is merchant of record; the platform is billed the fees.

    DESTINATION: charged by the platform on behalf of the organisation, where the whole amount goes at once.
    TRANSFERS: charged by the platform, which passes it on in parts, to one organisation or several.
    Source: docs.stripe.com/connect/charges
    """

    DIRECT = "direct"
    DESTINATION = "destination"
    TRANSFERS = "transfers"


@dataclass(frozen=True, slots=True)
class Modes:
    """The charge mode of each organisation's account: `usual`, where it is not among the `others`."""

    usual: Mode = Mode.DIRECT
    others: Mapping[str, Mode] = field(default_factory=dict)

    def of(self, account: str | None) -> Mode:
        """How payments to this account are charged."""
        return self.others.get(account, self.usual) if account is not None else self.usual

    @property
    def join(self) -> bool:
        """Whether some of them can share a charge, which then has no account."""
        return Mode.TRANSFERS in (self.usual, *self.others.values())

    def paid_to(self, account: str | None, *, several: bool = False) -> Mode:
        """The same, for a new payment; one for `several` has no account. Raises: RailRefused (it needs one)."""
        if account is not None:
            return self.of(account)
        if self.usual is Mode.TRANSFERS or (several and self.join):
            return Mode.TRANSFERS
        raise RailRefused("no_account")

    def header(self, account: str | None) -> str | None:
        """On whose account its payments are: the organisation's, or (None) the platform's."""
        return account if self.of(account) is Mode.DIRECT else None

    def places(self, account: str | None) -> tuple[str | None, ...]:
        """Where a payment may be, the likelier first: it stays where it was made when the mode is changed."""
        if account is None:
            return (None,)
        return (account, None) if self.of(account) is Mode.DIRECT else (None, account)

    def holder(self, account: str | None) -> Holder:
        """With whom the money of a new payment is once it was paid."""
        return holder_in(Mode.TRANSFERS if account is None and self.join else self.of(account))


def holder_in(mode: Mode) -> Holder:
    """With whom the money is that was charged so."""
    return Holder.OPERATOR if mode is Mode.TRANSFERS else Holder.ORGANISATION


def made_as(intent: Mapping[str, Any], reference: object) -> Mode:
    """How a PaymentIntent was made, whatever the settings say by now; `reference`: our payment."""
    if intent.get("transfer_data"):
        return Mode.DESTINATION
    passed_on = reference is not None and intent.get("transfer_group") == str(reference)
    return Mode.TRANSFERS if passed_on else Mode.DIRECT
