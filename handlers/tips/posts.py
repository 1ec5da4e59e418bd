"""Tips for a post: a tap on an amount, "other", and the way in from the counter."""

from aiogram.exceptions import TelegramForbiddenError
from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards, tab_cards
from bot.carriers import Carriers
from bot.replies import in_private
from giving.creators import Post
from giving.errors import PostGone, PostUnknown, TippingOff, TippingPaused
from giving.ids import id_of, token_of
from giving.tips import OfferRequest
from handlers.arrivals import promises
from handlers.here import Here
from handlers.opening import must_be_open, must_be_paid_here
from handlers.tips.card import show_tip
from handlers.tips.other import ask_amount
from services.tips import PostCard


async def tapped(query: CallbackQuery, callback_data: cb.TipTap, here: Here) -> None:
    """An amount under a post (or in the post's private card): the tip, and the way to pay it."""
    place = await here.tips.place(callback_data.post)
    if not stands_under(query, place):  # any amount within the limits: the chat's may have changed since
        raise PostUnknown
    tip = await here.tips.offer(
        OfferRequest(
            key=query.id,
            donor=here.person.id,
            amount=callback_data.amount,
            post=callback_data.post,
            visibility=here.person.visibility,
            rail=here.person.rail,
        )
    )
    if (promised := await here.tips.promise_as_before(tip, here.person)) is not None:
        await here.say.answer(query, tab_cards.promised_short(here.texts, here.language, promised))
        return
    if here.person.reachable:
        text = None if in_private(query) else here.plain("tip-sent")
        try:
            await here.say.in_time(query, show_tip(here, tip.id), text)
        except TelegramForbiddenError:
            await here.people.blocked(here.person.telegram_id)
        else:
            await here.say.answer(query, text)
    await here.say.answer(query, url=here.links.start(f"t_{token_of(tip.id)}"))


def stands_under(query: CallbackQuery, at: Post) -> bool:
    """Whether the pressed button stands under this very post, or in the person's own chat with the bot."""
    message = query.message
    if message is None:
        return False
    sender = message.from_user if isinstance(message, Message) else None
    by_us = sender is not None and query.bot is not None and sender.id == query.bot.id
    return in_private(query) or at.carries(message.chat.id, message.message_id, by_us=by_us)


async def other_tapped(query: CallbackQuery, callback_data: cb.TipOther, state: FSMContext, here: Here) -> None:
    """ "Other" under a post: the question comes in private."""
    post = await here.tips.post(callback_data.post)
    if not stands_under(query, post.post):
        raise PostUnknown
    await _must_take_tips(here, post)
    if here.person.reachable:
        try:
            await _ask(here, state, post)
        except TelegramForbiddenError:
            await here.people.blocked(here.person.telegram_id)
        else:
            await here.say.answer(query, None if in_private(query) else here.plain("ask-sent"))
            return
    await here.say.answer(query, url=here.links.start(f"o_{token_of(callback_data.post)}"))


def must_take_tips(post: PostCard) -> None:
    """Raises: TippingPaused, TippingOff, with the post's project."""
    if not post.tipping:
        raise (TippingPaused if post.paused else TippingOff)(chat=post.chat_title, project=post.project.project)


async def _must_take_tips(here: Here, post: PostCard) -> None:
    """Before anything is asked. Raises: ProjectClosed (with alternatives), TippingOff (or Paused), GivingElsewhere."""
    await must_be_open(here, post.project)
    must_take_tips(post)
    must_be_paid_here(here, post.project.project)


async def open_post(message: Message, command: CommandObject, here: Here, carriers: Carriers) -> None:
    """/start p_…: from the counter under a post to its project, with amounts that count for the post.

    Who came because /tip could not write to them finds the tip they offered.
    """
    post, intro = await _post(command, here), promises(here)
    offered = await carriers.service.unpaid(post.post.id, here.person)
    if offered is not None:
        await show_tip(here, offered, intro)
        return
    await must_be_open(here, post.project)
    must_take_tips(post)
    if await carriers.gone(post.post.id):
        raise PostGone(chat=post.chat_title, project=post.project.project)
    takes_money = here.tips.takes_money
    shown = cards.post(here.texts, here.links, here.language, post, post.presets, takes_money=takes_money, intro=intro)
    await here.say.send(message.chat.id, shown)


async def open_other(message: Message, command: CommandObject, state: FSMContext, here: Here) -> None:
    """/start o_…: another amount for a post."""
    post = await _post(command, here)
    await _must_take_tips(here, post)
    await _ask(here, state, post, promises(here))


async def _ask(here: Here, state: FSMContext, post: PostCard, intro: str | None = None) -> None:
    title, about = post.project.project.title(here.language), {"post": token_of(post.post.id)}
    await ask_amount(here, state, title=title, about=about, intro=intro)


async def _post(command: CommandObject, here: Here) -> PostCard:
    post_id = id_of((command.args or "")[2:])
    if post_id is None:
        raise PostUnknown
    return await here.tips.post(post_id)
