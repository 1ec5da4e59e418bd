"""/tab: what is promised and not paid yet; and by what a tip is paid."""

from aiogram import F, Router
from aiogram.filters import Command, CommandStart
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import tab_cards
from bot.cards import Rendered
from giving.errors import GivingError, NotYours, TabBusy, TabChanged
from giving.money import Money
from giving.rails import How
from giving.tips import OfferRequest
from handlers.here import Here
from handlers.tips.card import turn_card
from services.rails.methods import MethodService
from services.tabs import TabCharges, TabService


def router() -> Router:
    """In private chats only; every act is about who acts."""
    fresh = Router(name="tabs")
    private = F.chat.type == "private"
    fresh.message.register(show, Command("tab"), private)
    fresh.message.register(show, CommandStart(deep_link=True, magic=F.args == "tab"), private)
    fresh.callback_query.register(choose_rail, cb.TipRail.filter())
    fresh.callback_query.register(show_again, cb.TabShow.filter())
    fresh.callback_query.register(show_page, cb.TabPage.filter())
    fresh.callback_query.register(settle, cb.TabPay.filter())
    fresh.callback_query.register(settle_together, cb.TabsPay.filter())
    fresh.callback_query.register(round_up, cb.TabRound.filter())
    fresh.callback_query.register(skip, cb.TabSkip.filter())
    fresh.callback_query.register(save, cb.TabSave.filter())
    fresh.callback_query.register(forget, cb.MethodForget.filter())
    fresh.callback_query.register(take_off, cb.PromiseOff.filter())
    fresh.callback_query.register(choose_terms, cb.TabTerms.filter())
    return fresh


async def choose_rail(query: CallbackQuery, callback_data: cb.TipRail, here: Here, tabs: TabService) -> None:
    """By this rail: its pay link, or on the tab at once."""
    way = await here.tips.choose_rail(callback_data.tip, here.person, callback_data.rail)
    if way.how is How.NOW:
        await turn_card(query, here, callback_data.tip)
        return
    promised = await here.say.in_time(query, tabs.promise(callback_data.tip, here.person))
    await here.say.turn(query, tab_cards.promised(here.texts, here.language, promised))
    await here.say.answer(query, tab_cards.promised_short(here.texts, here.language, promised))


async def show(message: Message, here: Here, tabs: TabService) -> None:
    """All of it."""
    await here.say.send(message.chat.id, await _view(here, tabs))


async def _view(here: Here, tabs: TabService, page: int = 0) -> Rendered:
    return tab_cards.view(here.texts, here.language, await tabs.view(here.person), here.tips.limits.least, page)


async def _as_it_is(query: CallbackQuery, here: Here, tabs: TabService, why: GivingError) -> None:
    """What the button said is not so any more: nothing is done, the tab is shown, and why is said."""
    await here.say.turn(query, await _view(here, tabs))
    await here.say.answer(query, here.plain(why.message_key), alert=True)


async def show_again(query: CallbackQuery, callback_data: cb.TabShow, here: Here, tabs: TabService) -> None:
    """In place, or in a new message."""
    shown = await here.say.in_time(query, _view(here, tabs))
    if callback_data.fresh:
        await here.say.send(here.person.telegram_id, shown)
    else:
        await here.say.turn(query, shown)
    await here.say.answer(query)


async def show_page(query: CallbackQuery, callback_data: cb.TabPage, here: Here, tabs: TabService) -> None:
    """So many more of them, in place."""
    await here.say.turn(query, await here.say.in_time(query, _view(here, tabs, callback_data.page)))
    await here.say.answer(query)


async def settle(
    query: CallbackQuery, callback_data: cb.TabPay, here: Here, tabs: TabService, charges: TabCharges
) -> None:
    """Now: the page to pay it on."""
    await _pay(query, callback_data, here, tabs, charges)


async def _pay(
    query: CallbackQuery, said: cb.TabPay | cb.TabRound, here: Here, tabs: TabService, charges: TabCharges
) -> None:
    tab, seen = said.tab, Money(said.minor, tabs.terms.settle_at.currency)
    try:
        amount, url = await here.say.in_time(query, charges.settle(tab, here.person, seen))
    except (TabChanged, TabBusy) as why:
        await _as_it_is(query, here, tabs, why)
        return
    scanned = url is not None and await charges.code(tab, here.person) is not None
    code = cb.TabCode(tab=tab) if scanned else None
    await here.say.turn(query, tab_cards.pay(here.texts, here.language, amount, url, code))
    await here.say.answer(query)


