"""Sends the replies that carry keyboards, each once, and edits them from then on."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog
from aiogram import Bot
from aiogram.enums import ParseMode
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import ChatMemberAdministrator, ChatMemberOwner, LinkPreviewOptions, ReplyParameters

from bot import group_cards
from bot.cards import Rendered
from bot.keyboards import post_keyboard
from bot.paper_money import on_text
from bot.sending import Priority, sending_as
from giving.creators import Carried, Post
from giving.notices import NoticeKind
from services.briefly import Briefly
from services.carriers import CarrierCard, CarrierService
from services.creators import CreatorService
from services.links import Links
from services.tips import TipService
from texts import Texts

log = structlog.get_logger()
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_DELETED: Final = ("message to edit not found", "message_id_invalid")
_OUT_OF_SIGHT: Final = (*_DELETED, "chat not found", "channel_private")
LOOK_PATIENCE_S: Final = 1.2  # a chat's turn comes once a second
LOOKED_S: Final = 60.0


class _NoTurn(Exception):
    """Telegram could not be asked in time."""


@dataclass(frozen=True, slots=True)
class Carriers:
    """Whoever may send a carrier (a handler, the counters' loop) does it here."""

    bot: Bot
    service: CarrierService
    creators: CreatorService
    tips: TipService
    texts: Texts
    links: Links
    _looks: Briefly[UUID, bool] = field(default_factory=lambda: Briefly(LOOKED_S))

    async def show(self, post_id: UUID, *, asked: bool = False) -> bool:
        """Send the carrier, or bring it up to date; whether a new one was sent. `asked`: a person did, just now.

        Raises: TelegramAPIError (nothing was sent; it is tried again later where that makes sense).
        """
        return await self.bring(await self.service.card(post_id), asked=asked)

    async def bring(self, card: CarrierCard, *, asked: bool = False) -> bool:
        """`show`, what the card says. Raises: TelegramAPIError."""
        post_id = card.post.id
        if card.post.carried is Carried.SELF:
            return False
        place = card.post.keyboard_at
        if place is not None:
            try:
                await self.edit(card, *place)
            except TelegramBadRequest as refusal:
                if "message is not modified" in refusal.message:
                    return False
                if not (asked and any(words in refusal.message.lower() for words in _DELETED)):
                    raise
                await self.service.lost(post_id, place[1])
            else:
                return False
        if not await self.service.claim(post_id, asked=asked):
            return False
        return await self._send(card)

    async def gone(self, post_id: UUID) -> bool:
        """Whether Telegram does not show us the post any more; at most one look a minute at each, and one at a time.

        Nothing but an edit tells. One that changed something is due again if more was given by then, so that it never
        leaves a counter older than the one it found. Raises: PostUnknown.
        """
        try:
            return await self._looks.get(post_id, lambda: self._look(post_id))
        except _NoTurn:
            return False

    async def _look(self, post_id: UUID) -> bool:
        """Raises: _NoTurn (also where no answer came; who asked is not kept waiting), PostUnknown."""
        card = await self.service.card(post_id)
        try:
            with sending_as(Priority.COUNTER, patience_s=LOOK_PATIENCE_S):
                touched = await self._touch(card)
        except TelegramForbiddenError:
            return True
        except TelegramBadRequest as refusal:
            return any(words in refusal.message.lower() for words in _OUT_OF_SIGHT)
        except TelegramRetryAfter as error:
            raise _NoTurn from error
        except (TelegramAPIError, ClientDecodeError) as error:
            await self.service.unsure(post_id)  # it may have been changed all the same
            raise _NoTurn from error
        if touched:
            await self.service.shown(card)
        return False

    async def _touch(self, card: CarrierCard) -> bool:
        """Show the counter as it is, if it stands. Raises: TelegramAPIError, ClientDecodeError."""
        post = card.post
        if post.carried is Carried.REPLY:
            if post.keyboard_at is None:
                return False
            await self.edit(card, *post.keyboard_at)
            return True
        language, test_money = await self.creators.language(post.chat), self.tips.test_money
        offered = card.chat.offered(await self.tips.presets_of(post.project))
        keyboard = post_keyboard(self.texts, self.links, language, post, card.raised, offered, test_money=test_money)
        await self.bot.edit_message_reply_markup(
            chat_id=post.chat_telegram_id, message_id=post.message_id, reply_markup=keyboard
        )
        return True

    async def edit(self, card: CarrierCard, chat: int, message_id: int) -> None:
        """Show what was given by now. Raises: TelegramAPIError."""
        shown = await self._rendered(card)
        await self.bot.edit_message_text(
            shown.text,
            chat_id=chat,
            message_id=message_id,
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_markup=shown.keyboard,
        )

    async def _send(self, card: CarrierCard) -> bool:
        post = card.post
        shown = await self._rendered(card)
        try:
            message_id = await self._reply(post, shown)
        except TelegramMigrateToChat as moved:
            await self.service.not_sent(post.id, for_good=True)
            await self.service.moved(post.carrier_chat or 0, moved.migrate_to_chat_id)
            raise
        except (TelegramBadRequest, TelegramForbiddenError):
            await self.service.not_sent(post.id, for_good=True)
            raise
        except (TelegramNetworkError, TelegramServerError):
            log.warning("carrier_unknown", post=str(post.id))  # it may stand there: a second one must not
            raise
        except TelegramAPIError:
            await self.service.not_sent(post.id, for_good=False)
            raise
        if message_id is not None:
            await self.service.sent(message_id, card)
        return True

    async def _reply(self, post: Post, shown: Rendered) -> int | None:
        """The carrier's number; None if Telegram's answer is of a kind we don't know yet."""
        if post.carrier_chat is None or post.reply_to is None:
            raise ValueError("nothing to answer")
        try:
            message = await self.bot.send_message(
                post.carrier_chat,
                shown.text,
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                disable_notification=True,
                reply_markup=shown.keyboard,
                reply_parameters=ReplyParameters(message_id=post.reply_to),
            )
        except ClientDecodeError as error:
            result = error.data.get("result") if isinstance(error.data, dict) and error.data.get("ok") else None
            number = result.get("message_id") if isinstance(result, dict) else None
            if result is None:
                raise
            return number if isinstance(number, int) else None
        return message.message_id

    async def _rendered(self, card: CarrierCard) -> Rendered:
        language = await self.creators.language(card.post.chat)
        test_money = self.tips.test_money
        shown = group_cards.carrier(self.texts, self.links, language, card, self.tips.presets, test_money=test_money)
        return Rendered(on_text(self.texts, language, shown.text, test_money), shown.keyboard)

    async def follow(self, group: int) -> None:
        """If the group became a supergroup, everything of it goes there."""
        try:
            await self.bot.get_chat(group)
        except TelegramMigrateToChat as moved:
            await self.service.moved(group, moved.migrate_to_chat_id)
        except (TelegramBadRequest, TelegramForbiddenError):
            log.debug("group_not_shown")

    async def look_for_discussion(self, post: Post) -> None:
        """A post needs a carrier: is there a discussion group, and is the bot shown the posts in it?

        What is lacking is told to the creator, once. Raises: TelegramAPIError.
        """
        linked = (await self.bot.get_chat(post.chat_telegram_id)).linked_chat_id
        await self.service.discussion(post.id, linked, await self._lacks(linked))

    async def _lacks(self, linked: int | None) -> NoticeKind | None:
        if linked is None:
            return NoticeKind.NO_DISCUSSION
        try:
            member = await self.bot.get_chat_member(linked, self.bot.id)
        except (TelegramBadRequest, TelegramForbiddenError):
            return NoticeKind.NOT_IN_GROUP
        if member.status in ("left", "kicked"):
            return NoticeKind.NOT_IN_GROUP
        # With privacy mode only an administrator is shown what nobody addressed to the bot.
        sees = isinstance(member, ChatMemberOwner | ChatMemberAdministrator)
        if sees or (await self.bot.me()).can_read_all_group_messages:
            return None
        return NoticeKind.BLIND_IN_GROUP
