"""Keeps the counter under each post at what was given; the last to go when messages are short."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
)
from aiogram.types import InlineKeyboardMarkup

from bot.carriers import Carriers
from bot.keyboards import post_keyboard
from bot.loops import work_or_stop
from bot.sending import Priority, sending_as
from giving.creators import Carried, Post, PostCounter
from services.carriers import CarrierCard
from services.counters import CounterService
from services.creators import CreatorService
from services.leadership import NotLeading
from services.links import Links
from services.tips import TipService
from services.wake import log_trouble
from texts import Texts

log = structlog.get_logger()

IDLE_S: Final = 1.0
PATIENCE_S: Final = 4.0
_GONE: Final = (
    "message to edit not found", "message can't be edited", "message_id_invalid", "not enough rights",
    "need administrator rights", "chat_admin_required", "chat not found", "channel_private", "group chat was upgraded",
)  # fmt: skip

Keyboard = Callable[..., InlineKeyboardMarkup]  # as bot.keyboards.post_keyboard


class CounterEditor:
    """The loop that edits counters that are due."""

    def __init__(
        self,
        bot: Bot,
        counters: CounterService,
        creators: CreatorService,
        tips: TipService,
        texts: Texts,
        links: Links,
        keyboard: Keyboard = post_keyboard,
        carriers: Carriers | None = None,
    ) -> None:
        """Edit through `bot`; `keyboard` draws the buttons under a post, `carriers` shows what replies carry."""
        self._bot, self._counters, self._creators, self._tips = bot, counters, creators, tips
        self._texts, self._links, self._keyboard, self._carriers = texts, links, keyboard, carriers

    async def run(self, stop: asyncio.Event) -> None:
        """Edit until `stop` is set; what was begun is finished."""
        self._counters.woken.set()  # what became due while nobody edited
        while await work_or_stop(self._counters.woken, stop, IDLE_S):
            while not stop.is_set() and await self._edit_some():
                pass

    async def _edit_some(self) -> bool:
        """Edit what is due, beside each other; False when there was nothing, or nothing came of it."""
        try:
            due = await self._counters.due()
        except Exception as error:  # noqa: BLE001 - the database may be back in a second; the editor must be there then
            log_trouble("counters_due_failed", error)
            return False
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._edit(counter)) for counter in due]
        return any(task.result() for task in tasks)

    async def _edit(self, counter: PostCounter) -> bool:
        """Show a counter and record it; False if it could not be shown."""
        post = counter.post
        try:
            by_reply = self._carriers if post.carried is Carried.REPLY else None
            card = await by_reply.service.card(post.id) if by_reply else None
            gone = await self._show(counter, card)
            if gone is None and card is not None:
                await self._counters.shown(post.id, card.raised, card.chat, card.author)  # replies show no day
            elif gone is None:
                await self._counters.shown(post.id, counter.raised, counter.chat, day=counter.day)
            else:
                await self._counters.failed(post.id, gone=gone)
        except NotLeading:
            return False
        except Exception as error:  # noqa: BLE001 - one broken counter must not stop the others
            log_trouble("counter_broken", error, post=str(post.id))
            return False
        return gone is None

    async def _show(self, counter: PostCounter, card: CarrierCard | None) -> bool | None:
        """None: it is shown. Otherwise whether the post is lost to us for good."""
        post = counter.post
        try:
            with sending_as(Priority.COUNTER, patience_s=PATIENCE_S):
                await self._edit_message(counter, card)
        except TelegramMigrateToChat as moved:
            if self._carriers is not None and post.carrier_chat is not None:
                await self._carriers.service.moved(post.carrier_chat, moved.migrate_to_chat_id)
            return True
        except TelegramForbiddenError:
            return True
        except TelegramBadRequest as error:
            return self._refusal(post, error.message)
        except TelegramRetryAfter:
            return False
        except TelegramAPIError as error:
            log.warning("counter_not_shown", post=str(post.id), error=type(error).__name__)
            return False
        except ClientDecodeError as error:
            return None if isinstance(error.data, dict) and error.data.get("ok") else False
        return None

    async def _edit_message(self, counter: PostCounter, card: CarrierCard | None) -> None:
        """The post's own keyboard, or the reply that carries it. Raises: TelegramAPIError, ClientDecodeError."""
        post = counter.post
        if card is not None and self._carriers is not None:
            await self._carriers.bring(card)
            return
        language = await self._creators.language(post.chat)
        usual = counter.amounts or self._tips.presets
        keyboard = self._keyboard(
            self._texts,
            self._links,
            language,
            post,
            counter.raised,
            counter.chat.offered(usual) if counter.chat else usual,
            test_money=self._tips.test_money,
            day=counter.day,
        )
        await self._bot.edit_message_reply_markup(
            chat_id=post.chat_telegram_id, message_id=post.message_id, reply_markup=keyboard
        )

    def _refusal(self, post: Post, message: str) -> bool | None:
        said = message.lower()
        if "message is not modified" in said:
            return None
        gone = any(words in said for words in _GONE)
        log.warning("counter_refused", post=str(post.id), error=message, gone=gone)
        return gone
