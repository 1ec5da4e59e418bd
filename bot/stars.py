"""Telegram's own payments for payments/stars_rail: invoice links, refunds of Stars, the list of what was moved."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramForbiddenError
from aiogram.methods import (
    CreateInvoiceLink,
    EditUserStarSubscription,
    GetStarTransactions,
    RefundStarPayment,
    TelegramMethod,
)
from aiogram.types import LabeledPrice

from bot.paper_money import clipped
from bot.session import RawSession
from giving.stars import STARS, StarRate
from payments.provider import PaymentIntent, Rail, RailDown, RailRefused
from payments.stars_rail import InvoiceRail, Tell, Transaction
from texts import Texts

T = TypeVar("T")
# Source: core.telegram.org/bots/api#createinvoicelink
TITLE_UNITS: Final = 32
ABOUT_UNITS: Final = 255
CALL_S: Final = 10.0


class TelegramStars:
    """What the rails ask of Telegram, asked by this bot; the words of an invoice are in the donor's language."""

    def __init__(self, bot: Bot, texts: Texts, rate: StarRate) -> None:
        """`rate` is what donors are told that Stars are worth. Raises: TypeError (a bot without a RawSession)."""
        if not isinstance(bot.session, RawSession):
            raise TypeError("lists of Stars are read raw: give the bot a RawSession (bot.build.build_bot)")
        self._bot, self._session, self._texts, self._rate = bot, bot.session, texts, rate

    async def invoice_link(
        self, intent: PaymentIntent, *, payload: str, provider_token: str, period: timedelta | None = None
    ) -> str:
        """A link to pay. Raises: RailDown, RailRefused."""
        title = clipped(intent.description.strip() or "♥", TITLE_UNITS)
        return await self._call(
            CreateInvoiceLink(
                title=title,
                description=clipped(self._about(intent, renews=period is not None), ABOUT_UNITS),
                payload=payload,
                currency=intent.amount.currency,
                prices=[LabeledPrice(label=title, amount=intent.amount.minor)],
                provider_token=provider_token,
                subscription_period=int(period.total_seconds()) if period is not None else None,
            )
        )

    def _about(self, intent: PaymentIntent, *, renews: bool) -> str:
        """What is paid for; for Stars also what they are worth, and that Telegram keeps a part."""
        amount, project = intent.amount, intent.description
        if amount.currency != STARS:
            return self._texts.plain(intent.language, "invoice-money", amount=amount, project=project)
        one = self._rate
        key = "invoice-stars-monthly" if renews else "invoice-stars"
        return self._texts.plain(
            intent.language, key, amount=amount, project=project, worth=one.worth(amount), stars=one.price(one.per),
            per=one.per,
        )  # fmt: skip

    async def refund(self, payer: int, charge: str) -> None:
        """Give Stars back. Raises: RailDown, RailRefused."""
        await self._call(RefundStarPayment(user_id=payer, telegram_payment_charge_id=charge))

    async def end_subscription(self, payer: int, charge: str) -> None:
        """It takes nothing more. Raises: RailDown, RailRefused."""
        await self._call(
            EditUserStarSubscription(user_id=payer, telegram_payment_charge_id=charge, is_canceled=True)
        )  # fmt: skip

    async def transactions(self, *, offset: int, limit: int) -> Sequence[Transaction]:
        """Read raw: a kind of partner that a later Bot API adds must not hide the others. Raises: RailDown."""
        try:
            found = await self._session.raw(self._bot, GetStarTransactions(offset=offset, limit=limit), CALL_S)
            return [_transaction(raw) for raw in found["transactions"]]
        except (AiogramError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise RailDown from error

    async def _call(self, method: TelegramMethod[T]) -> T:
        try:
            return await self._bot(method, request_timeout=int(CALL_S))
        except (TelegramBadRequest, TelegramForbiddenError) as refusal:
            raise RailRefused(refusal.message.removeprefix("Bad Request: ")) from refusal
        except AiogramError as error:
            raise RailDown from error


def connect(rails: Iterable[Rail], bot: Bot, texts: Texts, rate: StarRate, tell: Tell | None = None) -> None:
    """Give those of the rails that live inside Telegram their bot."""
    inside = [rail for rail in rails if isinstance(rail, InvoiceRail)]
    if inside:
        telegram = TelegramStars(bot, texts, rate)
        for rail in inside:
            rail.connect(telegram, tell)


def _transaction(raw: Mapping[str, Any]) -> Transaction:
    """A StarTransaction. Source: core.telegram.org/bots/api#startransaction"""
    incoming = raw.get("source") is not None
    partner: Mapping[str, Any] = raw.get("source") or raw.get("receiver") or {}
    person: Mapping[str, Any] = partner.get("user") or {}
    payload = partner.get("invoice_payload")
    kind = partner.get("transaction_type", "invoice_payment" if payload else None)  # servers before 9.0 don't say
    invoice = partner.get("type") == "user" and kind == "invoice_payment"
    said = partner.get("type") != "user" or kind is not None  # else it may be a refund
    return Transaction(
        id=str(raw["id"]),
        stars=abs(int(raw["amount"])),
        at=datetime.fromtimestamp(int(raw["date"]), UTC),
        incoming=incoming,
        invoice=invoice,
        payload=str(payload) if payload else None,
        payer=int(person["id"]) if "id" in person else None,
        taken=said and not (incoming or invoice or partner.get("type") == "fragment"),
    )
