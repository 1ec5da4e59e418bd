"""What Stripe is asked with: each request's parameters, in the library's own types; no I/O.

The same wish makes the same parameters at any time: an idempotency key with others is refused.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from stripe.params import (
    AccountCreateParams,
    AccountLinkCreateParams,
    PaymentIntentCreateParams,
    RefundCreateParams,
    TransferCreateParams,
    TransferReversalCreateParams,
)
from stripe.params.checkout import (
    SessionCreateParams,
    SessionCreateParamsLineItem,
    SessionCreateParamsPaymentIntentData,
)

from giving.money import Money
from giving.payments import SavedMethod
from payments.provider import Line, PaymentIntent, RailRefused, RefundAsk, TransferAsk
from payments.stripe_rail.modes import ORGANISATION, PAYMENT, REFUND, SAVING, TRANSFER, Mode

MOST_LINES: Final = 100  # of one page. Source: docs.stripe.com/api/checkout/sessions/create
LONGEST_NAME, LONGEST_WORDS = 250, 500
_LEAST_LEFT_S: Final = 35 * 60  # Stripe wants half an hour; the rest is for the way and the clocks
_LOCALES: Final = {"zh-CN": "zh", "en": "en"}


def payment_page(
    intent: PaymentIntent, mode: Mode, *, life: timedelta, now: datetime, methods: Collection[str] = ()
) -> SessionCreateParams:
    """A page for one payment: our id in all three places, the tips as its lines, both ways out back to the chat."""
    ours = {PAYMENT: str(intent.reference)}
    about: SessionCreateParamsPaymentIntentData = {"metadata": ours, "description": intent.description[:LONGEST_WORDS]}
    if mode is Mode.DESTINATION and intent.account is not None:
        about["on_behalf_of"] = intent.account
        about["transfer_data"] = {"destination": intent.account}
    if mode is Mode.TRANSFERS:
        about["transfer_group"] = str(intent.reference)
    asked: SessionCreateParams = {
        "mode": "payment",
        "submit_type": "donate",
        "locale": _LOCALES.get(intent.language, "auto"),
        "line_items": _items(intent),
        "client_reference_id": str(intent.reference),
        "metadata": ours,
        "payment_intent_data": about,
        "success_url": intent.return_url,
        "cancel_url": intent.return_url,
        # The donor pays the sum that the chat showed, in the currency it showed.
        "adaptive_pricing": {"enabled": False},
    }
    if methods:
        asked["allowed_payment_method_types"] = list(methods)
    return _expiring(asked, intent.reference, life, now)


def saving_page(intent: PaymentIntent, mode: Mode, *, life: timedelta, now: datetime) -> SessionCreateParams:
    """A page on which a card is saved for charges without the donor; nothing is charged."""
    ours = {SAVING: str(intent.reference)}
    asked: SessionCreateParams = {
        "mode": "setup",
        "currency": intent.amount.currency.lower(),
        # Neither Alipay nor WeChat Pay can be charged later without an approval of their own.
        "allowed_payment_method_types": ["card"],
        "customer_creation": "always",
        "locale": _LOCALES.get(intent.language, "auto"),
        "client_reference_id": str(intent.reference),
        "metadata": ours,
        "setup_intent_data": {"metadata": ours, "description": intent.description[:LONGEST_WORDS]},
        "success_url": intent.return_url,
        "cancel_url": intent.return_url,
    }
    if mode is Mode.DESTINATION and intent.account is not None:
        asked["setup_intent_data"]["on_behalf_of"] = intent.account
    return _expiring(asked, intent.reference, life, now)


def saved_charge(intent: PaymentIntent, method: SavedMethod, mode: Mode) -> PaymentIntentCreateParams:
    """A charge without the donor; a bank that wants to see them declines it."""
    asked: PaymentIntentCreateParams = {
        "amount": intent.amount.minor,
        "currency": intent.amount.currency.lower(),
        "customer": method.customer,
        "payment_method": method.method,
        "confirm": True,
        "off_session": True,
        "description": intent.description[:LONGEST_WORDS],
        "metadata": {PAYMENT: str(intent.reference)},
    }
    if mode is Mode.DESTINATION and intent.account is not None:
        asked["on_behalf_of"] = intent.account
        asked["transfer_data"] = {"destination": intent.account}
    if mode is Mode.TRANSFERS:
        asked["transfer_group"] = str(intent.reference)
    return asked


def refund(ask: RefundAsk, *, destined: bool) -> RefundCreateParams:
    """Part of a charge, or all of it, to the donor; what went on to its destination at once is taken back there."""
    asked: RefundCreateParams = {
        "payment_intent": ask.charge,
        "amount": ask.amount.minor,
        "reason": "requested_by_customer",
        "metadata": {PAYMENT: str(ask.reference), REFUND: str(ask.refund)},
    }
    if destined:
        asked["reverse_transfer"] = True
    return asked


def transfer(ask: TransferAsk, source: str | None) -> TransferCreateParams:
    """What goes on to one organisation: out of a charge (`source`), or of the platform's balance."""
    asked: TransferCreateParams = {
        "amount": ask.amount.minor,
        "currency": ask.amount.currency.lower(),
        "destination": ask.account,
        "transfer_group": str(ask.reference),
        "metadata": _names(ask),
    }
    if source is not None:
        asked["source_transaction"] = source
    return asked


