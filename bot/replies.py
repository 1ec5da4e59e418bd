"""Rendered messages where they belong: sent, in place of the one whose button was pressed, or as an answer to a tap."""

from typing import Final

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, LinkPreviewOptions, Message

from bot.cards import Rendered

ALERT_UNITS: Final = 200
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


async def send(bot: Bot, chat: int, rendered: Rendered) -> Message:
    """A new message. Raises: TelegramForbiddenError if the person can't be written to."""
    return await bot.send_message(
        chat,
        rendered.text,
        parse_mode="HTML",
        link_preview_options=_NO_PREVIEW,
        reply_markup=rendered.keyboard,
    )


async def turn(query: CallbackQuery, bot: Bot, rendered: Rendered) -> int:
    """Change the message under the pressed button, or send a new one where it can't be changed; returns its id."""
    message = query.message
    if isinstance(message, Message):
        try:
            await message.edit_text(
                rendered.text,
                parse_mode="HTML",
                link_preview_options=_NO_PREVIEW,
                reply_markup=rendered.keyboard,
            )
        except TelegramBadRequest as refusal:
            if "message is not modified" not in refusal.message:
                return (await send(bot, query.from_user.id, rendered)).message_id
        return message.message_id
    return (await send(bot, query.from_user.id, rendered)).message_id


async def answer(query: CallbackQuery, text: str | None = None, *, url: str | None = None, alert: bool = False) -> None:
    """Answer a tap; one that is too old to be answered needs no answer."""
    try:
        await query.answer(clipped(text) if text else None, url=url, show_alert=alert or None)
    except TelegramBadRequest as refusal:
        if "query" not in refusal.message.lower():
            raise


def clipped(text: str) -> str:
    """At most 200 UTF-16 units, as Telegram counts the text of an alert."""
    if len(text.encode("utf-16-le")) <= 2 * ALERT_UNITS:
        return text
    kept = text.encode("utf-16-le")[: 2 * (ALERT_UNITS - 1)]
    return kept.decode("utf-16-le", errors="ignore") + "…"


def in_private(query: CallbackQuery) -> bool:
    """Whether the button stands in the person's own chat with the bot."""
    return query.message is not None and query.message.chat.type == "private"
