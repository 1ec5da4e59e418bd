"""Tips for a post: a tap on an amount, "other", and the way in from the counter."""

import asyncio
from typing import Final

from aiogram import Bot
from aiogram.exceptions import TelegramForbiddenError
from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards, replies
from giving.errors import PostUnknown, TippingOff
from giving.ids import id_of, token_of
from giving.people import Person
from giving.tips import OfferRequest
from handlers.arrivals import promises
from handlers.opening import must_be_open
from handlers.tips.card import show_tip
from handlers.tips.other import ask_amount
from services.links import Links
from services.people import PeopleService
from services.projects import ProjectService
from services.tips import PostCard, TipService
from texts import Texts

# A tap is answered at once: a card that waits longer for the provider's link comes after the answer.
ANSWER_WITHIN_S: Final = 1.0


async def tapped(
    query: CallbackQuery,
    callback_data: cb.TipTap,
    bot: Bot,
    tips: TipService,
    people: PeopleService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """An amount under a post (or in the post's private card): the tip, and the way to pay it."""
    post = await tips.post(callback_data.post)
    if not stands_under(query, post) or callback_data.amount not in tips.presets:
        raise PostUnknown
    tip = await tips.offer(
        OfferRequest(
            key=query.id,
            donor=person.id,
            amount=callback_data.amount,
            post=callback_data.post,
            visibility=person.visibility,
        )
    )
    if person.reachable:
        showing = asyncio.ensure_future(show_tip(bot, tips, texts, links, person, language, tip.id))
        await asyncio.wait((showing,), timeout=ANSWER_WITHIN_S)
        if not showing.done() or _arrived(showing):
            key = "tip-sent-test" if tips.test_money else "tip-sent"
            await replies.answer(query, None if replies.in_private(query) else texts.plain(language, key))
            await _finish(showing, people, person)
            return
        await people.blocked(person.telegram_id)
    await replies.answer(query, url=links.start(f"t_{token_of(tip.id)}"))


def _arrived(showing: "asyncio.Future[None]") -> bool:
    """Whether the card is there; any other failure than a blocked bot is raised."""
    error = showing.exception()
    if error is not None and not isinstance(error, TelegramForbiddenError):
        raise error
    return error is None


async def _finish(showing: "asyncio.Future[None]", people: PeopleService, person: Person) -> None:
    """The tap is answered; the card may still be on its way (a slow provider)."""
    try:
        await showing
    except TelegramForbiddenError:
        await people.blocked(person.telegram_id)


def stands_under(query: CallbackQuery, post: PostCard) -> bool:
    """Whether the pressed button stands under this very post, or in the person's own chat with the bot."""
    message = query.message
    if message is None:
        return False
    return replies.in_private(query) or (message.chat.id, message.message_id) == (
        post.post.chat_telegram_id,
        post.post.message_id,
    )


async def other_tapped(
    query: CallbackQuery,
    callback_data: cb.TipOther,
    bot: Bot,
    state: FSMContext,
    tips: TipService,
    people: PeopleService,
    projects: ProjectService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """ "Other" under a post: the question comes in private."""
    post = await tips.post(callback_data.post)
    if not stands_under(query, post):
        raise PostUnknown
    await _must_take_tips(post, projects, language)
    if person.reachable:
        try:
            await _ask(bot, state, tips, texts, person, language, post)
        except TelegramForbiddenError:
            await people.blocked(person.telegram_id)
        else:
            await replies.answer(query, None if replies.in_private(query) else texts.plain(language, "ask-sent"))
            return
    await replies.answer(query, url=links.start(f"o_{token_of(callback_data.post)}"))


async def _must_take_tips(post: PostCard, projects: ProjectService, language: str) -> None:
    """Before anything is asked. Raises: ProjectClosed (with alternatives), TippingOff."""
    await must_be_open(post.project, projects, language)
    if not post.tipping:
        raise TippingOff(chat=post.chat_title)


async def open_post(
    message: Message,
    command: CommandObject,
    bot: Bot,
    tips: TipService,
    projects: ProjectService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """/start p_…: from the counter under a post to its project, with amounts that count for the post."""
    post = await _post(command, tips)
    await _must_take_tips(post, projects, language)
    intro = promises(texts, language, person)
    shown = cards.post(texts, links, language, post, tips.presets, test_money=tips.test_money, intro=intro)
    await replies.send(bot, message.chat.id, shown)


async def open_other(
    message: Message,
    command: CommandObject,
    bot: Bot,
    state: FSMContext,
    tips: TipService,
    projects: ProjectService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """/start o_…: another amount for a post."""
    post = await _post(command, tips)
    await _must_take_tips(post, projects, language)
    await _ask(bot, state, tips, texts, person, language, post, promises(texts, language, person))


async def _ask(
    bot: Bot,
    state: FSMContext,
    tips: TipService,
    texts: Texts,
    person: Person,
    language: str,
    post: PostCard,
    intro: str | None = None,
) -> None:
    title, about = post.project.project.title(language), {"post": token_of(post.post.id)}
    await ask_amount(bot, state, tips, texts, person, language, title=title, about=about, intro=intro)


async def _post(command: CommandObject, tips: TipService) -> PostCard:
    post_id = id_of((command.args or "")[2:])
    if post_id is None:
        raise PostUnknown
    return await tips.post(post_id)
