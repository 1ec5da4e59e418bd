"""One's own tip in private: its card, who will see what, paying, cancelling."""

import contextlib
from uuid import UUID

from aiogram.exceptions import TelegramAPIError
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards
from bot.replies import Replies
from giving.errors import NotYours, RailUnavailable, TipNotOpen
from giving.ids import id_of
from giving.people import Person
from giving.tips import TipState
from handlers.arrivals import promises
from services.links import Links
from services.tips import TipCard, TipService
from texts import Texts


async def show_tip(
    say: Replies,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
    tip_id: UUID,
    intro: str | None = None,
) -> None:
    """Send the tip's card, or its receipt if it is paid. Raises: NotYours, TelegramForbiddenError."""
    card, url = await with_link(tips, person, tip_id)
    shown = cards.tip(texts, links, language, card, person.name, url, intro=intro)
    message = await say.send(person.telegram_id, shown)
    if card.tip.state is TipState.OFFERED:
        earlier = await tips.card_shown(tip_id, message.message_id)
        if earlier is not None and earlier != message.message_id:
            await _close(say, person, earlier)


async def _close(say: Replies, person: Person, message_id: int) -> None:
    """Only the newest card will say "paid": an earlier one must not go on offering it."""
    with contextlib.suppress(TelegramAPIError):  # deleted, too old; the new card is there, that is what counts
        await say.bot.edit_message_reply_markup(chat_id=person.telegram_id, message_id=message_id, reply_markup=None)


async def with_link(tips: TipService, person: Person, tip_id: UUID) -> tuple[TipCard, str | None]:
    """The tip with its payment link; without one if it needs none, or if the provider does not answer."""
    card = await tips.card(tip_id, person)
    if card.tip.state is not TipState.OFFERED:
        return card, None
    try:
        return card, await tips.payment_link(tip_id, person)
    except RailUnavailable:
        return card, None
    except TipNotOpen:  # paid or cancelled a moment ago
        return await tips.card(tip_id, person), None


async def open_tip(
    message: Message,
    command: CommandObject,
    say: Replies,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """/start t_…: this very tip; the three promises first for who is new."""
    tip_id = id_of((command.args or "")[2:])
    if tip_id is None:
        raise NotYours
    intro = promises(texts, language, person)
    await show_tip(say, tips, texts, links, person, language, tip_id, intro)


async def show_again(
    query: CallbackQuery,
    callback_data: cb.TipDo,
    say: Replies,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """Try again for a payment link: the card as it is now."""
    card, url = await say.in_time(query, with_link(tips, person, callback_data.tip))
    await say.turn(query, cards.tip(texts, links, language, card, person.name, url))
    failed = card.tip.state is TipState.OFFERED and url is None
    await say.answer(query, texts.plain(language, RailUnavailable.message_key) if failed else None)


async def choose_visibility(
    query: CallbackQuery,
    callback_data: cb.TipShown,
    say: Replies,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """Who will see what; remembered for the next tip."""
    await tips.choose_visibility(callback_data.tip, person, callback_data.visibility)
    kept = texts.plain(language, "tip-visibility-kept")
    card, url = await say.in_time(query, with_link(tips, person, callback_data.tip), kept)
    await say.turn(query, cards.tip(texts, links, language, card, person.name, url))
    await say.answer(query, kept)


async def cancel(
    query: CallbackQuery,
    callback_data: cb.TipDo,
    say: Replies,
    tips: TipService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """Not now; nothing was charged."""
    card = await say.in_time(query, tips.cancel(callback_data.tip, person))
    await say.turn(query, cards.cancelled(texts, language, card))
    await say.answer(query)
