"""/give: browse and search projects, and give without a post."""

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards, keyboards
from bot.cards import Rendered
from bot.replies import Replies
from giving.errors import ProjectUnknown
from giving.ids import id_of, token_of
from giving.names import clean
from giving.people import Person
from giving.tips import OfferRequest
from handlers.opening import must_be_open, must_be_paid_here
from handlers.tips.card import show_tip
from handlers.tips.other import ask_amount
from services.links import Links
from services.projects import ProjectService
from services.tips import TipService
from texts import Texts

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


async def browse(
    message: Message, say: Replies, projects: ProjectService, tips: TipService, texts: Texts, language: str
) -> None:
    """The open projects."""
    await say.send(message.chat.id, await _list(projects, tips, texts, language))


async def browse_tapped(
    query: CallbackQuery, say: Replies, projects: ProjectService, tips: TipService, texts: Texts, language: str
) -> None:
    """The same, by a button."""
    await say.send(query.from_user.id, await _list(projects, tips, texts, language))
    await say.answer(query)


async def turn_list(
    query: CallbackQuery,
    callback_data: cb.GiveList,
    say: Replies,
    state: FSMContext,
    projects: ProjectService,
    tips: TipService,
    texts: Texts,
    language: str,
) -> None:
    """Another page, in place."""
    words = str((await state.get_data()).get("query", "")) if callback_data.found else ""
    await say.turn(query, await _list(projects, tips, texts, language, words, callback_data.page))
    await say.answer(query)


async def _list(
    projects: ProjectService, tips: TipService, texts: Texts, language: str, words: str = "", page: int = 0
) -> Rendered:
    found = await projects.search(words, page=page)
    return cards.project_list(texts, language, found, query=words)


async def ask_search(query: CallbackQuery, say: Replies, state: FSMContext, texts: Texts, language: str) -> None:
    """What are you looking for?"""
    await state.set_state(ProjectSearch.waiting)
    await state.set_data({})
    asked = Rendered(texts.chat(language, "project-search"), keyboards.leave(texts, language))
    await say.send(query.from_user.id, asked)
    await say.answer(query)


async def search(
    message: Message,
    say: Replies,
    state: FSMContext,
    projects: ProjectService,
    tips: TipService,
    texts: Texts,
    language: str,
) -> None:
    """What was found; another word searches again."""
    words = clean(message.text or "", most=QUERY_GRAPHEMES)
    if not words:
        hint = Rendered(texts.chat(language, "project-search-text"), keyboards.leave(texts, language))
        await say.send(message.chat.id, hint)
        return
    await state.update_data(query=words)
    await say.send(message.chat.id, await _list(projects, tips, texts, language, words))


async def open_project(
    message: Message,
    command: CommandObject,
    say: Replies,
    projects: ProjectService,
    tips: TipService,
    texts: Texts,
    links: Links,
    language: str,
) -> None:
    """/start g_…: from a project's page."""
    project_id = id_of((command.args or "")[2:])
    if project_id is None:
        raise ProjectUnknown
    card = await projects.card(project_id)
    await must_be_open(card, projects)
    shown = cards.project(texts, links, language, card, tips.presets, takes_money=tips.takes_money)
    await say.send(message.chat.id, shown)


async def show_card(
    query: CallbackQuery,
    callback_data: cb.GiveCard,
    say: Replies,
    projects: ProjectService,
    tips: TipService,
    texts: Texts,
    links: Links,
    language: str,
) -> None:
    """A project with amounts, in place of the list."""
    card = await projects.card(callback_data.project)
    await must_be_open(card, projects)
    shown = cards.project(texts, links, language, card, tips.presets, takes_money=tips.takes_money)
    await say.turn(query, shown)
    await say.answer(query)


async def tapped(
    query: CallbackQuery,
    callback_data: cb.GiveTap,
    say: Replies,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """An amount for a project: the tip's card."""
    if callback_data.amount not in tips.presets:
        raise ProjectUnknown
    tip = await tips.offer(
        OfferRequest(
            key=query.id,
            donor=person.id,
            amount=callback_data.amount,
            project=callback_data.project,
            visibility=person.visibility,
        )
    )
    await say.in_time(query, show_tip(say, tips, texts, links, person, language, tip.id))
    await say.answer(query)


async def other_tapped(
    query: CallbackQuery,
    callback_data: cb.GiveOther,
    say: Replies,
    state: FSMContext,
    projects: ProjectService,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """Another amount for a project."""
    card = await projects.card(callback_data.project)
    await must_be_open(card, projects)
    must_be_paid_here(card.project, tips, links)
    title, about = card.project.title(language), {"project": token_of(card.project.id)}
    await ask_amount(say, state, tips, texts, person, language, title=title, about=about)
    await say.answer(query)
