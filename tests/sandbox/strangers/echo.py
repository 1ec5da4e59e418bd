"""The plainest echo bot."""

from __future__ import annotations

from telegram import ForceReply, Update
from telegram.ext import CommandHandler, ContextTypes, MessageHandler, filters

from tests.sandbox.strangers.running import builder, run


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message and update.effective_user:
        text = f"Hi {update.effective_user.mention_html()}!"
        await update.message.reply_html(text, reply_markup=ForceReply(selective=True))


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text, do_quote=True)


async def photo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message:
        file = await update.message.photo[-1].get_file()
        content = bytes(await file.download_as_bytearray())
        await update.message.reply_photo(content, caption=f"*{len(content)}* bytes", parse_mode="MarkdownV2")


def main() -> None:
    application = builder().build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(MessageHandler(filters.PHOTO, photo))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    run(application)


if __name__ == "__main__":
    main()
