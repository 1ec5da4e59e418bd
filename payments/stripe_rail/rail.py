"""The rail `stripe`: payments on pages of Stripe's, saved cards, and organisations' own accounts (Connect).

Speaks Stripe's API of 2026-10-28 (endive). How each charge mode moves money and fees: docs/rails.md.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson
import stripe
import structlog

from giving.money import Money
from giving.payments import EventKind, PaymentState, RailEvent, SavedMethod
from giving.rails import Capabilities, Holder, Refunds
from payments.provider import (
    Account,
    BadEvent,
    BadSignature,
    Declined,
    Found,
    PaymentIntent,
    PaymentLink,
    PaymentRef,
    RailDown,
    RailRefused,
    Record,
    RefundAsk,
    TransferAsk,
)
from payments.stripe_rail import asks
from payments.stripe_rail.calls import Asked, Calls, options, understood
from payments.stripe_rail.events import RAIL, OtherMode, decode, is_ready
from payments.stripe_rail.looks import LookUps
from payments.stripe_rail.modes import Mode, Modes, holder_in
from payments.stripe_rail.reading import identity
from payments.stripe_rail.records import Books
from payments.stripe_rail.signing import is_signed, stamp_of
from payments.stripe_rail.told import body_of, event_in, is_found

log = structlog.get_logger()
TOLERANCE_S: Final = 300
MOST_MINOR: Final = 99_999_999  # eight digits, whatever the currency. Source: docs.stripe.com/currencies
REFUND_DAYS: Final = 90  # the shortest of those offered: Alipay; cards take longer
_GONE: Final = ("charge_already_refunded", "amount_too_large")


@dataclass(frozen=True, slots=True)
class StripeWords:
    """What the operator sets: keys, modes, the least of each currency in minor units, how long a page lives.

    `secrets` are those of our two webhook endpoints, the platform's and the connected accounts'. `methods`: what is
    offered, of what the dashboard allows (none: all of it).
    """

    api_key: str = field(repr=False)
    secrets: Collection[str] = field(repr=False)
    least: Mapping[str, int]
    api_base: str = "https://api.stripe.com"
    livemode: bool = False
    modes: Modes = field(default_factory=Modes)
    methods: tuple[str, ...] = ()
    page_life: timedelta = timedelta(hours=23)


class StripeRail:
    """Cards and wallets; with direct charges the organisation is the merchant, and no money passes through us."""

    name = RAIL

    def __init__(self, words: StripeWords, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Nothing is asked before the first call."""
        self._words, self._modes, self._now = words, words.modes, now
        self._calls = Calls(api_base=words.api_base, api_key=words.api_key)
        self._looks = LookUps(self._calls, self._modes, livemode=words.livemode, payers=words.api_key)
        self._books = Books(self._calls)
        self.capabilities = Capabilities(
            limits={c: (Money(least, c), Money(MOST_MINOR, c)) for c, least in words.least.items()},
            real_money=words.livemode,
            holder=holder_in(self._modes.usual),
            refunds=Refunds.PART,
            refund_days=REFUND_DAYS,
            saves=True,
            disputes=True,
            needs_account=True,
            joins=self._modes.join,
        )  # fmt: skip

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()

    def holder_of(self, account: str | None) -> Holder:
        """With whom the money of a payment to this account is once it was paid: its mode may not be the usual one."""
        return self._modes.holder(account)

    def joins(self, account: str) -> bool:
        """Only what is charged by the platform and passed on in parts can be for several."""
        return self._modes.of(account) is Mode.TRANSFERS

    def bills_fees(self, account: str | None) -> bool:
        """Direct charges are billed to the platform; else the fee comes off its balance."""
        return self._modes.of(account) is Mode.DIRECT

    def fee_event(self, record: Record) -> str | None:
        """Of direct charges no event tells the fee: the platform is billed for it, for no payment by name."""
        if record.kind is not EventKind.FEE or record.reference is not None:
            return None
        event = RailEvent(
            RAIL, "", EventKind.FEE, record.at, their_id=record.their_id, amount=record.amount, account=record.account
        )
        return body_of(event, livemode=self._words.livemode)

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        """A Checkout page; the same key is the same page."""
        mode = self._modes.paid_to(intent.account, several=intent.several)
        life, now = self._words.page_life, self._now()
        asked = asks.payment_page(intent, mode, life=life, now=now, methods=self._words.methods)
        return await self._page(asked, intent.account, asks.key_of(key, intent.reference, life, now))

    async def cancel_payment(self, payment: PaymentRef) -> None:
        """Close the page (or the charge, where there is none). RailRefused: it was paid, or is being paid."""
        id_, places = payment.their_id, self._modes.places(payment.account)
        if id_ is None:
            found = await self.fetch(payment)
            if found.state is PaymentState.UNKNOWN:
                raise RailDown
            if found.their_id is None:
                return  # it was never made
            id_ = found.their_id
        try:
            await self._calls.at_either(places, partial(self._close, id_))
        except RailRefused:
            if (await self._calls.at_either(places, partial(self._look, id_))).get("status") not in (
                "expired",
                "canceled",
            ):
                raise

    async def fetch(self, payment: PaymentRef) -> Found:
        """What became of a payment, with its fee, refunds, disputes and transfers; `reference` need not be known then.

        An event that says PAID before Stripe put it into the balance is `thin`: no fee or conversion is known yet.
        """
        with understood():
            return await self._looks.find(payment)

    async def refund(self, ask: RefundAsk, *, key: str) -> None:
        """Ask for money to go back; `refund.created` or `refund.updated` follows. `charge`: the PaymentIntent."""
        try:
            await self._calls.at_either(self._modes.places(ask.account), partial(self._refund, ask, key))
        except RailRefused as refused:
            if str(refused) in _GONE:
                raise RailRefused("amount_too_large") from refused
            raise

    async def records(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        """Stripe's own books, half open; see payments/stripe_rail/records.py for what is not in them."""
        with understood():
            async for record in self._books.records(since, until):
                yield record

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> RailEvent:
        """Verify the signature with the library, its age ourselves (at most 5 minutes off, both ways), and decode."""
        header = headers.get("Stripe-Signature", "")
        if not any(is_signed(body, header, secret) for secret in self._words.secrets):
            raise BadSignature
        if abs(int(self._now().timestamp()) - stamp_of(header)) > TOLERANCE_S:
            raise BadSignature
        try:
            return self._webhook(body)
        except OtherMode:
            hint = "whose endpoint is it? the key, the endpoints and rails.stripe.livemode belong together"
            log.error("event_of_other_mode", rail=self.name, ours_is_live=self._words.livemode, hint=hint)
            raise

    def event_of(self, body: str) -> RailEvent:
        """Decode what was verified before: a webhook's body, or one of `fetch`. Raises: BadEvent."""
        if is_found(body):
            return event_in(body, livemode=self._words.livemode)
        return self._webhook(body)

    async def save_method(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        """A page to save a card on, for charges to this organisation (direct) or to any."""
        life, now = self._words.page_life, self._now()
        asked = asks.saving_page(intent, self._modes.paid_to(intent.account), life=life, now=now)
        return await self._page(asked, intent.account, asks.key_of(key, intent.reference, life, now))

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        """Charge a saved card now; there is no page, so `url` is empty. Declined, or RailRefused: saved elsewhere."""
        mode = self._modes.paid_to(intent.account)
        if method.account != self._modes.header(intent.account):
            raise RailRefused("method_of_another_account")
        asked = asks.saved_charge(intent, method, mode)
        create = self._calls.client.v1.payment_intents.create_async
        made = await self._calls.ask(create(asked, options(method.account, key)))
        with understood():
            if made["status"] in ("requires_payment_method", "requires_action", "canceled"):
                raise Declined("authentication_required" if made["status"] == "requires_action" else "card_declined")
            return PaymentLink(identity(made["id"]), "")

    async def forget_method(self, method: SavedMethod) -> None:
        """Detach it, and delete its customer, with whom Stripe keeps an e-mail address; neither can be undone.

        What is gone already is forgotten. Every page on which a card is saved makes a customer of its own.
        """
        v1, place = self._calls.client.v1, options(method.account)
        try:
            await self._calls.ask(v1.payment_methods.detach_async(method.method, {}, place))
        except RailRefused as refused:
            if str(refused) != "resource_missing":
                kept = await self._calls.ask(v1.payment_methods.retrieve_async(method.method, {}, place))
                if kept.get("customer") is not None:
                    raise
        try:
            await self._calls.ask(v1.customers.delete_async(method.customer, {}, place))
        except RailRefused as refused:
            if str(refused) != "resource_missing":
                raise

    async def open_account(self, name: str, country: str, *, key: str, organisation: UUID | None = None) -> Account:
        """An account whose fees the platform pays; `country` in two letters. The same key is the same account."""
        create = self._calls.client.v1.accounts.create_async
        return _account(await self._calls.ask(create(asks.account(name, country, organisation), options(None, key))))

    async def find_account(self, organisation: UUID, country: str) -> Account | None:
        """By its metadata, among all of the platform's."""
        found = await self._books.account_of(organisation, country)
        return _account(found) if found is not None else None

    async def account_link(self, account: str, *, return_url: str, again_url: str) -> str:
        """A page of Stripe's, good once and for minutes; `again_url` is asked when it is not good any more."""
        asked = asks.account_link(account, return_url=return_url, again_url=again_url)
        made = await self._calls.ask(self._calls.client.v1.account_links.create_async(asked))
        with understood():
            return str(made["url"])

    async def account(self, account: str) -> Account:
        """How far it is: `asks` in Stripe's own names, such as `external_account`."""
        return _account(await self._calls.ask(self._calls.client.v1.accounts.retrieve_async(account)))

    async def transfer(self, ask: TransferAsk, *, key: str) -> str:
        """Pass part of a charge on (mode `transfers`), or take it back; RailDown until it is in the balance."""
        transfers = self._calls.client.v1.transfers
        if ask.reverses is not None:
            reverse = transfers.reversals.create_async
            made = await self._calls.ask(reverse(ask.reverses, asks.reversal(ask), options(None, key)))
        else:
            source = None if ask.again else await self._source(ask.charge)
            made = await self._calls.ask(transfers.create_async(asks.transfer(ask, source), options(None, key)))
        with understood():
            return identity(made["id"])

    async def _source(self, charge: str) -> str:
        """Stripe's charge behind a PaymentIntent, once what it brought is known."""
        with understood():
            intent = await self._looks.intent_of(charge)
            if intent is None or intent["status"] != "succeeded":
                raise RailRefused("not_paid")
            identity(intent["latest_charge"]["balance_transaction"])  # nothing, until it is in the balance: ask again
            return identity(intent["latest_charge"]["id"])

    async def _refund(self, ask: RefundAsk, key: str, place: str | None) -> stripe.StripeObject:
        """What went on at once is taken back there: the charge itself tells, whatever the mode is by now."""
        v1, destined = self._calls.client.v1, False
        if place is None:
            intent = await v1.payment_intents.retrieve_async(ask.charge, {}, options(place))
            destined = bool(intent.to_dict().get("transfer_data"))
        return await v1.refunds.create_async(asks.refund(ask, destined=destined), options(place, key))

    def _close(self, id_: str, place: str | None) -> Asked:
        v1, at = self._calls.client.v1, options(place)
        if id_.startswith("pi_"):
            return v1.payment_intents.cancel_async(id_, {}, at)
        return v1.checkout.sessions.expire_async(id_, {}, at)

    def _look(self, id_: str, place: str | None) -> Asked:
        v1, at = self._calls.client.v1, options(place)
        if id_.startswith("pi_"):
            return v1.payment_intents.retrieve_async(id_, {}, at)
        return v1.checkout.sessions.retrieve_async(id_, {}, at)

    async def _page(self, asked: Any, account: str | None, key: str) -> PaymentLink:
        create = self._calls.client.v1.checkout.sessions.create_async
        made = await self._calls.ask(create(asked, options(self._modes.header(account), key)))
        with understood():
            return PaymentLink(identity(made["id"]), str(made["url"]))

    def _webhook(self, body: bytes | str) -> RailEvent:
        try:
            event = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BadEvent("not JSON") from error
        return decode(event, livemode=self._words.livemode)


def _account(made: Mapping[str, Any]) -> Account:
    with understood():
        ready, asked = is_ready(made)
        return Account(identity(made["id"]), ready, asked)
