"""The rails that are switched on, in the order of the settings, and which of them a gift can be paid by."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from giving.money import Money
from giving.payments import Payment, PaymentState
from giving.rails import Capabilities, Way, ways
from giving.tabs import SETTLE_AT_MINOR
from payments.provider import Joins, Rail
from storage.methods import RailAccount
from storage.work import Work

Accounts = Mapping[tuple[UUID, str], RailAccount]  # by organisation and rail


class Rails(Mapping[str, Rail]):
    """Rails by name. What is asked of them all is asked of their capabilities, never of a name."""

    def __init__(self, rails: Iterable[Rail] = (), *, settle_at_minor: int = SETTLE_AT_MINOR) -> None:
        """These rails; the first is preferred where a donor has not chosen.

        `settle_at_minor`: the sum a tab is settled at for who has chosen none.
        """
        self._settle_at_minor = settle_at_minor
        self._rails = {rail.name: rail for rail in rails}
        self.capabilities: Mapping[str, Capabilities] = {name: r.capabilities for name, r in self._rails.items()}
        self.test_money = any(not can.real_money for can in self.capabilities.values())
        self._need_accounts = any(can.needs_account for can in self.capabilities.values())

    def __getitem__(self, name: str) -> Rail:
        """The rail of this name. Raises: KeyError."""
        return self._rails[name]

    def __iter__(self) -> Iterator[str]:
        """Names, in the order of the settings."""
        return iter(self._rails)

    def __len__(self) -> int:
        """How many are switched on."""
        return len(self._rails)

    async def accounts(self, work: Work) -> Accounts:
        """Organisations' accounts that take payments; nothing is asked where no rail has any."""
        if not self._need_accounts:
            return {}
        return {(account.organisation, account.rail): account for account in await work.accounts.all() if account.ready}

    def join(self, rail: str, organisation: UUID, accounts: Accounts) -> bool:
        """Whether a charge of this rail for this organisation may be for others, too."""
        can, one = self.capabilities.get(rail), self._rails.get(rail)
        if can is None or not can.joins or not can.needs_account:
            return can is not None and can.joins
        account = accounts.get((organisation, rail))
        return account is not None and isinstance(one, Joins) and one.joins(account.their_id)

    def ways(
        self, amount: Money, organisation: UUID | None, accounts: Accounts, *, last: str | None,
        settle_at_minor: int | None = None,
    ) -> list[Way]:  # fmt: skip
        """By which rails this amount can be given to this organisation, the one they chose last first."""
        connected = {rail for whose, rail in accounts if whose == organisation}
        settles_at = Money(settle_at_minor or self._settle_at_minor, amount.currency)
        return ways(amount, self.capabilities, connected, settles_at, last)

    def good_for(self, payment: Payment, now: datetime) -> timedelta | None:
        """For how long its page or code can still be paid, at the least; None where its rail tells when it is over."""
        can = self.capabilities.get(payment.rail)
        return payment.created_at + can.lasts - now if can is not None and can.lasts is not None else None

    def page_over(self, payment: Payment, now: datetime) -> bool:
        """Whether its page or code can't be paid any more: the rail said so, or its time is up.

        Some rails know nothing of a code that nobody scanned, and so never say it.
        """
        left = self.good_for(payment, now) if payment.url is not None else None
        return payment.state is PaymentState.CANCELLED or (left is not None and left <= timedelta(0))
