"""How far broadcasts are, in the messages that admins were shown: edited every few seconds by the leader.

Which messages these are stands in the database: after a restart, or under another leader, the same ones go on.
"""

import asyncio
from enum import Enum, auto
from typing import Final

import structlog
from aiogram import Bot
from aiogram.enums import ParseMode
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramForbiddenError

from bot import broadcast_cards as cards
from bot.cards import Rendered
from bot.loops import every
from bot.paper_money import on_text
from bot.sending import Priority, sending_as
from giving.broadcasts import BroadcastState
from giving.people import language_of
from services.broadcasts import BroadcastDesk
from services.projects import ProjectService
from storage.broadcast_desk import ProgressCard
from texts import Texts

log = structlog.get_logger()
EVERY_S: Final = 5.0
PATIENCE_S: Final = 4.0
_OVER: Final = frozenset({BroadcastState.DONE, BroadcastState.CANCELLED})
_UNCHANGED: Final = "message is not modified"


class _Edited(Enum):
    """What came of an edit. LATER: it could not be told now; GONE: the message is not there any more."""

    SHOWN = auto()
    LATER = auto()
    GONE = auto()


class ProgressEditor:
    """The loop that renews them; it survives every error but its cancellation."""

    def __init__(
        self, bot: Bot, desk: BroadcastDesk, projects: ProjectService, texts: Texts, *, test_money: bool = False
    ) -> None:
        """Edit through `bot`."""
        self._bot, self._desk, self._projects, self._texts = bot, desk, projects, texts
        self._test_money = test_money
        self._shown: dict[tuple[int, int], Rendered] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Renew until `stop` is set."""
        await every(EVERY_S, self.renew, stop, failed="progress_failed", left="progress_left_to_the_leader")

    async def renew(self) -> None:
        """Edit each message whose figures are others by now; the last time when its broadcast is over."""
        for card in await self._desk.cards():
            far, report = await self._desk.progress(card.broadcast)
            language = card.chosen_language or language_of(card.language_code) or self._texts.default
            title = None
            if (project := far.broadcast.segment.project) is not None:
                title = (await self._projects.card(project)).project.title(language)
            rendered = cards.progress(self._texts, language, far, report, title)
            edited = await self._edit(card, language, rendered)
            ended = far.broadcast.state in _OVER and edited is _Edited.SHOWN
            if ended or edited is _Edited.GONE:
                await self._desk.over(card)
                self._shown.pop((card.telegram_id, card.message_id), None)

    async def _edit(self, card: ProgressCard, language: str, rendered: Rendered) -> _Edited:
        """Show it as it is now, if it is not shown so already."""
        key = (card.telegram_id, card.message_id)
        if self._shown.get(key) == rendered:
            return _Edited.SHOWN
        try:
            with sending_as(Priority.NOTICE, patience_s=PATIENCE_S):
                await self._bot.edit_message_text(
                    on_text(self._texts, language, rendered.text, self._test_money),
                    chat_id=card.telegram_id,
                    message_id=card.message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=rendered.keyboard,
                )
        except (TelegramBadRequest, TelegramForbiddenError) as refusal:
            if _UNCHANGED not in refusal.message:
                log.info("progress_not_shown", broadcast_id=str(card.broadcast), error=refusal.message)
                return _Edited.GONE
        except AiogramError as error:
            log.info("progress_put_off", broadcast_id=str(card.broadcast), error=type(error).__name__)
            return _Edited.LATER
        self._shown[key] = rendered
        return _Edited.SHOWN
