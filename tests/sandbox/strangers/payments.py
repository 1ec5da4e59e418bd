"""The plainest payment bot: an invoice in Stars and one in money, the question before, the thanks after, the refund."""

from __future__ import annotations

from telegram import LabeledPrice, Update
from telegram.ext import CommandHandler, ContextTypes, MessageHandler, PreCheckoutQueryHandler, filters

from tests.sandbox.strangers.running import builder, run

PAYLOAD = "Custom-Payload"


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message:
        prices = [LabeledPrice("Test", 5)]
        await context.bot.send_invoice(update.message.chat_id, "Payment", "Example", PAYLOAD, "XTR", prices, "")


async def noshipping(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message:
        prices = [LabeledPrice("Test", 10 * 100)]
        title, description, token = "Payment", "Example", "PROVIDER-TOKEN"
        await context.bot.send_invoice(
            update.message.chat_id, title, description, "wrong payload", "USD", prices, provider_token=token
        )


async def precheckout(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.pre_checkout_query
    if query and query.invoice_payload != PAYLOAD:
        await query.answer(ok=False, error_message="Something went wrong...")
    elif query:
        await query.answer(ok=True)


async def successful(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message and update.message.successful_payment and context.user_data is not None:
        context.user_data["charge"] = update.message.successful_payment.telegram_payment_charge_id
        await update.message.reply_text("Thank you for your payment.")


async def refund(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.effective_user and update.message and context.user_data:
        await context.bot.refund_star_payment(update.effective_user.id, context.user_data["charge"])


def main() -> None:
    application = builder().build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CommandHandler("noshipping", noshipping))
    application.add_handler(CommandHandler("refund", refund))
    application.add_handler(PreCheckoutQueryHandler(precheckout))
    application.add_handler(MessageHandler(filters.SUCCESSFUL_PAYMENT, successful))
    run(application)


if __name__ == "__main__":
    main()
