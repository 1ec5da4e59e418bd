"""What somebody gives every month: the list; leaving a month out, resting, going on, ending, paying by hand."""

import asyncio
from typing import Final
from uuid import UUID

from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import code_cards
from bot import pledge_cards as cards
from bot.cards import Rendered
from bot.keyboards import leads_to_page
from giving.errors import PledgeBusy, PledgeChanged, PledgePaid, PledgeWaits, TipNotOpen
from giving.pledges import Month
from handlers.pledges.here import Here
from services.pledges import PayPage
from services.rails.qr import qr_png
from services.tips import PayCode

PICTURE: Final = "pay.png"


async def monthly(message: Message, here: Here) -> None:
    """/monthly: mine, or what it is."""
    await here.say.send(message.chat.id, await _list(here))


async def turn_list(query: CallbackQuery, callback_data: cb.PledgeList, here: Here) -> None:
    """The same, in place or in a new message."""
    shown = await _list(here, callback_data.page)
    if callback_data.fresh:
        await here.say.send(here.person.telegram_id, shown)
    else:
        await here.turn(query, shown)
    await here.say.answer(query)


async def _list(here: Here, page: int = 0) -> Rendered:
    mine = await here.pledges.of(here.person)
    if not mine.cards:
        open_ = await here.projects.search() if here.tips.takes_money else None
        return cards.nothing_yet(here.texts, here.language, open_)
    if len(mine.cards) == 1:
        return cards.card(here.texts, here.language, mine.cards[0], only=True)
    return cards.listed(here.texts, here.language, mine, page)


async def show(query: CallbackQuery, callback_data: cb.PledgeShow, here: Here) -> None:
    """One of them."""
    card = await here.pledges.card(callback_data.pledge, here.person)
    await here.turn(query, cards.card(here.texts, here.language, card))
    await here.say.answer(query)


async def skip(query: CallbackQuery, callback_data: cb.PledgeSkip, here: Here) -> None:
    """Not that month; or that month after all."""
    month = _month(callback_data.month)
    changes, pledge = here.pledge_changes, callback_data.pledge
    try:
        if callback_data.undo and month is not None:
            card = await changes.unskip(pledge, here.person, month)
            said = "pledge-unskipped"
        else:
            card = await changes.skip(pledge, here.person, month)
            said = "pledge-skipped"
    except (PledgeBusy, PledgePaid, PledgeChanged) as why:
        await here.as_it_is(query, pledge, why)
        return
    await here.turn_card(query, card, said, way=card.pledge.way)


def _month(text: str) -> Month | None:
    """What a button said; one that is no month was made up."""
    try:
        return Month.read(text) if text else None
    except ValueError:
        raise PledgeChanged from None


async def pause(query: CallbackQuery, callback_data: cb.PledgePause, here: Here) -> None:
    """For how long? Then so long."""
    if not callback_data.months:
        card = await here.pledges.card(callback_data.pledge, here.person)
        await here.turn(query, cards.pause(here.texts, here.language, card))
        await here.say.answer(query)
        return
    try:
        card = await here.pledge_changes.pause(callback_data.pledge, here.person, callback_data.months)
    except PledgeWaits as why:
        await here.as_it_is(query, callback_data.pledge, why)
        return
    await here.turn_card(query, card, "pledge-paused-now")


async def resume(query: CallbackQuery, callback_data: cb.PledgeResume, here: Here) -> None:
    """It goes on."""
    try:
        card = await here.pledge_changes.resume(callback_data.pledge, here.person, _month(callback_data.month))
    except (PledgeWaits, PledgeChanged) as why:
        await here.as_it_is(query, callback_data.pledge, why)
        return
    await here.turn_card(query, card, "pledge-as-before" if callback_data.month else "pledge-resumed")


async def cancel(query: CallbackQuery, callback_data: cb.PledgeCancel, here: Here) -> None:
    """Ended, at once; why is one tap more, if they like."""
    card = await here.pledge_changes.cancel(callback_data.pledge, here.person)
    await here.turn_card(query, card, "pledge-cancelled" if card.pledge.why is None else "pledge-cancelled-before")


async def why(query: CallbackQuery, callback_data: cb.PledgeWhy, here: Here) -> None:
    """Thanks for saying so. Of one that goes on it is nothing."""
    card = await here.pledges.card(callback_data.pledge, here.person)
    if card.pledge.open:
        await here.as_it_is(query, callback_data.pledge, PledgeChanged())
        return
    card = await here.pledge_changes.cancel(callback_data.pledge, here.person, callback_data.why)
    await here.turn_card(query, card, "pledge-why-kept")


# -- paying by hand --


async def pay(query: CallbackQuery, callback_data: cb.PledgePay, here: Here) -> None:
    """The page for what is asked for now; a debit that was declined is paid by hand from then on."""
    try:
        invoice = await here.say.in_time(query, here.pledge_pages.invoice(callback_data.pledge, here.person))
    except TipNotOpen:
        await here.as_it_is(query, callback_data.pledge, PledgeChanged())
        return
    if invoice is not None:  # Telegram takes it from then on
        card = await here.pledges.card(callback_data.pledge, here.person)
        await here.say.turn(query, cards.invoice(here.texts, here.language, card, invoice))
        await here.say.answer(query)
        return
    page = await _page(query, callback_data.pledge, here)
    if page is None:
        return
    card = await here.pledges.card(callback_data.pledge, here.person)
    scanned = page.code is not None or not leads_to_page(page.url)
    await here.turn(query, cards.pay(here.texts, here.language, card, page, scanned=scanned))
    await here.say.answer(query)


async def code(query: CallbackQuery, callback_data: cb.PledgeCode, here: Here) -> None:
    """The same as a code to be scanned, in a picture."""
    page = await _page(query, callback_data.pledge, here)
    if page is None:
        return
    card = await here.pledges.card(callback_data.pledge, here.person)
    found = page.code or PayCode(page.url, card.pledge.rail, page.amount)
    picture = await asyncio.to_thread(qr_png, found.address)  # some milliseconds of arithmetic
    receiver = cards.goal_title(here.texts, here.language, card.goal)
    words = code_cards.caption(here.texts, here.language, found, receiver)
    await here.say.in_time(query, here.say.send_photo(here.person.telegram_id, PICTURE, picture, words))
    await here.say.answer(query)


async def _page(query: CallbackQuery, pledge: UUID, here: Here) -> PayPage | None:
    """Where it is paid; None (and it was said) where nothing is to be paid: paid, or given up, a moment ago."""
    try:
        return await here.say.in_time(query, here.pledge_pages.page(pledge, here.person))
    except TipNotOpen:
        await here.as_it_is(query, pledge, PledgeChanged())
        return None
