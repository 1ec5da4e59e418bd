"""Which projects a day is for: tapped in and out, page by page, or found by words."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import day_cards
from bot.cards import Rendered
from giving.errors import DayProjects
from giving.giving_days import MOST_PROJECTS
from giving.ids import id_of, token_of
from giving.names import clean
from handlers.giving_days.here import Here

QUERY_GRAPHEMES: Final = 40


class DayProjectWords(StatesGroup):
    """Words to search by; the data names the day (or keeps the `new` one so far), what is chosen, words and page."""

    waiting = State()


async def ask(here: Here, state: FSMContext, about: dict[str, Any], chosen: Sequence[UUID]) -> None:
    """Which ones?"""
    data = about | {"chosen": [token_of(each) for each in chosen], "query": "", "page": 0}
    await state.set_state(DayProjectWords.waiting)
    await state.set_data(data)
    await here.say.send(here.person.telegram_id, await _page(here, data))


async def _page(here: Here, data: dict[str, Any]) -> Rendered:
    words = str(data.get("query", ""))
    page = await here.projects.search(words, page=int(data.get("page", 0)))
    return day_cards.choose_projects(here.texts, here.language, page, chosen_of(data), query=words)


def chosen_of(data: dict[str, Any]) -> list[UUID]:
    """What the dialog has kept."""
    return [found for each in data.get("chosen", ()) if (found := id_of(str(each))) is not None]


async def search(message: Message, state: FSMContext, here: Here) -> None:
    """Projects that match these words; other words search again."""
    words = clean(message.text or "", most=QUERY_GRAPHEMES)
    data = await state.update_data(query=words, page=0)
    await here.say.send(message.chat.id, await _page(here, data))


async def turned(query: CallbackQuery, callback_data: cb.DayProjects, state: FSMContext, here: Here) -> None:
    """Another page, in place."""
    data = await state.get_data()
    if "chosen" not in data:
        await forgotten(query, here)
        return
    words = str(data.get("query", "")) if callback_data.found else ""
    data = await state.update_data(query=words, page=callback_data.page)
    await here.say.turn(query, await _page(here, data))
    await here.say.answer(query)


async def toggled(query: CallbackQuery, callback_data: cb.DayProject, state: FSMContext, here: Here) -> None:
    """One more, or one less. Raises: ProjectUnknown, DayProjects (one too many)."""
    data = await state.get_data()
    if "chosen" not in data:
        await forgotten(query, here)
        return
    card, chosen = await here.projects.card(callback_data.project), chosen_of(data)
    if card.project.id in chosen:
        chosen.remove(card.project.id)
    elif len(chosen) >= MOST_PROJECTS:
        raise DayProjects(least=1, most=MOST_PROJECTS)
    else:
        chosen.append(card.project.id)
    data = await state.update_data(chosen=[token_of(each) for each in chosen])
    await here.say.turn(query, await _page(here, data))
    await here.say.answer(query)


async def forgotten(query: CallbackQuery, here: Here) -> None:
    """The dialog is over, or a day old."""
    await here.say.answer(query, here.plain("day-forgotten"), alert=True)
