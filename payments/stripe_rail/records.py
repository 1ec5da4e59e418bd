"""Stripe's own books, for `reconcile`: the balance transactions of the platform and of every organisation's account.

And which account is whose.
"""

import math
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final
from uuid import UUID

from stripe.params import AccountListParams, BalanceTransactionListParams

from giving.money import Money
from giving.payments import EventKind
from payments.provider import RailRefused, Record
from payments.stripe_rail.calls import PAGE, Asked, Calls, Json, options, understood
from payments.stripe_rail.modes import ORGANISATION, PAYMENT
from payments.stripe_rail.reading import Foreign, identity, identity_or_none, moment, money, ours, positive

# Source: docs.stripe.com/reports/balance-transaction-types
_CHARGES: Final = ("charge", "payment")
_REFUNDS: Final = {
    "refund": EventKind.REFUNDED,
    "payment_refund": EventKind.REFUNDED,
    "refund_failure": EventKind.REFUND_FAILED,
    "payment_failure_refund": EventKind.REFUND_FAILED,
}
_TRANSFERS: Final = ("transfer", "transfer_refund")
_PAYOUTS: Final = {
    "payout": EventKind.PAYOUT,
    "payout_failure": EventKind.PAYOUT_FAILED,
    "payout_cancel": EventKind.PAYOUT_FAILED,
}
_ON_ITS_WAY: Final = ("pending", "in_transit")


class Books:
    """`records`: what moved money, and nothing of what other programs do on the same account.

    What a bank decided moves none (the money went when the dispute began), so there is no DISPUTE_LOST. Payouts are
    those of the platform's balance, once they arrived; those of organisations' accounts are their own. A FEE that names
    no payment is one the platform was billed: for charges on organisations' accounts, for a payout in a hurry.
    """

    def __init__(self, calls: Calls) -> None:
        """Ask by these calls."""
        self._calls = calls

    async def records(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        """Every line of this time. Raises: RailDown, RailRefused; whatever an answer lacks, as Python says it."""
        async for record in self._of(None, since, until):
            yield record
        async for account in self._calls.each(self._accounts):
            async for record in self._of(identity(account["id"]), since, until):
                yield record

    async def account_of(self, organisation: UUID, country: str) -> Json | None:
        """The newest account that was made for this organisation in this country."""
        async for account in self._calls.each(self._accounts):
            with understood():
                ours_ = (account.get("metadata") or {}).get(ORGANISATION) == str(organisation)
                if ours_ and account["country"] == country:
                    return account
        return None

    def _accounts(self, after: str | None) -> Asked:
        listed = self._calls.client.v1.accounts.list_async
        asked: AccountListParams = {"limit": PAGE}
        if after is not None:
            asked["starting_after"] = after
        return listed(asked)

    async def _of(self, account: str | None, since: datetime, until: datetime) -> AsyncIterator[Record]:
        listed, place = self._calls.client.v1.balance_transactions.list_async, options(account)
        first, end = math.ceil(since.timestamp()), math.ceil(until.timestamp())

        def page(after: str | None) -> Asked:
            asked: BalanceTransactionListParams = {"created": {"gte": first, "lt": end}, "limit": PAGE}
            asked["expand"] = ["data.source"]
            if after is not None:
                asked["starting_after"] = after
            return listed(asked, place)

        async for balance in self._calls.each(page):
            try:
                found = await self._read(balance, account)
            except Foreign:
                continue
            for record in found:
                yield record

    async def _read(self, balance: Json, account: str | None) -> list[Record]:
        kind, source, at = balance["type"], balance.get("source"), moment(balance["created"])
        if kind == "stripe_fee" and account is None:
            fee = money(-balance["amount"], balance["currency"])
            return [Record(EventKind.FEE, identity(balance["id"]), fee, at)] if fee else []
        if not isinstance(source, dict):
            return []
        if kind in _CHARGES:
            reference, intent = ours(source, PAYMENT), identity_or_none(source.get("payment_intent"))
            return self._charged(balance, source, intent, reference, account) if reference and intent else []
        if kind in _REFUNDS:
            return await self._about(_REFUNDS[kind], balance, source, account)
        if kind in _PAYOUTS:
            return _paid_out(_PAYOUTS[kind], balance, source) if account is None else []
        if kind == "adjustment" and source["object"] == "dispute":
            won = balance["amount"] > 0
            return await self._about(EventKind.DISPUTE_WON if won else EventKind.DISPUTED, balance, source, account)
        return await self._transferred(balance, source) if kind in _TRANSFERS and account is None else []

    def _charged(
        self, balance: Json, charge: Json, intent: str, reference: UUID, account: str | None
    ) -> list[Record]:  # fmt: skip
        paid = positive(charge["amount"], charge["currency"])
        at = moment(balance["created"])
        return [
            Record(EventKind.PAID, intent, paid, at, reference, account),
            *_fee(balance, intent, reference, account),
        ]

    async def _about(
        self, kind: EventKind, balance: Json, source: Json, account: str | None
    ) -> list[Record]:  # fmt: skip
        """A refund or a dispute: of a payment of ours, whoever made it."""
        reference = ours(source, PAYMENT) or await self._reference(source.get("payment_intent"), account)
        if reference is None:
            return []
        amount, at = positive(source["amount"], source["currency"]), moment(balance["created"])
        return [
            Record(kind, identity(source["id"]), amount, at, reference, account),
            *_fee(balance, identity(balance["id"]), reference, account),
        ]

    async def _transferred(self, balance: Json, source: Json) -> list[Record]:
        """What was passed on, or (with an id of its own) came back."""
        transfer = source
        if source["object"] == "transfer_reversal":
            transfer = await self._calls.ask(
                self._calls.client.v1.transfers.retrieve_async(identity(source["transfer"]))
            )
        reference = ours(transfer, PAYMENT)
        if reference is None:
            return []
        amount, at = positive(source["amount"], source["currency"]), moment(balance["created"])
        to = identity(transfer["destination"])
        return [Record(EventKind.TRANSFERRED, identity(source["id"]), amount, at, reference, to)]

    async def _reference(self, intent: object, account: str | None) -> UUID | None:
        """Our payment, of what names only Stripe's; seldom asked: refunds made at Stripe, and disputes."""
        if intent is None:
            return None
        get = self._calls.client.v1.payment_intents.retrieve_async
        try:
            return ours(await self._calls.ask(get(identity(intent), {}, options(account))), PAYMENT)
        except RailRefused as refused:
            if str(refused) != "resource_missing":
                raise
            return None


def _paid_out(kind: EventKind, balance: Json, payout: Json) -> list[Record]:
    """What went to the operator's bank, or is back from there; its event comes when it arrived."""
    if payout["status"] in _ON_ITS_WAY:
        return []
    id_, moved, at = identity(payout["id"]), money(payout["amount"], payout["currency"]), moment(balance["created"])
    fee, billed = money(balance["fee"], balance["currency"]), identity(balance["id"])
    fees = [Record(EventKind.FEE, billed, fee, at)] if fee.minor > 0 else []
    return [Record(kind, id_, Money(abs(moved.minor), moved.currency), at), *fees]


def _fee(balance: Json, of: str, reference: UUID, account: str | None) -> list[Record]:
    """What Stripe took for it; of a dispute that was won it comes back, and is negative."""
    try:
        fee = money(balance["fee"], balance["currency"])
    except Foreign:  # an account in money that we don't know: what it is the fee of is told all the same
        return []
    return [Record(EventKind.FEE, of, fee, moment(balance["created"]), reference, account)] if fee else []
