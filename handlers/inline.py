"""`@bot` in any chat: one's own slot and the projects of the day, to be shared. Whoever asks is not kept for it."""

from typing import Final

from aiogram import Router
from aiogram.types import InlineQuery, InlineQueryResultsButton

from bot import inline_cards
from giving.people import language_of
from services.inline import InlineService
from services.links import Links
from services.tips import TipService
from texts import Texts

CACHE_S: Final = 10  # Telegram asks again after that: what was given changes by the minute
SLOT: Final = "slot"


def router() -> Router:
    """Telegram asks only where @BotFather has switched inline mode on."""
    fresh = Router(name="inline")
    fresh.inline_query.register(asked)
    return fresh


async def asked(query: InlineQuery, inline: InlineService, texts: Texts, links: Links, tips: TipService) -> None:
    """What can be shared; who has no open slot is shown the way to one."""
    offered = await inline.offers(query.from_user.id)
    spoken = language_of(query.from_user.language_code) or texts.default
    language = offered.person.language(spoken) if offered.person is not None else spoken
    found = inline_cards.results(texts, links, language, offered, query.query, test_money=tips.test_money)
    button = None
    if offered.slot is None:
        button = InlineQueryResultsButton(text=texts.plain(language, "inline-slot-none"), start_parameter=SLOT)
    await query.answer(list(found), cache_time=CACHE_S, is_personal=True, button=button)
