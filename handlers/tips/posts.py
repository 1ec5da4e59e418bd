"""Tips for a post: a tap on an amount, "other", and the way in from the counter."""

from aiogram.exceptions import TelegramForbiddenError
from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards
from bot.carriers import Carriers
from bot.replies import Replies, in_private
from giving.creators import BEING_SENT
from giving.errors import PostUnknown, TippingOff, TippingPaused
from giving.ids import id_of, token_of
from giving.people import Person
from giving.tips import OfferRequest
from handlers.arrivals import promises
from handlers.opening import must_be_open, must_be_paid_here
from handlers.tips.card import show_tip
from handlers.tips.other import ask_amount
from services.links import Links
from services.people import PeopleService
from services.projects import ProjectService
from services.tips import PostCard, TipService
from texts import Texts


async def tapped(
    query: CallbackQuery,
    callback_data: cb.TipTap,
    say: Replies,
    tips: TipService,
    people: PeopleService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """An amount under a post (or in the post's private card): the tip, and the way to pay it."""
    post = await tips.post(callback_data.post)
    if not stands_under(query, post):  # any amount within the limits: the chat's may have changed since
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
        text = None if in_private(query) else texts.plain(language, "tip-sent")
        try:
            await say.in_time(query, show_tip(say, tips, texts, links, person, language, tip.id), text)
        except TelegramForbiddenError:
            await people.blocked(person.telegram_id)
        else:
            await say.answer(query, text)
    await say.answer(query, url=links.start(f"t_{token_of(tip.id)}"))


def stands_under(query: CallbackQuery, post: PostCard) -> bool:
    """Whether the pressed button stands under this very post, or in the person's own chat with the bot."""
    message, at = query.message, post.post
    if message is None:
        return False
    places = (at.keyboard_at, (at.chat_telegram_id, at.message_id))  # a post that had buttons keeps them
    if in_private(query) or (message.chat.id, message.message_id) in places:
        return True
    # The bot's own reply, seen and tapped before its number was kept.
    sender = message.from_user if isinstance(message, Message) else None
    ours = sender is not None and query.bot is not None and sender.id == query.bot.id
    return ours and at.carrier_message_id == BEING_SENT and message.chat.id == at.carrier_chat


async def other_tapped(
    query: CallbackQuery,
    callback_data: cb.TipOther,
    say: Replies,
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
    await _must_take_tips(post, projects, tips, links)
    if person.reachable:
        try:
            await _ask(say, state, tips, texts, person, language, post)
        except TelegramForbiddenError:
            await people.blocked(person.telegram_id)
        else:
            await say.answer(query, None if in_private(query) else texts.plain(language, "ask-sent"))
            return
    await say.answer(query, url=links.start(f"o_{token_of(callback_data.post)}"))


def must_take_tips(post: PostCard) -> None:
    """Raises: TippingPaused, TippingOff."""
    if not post.tipping:
        raise (TippingPaused if post.paused else TippingOff)(chat=post.chat_title)


async def _must_take_tips(post: PostCard, projects: ProjectService, tips: TipService, links: Links) -> None:
    """Before anything is asked. Raises: ProjectClosed (with alternatives), TippingOff (or Paused), GivingElsewhere."""
    await must_be_open(post.project, projects)
    must_take_tips(post)
    must_be_paid_here(post.project.project, tips, links)


async def open_post(
    message: Message,
    command: CommandObject,
    say: Replies,
    tips: TipService,
    projects: ProjectService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
    carriers: Carriers,
) -> None:
    """/start p_…: from the counter under a post to its project, with amounts that count for the post.

    Who came because /tip could not write to them finds the tip they offered.
    """
    post = await _post(command, tips)
    offered = await carriers.service.unpaid(post.post.id, person)
    if offered is not None:
        await show_tip(say, tips, texts, links, person, language, offered, promises(texts, language, person))
        return
    await must_be_open(post.project, projects)
    must_take_tips(post)
    intro = promises(texts, language, person)
    shown = cards.post(texts, links, language, post, post.presets, takes_money=tips.takes_money, intro=intro)
    await say.send(message.chat.id, shown)


async def open_other(
    message: Message,
    command: CommandObject,
    say: Replies,
    state: FSMContext,
    tips: TipService,
    projects: ProjectService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """/start o_…: another amount for a post."""
    post = await _post(command, tips)
    await _must_take_tips(post, projects, tips, links)
    await _ask(say, state, tips, texts, person, language, post, promises(texts, language, person))


async def _ask(
    say: Replies,
    state: FSMContext,
    tips: TipService,
    texts: Texts,
    person: Person,
    language: str,
    post: PostCard,
    intro: str | None = None,
) -> None:
    title, about = post.project.project.title(language), {"post": token_of(post.post.id)}
    await ask_amount(say, state, tips, texts, person, language, title=title, about=about, intro=intro)


async def _post(command: CommandObject, tips: TipService) -> PostCard:
    post_id = id_of((command.args or "")[2:])
    if post_id is None:
        raise PostUnknown
    return await tips.post(post_id)
