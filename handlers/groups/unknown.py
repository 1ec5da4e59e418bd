"""Commands that mean us in a group but have no place there: one short line, and the way into private."""

import re
from typing import Final

from aiogram import Bot
from aiogram.types import Message

from bot import group_cards
from bot.cleanups import say_shortly
from handlers.here import Place
from services.cleanups import TO_BE_TAPPED, CleanupService

_COMMAND: Final = re.compile(r"/\w")
_TIP_WITHOUT_SPACE: Final = re.compile(r"/tip[\d¥￥.]", re.IGNORECASE)


async def meant_for_us(message: Message, bot: Bot) -> bool:
    """Whether it names us, answers us, or can be nobody else's: other bots have a /help too."""
    text = message.text or ""
    if _COMMAND.match(text) is None or message.forward_origin is not None:
        return False
    _, _, whom = text.split(maxsplit=1)[0].partition("@")
    if whom:
        return whom.lower() == ((await bot.me()).username or "").lower()
    answered = message.reply_to_message
    ours = answered is not None and answered.from_user is not None and answered.from_user.id == bot.id
    return ours or _TIP_WITHOUT_SPACE.match(text) is not None


async def command(message: Message, place: Place, cleanups: CleanupService) -> None:
    """What works here, and where the rest does; both are deleted a minute later."""
    shown = group_cards.unknown(place.texts, place.links, place.language)
    await say_shortly(place.say, cleanups, message, shown, after=TO_BE_TAPPED)
