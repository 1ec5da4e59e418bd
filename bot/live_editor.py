"""Sends a giving day's cards and keeps them at what is so: as little urgent as counters, and within their budget."""

import asyncio
import functools
import hashlib
from collections.abc import Sequence
from datetime import datetime
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
    TelegramRetryAfter,
)
from aiogram.types import LinkPreviewOptions, Message

from bot import live_cards
from bot.cards import Rendered
from bot.loops import every
from bot.paper_money import on_text
from bot.sending import Priority, sending_as
from bot.session import may_have_arrived
from giving.giving_days import DayStanding, DayState, Left, roughly_left
from services.clock import Clock, utc_now
from services.giving_days.cards import AT_ONCE, CardTurn, DayCards
from services.leadership import NotLeading
from services.links import Links
from services.wake import log_trouble
from texts import Texts

log = structlog.get_logger()
EVERY_S: Final = 2.0
PATIENCE_S: Final = 4.0
_REMOVED: Final = ("message to edit not found", "message can't be edited", "message_id_invalid")
# What the words of a card are made of (its standing by number), and with it the mark of what stands there.
_About = tuple[int, DayState, str, bool, Left | None]
_Said = tuple[_About, str | None]
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class LiveCards:
    """The loop of one who leads."""

    def __init__(
        self, bot: Bot, cards: DayCards, texts: Texts, links: Links, *, test_money: bool = False, now: Clock = utc_now
    ) -> None:  # fmt: skip
        """Send and edit through `bot`."""
        self._bot, self._cards, self._texts, self._links, self._now = bot, cards, texts, links, now
        self._test_money = test_money
        self._standings: dict[UUID, tuple[int, DayStanding]] = {}
        self._number = 0  # of the newest standing that said something new
        self._said: dict[tuple[UUID, UUID], _Said] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until `stop` is set; what was begun is finished."""
        turn = functools.partial(self.turn, stop)
        await every(EVERY_S, turn, stop, failed="giving_day_cards_failed", left="giving_day_cards_left_to_the_leader")

    async def turn(self, stop: asyncio.Event | None = None) -> int:
        """Show what has changed since; how many cards that were."""
        try:
            turns = await self._cards.turns()
        except NotLeading:
            return 0
        except Exception as error:  # noqa: BLE001 - the database may be back in a second
            log_trouble("giving_day_cards_due_failed", error)
            return 0
        changed = [(turn, *drawn) for turn in self._news(turns) if (drawn := self._changed(turn)) is not None]
        shown = 0
        for start in range(0, len(changed), AT_ONCE):
            if stop is not None and stop.is_set():
                break
            some = changed[start : start + AT_ONCE]
            shown += sum(await asyncio.gather(*(self._bring(*each) for each in some)))
        return shown

    def _news(self, turns: Sequence[CardTurn]) -> list[CardTurn]:
        """Those that may have to say something else: no card is drawn twice for the same figures.

        Figures are compared once for each day, however many cards it has.
        """
        for day, standing in {turn.card.day: turn.standing for turn in turns}.items():
            if day not in self._standings or self._standings[day][1] != standing:
                self._number += 1
                self._standings[day] = self._number, standing
        said, news, now = self._said, list[CardTurn](), self._now()
        self._said = {}
        for turn in turns:
            which = turn.card.day, turn.card.chat.id
            before = said.get(which)
            if before is not None and before == (self._about(turn, now), turn.card.shown) and not turn.last:
                self._said[which] = before
            else:
                news.append(turn)
        return news

    def _about(self, turn: CardTurn, now: datetime) -> _About:
        """All that the words of a card are made of."""
        day, chat = turn.standing.day, turn.card.chat
        left = roughly_left(day.ends_at, now) if turn.state is DayState.LIVE else None
        return self._standings[turn.card.day][0], turn.state, turn.language, chat.is_group, left

    def _changed(self, turn: CardTurn) -> tuple[Rendered, str] | None:
        """A card that is to say something else, or is shown for the last time; None too where it can't be drawn."""
        try:
            rendered, mark = self._drawn(turn)
        except Exception as error:  # noqa: BLE001 - one broken card must not stop the others
            log_trouble("giving_day_card_not_drawn", error, chat=str(turn.card.chat.id))
            return None
        if mark == turn.card.shown and not turn.last:
            self._said[turn.card.day, turn.card.chat.id] = self._about(turn, self._now()), mark
            return None
        return rendered, mark

    def _drawn(self, turn: CardTurn) -> tuple[Rendered, str]:
        """A card, and the mark of what it says."""
        rendered = live_cards.card(self._texts, self._links, turn, self._now())
        text = on_text(self._texts, turn.language, rendered.text, self._test_money)
        keys = rendered.keyboard.model_dump_json() if rendered.keyboard is not None else ""
        mark = hashlib.sha256(f"{text}\n{keys}".encode()).hexdigest()[:16]
        return Rendered(text, rendered.keyboard), mark

    async def _bring(self, turn: CardTurn, rendered: Rendered, mark: str) -> bool:
        """One card; what goes wrong with it is its own."""
        try:
            return await self._shown(turn, rendered, mark)
        except NotLeading:
            return False  # whoever leads now goes on with it
        except Exception as error:  # noqa: BLE001 - one broken card must not stop the others
            log_trouble("giving_day_card_broken", error, chat=str(turn.card.chat.id))
            return False

    async def _shown(self, turn: CardTurn, rendered: Rendered, mark: str) -> bool:
        """Whether it stands there, or was given up. Raises: NotLeading, the database's error."""
        try:
            if turn.card.message_id is None:
                return await self._send(turn, rendered, mark)
            if turn.card.shown != mark:
                await self._edit(turn, rendered)
            await self._cards.shown(turn, mark)
        except TelegramRetryAfter:
            return False  # it comes up again
        except TelegramForbiddenError:
            await self._cards.lost(turn, removed=False)
        except TelegramMigrateToChat:
            log.info("giving_day_card_chat_moved", chat_id=str(turn.card.chat.id))  # the group's new number is told of
            return False
        except TelegramBadRequest as error:
            log.warning("giving_day_card_refused", chat_id=str(turn.card.chat.id), error=error.message)
            await self._cards.lost(turn, removed=any(words in error.message.lower() for words in _REMOVED))
        except TelegramAPIError as error:
            log.warning("giving_day_card_not_shown", chat_id=str(turn.card.chat.id), error=type(error).__name__)
            return False
        return True

    async def _send(self, turn: CardTurn, rendered: Rendered, mark: str) -> bool:
        """Raises: TelegramAPIError. What certainly did not arrive is tried again; what may have, is not."""
        if not await self._cards.begin(turn):
            return False
        try:
            with sending_as(Priority.COUNTER, patience_s=PATIENCE_S):
                sent = await self._bot.send_message(
                    turn.card.chat.telegram_id, rendered.text, parse_mode=ParseMode.HTML, disable_notification=True,
                    link_preview_options=_NO_PREVIEW, reply_markup=rendered.keyboard,
                )  # fmt: skip
        except ClientDecodeError as error:
            if not (isinstance(error.data, dict) and error.data.get("ok")):
                await self._cards.not_sent(turn)
            return False
        except TelegramAPIError as error:
            if not may_have_arrived(error):
                await self._cards.not_sent(turn)
            raise
        if isinstance(sent, Message):
            await self._cards.shown(turn, mark, sent.message_id)
        return True

    async def _edit(self, turn: CardTurn, rendered: Rendered) -> None:
        """Raises: TelegramAPIError."""
        try:
            with sending_as(Priority.COUNTER, patience_s=PATIENCE_S):
                await self._bot.edit_message_text(
                    rendered.text, chat_id=turn.card.chat.telegram_id, message_id=turn.card.message_id,
                    parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW, reply_markup=rendered.keyboard,
                )  # fmt: skip
        except TelegramBadRequest as error:
            if "message is not modified" not in error.message.lower():
                raise
        except ClientDecodeError as error:
            if not (isinstance(error.data, dict) and error.data.get("ok")):
                raise
