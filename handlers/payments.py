"""Telegram's own payments: the question before one, and what it tells afterwards, which goes into the inbox.

Nothing is said here: the receipt comes from the outbox, once the payment is in the books.
"""

import structlog
from aiogram import Bot, F, Router
from aiogram.types import BotSubscriptionUpdated, Message, PreCheckoutQuery

from bot.checkouts import Checkouts
from payments.provider import BadEvent, UnknownRail
from payments.stars_rail import charge_of, paid_body, rail_of, refunded_body
from services.payments import PaymentService
from services.pledges import Renewed

log = structlog.get_logger()


def router(*, renews: bool = False) -> Router:
    """A router of its own, beside the chat's: it asks for nobody's language and no dialog.

    `renews`: some rail has subscriptions. Telegram is asked for updates about them only then: a Bot API server of
    before they were there refuses to bring any update at all where a name is new to it.
    """
    fresh = Router(name="payments")
    fresh.pre_checkout_query.register(asked)
    fresh.message.register(paid, F.successful_payment)
    if renews:
        fresh.subscription.register(subscription)
    fresh.message.register(refunded, F.refunded_payment)
    return fresh


async def asked(query: PreCheckoutQuery, bot: Bot, checkouts: Checkouts) -> None:
    """Answer it; bot.intake takes a shorter way to the same."""
    await checkouts(bot, {"pre_checkout_query": query.model_dump(mode="json", by_alias=True, exclude_none=True)})


async def paid(message: Message, payments: PaymentService) -> None:
    """A payment was made. Raises: the database's error; the update then comes again."""
    told = message.successful_payment
    if told is None:
        return
    body = paid_body(
        charge=told.telegram_payment_charge_id, payload=told.invoice_payload, currency=told.currency,
        amount=told.total_amount, at=message.date, until=told.subscription_expiration_date,
    )  # fmt: skip
    await _keep(payments, rail_of(told.currency), told.telegram_payment_charge_id, body)


async def subscription(change: BotSubscriptionUpdated, renewed: Renewed) -> None:
    """Its payer ended a subscription in Telegram, or took it up again; or Telegram could not take what is due.

    Raises: the database's error; the update then comes again.
    """
    await renewed.changed(change.invoice_payload, change.state)


async def refunded(message: Message, payments: PaymentService) -> None:
    """Stars went back, whoever asked for it. Raises: the database's error; the update then comes again."""
    told = message.refunded_payment
    if told is None:
        return
    body = refunded_body(
        charge=told.telegram_payment_charge_id, payload=told.invoice_payload, currency=told.currency,
        amount=told.total_amount, at=message.date,
    )  # fmt: skip
    await _keep(payments, rail_of(told.currency), told.telegram_payment_charge_id, body)


async def _keep(payments: PaymentService, rail: str, charge: str, body: str) -> None:
    try:
        outcome = await payments.found(rail, body)
    except UnknownRail:
        hint = "money moved on a rail that is switched off: switch it on, and the look-up books it"
        log.error("payment_of_a_rail_that_is_off", rail=rail, charge=charge_of(charge), hint=hint)
    except BadEvent as error:
        log.error("payment_unread", rail=rail, charge=charge_of(charge), error=str(error))
    else:
        log.info("telegram_payment_told", rail=rail, charge=charge_of(charge), outcome=outcome.value)
