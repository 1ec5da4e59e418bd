"""Undo within half an hour, asking later; and /refunds, where admins decide with a reason."""

from typing import Final
from uuid import UUID

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards, refund_cards
from bot.cards import Rendered
from giving.errors import UndoOver
from giving.ids import id_of, token_of
from giving.names import clean
from giving.permissions import Permission
from handlers.here import Here
from services.refunds import RefundService

MOST_REASON: Final = 300


class RefundReason(StatesGroup):
    """Why an admin decides as they do; the data names the refund, and which way."""

    waiting = State()


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="refunds")
    private = F.chat.type == "private"
    fresh.message.register(waiting, Command("refunds"), private)
    fresh.message.register(decide, RefundReason.waiting, private)
    fresh.callback_query.register(take_back, cb.TakeBack.filter())
    fresh.callback_query.register(backs_of, cb.BackOf.filter())
    fresh.callback_query.register(backs, cb.BackPage.filter())
    fresh.callback_query.register(wish, cb.RefundWish.filter())
    fresh.callback_query.register(ask_reason, cb.RefundDecide.filter())
    return fresh


async def take_back(query: CallbackQuery, callback_data: cb.TakeBack, here: Here, refunds: RefundService) -> None:
    """It goes back, or (after half an hour) may be asked for."""
    try:
        card = await here.say.in_time(query, refunds.take_back(callback_data.tip, here.person))
    except UndoOver:
        card = await here.tips.card(callback_data.tip, here.person)
        await here.say.turn(query, refund_cards.undo_over(here.texts, here.language, card))
    else:
        await here.say.turn(query, cards.take_back_asked(here.texts, here.language, card))
    await here.say.answer(query)


async def backs_of(query: CallbackQuery, callback_data: cb.BackOf, here: Here, refunds: RefundService) -> None:
    """What one payment paid, each with its way back."""
    payment = callback_data.payment
    page = await refunds.offers.page(here.person, payment, page=callback_data.page)
    shown = refund_cards.backs(here.texts, here.language, page, lambda n: cb.BackOf(payment=payment, page=n))
    await _show(query, here, shown, fresh=callback_data.fresh)


async def backs(query: CallbackQuery, callback_data: cb.BackPage, here: Here, refunds: RefundService) -> None:
    """The same of a page of all they gave."""
    page = await refunds.offers.page(here.person, page=callback_data.page)
    shown = refund_cards.backs(here.texts, here.language, page, lambda n: cb.BackPage(page=n))
    await _show(query, here, shown, fresh=callback_data.fresh)


async def _show(query: CallbackQuery, here: Here, shown: Rendered, *, fresh: bool) -> None:
    if fresh:  # from a receipt, which stays
        await here.say.send(query.from_user.id, shown)
    else:
        await here.say.turn(query, shown)
    await here.say.answer(query)


async def wish(query: CallbackQuery, callback_data: cb.RefundWish, here: Here, refunds: RefundService) -> None:
    """An admin will decide."""
    card = await here.say.in_time(query, refunds.wish(callback_data.tip, here.person))
    await here.say.turn(query, refund_cards.wished(here.texts, here.language, card))
    await here.say.answer(query)


async def waiting(message: Message, here: Here, refunds: RefundService) -> None:
    """What waits for a decision. Raises: NotAllowed."""
    await here.people.must(here.person, Permission.REFUND)
    shown = refund_cards.waiting(here.texts, here.language, await refunds.wishes())
    await here.say.send(message.chat.id, shown)


async def ask_reason(query: CallbackQuery, callback_data: cb.RefundDecide, state: FSMContext, here: Here) -> None:
    """Why? Raises: NotAllowed."""
    await here.people.must(here.person, Permission.REFUND)
    await state.set_state(RefundReason.waiting)
    await state.set_data({"refund": token_of(callback_data.refund), "yes": callback_data.yes})
    await here.say.send(query.from_user.id, refund_cards.ask_reason(here.texts, here.language))
    await here.say.answer(query)


async def decide(message: Message, state: FSMContext, here: Here, refunds: RefundService) -> None:
    """The words are the reason; without any, they are asked for again. Raises: NotAllowed."""
    data = await state.get_data()
    refund, yes = id_of(str(data.get("refund", ""))), bool(data.get("yes"))
    reason = clean(message.text or "", most=MOST_REASON)
    if not reason:
        await here.say.send(message.chat.id, refund_cards.ask_reason(here.texts, here.language))
        return
    await state.clear()
    await here.people.must(here.person, Permission.REFUND)
    await here.say.send(message.chat.id, Rendered(await _decided(here, refunds, refund, reason, yes=yes)))


async def _decided(here: Here, refunds: RefundService, refund: UUID | None, reason: str, *, yes: bool) -> str:
    amount = await refunds.amount(refund) if refund is not None else None
    if refund is None or amount is None or not await refunds.decide(refund, here.person, yes=yes, reason=reason):
        return here.chat("refunds-decided-before")
    return here.chat("refunds-decided-yes", amount=amount) if yes else here.chat("refunds-decided-no")
