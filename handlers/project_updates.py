"""/news: a member of an organisation tells what one of its projects did."""

from dataclasses import dataclass

import structlog
from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import news_cards
from giving.errors import NewsEmpty, NewsTooLong, ProjectUnknown
from giving.ids import token_of
from handlers import here
from handlers.asking import answering
from handlers.here import HereMiddleware
from services.project_updates import NewsDraft, NewsService

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Here(here.Here):
    """With what projects tell."""

    news: NewsService


class NewsWords(StatesGroup):
    """What a project did; the data names it, and keeps the words and the draft that was shown until it is published."""

    waiting = State()


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="project_updates")
    fresh.message.middleware(HereMiddleware(Here))
    fresh.callback_query.middleware(HereMiddleware(Here))
    private = F.chat.type == "private"
    fresh.message.register(news, Command("news"), private)
    fresh.message.register(written, NewsWords.waiting, private)
    fresh.callback_query.register(ask, cb.NewsAsk.filter())
    fresh.callback_query.register(send, cb.NewsSend.filter())
    return fresh


async def news(message: Message, command: CommandObject, state: FSMContext, here: Here) -> None:
    """`/news <project>`, or of which one? Raises: NotAllowed, ProjectUnknown (also for one that is not theirs)."""
    slug = (command.args or "").strip().lower()
    if slug:
        await _ask(message.chat.id, await here.news.draft(here.person, slug), state, here)
        return
    found = await here.news.projects(here.person)
    await here.say.send(message.chat.id, news_cards.which(here.texts, here.language, found))


async def ask(query: CallbackQuery, callback_data: cb.NewsAsk, state: FSMContext, here: Here) -> None:
    """What did it do? Raises: NotAllowed, ProjectUnknown."""
    found = await here.news.projects(here.person)
    project = next((one for one in found if one.id == callback_data.project), None)
    if project is None:
        raise ProjectUnknown
    await _ask(query.from_user.id, await here.news.draft(here.person, project.slug), state, here)
    await here.say.answer(query)


async def _ask(chat: int, draft: NewsDraft, state: FSMContext, here: Here) -> None:
    await state.set_state(NewsWords.waiting)
    await state.set_data({"project": draft.project.slug})
    await here.say.send(chat, news_cards.ask(here.texts, here.language, draft))


async def written(message: Message, state: FSMContext, here: Here) -> None:
    """How it will look, and whom it reaches; other words replace these."""
    slug = str((await state.get_data()).get("project", ""))
    async with answering(here, state, NewsEmpty, NewsTooLong):
        draft = await here.news.draft(here.person, slug, message.text or "")
        if not draft.words:
            raise NewsEmpty
        await state.update_data(words=draft.words, draft=token_of(draft.id))
        await here.say.send(message.chat.id, news_cards.preview(here.texts, here.links, here.language, draft))


async def send(query: CallbackQuery, callback_data: cb.NewsSend, state: FSMContext, here: Here) -> None:
    """Published, once; a preview whose words are forgotten, or were replaced, publishes nothing."""
    data = await state.get_data()
    if data.get("draft") != token_of(callback_data.update):
        await here.say.answer(query, here.plain("news-forgotten"), alert=True)
        return
    slug, words = str(data.get("project", "")), str(data.get("words", ""))
    work = here.news.publish(here.person, slug, callback_data.update, words, here.language)
    draft = await here.say.in_time(query, work)
    await state.clear()
    await here.say.turn(query, news_cards.published(here.texts, here.links, here.language, draft))
    await here.say.answer(query)
