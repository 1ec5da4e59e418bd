"""/matching: gifts that a matching fund would add to once somebody has looked at them."""

from typing import Final

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import match_cards
from bot.cards.rendered import Rendered
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
    fresh.callback_query.register(ask_all, cb.MatchAll.filter())
    fresh.callback_query.register(release_all, cb.MatchAllSure.filter())
    return fresh


async def waiting(message: Message, here: Here, match_review: MatchReview) -> None:
    """What waits. Raises: NotAllowed."""
    await here.say.send(message.chat.id, await _list(here, match_review))


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


async def ask_all(query: CallbackQuery, callback_data: cb.MatchAll, here: Here, match_review: MatchReview) -> None:
    """How many gifts that is, what it comes to and what is left; nothing is released yet. Raises: NotAllowed."""
    asked = await match_review.asked(here.person, callback_data.reason)
    if not asked.count:
        await _turn(query, here, match_review)
        return
    await here.say.turn(query, match_cards.sure(here.texts, here.language, asked))
    await here.say.answer(query)


async def release_all(
    query: CallbackQuery, callback_data: cb.MatchAllSure, here: Here, match_review: MatchReview
) -> None:  # fmt: skip
    """All that was held for it when they were asked, as far as the funds go. Raises: NotAllowed."""
    done = await match_review.release_all(here.person, reason=callback_data.reason, until=callback_data.until)
    await _turn(query, here, match_review, match_cards.reviewed(here.texts, here.language, done))


async def _turn(query: CallbackQuery, here: Here, match_review: MatchReview, said: Html | None = None) -> None:
    await here.say.turn(query, await _list(here, match_review, said))
    await here.say.answer(query)


async def _list(here: Here, match_review: MatchReview, said: Html | None = None) -> Rendered:
    found, total = await match_review.held(here.person, limit=AT_ONCE)
    by_reason = await match_review.by_reason(here.person)
    return match_cards.waiting(here.texts, here.language, found, total, by_reason, said)