def reversal(ask: TransferAsk) -> TransferReversalCreateParams:
    """What comes back of a transfer; the account has to have it still.

    Source: docs.stripe.com/connect/separate-charges-and-transfers, docs.stripe.com/disputes/connect
    """
    return {"amount": ask.amount.minor, "metadata": _names(ask)}


def _names(ask: TransferAsk) -> dict[str, str]:
    return {PAYMENT: str(ask.reference), TRANSFER: str(ask.transfer)}


def account(name: str, country: str, organisation: UUID | None = None) -> AccountCreateParams:
    """An account whose fees the platform pays, which can be said only now; Stripe asks for papers and shows a page.

    Source: docs.stripe.com/connect/direct-charges-fee-payer-behavior
    """
    asked: AccountCreateParams = {
        "country": country,
        "business_type": "non_profit",
        "business_profile": {"name": name[:LONGEST_NAME]},
        "controller": {
            "fees": {"payer": "application"},
            "losses": {"payments": "application"},
            "requirement_collection": "stripe",
            "stripe_dashboard": {"type": "express"},
        },
        "capabilities": {"card_payments": {"requested": True}, "transfers": {"requested": True}},
    }
    if organisation is not None:
        asked["metadata"] = {ORGANISATION: str(organisation)}
    return asked


def account_link(account: str, *, return_url: str, again_url: str) -> AccountLinkCreateParams:
    """Everything Stripe will ever ask, at once: nobody comes back to the form gladly."""
    return {
        "account": account,
        "type": "account_onboarding",
        "return_url": return_url,
        "refresh_url": again_url,
        "collection_options": {"fields": "eventually_due"},
    }


def _items(intent: PaymentIntent) -> list[SessionCreateParamsLineItem]:
    """A line for each tip; for a long tab one for each title, and beyond what a page holds one for all."""
    lines = list(intent.lines)
    if len(lines) > MOST_LINES:
        sums: dict[str, int] = {}
        for line in lines:
            sums[line.title] = sums.get(line.title, 0) + line.amount.minor
        lines = [Line(title, Money(minor, intent.amount.currency)) for title, minor in sums.items()]
    if not lines or len(lines) > MOST_LINES:
        lines = [Line(intent.description, intent.amount)]
    if {line.amount.currency for line in lines} != {intent.amount.currency}:
        raise RailRefused("lines_in_another_currency")
    if sum(line.amount.minor for line in lines) != intent.amount.minor:
        raise RailRefused("lines_do_not_add_up")
    return [_item(line, intent.description) for line in lines]


def _item(line: Line, otherwise: str) -> SessionCreateParamsLineItem:
    return {
        "quantity": 1,
        "price_data": {
            "currency": line.amount.currency.lower(),
            "unit_amount": line.amount.minor,
            "product_data": {"name": (line.title or otherwise)[:LONGEST_NAME]},
        },
    }


def round_of(reference: UUID, life: timedelta, now: datetime) -> int:
    """How many times the page's life is over since our id was made (0: it is in its first).

    Within a life what is asked is always the same, as its idempotency key wants it; where less would be left than
    Stripe takes, the next one has begun, under a key of its own.
    """
    if reference.version != 7:
        return 0
    return max(0, int((now.timestamp() + _LEAST_LEFT_S - made_at(reference)) // life.total_seconds()))


def key_of(key: str, reference: UUID, life: timedelta, now: datetime) -> str:
    """The idempotency key of a page: each of its lives has one."""
    lives = round_of(reference, life, now)
    return f"{key}:{lives}" if lives else key


def _expiring(asked: SessionCreateParams, reference: UUID, life: timedelta, now: datetime) -> SessionCreateParams:
    """The page closes with its life, whenever in it it is asked for."""
    if reference.version == 7:
        lives = round_of(reference, life, now) + 1
        asked["expires_at"] = made_at(reference) + lives * int(life.total_seconds())
    return asked


def made_at(reference: UUID) -> int:
    """When an id of ours was made, in seconds of the epoch."""
    return (reference.int >> 80) // 1000
