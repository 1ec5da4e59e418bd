"""Rendered messages where they belong: sent, in place of the one whose button was pressed, or as an answer to a tap."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.types import BufferedInputFile, CallbackQuery, LinkPreviewOptions, Message

from bot.cards import Rendered
from bot.paper_money import on_text, on_toast
from texts import Texts

T = TypeVar("T")
# A tap is answered at once: what waits longer (for the provider, for Telegram) comes after the answer.
ANSWER_WITHIN_S: Final = 1.0
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class Replies:
    """What the bot says about one update: in one language, with the line on test money, each tap answered once."""

    def __init__(self, bot: Bot, texts: Texts, language: str, *, test_money: bool) -> None:
        """Speak through `bot`."""
        self.bot, self._texts, self._language, self._test_money = bot, texts, language, test_money
        self.answered = False

    def speak(self, language: str) -> None:
        """From now on in this language."""
        self._language = language

    async def send(self, chat: int, rendered: Rendered) -> Message:
        """A new message. Raises: TelegramForbiddenError if the person can't be written to."""
        return await self.bot.send_message(
            chat,
            self._text(rendered),
            parse_mode="HTML",
            link_preview_options=_NO_PREVIEW,
            reply_markup=rendered.keyboard,
        )

    async def send_file(self, chat: int, name: str, content: bytes, caption: str) -> None:
        """A file with a few words. Raises: TelegramForbiddenError if the person can't be written to."""
        await self.bot.send_document(
            chat,
            BufferedInputFile(content, name),
            caption=on_text(self._texts, self._language, caption, self._test_money),
            parse_mode="HTML",
        )

    async def turn(self, query: CallbackQuery, rendered: Rendered) -> int:
        """Change the message under the pressed button, or send a new one where it can't be changed; returns its id.

        Never a message outside the person's own chat: what stands there is everybody's.
        """
        message = query.message
        if isinstance(message, Message) and in_private(query):
            try:
                await message.edit_text(
                    self._text(rendered),
                    parse_mode="HTML",
                    link_preview_options=_NO_PREVIEW,
                    reply_markup=rendered.keyboard,
                )
            except TelegramBadRequest as refusal:
                if "message is not modified" not in refusal.message:
                    return (await self.send(query.from_user.id, rendered)).message_id
            return message.message_id
        return (await self.send(query.from_user.id, rendered)).message_id

    async def answer(
        self, query: CallbackQuery, text: str | None = None, *, url: str | None = None, alert: bool = False
    ) -> None:
        """Answer a tap; one that was answered already, or is too old, needs no answer."""
        if self.answered:
            return
        self.answered = True
        words = on_toast(self._texts, self._language, text, self._test_money) if text else None
        try:
            await query.answer(words, url=url, show_alert=alert or None)
        except TelegramBadRequest as refusal:
            if "query" not in refusal.message.lower():
                raise

    async def in_time(self, query: CallbackQuery, work: Coroutine[Any, Any, T], text: str | None = None) -> T:
        """Do what may take long; after a second the tap is answered (with `text`), whatever comes of it."""
        working = asyncio.ensure_future(work)
        try:
            await asyncio.wait((working,), timeout=ANSWER_WITHIN_S)
            if not working.done():
                with contextlib.suppress(TelegramAPIError):  # no reason to give up the work
                    await self.answer(query, text)
            return await working
        finally:
            working.cancel()  # no matter if it is done; else we are being cancelled ourselves

    def _text(self, rendered: Rendered) -> str:
        return on_text(self._texts, self._language, rendered.text, self._test_money)


def in_private(query: CallbackQuery) -> bool:
    """Whether the button stands in the person's own chat with the bot."""
    return query.message is not None and query.message.chat.type == "private"
