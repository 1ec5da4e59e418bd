"""Choosing a project for a channel: pages, a search, the project's card, and "switch on"."""

from typing import Final

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import creator_cards, keyboards
from bot.cards import Rendered
from giving.ids import id_of, token_of
from giving.names import clean
from handlers.asking import answering
from handlers.creators.here import Here
from handlers.opening import must_be_open

QUERY_GRAPHEMES: Final = 40


class ChatProjectSearch(StatesGroup):
    """Words to search a project for a channel; the data names the chat and keeps the words for the pages."""

    waiting = State()


async def ask_search(query: CallbackQuery, callback_data: cb.ChatDo, state: FSMContext, here: Here) -> None:
    """Which project for this channel?"""
    await here.creators.chat(callback_data.chat, here.person)
    await state.set_state(ChatProjectSearch.waiting)
    await state.set_data({"chat": token_of(callback_data.chat)})
    asked = Rendered(here.chat("project-search"), keyboards.leave(here.texts, here.language))
    await here.say.send(query.from_user.id, asked)
    await here.say.answer(query)


async def search(message: Message, state: FSMContext, here: Here) -> None:
    """What was found for the channel; another word searches again."""
    texts, language = here.texts, here.language
    words = clean(message.text or "", most=QUERY_GRAPHEMES)
    chat_id = id_of(str((await state.get_data()).get("chat", "")))
    if not words or chat_id is None:
        hint = Rendered(texts.chat(language, "project-search-text"), keyboards.leave(texts, language))
        await here.say.send(message.chat.id, hint)
        return
    async with answering(here, state):
        chat = (await here.creators.chat(chat_id, here.person)).chat
    await state.update_data(query=words)
    page = await here.projects.search(words)
    await here.say.send(message.chat.id, creator_cards.choose_project(texts, language, chat, page, query=words))


async def turn_projects(query: CallbackQuery, callback_data: cb.ChatProjects, state: FSMContext, here: Here) -> None:
    """Another page of projects, in place."""
    words = str((await state.get_data()).get("query", "")) if callback_data.found else ""
    chat = (await here.creators.chat(callback_data.chat, here.person)).chat
    page = await here.projects.search(words, page=callback_data.page)
    await here.say.turn(query, creator_cards.choose_project(here.texts, here.language, chat, page, query=words))
    await here.say.answer(query)


async def show_project(query: CallbackQuery, callback_data: cb.ChatProject, here: Here) -> None:
    """The project's card, to be confirmed."""
    chat = (await here.creators.chat(callback_data.chat, here.person)).chat
    card = await here.projects.card(callback_data.project)
    await must_be_open(here, card)
    await here.say.turn(query, creator_cards.confirm_project(here.texts, here.links, here.language, chat, card))
    await here.say.answer(query)


async def confirm(query: CallbackQuery, callback_data: cb.ChatConfirm, state: FSMContext, here: Here) -> None:
    """On, from the next post; refused unless the person administers the channel right now."""
    switched = here.creators.switch_on(callback_data.chat, here.person, callback_data.project)
    card = await here.say.in_time(query, switched)
    await state.clear()
    await here.say.turn(query, creator_cards.switched_on(here.texts, here.links, here.language, card))
    await here.say.answer(query)
