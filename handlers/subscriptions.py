"""What one is told: the question after a first gift, and fewer or none of a kind with one tap under each message.

Every button is about who presses it, whoever the message was sent to: old ones, and those of who left and came back, do
what they say for who they are now.
"""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot import callbacks as cb
from bot import subscription_cards as cards
from giving.subscriptions import Often
from handlers.here import Here
from services.subscriptions import Change, SubscriptionService


def router() -> Router:
    """Buttons only."""
    fresh = Router(name="subscriptions")
    fresh.callback_query.register(wish, cb.Wish.filter())
    fresh.callback_query.register(wishes_done, cb.WishesDone.filter())
    fresh.callback_query.register(less, cb.Less.filter())
    fresh.callback_query.register(undo, cb.LessUndo.filter())
    return fresh


async def wish(query: CallbackQuery, callback_data: cb.Wish, here: Here, subscriptions: SubscriptionService) -> None:
    """A kind on or off, in place."""
    often = Often.ALL if callback_data.on else Often.NONE
    await subscriptions.choose(here.person, callback_data.kind, often)
    chosen = await subscriptions.of(here.person)
    await here.say.turn(query, cards.wishes(here.texts, here.language, chosen))
    await here.say.answer(query, here.plain("privacy-told-on" if callback_data.on else "privacy-told-off"))


async def wishes_done(query: CallbackQuery, here: Here, subscriptions: SubscriptionService) -> None:
    """What was answered, and where it can be changed."""
    chosen = await subscriptions.of(here.person)
    await here.say.turn(query, cards.wished(here.texts, here.language, chosen))
    await here.say.answer(query)


async def less(query: CallbackQuery, callback_data: cb.Less, here: Here, subscriptions: SubscriptionService) -> None:
    """Fewer, or none."""
    change = await subscriptions.less(here.person, callback_data.kind, callback_data.often)
    await _told(query, here, change)


async def undo(
    query: CallbackQuery, callback_data: cb.LessUndo, here: Here, subscriptions: SubscriptionService
) -> None:
    """As it was, said by the button; whatever was chosen since stays."""
    kind, often = callback_data.kind, callback_data.often
    change = await subscriptions.undo(here.person, kind, often, made=callback_data.made)
    if change is not None:
        await _told(query, here, change, undone=True)
        return
    await here.say.answer(query, cards.not_undone(here.texts, here.language, kind), alert=True)
    row = cards.way_out(here.texts, here.language, kind)
    await here.say.put(query, lambda markup: cards.with_way_out(markup, row))


async def _told(query: CallbackQuery, here: Here, change: Change, *, undone: bool = False) -> None:
    """What came of it in words, and the way back under the message; in a message of its own where that one is gone."""
    texts, language = here.texts, here.language
    await here.say.answer(query, cards.told(texts, language, change), alert=True)
    if change.was is change.now and not undone:
        return
    row = cards.way_out(texts, language, change.kind) if undone else cards.after(texts, language, change)
    if not await here.say.put(query, lambda markup: cards.with_way_out(markup, row)):
        await here.say.send(query.from_user.id, cards.told_apart(texts, language, change))
