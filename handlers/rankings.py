"""/ranking: boards of this week and month in private, a short answer in groups; being shown is one tap."""

from datetime import timedelta
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import ranking_cards
from bot.cards import Rendered
from bot.cleanups import say_shortly
from giving.creators import GROUPS
from giving.rankings import Board, Span
from handlers.here import Here, Place
from services.cleanups import CleanupService
from services.rankings import RankingService, consent_of

IN_GROUP: Final = timedelta(minutes=5)


def router() -> Router:
    """Everybody may look; each decides for themselves alone."""
    fresh = Router(name="rankings")
    command = Command("ranking", ignore_case=True)
    fresh.message.register(show, command, F.chat.type == "private")
    fresh.message.register(in_group, command, F.chat.type.in_(GROUPS))
    fresh.callback_query.register(turn, cb.RankingShow.filter())
    fresh.callback_query.register(choose, cb.RankingMe.filter())
    return fresh


async def show(message: Message, here: Here, rankings: RankingService) -> None:
    """Creators, this week."""
    await here.say.send(message.chat.id, await _card(here, rankings, Board.CREATORS, Span.WEEK, 0))


async def _card(here: Here, rankings: RankingService, board: Board, span: Span, back: int) -> Rendered:
    found = await rankings.current(board, span, back)
    mine = await rankings.mine(here.person, board, found.period)
    return ranking_cards.ranking(here.texts, here.links, here.language, found, mine, back=back)


async def turn(query: CallbackQuery, callback_data: cb.RankingShow, here: Here, rankings: RankingService) -> None:
    """Another board, another week or month."""
    asked = callback_data
    shown = await _card(here, rankings, asked.board, asked.span, asked.back)
    if asked.fresh:
        await here.say.send(query.from_user.id, shown)
    else:
        await here.say.turn(query, shown)
    await here.say.answer(query)


async def choose(query: CallbackQuery, callback_data: cb.RankingMe, here: Here, rankings: RankingService) -> None:
    """Be shown, or no longer: at once, also where a week is closed."""
    asked = callback_data
    wish = consent_of(asked.board)
    if wish is None:
        await here.say.answer(query, here.plain("unknown-button"), alert=True)
        return
    await rankings.choose(here.person, wish, asked.on)
    await here.say.turn(query, await _card(here, rankings, asked.board, asked.span, asked.back))
    await here.say.answer(query, here.plain("ranking-shown" if asked.on else "ranking-hidden"))


async def in_group(message: Message, place: Place, rankings: RankingService, cleanups: CleanupService) -> None:
    """This group, this week; tidied up after a while."""
    own, total, found = await rankings.of_chat(message.chat.id, Span.WEEK)
    shown = ranking_cards.group(place.texts, place.links, place.language, own, total, found)
    await say_shortly(place.say, cleanups, message, shown, after=IN_GROUP)
