"""Messages of a group that only one member sees (Bot API 10.2); a nicety, never the only way to say something.

Source: core.telegram.org/bots/api#ephemeral-messages-and-commands. A bot that administers the group may send one to any
member; delivery is not guaranteed.
"""

import contextlib
import time
from typing import Final

import structlog
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import EphemeralMessageParameters, LinkPreviewOptions, Message

from bot.cards import Rendered
from bot.replies import Replies
from bot.sending import Priority, sending_as

log = structlog.get_logger()
PATIENCE_S: Final = 2.0
QUIET_S: Final = 600.0
MOST_KEPT: Final = 10_000


class Whispers:
    """Says something to one member of a group, if this Telegram can."""

    def __init__(self) -> None:
        """It can, as far as we know."""
        self._unheard_of = False
        self._quiet_until: dict[int, float] = {}

    async def to(self, say: Replies, chat: int, user: int, rendered: Rendered) -> bool:
        """Whether it was sent so that only they see it."""
        if self._unheard_of or self._quiet_until.get(chat, 0.0) > time.monotonic():
            return False
        try:
            with sending_as(Priority.NOTICE, patience_s=PATIENCE_S):
                message = await say.bot.send_message(
                    chat,
                    say.text(rendered),
                    parse_mode="HTML",
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                    reply_markup=rendered.keyboard,
                    ephemeral_message_parameters=EphemeralMessageParameters(receiver_user_id=user),
                )
        except (TelegramBadRequest, TelegramForbiddenError):
            self._refused(chat)
            return False
        except (TelegramAPIError, ClientDecodeError) as refusal:
            log.debug("not_whispered", error=type(refusal).__name__)
            return False
        if message.ephemeral_message_id is None:
            await self._take_back(say, message)
            return False
        return True

    def _refused(self, chat: int) -> None:
        """The bot does not administer the group: not asked again for a while."""
        if len(self._quiet_until) >= MOST_KEPT:
            self._quiet_until.clear()
        self._quiet_until[chat] = time.monotonic() + QUIET_S

    async def _take_back(self, say: Replies, message: Message) -> None:
        """A server that never heard of these messages showed it to everybody: undo it, and never try again."""
        self._unheard_of = True
        log.warning("ephemeral_messages_unknown", hint="the Bot API server is older than 10.2; answering without them")
        with contextlib.suppress(TelegramAPIError):
            await say.bot.delete_message(message.chat.id, message.message_id)
