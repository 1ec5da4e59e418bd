"""Three taps: give every month, so much, yes."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from aiogram.filters import CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import pledge_cards as cards
from bot.cards import Rendered
from giving.errors import (
    AmountNotUnderstood,
    PledgeChanged,
    PledgeProjects,
    PledgeTwice,
    ProjectUnknown,
    TipTooLarge,
    TipTooSmall,
)
from giving.ids import id_of, token_of
from giving.money import parse_amount
from giving.pledges import MOST_CHOICES, Way
from handlers.arrivals import promises
from handlers.asking import answering
from handlers.opening import must_be_paid_here
from handlers.pledges.here import Here, PledgeDialog
from services.pledges import PledgeAsk, PledgeCard


async def called(message: Message, command: CommandObject, state: FSMContext, here: Here) -> None:
    """/start m_…: from a creator's call, or a page; how much?"""
    what = id_of((command.args or "")[2:])
    if what is None:
        raise ProjectUnknown
    await here.say.send(message.chat.id, await _begun(here, state, what, promises(here)))


async def begin(query: CallbackQuery, callback_data: cb.PledgeNew, state: FSMContext, here: Here) -> None:
    """How much? In place, or, under what is to stay as it is, in a new message."""
    shown = await here.say.in_time(query, _begun(here, state, callback_data.what))
    if callback_data.fresh:
        await here.say.send(here.person.telegram_id, shown)
    else:
        await here.say.turn(query, shown)
    await here.say.answer(query)


async def _begun(here: Here, state: FSMContext, what: UUID, intro: str | None = None) -> Rendered:
    begun = await here.pledges.begin(what, here.person)
    must_be_paid_here(here, begun.goal.among[0])
    if begun.known is not None:
        return cards.twice(here.texts, here.language, begun.known, intro=intro)
    await here.ask_how_much(state, {"what": token_of(what)})
    return cards.amounts(here.texts, here.language, begun, what, intro=intro)


async def other(query: CallbackQuery, callback_data: cb.PledgeOther, state: FSMContext, here: Here) -> None:
    """Another amount: a question, answered in words."""
    ticked = await _ticked(state)
    what = None if callback_data.what == cb.TICKED else callback_data.what
    begun = await here.pledges.begin(what, here.person, ticked)
    must_be_paid_here(here, begun.goal.among[0])
    await here.ask_how_much(state, {"what": token_of(callback_data.what), "ticked": [token_of(one) for one in ticked]})
    goal = cards.goal_title(here.texts, here.language, begun.goal)
    await here.say.send(here.person.telegram_id, cards.ask_amount(here.texts, here.language, goal, here.pledges.limits))
    await here.say.answer(query)


async def typed(message: Message, state: FSMContext, here: Here) -> None:
    """The amount in words: all of it is shown before anything is promised; or a pledge's new amount, which is."""
    about, limits = await state.get_data(), here.pledges.limits
    async with answering(here, state, AmountNotUnderstood, TipTooSmall, TipTooLarge):
        amount = parse_amount(message.text or "", least=limits.least, most=limits.most)
        pledge, what = id_of(str(about.get("pledge", ""))), id_of(str(about.get("what", "")))
        if pledge is not None:
            shown = await here.new_amount(pledge, amount, 1 if about.get("every") else 0)
        else:
            shown = await _offered(here, what or cb.TICKED, PledgeAsk(what, amount), await _ticked(state))
        await here.say.send(message.chat.id, shown)
        if pledge is None and about.get("ticked"):
            await state.set_state(PledgeDialog.ticking)
        else:
            await state.clear()


async def see(query: CallbackQuery, callback_data: cb.PledgeSee, state: FSMContext, here: Here) -> None:
    """All that would be promised."""
    said = callback_data
    ask = PledgeAsk(said.what, here.sum_of(said.minor), said.day, said.by, said.every, shown=said.shown)
    await _see(query, state, here, said.what, ask)


async def again(query: CallbackQuery, callback_data: cb.PledgeAgain, state: FSMContext, here: Here) -> None:
    """The same, of one that is over: its amount, day, way and projects, and what others see of it."""
    card = await here.pledges.card(callback_data.pledge, here.person)
    was = card.pledge
    if was.open:
        await here.as_it_is(query, was.id, PledgeChanged())
        return
    if was.choices:
        await state.set_state(PledgeDialog.ticking)
        await state.set_data({"ticked": [token_of(one) for one in was.choices]})
    ask = PledgeAsk(card.goal.what, was.amount, was.day, cards.by_now(was), was.every, shown=was.visibility)
    await _see(query, state, here, card.goal.what or cb.TICKED, ask)


async def _see(query: CallbackQuery, state: FSMContext, here: Here, what: UUID, ask: PledgeAsk) -> None:
    try:
        shown = await here.say.in_time(query, _offered(here, what, ask, await _ticked(state)))
    except PledgeProjects:
        await _tick_again(query, state, here)
        return
    await here.say.turn(query, shown)
    await here.say.answer(query)


