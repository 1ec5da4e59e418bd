"""公益爱心位: /slot for its creator, and giving on it for who comes by its link."""

from uuid import UUID

import structlog
from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import slot_cards
from bot.callbacks import SlotDeed
from giving.errors import NameNeeded, SlotUnknown
from giving.ids import id_of, token_of
from giving.names import clean
from giving.slots import NAME_GRAPHEMES
from giving.tips import OfferRequest
from handlers.arrivals import promises
from handlers.asking import answering
from handlers.creators.here import Here
from handlers.opening import must_be_open, must_be_paid_here
from handlers.tips.card import show_tip
from handlers.tips.other import ask_amount

log = structlog.get_logger()


class SlotName(StatesGroup):
    """The name everybody will see; the data names the project where one was just chosen, and a name sent for it."""

    waiting = State()


async def slot(message: Message, here: Here) -> None:
    """/slot: mine, or how to get one."""
    shown = slot_cards.mine(here.texts, here.links, here.language, await here.slots.mine(here.person))
    await here.say.send(message.chat.id, shown)


async def act(query: CallbackQuery, callback_data: cb.SlotDo, state: FSMContext, here: Here) -> None:
    """What a button of my slot says."""
    if await state.get_state() == SlotName.waiting.state:
        await state.clear()  # they went on without an answer
    match callback_data.deed:
        case SlotDeed.CHOOSE:
            shown = slot_cards.choose(here.texts, here.language, await here.projects.search())
        case SlotDeed.NAME:
            if await here.slots.mine(here.person) is None:
                raise SlotUnknown
            await state.set_state(SlotName.waiting)
            await state.set_data({})
            shown = slot_cards.ask_name(here.texts, here.language)
        case SlotDeed.CLOSE:
            card = await here.slots.close(here.person)
            log.info("slot_closed", slot_id=str(card.slot.id), creator_id=str(here.person.id))
            shown = slot_cards.closed(here.texts, here.language)
        case _:
            shown = slot_cards.mine(here.texts, here.links, here.language, await here.slots.mine(here.person))
    await here.say.turn(query, shown)
    await here.say.answer(query)


async def turn_projects(query: CallbackQuery, callback_data: cb.SlotProjects, here: Here) -> None:
    """Another page of projects, in place."""
    page = await here.projects.search(page=callback_data.page)
    await here.say.turn(query, slot_cards.choose(here.texts, here.language, page))
    await here.say.answer(query)


async def show_project(query: CallbackQuery, callback_data: cb.SlotProject, state: FSMContext, here: Here) -> None:
    """The project, and the name everybody will see: it is public, so it is said before it is."""
    await _ask_to_confirm(query, callback_data.project, state, here)
    await here.say.answer(query)


async def _ask_to_confirm(query: CallbackQuery, project: UUID, state: FSMContext, here: Here) -> None:
    card = await here.projects.card(project)
    await must_be_open(here, card)
    await state.set_state(SlotName.waiting)
    await state.set_data({"project": token_of(project)})
    shown = slot_cards.confirm(here.texts, here.links, here.language, card, await _name(here))
    await here.say.turn(query, shown)


async def _name(here: Here) -> str:
    mine = await here.slots.mine(here.person)
    return mine.slot.name if mine else clean(here.person.name, most=NAME_GRAPHEMES)


async def confirm(query: CallbackQuery, callback_data: cb.SlotOpen, state: FSMContext, here: Here) -> None:
    """Open, under the name that was shown; one that was sent and is forgotten is shown again first."""
    data = await state.get_data()
    name = str(data.get("name", "")) if data.get("project") == token_of(callback_data.project) else ""
    if callback_data.sent and not name:
        await _ask_to_confirm(query, callback_data.project, state, here)
        await here.say.answer(query, here.plain("slot-name-forgotten"), alert=True)
        return
    shown = name if callback_data.sent else await _name(here)
    card = await here.slots.open(here.person, callback_data.project, shown)
    await state.clear()
    await here.say.turn(query, slot_cards.opened(here.texts, here.links, here.language, card))
    await here.say.answer(query)


async def named(message: Message, state: FSMContext, here: Here) -> None:
    """Another name; what can't be read as one is told, and the question stays.

    Words may come by chance, long after the question: before a page opens under them they are shown once more.
    """
    name = clean(message.text or "", most=NAME_GRAPHEMES)
    project = id_of(str((await state.get_data()).get("project", "")))
    async with answering(here, state, NameNeeded):
        if not name:
            raise NameNeeded
        if project is None:
            slot = await here.slots.rename(here.person, name)
            log.info("slot_renamed", slot_id=str(slot.slot.id), creator_id=str(here.person.id))
            await state.clear()
            shown = slot_cards.mine(here.texts, here.links, here.language, slot)
        else:
            card = await here.projects.card(project)
            await must_be_open(here, card)
            await state.update_data(name=name)
            shown = slot_cards.confirm(here.texts, here.links, here.language, card, name, sent=True)
        await here.say.send(message.chat.id, shown)


# --- Giving on it ----------------------------------------------------------------------------------------------------


async def open_slot(message: Message, command: CommandObject, here: Here) -> None:
    """/start s_…: somebody's slot, with amounts that count for it."""
    slot_id = id_of((command.args or "")[2:])
    if slot_id is None:
        raise SlotUnknown
    card = await here.slots.card(slot_id)
    await must_be_open(here, card.project)
    intro = promises(here)
    presets, takes_money = await here.tips.presets_of(card.project.project.id), here.tips.takes_money
    shown = slot_cards.to_give(
        here.texts, here.links, here.language, card, presets, takes_money=takes_money, intro=intro
    )
    await here.say.send(message.chat.id, shown)


async def tapped(query: CallbackQuery, callback_data: cb.SlotTap, here: Here) -> None:
    """An amount on the card: the tip, and the way to pay it."""
    tip = await here.tips.offer(
        OfferRequest(
            key=query.id,
            donor=here.person.id,
            amount=callback_data.amount,
            slot=callback_data.slot,
            visibility=here.person.visibility,
            rail=here.person.rail,
        )
    )
    await here.say.in_time(query, show_tip(here, tip.id))
    await here.say.answer(query)


async def other(query: CallbackQuery, callback_data: cb.SlotOther, state: FSMContext, here: Here) -> None:
    """Another amount for the slot."""
    card = await here.slots.card(callback_data.slot)
    await must_be_open(here, card.project)
    must_be_paid_here(here, card.project.project)
    title, about = card.project.project.title(here.language), {"slot": token_of(callback_data.slot)}
    await ask_amount(here, state, title=title, about=about)
    await here.say.answer(query)
