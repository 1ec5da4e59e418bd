"""One's own tip in private: its card, who will see what, paying, cancelling."""

from uuid import UUID

from aiogram import Bot
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards, replies
from giving.errors import NotYours, RailUnavailable, TipNotOpen
from giving.ids import id_of
from giving.people import Person
from giving.tips import TipState
from handlers.arrivals import promises
from services.links import Links
from services.tips import TipCard, TipService
from texts import Texts


async def show_tip(
    bot: Bot,
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
    message = await replies.send(bot, person.telegram_id, shown)
    if card.tip.state is TipState.OFFERED:
        await tips.card_shown(tip_id, message.message_id)


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
    bot: Bot,
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
    await show_tip(bot, tips, texts, links, person, language, tip_id, intro)


async def show_again(
    query: CallbackQuery,
    callback_data: cb.TipDo,
    bot: Bot,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """Try again for a payment link: the card as it is now."""
    card, url = await with_link(tips, person, callback_data.tip)
    await replies.turn(query, bot, cards.tip(texts, links, language, card, person.name, url))
    failed = card.tip.state is TipState.OFFERED and url is None
    await replies.answer(query, texts.plain(language, RailUnavailable.message_key) if failed else None)


async def choose_visibility(
    query: CallbackQuery,
    callback_data: cb.TipShown,
    bot: Bot,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """Who will see what; remembered for the next tip."""
    await tips.choose_visibility(callback_data.tip, person, callback_data.visibility)
    card, url = await with_link(tips, person, callback_data.tip)
    await replies.turn(query, bot, cards.tip(texts, links, language, card, person.name, url))
    await replies.answer(query, texts.plain(language, "tip-visibility-kept"))


async def cancel(
    query: CallbackQuery,
    callback_data: cb.TipDo,
    bot: Bot,
    tips: TipService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """Not now; nothing was charged."""
    card = await tips.cancel(callback_data.tip, person)
    await replies.turn(query, bot, cards.cancelled(texts, language, card))
    await replies.answer(query)
