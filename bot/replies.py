"""Rendered messages where they belong: sent, in place of the one whose button was pressed, or as an answer to a tap."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)

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

    def speaking(self, language: str) -> "Replies":
        """The same, to somebody else: in their language."""
        return Replies(self.bot, self._texts, language, test_money=self._test_money)

    def speak(self, language: str) -> None:
        """From now on in this language."""
        self._language = language

    async def send(self, chat: int, rendered: Rendered, *, reply_to: int | None = None) -> Message:
        """A new message; one that answers another (in a group) comes silently, and only if that one is still there.

        Raises: TelegramForbiddenError if the person can't be written to.
        """
        return await self.bot.send_message(
            chat,
            self.text(rendered),
            parse_mode="HTML",
            link_preview_options=_NO_PREVIEW,
            reply_markup=rendered.keyboard,
            reply_parameters=ReplyParameters(message_id=reply_to) if reply_to is not None else None,
            disable_notification=True if reply_to is not None else None,
        )

    async def send_file(self, chat: int, name: str, content: bytes, caption: str) -> None:
        """A file with a few words. Raises: TelegramForbiddenError if the person can't be written to."""
        await self.bot.send_document(
            chat,
            BufferedInputFile(content, name),
            caption=on_text(self._texts, self._language, caption, self._test_money),
            parse_mode="HTML",
        )

    async def send_photo(self, chat: int, name: str, content: bytes, rendered: Rendered) -> None:
        """A picture with its words under it (at most 1,024 characters) and their buttons.

        Raises: TelegramForbiddenError if the person can't be written to.
        """
        await self.bot.send_photo(
            chat,
            BufferedInputFile(content, name),
            caption=self.text(rendered),
            parse_mode="HTML",
            reply_markup=rendered.keyboard,
        )

    async def send_known_photo(self, chat: int, file: str, rendered: Rendered) -> None:
        """The same with a picture that Telegram has already, by what it calls it."""
        await self.bot.send_photo(
            chat, file, caption=self.text(rendered), parse_mode="HTML", reply_markup=rendered.keyboard
        )

    async def turn(self, query: CallbackQuery, rendered: Rendered) -> int:
        """Change the message under the pressed button, or send a new one where it can't be changed; returns its id.

        Never a message outside the person's own chat: what stands there is everybody's.
        """
        message = query.message
        if isinstance(message, Message) and message.ephemeral_message_id is not None:
            return await self._turn_ephemeral(query, message, message.ephemeral_message_id, rendered)
        if isinstance(message, Message) and in_private(query):
            try:
                await message.edit_text(
                    self.text(rendered),
                    parse_mode="HTML",
                    link_preview_options=_NO_PREVIEW,
                    reply_markup=rendered.keyboard,
                )
            except TelegramBadRequest as refusal:
                if "message is not modified" not in refusal.message:
                    return (await self.send(query.from_user.id, rendered)).message_id
            return message.message_id
        return (await self.send(query.from_user.id, rendered)).message_id

    async def put(
        self, query: CallbackQuery, keyboard: Callable[[InlineKeyboardMarkup | None], InlineKeyboardMarkup]
    ) -> bool:
        """Change the buttons under a message of the person's own chat, its words and picture stay.

        `keyboard` makes the new ones of those that are there. False where the message can't be changed (it is too old,
        or gone).
        """
        message = query.message
        if not isinstance(message, Message) or not in_private(query):
            return False
        try:
            await message.edit_reply_markup(reply_markup=keyboard(message.reply_markup))
        except TelegramBadRequest as refusal:
            return "message is not modified" in refusal.message
        return True

    async def _turn_ephemeral(self, query: CallbackQuery, message: Message, number: int, rendered: Rendered) -> int:
        """What only this member sees has a number of its own, and is edited by it."""
        await self.bot.edit_ephemeral_message_text(
            chat_id=message.chat.id,
            receiver_user_id=query.from_user.id,
            ephemeral_message_id=number,
            text=self.text(rendered),
            parse_mode="HTML",
            link_preview_options=_NO_PREVIEW,
            reply_markup=rendered.keyboard,
        )
        return number

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

    def text(self, rendered: Rendered) -> str:
        """What is sent for it."""
        return on_text(self._texts, self._language, rendered.text, self._test_money)


def in_private(query: CallbackQuery) -> bool:
    """Whether the button stands in the person's own chat with the bot."""
    return query.message is not None and query.message.chat.type == "private"


def for_one(query: CallbackQuery) -> bool:
    """Whether only this person sees the message: in their own chat with the bot, or an ephemeral one in a group."""
    ephemeral = isinstance(query.message, Message) and query.message.ephemeral_message_id is not None
    return ephemeral or in_private(query)
