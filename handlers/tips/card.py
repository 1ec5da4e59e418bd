"""One's own tip in private: its card, who will see what, paying, cancelling."""

import contextlib
from uuid import UUID

from aiogram.exceptions import TelegramAPIError
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards, tab_cards
from bot.cards import Rendered
from giving.errors import NotYours, RailUnavailable, TipNotOpen
from giving.ids import id_of
from giving.rails import How
from giving.tips import TipState
from handlers.arrivals import promises
from handlers.here import Here
from services.tips import TipCard


async def show_tip(here: Here, tip_id: UUID, intro: str | None = None) -> None:
    """Send the tip's card, or its receipt if it is paid. Raises: NotYours, MonthlyLimit, TelegramForbiddenError."""
    card, url = await with_link(here, tip_id)
    if (promised := await here.tips.promise_as_before(card.tip, here.person)) is not None:
        await here.say.send(here.person.telegram_id, tab_cards.promised(here.texts, here.language, promised))
        return
    message = await here.say.send(here.person.telegram_id, _card(here, card, url, intro))
    if card.tip.state is TipState.OFFERED:
        earlier = await here.tips.card_shown(tip_id, message.message_id)
        if earlier is not None and earlier != message.message_id:
            await _close(here, earlier)


async def _close(here: Here, message_id: int) -> None:
    """Only the newest card will say "paid": an earlier one must not go on offering it."""
    chat = here.person.telegram_id
    with contextlib.suppress(TelegramAPIError):  # deleted, too old; the new card is there, that is what counts
        await here.say.bot.edit_message_reply_markup(chat_id=chat, message_id=message_id, reply_markup=None)


async def with_link(here: Here, tip_id: UUID) -> tuple[TipCard, str | None]:
    """The tip with its payment link; without one if it needs none, or if the provider does not answer."""
    card = await here.tips.card(tip_id, here.person)
    if card.tip.state is not TipState.OFFERED or on_tab(card):
        return card, None
    try:
        return card, await here.tips.payment_link(tip_id, here.person)
    except RailUnavailable:
        return card, None
    except TipNotOpen:  # paid or cancelled a moment ago
        return await here.tips.card(tip_id, here.person), None


def on_tab(card: TipCard) -> bool:
    """Whether what suits best is the tab: there is nothing to pay at once."""
    return bool(card.ways) and card.ways[0].how is How.TAB


def _card(here: Here, card: TipCard, url: str | None, intro: str | None = None) -> Rendered:
    return cards.tip(here.texts, here.links, here.language, card, here.person.name, url, intro=intro)


async def open_tip(message: Message, command: CommandObject, here: Here) -> None:
    """/start t_…: this very tip; the three promises first for who is new."""
    tip_id = id_of((command.args or "")[2:])
    if tip_id is None:
        raise NotYours
    await show_tip(here, tip_id, promises(here))


async def turn_card(query: CallbackQuery, here: Here, tip_id: UUID) -> None:
    """The card as it is now, in place."""
    card, url = await here.say.in_time(query, with_link(here, tip_id))
    await here.say.turn(query, _card(here, card, url))
    await here.say.answer(query)


async def show_again(query: CallbackQuery, callback_data: cb.TipDo, here: Here) -> None:
    """Try again for a payment link: the card as it is now."""
    card, url = await here.say.in_time(query, with_link(here, callback_data.tip))
    await here.say.turn(query, _card(here, card, url))
    failed = card.tip.state is TipState.OFFERED and url is None and not on_tab(card)
    await here.say.answer(query, here.plain(RailUnavailable.message_key) if failed else None)


async def choose_visibility(query: CallbackQuery, callback_data: cb.TipShown, here: Here) -> None:
    """Who will see what; remembered for the next tip."""
    await here.tips.choose_visibility(callback_data.tip, here.person, callback_data.visibility)
    kept = here.plain("tip-visibility-kept")
    card, url = await here.say.in_time(query, with_link(here, callback_data.tip), kept)
    await here.say.turn(query, _card(here, card, url))
    await here.say.answer(query, kept)


async def cancel(query: CallbackQuery, callback_data: cb.TipDo, here: Here) -> None:
    """Not now; nothing was charged."""
    card = await here.say.in_time(query, here.tips.cancel(callback_data.tip, here.person))
    await here.say.turn(query, cards.cancelled(here.texts, here.language, card))
    await here.say.answer(query)
