"""Another amount, day, way, project or name for what somebody gives every month."""

from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery

from bot import callbacks as cb
from bot import pledge_cards as cards
from bot.callbacks import PledgeField
from giving.errors import PledgeBelow, PledgeTwice
from giving.ids import token_of
from giving.pledges import LAST
from handlers.pledges.here import Here


async def change(query: CallbackQuery, callback_data: cb.PledgeChange, here: Here) -> None:
    """What of it?"""
    card = await here.pledges.card(callback_data.pledge, here.person)
    if card.pledge.open:
        shown = cards.change(here.texts, here.language, card, here.person.name)
    else:
        shown = cards.card(here.texts, here.language, card)
    await here.turn(query, shown)
    await here.say.answer(query)


async def alter(query: CallbackQuery, callback_data: cb.PledgeAlter, state: FSMContext, here: Here) -> None:
    """To what? Then that."""
    pledge, value = callback_data.pledge, callback_data.value
    if callback_data.field in (PledgeField.WAY, PledgeField.EVERY) or not value:
        card = await here.pledges.card(pledge, here.person)
        match callback_data.field:
            case PledgeField.AMOUNT:
                await here.ask_how_much(state, {"pledge": token_of(pledge), "every": 0})
                shown = cards.new_amount(here.texts, here.language, card, here.pledges.presets)
            case PledgeField.DAY:
                shown = cards.new_day(here.texts, here.language, card)
            case PledgeField.WAY:
                shown = cards.new_way(here.texts, here.language, card)
            case PledgeField.EVERY:
                await here.ask_how_much(state, {"pledge": token_of(pledge), "every": 1})
                shown = cards.every_month(here.texts, here.language, card, here.pledges.presets)
    elif callback_data.field is PledgeField.DAY:
        card = await here.pledge_changes.change_day(pledge, here.person, min(value, LAST))
        shown = cards.card(here.texts, here.language, card, here.chat("pledge-day-changed"))
    else:
        shown = await here.new_amount(pledge, here.sum_of(value))
    await here.turn(query, shown)
    await here.say.answer(query)


async def ask_amount(query: CallbackQuery, callback_data: cb.PledgeTyped, state: FSMContext, here: Here) -> None:
    """Another amount: a question, answered in words (handlers/pledges/beginning.py, typed)."""
    card = await here.pledges.card(callback_data.pledge, here.person)
    every = callback_data.every or card.pledge.every
    await here.ask_how_much(state, {"pledge": token_of(callback_data.pledge), "every": callback_data.every})
    goal = cards.goal_title(here.texts, here.language, card.goal)
    shown = cards.ask_amount(here.texts, here.language, goal, here.pledges.limits, every)
    await here.say.send(here.person.telegram_id, shown)
    await here.say.answer(query)


async def pay_by(query: CallbackQuery, callback_data: cb.PledgeBy, here: Here) -> None:
    """By this from now on; perhaps another sum, every so many months."""
    said = callback_data
    amount = here.sum_of(said.minor) if said.minor else None
    try:
        card = await here.pledge_changes.change_way(
            said.pledge, here.person, said.by, amount=amount, every=said.every or None
        )
    except PledgeBelow:
        known = await here.pledges.card(said.pledge, here.person)
        await here.turn(query, await here.below(said.pledge, amount or known.pledge.amount, said.every))
        await here.say.answer(query)
        return
    await here.turn_card(query, card, "pledge-way-changed")


async def choose_visibility(query: CallbackQuery, callback_data: cb.PledgeShown, here: Here) -> None:
    """What others see, from the next gift on."""
    card = await here.pledge_changes.show(callback_data.pledge, here.person, callback_data.visibility)
    await here.turn(query, cards.change(here.texts, here.language, card, here.person.name))
    await here.say.answer(query, here.plain("pledge-visibility-changed"))


async def move(query: CallbackQuery, callback_data: cb.PledgeMove, here: Here) -> None:
    """Where to? Then there."""
    if callback_data.project is None:
        card = await here.pledges.card(callback_data.pledge, here.person)
        page = await here.projects.search(page=callback_data.page)
        await here.turn(query, cards.where(here.texts, here.language, card, page))
        await here.say.answer(query)
        return
    try:
        card = await here.pledge_changes.move(callback_data.pledge, here.person, callback_data.project)
    except PledgeTwice as twice:
        await here.turn(query, await here.twice(twice))
        await here.say.answer(query)
        return
    await here.turn_card(query, card, "pledge-moved")


async def save(query: CallbackQuery, callback_data: cb.PledgeSave, here: Here) -> None:
    """The rail's own page takes the card."""
    card = await here.pledges.card(callback_data.pledge, here.person)
    url = await here.say.in_time(query, here.pledges.save_link(card, here.person, here.methods))
    await here.turn(query, cards.save(here.texts, here.language, card, url))
    await here.say.answer(query)
