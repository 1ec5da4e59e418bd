"""Creators: the bot joins a channel, charity tipping is switched on and off, figures, and keyboards under new posts."""

from uuid import UUID

import structlog
from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import creator_cards, keyboards
from bot.callbacks import ChatDeed
from bot.cards import Rendered
from bot.replies import Replies
from giving.ids import id_of, token_of
from giving.names import clean
from giving.people import Person
from handlers import channels
from handlers.opening import must_be_open
from services.creators import CreatorService
from services.links import Links
from services.projects import ProjectService
from services.tips import TipService
from texts import Texts

log = structlog.get_logger()

QUERY_GRAPHEMES = 40
SPOKEN: dict[str, ChatDeed] = {
    "on": ChatDeed.CHOOSE, "开启": ChatDeed.CHOOSE, "开": ChatDeed.CHOOSE,
    "off": ChatDeed.OFF, "关闭": ChatDeed.OFF, "关": ChatDeed.OFF,
    "stats": ChatDeed.STATS, "数据": ChatDeed.STATS, "统计": ChatDeed.STATS,
}  # fmt: skip


class ChatProjectSearch(StatesGroup):
    """Words to search a project for a channel; the data names the chat and keeps the words for the pages."""

    waiting = State()


def router() -> Router:
    """What a creator does happens in private; channels are only listened to."""
    fresh = Router(name="creators")
    private = F.chat.type == "private"
    channels.register(fresh)
    fresh.message.register(charity, Command("charity"), private)
    fresh.message.register(search, ChatProjectSearch.waiting, private)
    fresh.callback_query.register(charity_tapped, cb.Home.filter(F.deed == cb.HomeDeed.CHARITY))
    fresh.callback_query.register(turn_chats, cb.ChatList.filter())
    fresh.callback_query.register(ask_search, cb.ChatDo.filter(F.deed == ChatDeed.SEARCH))
    fresh.callback_query.register(act, cb.ChatDo.filter())
    fresh.callback_query.register(turn_projects, cb.ChatProjects.filter())
    fresh.callback_query.register(show_project, cb.ChatProject.filter())
    fresh.callback_query.register(confirm, cb.ChatConfirm.filter())
    return fresh


# --- My channels -----------------------------------------------------------------------------------------------------


async def charity(
    message: Message,
    command: CommandObject,
    say: Replies,
    creators: CreatorService,
    projects: ProjectService,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """/charity [on | off | stats]: with one channel at once, with several after asking which."""
    deed = SPOKEN.get((command.args or "").strip().lower(), ChatDeed.CARD)
    mine = await creators.mine(person)
    if len(mine) == 1:
        shown = await _do(deed, mine[0].chat.id, creators, projects, tips, texts, links, person, language)
    else:
        shown = creator_cards.chat_list(texts, links, language, mine, deed)
    await say.send(message.chat.id, shown)


async def charity_tapped(
    query: CallbackQuery,
    say: Replies,
    creators: CreatorService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """My channels, by a button."""
    mine = await creators.mine(person)
    await say.send(query.from_user.id, creator_cards.chat_list(texts, links, language, mine, ChatDeed.CARD))
    await say.answer(query)


async def turn_chats(
    query: CallbackQuery,
    say: Replies,
    creators: CreatorService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """Back to my channels, in place."""
    mine = await creators.mine(person)
    await say.turn(query, creator_cards.chat_list(texts, links, language, mine, ChatDeed.CARD))
    await say.answer(query)


async def act(
    query: CallbackQuery,
    callback_data: cb.ChatDo,
    say: Replies,
    creators: CreatorService,
    projects: ProjectService,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """What a button under one of my channels says."""
    deed, chat_id = callback_data.deed, callback_data.chat
    shown = await say.in_time(query, _do(deed, chat_id, creators, projects, tips, texts, links, person, language))
    await say.turn(query, shown)
    await say.answer(query)


async def _do(
    deed: ChatDeed,
    chat_id: UUID,
    creators: CreatorService,
    projects: ProjectService,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> Rendered:
    match deed:
        case ChatDeed.CHOOSE:
            chat = (await creators.chat(chat_id, person)).chat
            page = await projects.search()
            return creator_cards.choose_project(texts, language, chat, page, query="")
        case ChatDeed.OFF:
            return creator_cards.switched_off(texts, links, language, await creators.switch_off(chat_id, person))
        case ChatDeed.STATS:
            figures = await creators.stats(chat_id, person)
            return creator_cards.stats(texts, language, figures)
        case _:
            several = len(await creators.mine(person)) > 1
            return creator_cards.chat(texts, links, language, await creators.chat(chat_id, person), several=several)


# --- Choosing a project ----------------------------------------------------------------------------------------------


async def ask_search(
    query: CallbackQuery,
    callback_data: cb.ChatDo,
    say: Replies,
    state: FSMContext,
    creators: CreatorService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """Which project for this channel?"""
    await creators.chat(callback_data.chat, person)
    await state.set_state(ChatProjectSearch.waiting)
    await state.set_data({"chat": token_of(callback_data.chat)})
    asked = Rendered(texts.chat(language, "project-search"), keyboards.leave(texts, language))
    await say.send(query.from_user.id, asked)
    await say.answer(query)


async def search(
    message: Message,
    say: Replies,
    state: FSMContext,
    creators: CreatorService,
    projects: ProjectService,
    tips: TipService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """What was found for the channel; another word searches again."""
    words = clean(message.text or "", most=QUERY_GRAPHEMES)
    chat_id = id_of(str((await state.get_data()).get("chat", "")))
    if not words or chat_id is None:
        hint = Rendered(texts.chat(language, "project-search-text"), keyboards.leave(texts, language))
        await say.send(message.chat.id, hint)
        return
    await state.update_data(query=words)
    chat = (await creators.chat(chat_id, person)).chat
    page = await projects.search(words)
    shown = creator_cards.choose_project(texts, language, chat, page, query=words)
    await say.send(message.chat.id, shown)


async def turn_projects(
    query: CallbackQuery,
    callback_data: cb.ChatProjects,
    say: Replies,
    state: FSMContext,
    creators: CreatorService,
    projects: ProjectService,
    tips: TipService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """Another page of projects, in place."""
    words = str((await state.get_data()).get("query", "")) if callback_data.found else ""
    chat = (await creators.chat(callback_data.chat, person)).chat
    page = await projects.search(words, page=callback_data.page)
    shown = creator_cards.choose_project(texts, language, chat, page, query=words)
    await say.turn(query, shown)
    await say.answer(query)


async def show_project(
    query: CallbackQuery,
    callback_data: cb.ChatProject,
    say: Replies,
    creators: CreatorService,
    projects: ProjectService,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """The project's card, to be confirmed."""
    chat = (await creators.chat(callback_data.chat, person)).chat
    card = await projects.card(callback_data.project)
    await must_be_open(card, projects)
    shown = creator_cards.confirm_project(texts, links, language, chat, card)
    await say.turn(query, shown)
    await say.answer(query)


async def confirm(
    query: CallbackQuery,
    callback_data: cb.ChatConfirm,
    say: Replies,
    state: FSMContext,
    creators: CreatorService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """On, from the next post; refused unless the person administers the channel right now."""
    card = await say.in_time(query, creators.switch_on(callback_data.chat, person, callback_data.project))
    await state.clear()
    await say.turn(query, creator_cards.switched_on(texts, links, language, card))
    await say.answer(query)
