"""The plainest bot with buttons: inline ones that answer and edit, and a reply keyboard."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, ContextTypes

from tests.sandbox.strangers.running import builder, run


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    keyboard = [
        [InlineKeyboardButton("Option 1", callback_data="1"), InlineKeyboardButton("Option 2", callback_data="2")],
        [InlineKeyboardButton("Option 3", callback_data="3")],
    ]
    if update.message:
        await update.message.reply_text("Please choose:", reply_markup=InlineKeyboardMarkup(keyboard))


async def menu(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message:
        markup = ReplyKeyboardMarkup([["Boy", "Girl", "Other"]], one_time_keyboard=True)
        await update.message.reply_text("Are you a boy or a girl?", reply_markup=markup)


async def button(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    if query:
        await query.answer(f"{query.data}!")
        await query.edit_message_text(text=f"Selected option: {query.data}")


def main() -> None:
    application = builder().build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CommandHandler("menu", menu))
    application.add_handler(CallbackQueryHandler(button))
    run(application)


if __name__ == "__main__":
    main()
