"""/matching: gifts that a matching fund would add to once somebody has looked at them."""

from typing import Final

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import match_cards
from handlers.here import Here
from services.matching import MatchReview
from texts import Html

AT_ONCE: Final = 8


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="matching")
    fresh.message.register(waiting, Command("matching"), F.chat.type == "private")
    fresh.callback_query.register(again, cb.MatchesHeld.filter())
    fresh.callback_query.register(decide, cb.MatchDecide.filter())
    return fresh


async def waiting(message: Message, here: Here, match_review: MatchReview) -> None:
    """What waits. Raises: NotAllowed."""
    found, total = await match_review.held(here.person, limit=AT_ONCE)
    await here.say.send(message.chat.id, match_cards.waiting(here.texts, here.language, found, total))


async def again(query: CallbackQuery, here: Here, match_review: MatchReview) -> None:
    """The same, as it is now. Raises: NotAllowed."""
    await _turn(query, here, match_review)


async def decide(
    query: CallbackQuery, callback_data: cb.MatchDecide, here: Here, match_review: MatchReview
) -> None:  # fmt: skip
    """Matched after all, or never; the list goes on. Raises: NotAllowed, MatchDecided, PoolEmpty."""
    if callback_data.yes:
        match = await match_review.release(callback_data.match, here.person)
        said = match_cards.released(here.texts, here.language, match.stands)
    else:
        await match_review.refuse(callback_data.match, here.person)
        said = match_cards.refused(here.texts, here.language)
    await _turn(query, here, match_review, said)


async def _turn(query: CallbackQuery, here: Here, match_review: MatchReview, said: Html | None = None) -> None:
    found, total = await match_review.held(here.person, limit=AT_ONCE)
    await here.say.turn(query, match_cards.waiting(here.texts, here.language, found, total, said))
    await here.say.answer(query)
