"""Codes that are scanned to pay, sent as pictures in private."""

import asyncio
from typing import Final

from aiogram import Router
from aiogram.types import CallbackQuery

from bot import callbacks as cb
from bot import code_cards, tab_cards
from bot.keyboards import leads_to_page
from handlers.here import Here
from handlers.tips.card import turn_card
from services.rails.qr import qr_png
from services.tabs import TabCharges, TabService
from services.tips import PayCode

PICTURE: Final = "pay.png"


def router() -> Router:
    """Taps on one's own cards."""
    fresh = Router(name="codes")
    fresh.callback_query.register(show_for_tip, cb.TipCode.filter())
    fresh.callback_query.register(show_for_tab, cb.TabCode.filter())
    return fresh


async def show_for_tip(query: CallbackQuery, callback_data: cb.TipCode, here: Here) -> None:
    """The code of a tip; a new one where the old one is over."""
    code = await here.say.in_time(query, here.tips.payment_code(callback_data.tip, here.person))
    card = await here.tips.card(callback_data.tip, here.person)
    await here.say.in_time(query, _send(here, code, card.project.project.title(here.language)))
    if leads_to_page(code.address):  # the card has it on a button, perhaps still the one that is over
        await turn_card(query, here, callback_data.tip)
    await here.say.answer(query)


async def show_for_tab(
    query: CallbackQuery, callback_data: cb.TabCode, here: Here, tabs: TabService, charges: TabCharges
) -> None:
    """The code of what is asked for on a tab; where that is over, the tab, to begin anew."""
    found = await here.say.in_time(query, charges.code(callback_data.tab, here.person))
    if found is None:
        view = await tabs.view(here.person)
        await here.say.turn(query, tab_cards.view(here.texts, here.language, view, here.tips.limits.least))
        await here.say.answer(query, here.plain("code-over"))
        return
    code, organisation = found
    await here.say.in_time(query, _send(here, code, organisation.name(here.language)))
    await here.say.answer(query)


async def _send(here: Here, code: PayCode, receiver: str) -> None:
    picture = await asyncio.to_thread(qr_png, code.address)  # some milliseconds of arithmetic
    words = code_cards.caption(here.texts, here.language, code, receiver)
    await here.say.send_photo(here.person.telegram_id, PICTURE, picture, words)