async def settle_together(
    query: CallbackQuery, callback_data: cb.TabsPay, here: Here, tabs: TabService, charges: TabCharges
) -> None:
    """All that one charge can carry, now: one page for all of it."""
    seen = Money(callback_data.minor, tabs.terms.settle_at.currency)
    try:
        paying = charges.settle_together(here.person, callback_data.rail, seen)
        amount, url = await here.say.in_time(query, paying)
    except (TabChanged, TabBusy) as why:
        await _as_it_is(query, here, tabs, why)
        return
    await here.say.turn(query, tab_cards.pay(here.texts, here.language, amount, url))
    await here.say.answer(query)


async def round_up(
    query: CallbackQuery, callback_data: cb.TabRound, here: Here, tabs: TabService, charges: TabCharges
) -> None:
    """A gift more for the project that was promised to last, and then all of it now."""
    card = next((c for c in (await tabs.view(here.person)).cards if c.tab.id == callback_data.tab), None)
    if card is None:
        raise NotYours
    more = Money(callback_data.minor - card.whole.free.minor, card.whole.free.currency)
    if more < here.tips.limits.least:  # pressed before, or promised since
        await _as_it_is(query, here, tabs, TabChanged())
        return
    tip = await here.tips.offer(
        OfferRequest(
            key=query.id, donor=here.person.id, amount=more, project=card.tips[0][1].id,
            visibility=here.person.visibility, rail=card.rail,
        )
    )  # fmt: skip
    try:
        await tabs.promise(tip.id, here.person)
    except GivingError:  # their limit: then it was never asked for
        await here.tips.cancel(tip.id, here.person)
        raise
    await _pay(query, callback_data, here, tabs, charges)


async def skip(
    query: CallbackQuery, callback_data: cb.TabSkip, here: Here, tabs: TabService, charges: TabCharges
) -> None:
    """Not this time."""
    try:
        until = await charges.skip(callback_data.charge, here.person)
    except (TabChanged, TabBusy) as why:
        await _as_it_is(query, here, tabs, why)
        return
    await here.say.turn(query, await _view(here, tabs))
    await here.say.answer(query, here.plain("tab-skipped", date=until.astimezone(tabs.zone).date()))


async def save(query: CallbackQuery, callback_data: cb.TabSave, here: Here, methods: MethodService) -> None:
    """The rail's own page takes the card."""
    url = await here.say.in_time(query, methods.save_link(callback_data.tab, here.person))
    await here.say.turn(query, tab_cards.save(here.texts, here.language, url))
    await here.say.answer(query)


async def forget(
    query: CallbackQuery, callback_data: cb.MethodForget, here: Here, tabs: TabService, methods: MethodService
) -> None:
    """Charged no more."""
    await methods.forget(callback_data.method, here.person)
    await here.say.turn(query, await _view(here, tabs))
    await here.say.answer(query, here.plain("tab-method-forgotten"))


async def take_off(query: CallbackQuery, callback_data: cb.PromiseOff, here: Here, tabs: TabService) -> None:
    """That one is not promised any more."""
    try:
        tip = await tabs.take_off(callback_data.tip, here.person)
    except TabBusy as why:
        await _as_it_is(query, here, tabs, why)
        return
    await here.say.turn(query, await _view(here, tabs))
    await here.say.answer(query, here.plain("tab-taken-off", amount=tip.amount))


async def choose_terms(query: CallbackQuery, callback_data: cb.TabTerms, here: Here, tabs: TabService) -> None:
    """Which sum, or that one from now on."""
    what, terms = callback_data.what, tabs.terms_of(here.person.settle_at_minor, here.person.monthly_minor)
    if callback_data.minor == 0:
        chosen = terms.settle_at if what is cb.TermsOf.SETTLE else terms.monthly
        await here.say.turn(query, tab_cards.terms(here.texts, here.language, what, tabs.terms, chosen))
        await here.say.answer(query)
        return
    sum_ = Money(callback_data.minor, terms.settle_at.currency)
    if what is cb.TermsOf.SETTLE:
        person = await tabs.set_terms(here.person, settle_at=sum_)
    else:
        person = await tabs.set_terms(here.person, monthly=sum_)
    await here.say.turn(
        query, tab_cards.view(here.texts, here.language, await tabs.view(person), here.tips.limits.least)
    )
    await here.say.answer(query, here.plain("tab-terms-kept"))
