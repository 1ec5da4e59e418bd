"""/give: browse and search projects, and give without a post."""

from uuid import UUID

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards, keyboards
from bot.cards import Rendered
from giving.errors import ProjectUnknown
from giving.ids import id_of, token_of
from giving.names import clean
from giving.tips import OfferRequest
from handlers.here import Here
from handlers.opening import must_be_open, must_be_paid_here
from handlers.tips.card import show_tip
from handlers.tips.other import ask_amount

QUERY_GRAPHEMES = 40


class ProjectSearch(StatesGroup):
    """Words to search for; the dialog's data keeps the last ones for the pages."""

    waiting = State()


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="projects")
    private = F.chat.type == "private"
    deep = CommandStart(deep_link=True, magic=F.args.startswith("g_"))
    fresh.message.register(open_project, deep, private)
    fresh.message.register(browse, Command("give"), private)
    fresh.message.register(search, ProjectSearch.waiting, private)
    fresh.callback_query.register(browse_tapped, cb.Home.filter(F.deed == cb.HomeDeed.GIVE))
    fresh.callback_query.register(ask_search, cb.Home.filter(F.deed == cb.HomeDeed.SEARCH))
    fresh.callback_query.register(turn_list, cb.GiveList.filter())
    fresh.callback_query.register(show_card, cb.GiveCard.filter())
    fresh.callback_query.register(tapped, cb.GiveTap.filter())
    fresh.callback_query.register(other_tapped, cb.GiveOther.filter())
    return fresh


async def browse(message: Message, here: Here) -> None:
    """The open projects."""
    await here.say.send(message.chat.id, await _list(here))


async def browse_tapped(query: CallbackQuery, here: Here) -> None:
    """The same, by a button."""
    await here.say.send(query.from_user.id, await _list(here))
    await here.say.answer(query)


async def turn_list(query: CallbackQuery, callback_data: cb.GiveList, state: FSMContext, here: Here) -> None:
    """Another page, in place."""
    words = str((await state.get_data()).get("query", "")) if callback_data.found else ""
    await here.say.turn(query, await _list(here, words, callback_data.page))
    await here.say.answer(query)


async def _list(here: Here, words: str = "", page: int = 0) -> Rendered:
    found = await here.projects.search(words, page=page)
    return cards.project_list(here.texts, here.language, found, query=words)


async def ask_search(query: CallbackQuery, state: FSMContext, here: Here) -> None:
    """What are you looking for?"""
    await state.set_state(ProjectSearch.waiting)
    await state.set_data({})
    asked = Rendered(here.chat("project-search"), keyboards.leave(here.texts, here.language))
    await here.say.send(query.from_user.id, asked)
    await here.say.answer(query)


async def search(message: Message, state: FSMContext, here: Here) -> None:
    """What was found; another word searches again."""
    words = clean(message.text or "", most=QUERY_GRAPHEMES)
    if not words:
        hint = Rendered(here.chat("project-search-text"), keyboards.leave(here.texts, here.language))
        await here.say.send(message.chat.id, hint)
        return
    await state.update_data(query=words)
    await here.say.send(message.chat.id, await _list(here, words))


async def open_project(message: Message, command: CommandObject, here: Here) -> None:
    """/start g_…: from a project's page."""
    project_id = id_of((command.args or "")[2:])
    if project_id is None:
        raise ProjectUnknown
    await here.say.send(message.chat.id, await _card(here, project_id))


async def show_card(query: CallbackQuery, callback_data: cb.GiveCard, here: Here) -> None:
    """A project with amounts, in place of the list."""
    await here.say.turn(query, await _card(here, callback_data.project))
    await here.say.answer(query)


async def _card(here: Here, project_id: UUID) -> Rendered:
    card = await here.projects.card(project_id)
    await must_be_open(here, card)
    presets, takes_money = await here.tips.presets_of(project_id), here.tips.takes_money
    return cards.project(here.texts, here.links, here.language, card, presets, takes_money=takes_money)


async def tapped(query: CallbackQuery, callback_data: cb.GiveTap, here: Here) -> None:
    """An amount for a project: the tip's card."""
    tip = await here.tips.offer(
        OfferRequest(
            key=query.id,
            donor=here.person.id,
            amount=callback_data.amount,
            project=callback_data.project,
            visibility=here.person.visibility,
            rail=here.person.rail,
        )
    )
    await here.say.in_time(query, show_tip(here, tip.id))
    await here.say.answer(query)


async def other_tapped(query: CallbackQuery, callback_data: cb.GiveOther, state: FSMContext, here: Here) -> None:
    """Another amount for a project."""
    card = await here.projects.card(callback_data.project)
    await must_be_open(here, card)
    must_be_paid_here(here, card.project)
    title, about = card.project.title(here.language), {"project": token_of(card.project.id)}
    await ask_amount(here, state, title=title, about=about)
    await here.say.answer(query)
