"""/why: why I give every month, in a sentence of mine; /whys: reviewers read what waits."""

from dataclasses import dataclass

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import why_cards
from bot.cards import Rendered
from giving.errors import GivingError, WhyEmpty, WhyOver, WhyTooLong
from giving.ids import id_of, token_of
from giving.whys import WhyState
from handlers import here
from handlers.asking import answering
from handlers.here import HereMiddleware
from services.whys import WhyService
from texts import Html


@dataclass(frozen=True, slots=True)
class Here(here.Here):
    """With what donors write."""

    whys: WhyService


class WhyWords(StatesGroup):
    """A sentence on why somebody gives monthly; the data names the project."""

    waiting = State()


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="whys")
    fresh.message.middleware(HereMiddleware(Here))
    fresh.callback_query.middleware(HereMiddleware(Here))
    private = F.chat.type == "private"
    fresh.message.register(mine, Command("why"), private)
    fresh.message.register(queue, Command("whys"), private)
    fresh.message.register(written, WhyWords.waiting, private)
    fresh.callback_query.register(mine_tapped, cb.WhyList.filter())
    fresh.callback_query.register(ask, cb.WhyAsk.filter())
    fresh.callback_query.register(back, cb.WhyBack.filter())
    fresh.callback_query.register(queue_tapped, cb.WhyQueue.filter())
    fresh.callback_query.register(show, cb.WhyShow.filter())
    fresh.callback_query.register(reasons, cb.WhyReasons.filter())
    fresh.callback_query.register(refuse, cb.WhyRefuse.filter())
    fresh.callback_query.register(on_pages, cb.WhysOn.filter())
    fresh.callback_query.register(down, cb.WhyDown.filter())
    fresh.callback_query.register(take_down, cb.WhyDownFor.filter())
    return fresh


async def mine(message: Message, here: Here) -> None:
    """What I wrote, and for which projects I may."""
    await here.say.send(message.chat.id, await _mine(here))


async def mine_tapped(query: CallbackQuery, callback_data: cb.WhyList, here: Here) -> None:
    """The same by a button."""
    if callback_data.fresh:
        await here.say.send(query.from_user.id, await _mine(here))
    else:
        await here.say.turn(query, await _mine(here))
    await here.say.answer(query)


async def _mine(here: Here) -> Rendered:
    return why_cards.mine(here.texts, here.language, await here.whys.mine(here.person))


async def ask(query: CallbackQuery, callback_data: cb.WhyAsk, state: FSMContext, here: Here) -> None:
    """Which sentence? Raises: NotMonthlyDonor."""
    why = await here.whys.about(here.person, callback_data.project)
    await state.set_state(WhyWords.waiting)
    await state.set_data({"project": token_of(callback_data.project)})
    await here.say.send(query.from_user.id, why_cards.ask(here.texts, here.language, why))
    await here.say.answer(query)


async def written(message: Message, state: FSMContext, here: Here) -> None:
    """Kept, and read before anybody else sees it; what is too long is asked for again."""
    project = id_of(str((await state.get_data()).get("project", "")))
    async with answering(here, state, WhyEmpty, WhyTooLong):
        if project is None:
            raise GivingError
        why = await here.whys.write(here.person, project, message.text or "")
        await state.clear()
        await here.say.send(message.chat.id, why_cards.written(here.texts, here.language, why))


async def back(query: CallbackQuery, callback_data: cb.WhyBack, here: Here) -> None:
    """Gone at once, wherever it stood."""
    await here.whys.take_back(here.person, callback_data.project)
    await here.say.turn(query, await _mine(here))
    await here.say.answer(query, here.plain("why-taken-back"), alert=True)


# -- for reviewers --


async def queue(message: Message, here: Here) -> None:
    """What waits. Raises: NotAllowed."""
    await here.say.send(message.chat.id, await _queue(here))


async def queue_tapped(query: CallbackQuery, here: Here) -> None:
    """The same, as it is now. Raises: NotAllowed."""
    await here.say.turn(query, await _queue(here))
    await here.say.answer(query)


async def show(query: CallbackQuery, callback_data: cb.WhyShow, here: Here) -> None:
    """Everybody may see it; the next one. Raises: NotAllowed."""
    try:
        await here.whys.show(here.person, callback_data.why)
        said = here.chat("whys-shown")
    except WhyOver as over:
        said = here.chat(over.message_key)
    await here.say.turn(query, await _queue(here, said))
    await here.say.answer(query)


async def reasons(query: CallbackQuery, callback_data: cb.WhyReasons, here: Here) -> None:
    """Why not? Raises: NotAllowed, WhyOver."""
    read = await here.whys.one(here.person, callback_data.why)
    await here.say.turn(query, why_cards.reasons(here.texts, here.language, read))
    await here.say.answer(query)


async def refuse(query: CallbackQuery, callback_data: cb.WhyRefuse, here: Here) -> None:
    """It is not shown, and its donor is told why; the next one. Raises: NotAllowed."""
    try:
        await here.whys.refuse(here.person, callback_data.why, callback_data.reason)
        said = here.chat("whys-refused")
    except WhyOver as over:
        said = here.chat(over.message_key)
    await here.say.turn(query, await _queue(here, said))
    await here.say.answer(query)


async def on_pages(query: CallbackQuery, callback_data: cb.WhysOn, here: Here) -> None:
    """What stands on projects' pages. Raises: NotAllowed."""
    await here.say.turn(query, await _on_pages(here, callback_data.page))
    await here.say.answer(query)


async def down(query: CallbackQuery, callback_data: cb.WhyDown, here: Here) -> None:
    """Why shall it be taken down? Raises: NotAllowed, WhyOver."""
    read = await here.whys.one(here.person, callback_data.why, WhyState.SHOWN)
    await here.say.turn(query, why_cards.down(here.texts, here.language, read))
    await here.say.answer(query)


async def take_down(query: CallbackQuery, callback_data: cb.WhyDownFor, here: Here) -> None:
    """Nobody sees it any more, and its donor is told why. Raises: NotAllowed."""
    try:
        await here.whys.take_down(here.person, callback_data.why, callback_data.reason)
        said = here.chat("whys-down")
    except WhyOver as over:
        said = here.chat(over.message_key)
    await here.say.turn(query, await _on_pages(here, 0, said))
    await here.say.answer(query)


async def _on_pages(here: Here, page: int, said: Html | None = None) -> Rendered:
    found = await here.whys.on_pages(here.person, page)
    return why_cards.on_pages(here.texts, here.language, found, here.person.id, said)


async def _queue(here: Here, said: Html | None = None) -> Rendered:
    found, total = await here.whys.waiting(here.person, limit=1)
    return why_cards.queue(here.texts, here.language, found, total, said)