async def _offered(here: Here, what: UUID, ask: PledgeAsk, ticked: Sequence[UUID]) -> Rendered:
    try:
        offer = await here.pledges.offer(_of(ask, what, ticked), here.person)
    except PledgeTwice as twice:
        return await here.twice(twice)
    must_be_paid_here(here, offer.goal.among[0])
    return cards.confirm(here.texts, here.language, offer, what)


def _of(ask: PledgeAsk, what: UUID, ticked: Sequence[UUID]) -> PledgeAsk:
    named = None if what == cb.TICKED else what
    return replace(ask, what=named, ticked=tuple(ticked) if named is None else ())


async def days(query: CallbackQuery, callback_data: cb.PledgeDays, here: Here) -> None:
    """Which day of the month?"""
    so = cb.PledgeSee(**dict(callback_data))

    def to(day: int) -> cb.PledgeSee:
        return so.model_copy(update={"day": day})

    await here.say.turn(query, cards.days(here.texts, here.language, to, now=so.day, back=so))
    await here.say.answer(query)


async def names(query: CallbackQuery, callback_data: cb.PledgeNames, here: Here) -> None:
    """What shall others see?"""
    so = cb.PledgeSee(**dict(callback_data))
    amount, chosen = here.sum_of(so.minor), so.shown or here.person.visibility
    shown = cards.names(here.texts, here.language, here.person.name, amount, chosen, so)
    await here.say.turn(query, shown)
    await here.say.answer(query)


async def make(query: CallbackQuery, callback_data: cb.PledgeMake, state: FSMContext, here: Here) -> None:
    """Promised; what comes next is said."""
    said, ticked = callback_data, await _ticked(state)
    amount = here.sum_of(said.minor)
    ask = PledgeAsk(None, amount, said.day, said.by, said.every, seen=said.seen, shown=said.shown)
    ask = _of(ask, said.what, ticked)
    try:
        card = await here.say.in_time(query, _made(here, ask, f"tap:{query.id}"))
    except PledgeTwice as twice:
        await here.say.turn(query, await here.twice(twice))
        await here.say.answer(query)
        return
    except PledgeProjects:
        await _tick_again(query, state, here)
        return
    except PledgeChanged as changed:  # the slot has another project by now: it is shown before it is promised to
        anew = replace(ask, seen="")
        await here.say.turn(query, await _offered(here, said.what, anew, ticked))
        await here.say.answer(query, here.plain(changed.message_key), alert=True)
        return
    await state.clear()
    made = cards.card(here.texts, here.language, card, here.chat("pledge-made"), new=True)
    await here.say.turn(query, made)
    await here.say.answer(query)


async def _made(here: Here, ask: PledgeAsk, key: str) -> PledgeCard:
    """Where its day is today and it is paid by a link, or in Stars, that is asked for at once: who said yes is here."""
    card = await here.pledges.make(ask, here.person, key)
    asked = card.pledge.way in (Way.LINK, Way.STARS) and await here.pledge_pages.begin(card.pledge.id, here.person)
    return await here.pledges.card(card.pledge.id, here.person) if asked else card


# -- which projects --


async def projects(query: CallbackQuery, callback_data: cb.PledgeProjects, here: Here) -> None:
    """The open projects."""
    page = await here.projects.search(page=callback_data.page)
    await here.say.turn(query, cards.projects(here.texts, here.language, page))
    await here.say.answer(query)


async def tick(query: CallbackQuery, callback_data: cb.PledgeTick, state: FSMContext, here: Here) -> None:
    """One more, or one less; up to so many."""
    ticked = await _ticked(state)
    if callback_data.project is not None and callback_data.project in ticked:
        ticked.remove(callback_data.project)
    elif callback_data.project is not None and len(ticked) < MOST_CHOICES:
        ticked.append(callback_data.project)
    await _show_ticks(query, state, here, ticked, callback_data.page)
    await here.say.answer(query)


async def _show_ticks(query: CallbackQuery, state: FSMContext, here: Here, ticked: list[UUID], page: int) -> None:
    await state.set_state(PledgeDialog.ticking)
    await state.set_data({"ticked": [token_of(one) for one in ticked]})
    found = await here.projects.search(page=page)
    await here.say.turn(query, cards.tick(here.texts, here.language, found, ticked, here.pledges.presets))


async def _tick_again(query: CallbackQuery, state: FSMContext, here: Here) -> None:
    """What was ticked is forgotten (a day went by, or something else was begun), or takes gifts no more."""
    await _show_ticks(query, state, here, [], 0)
    await here.say.answer(query, here.plain("pledge-tick-again"), alert=True)


async def _ticked(state: FSMContext) -> list[UUID]:
    kept = (await state.get_data()).get("ticked", [])
    found = [id_of(str(one)) for one in kept] if isinstance(kept, list) else []
    return [one for one in found if one is not None]
