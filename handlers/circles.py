"""/circle: a creator's monthly donors; /org monthly: those of an organisation, for its members."""

from dataclasses import dataclass

import structlog
from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import circle_cards
from bot.cards import Rendered
from giving.errors import OrganisationUnknown
from handlers import here
from handlers.here import HereMiddleware
from services.circles import CircleService
from services.monthly_calls import MonthlyCallService

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Here(here.Here):
    """With the figures of monthly donors, and inviting them."""

    circles: CircleService
    monthly_calls: MonthlyCallService


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="circles")
    fresh.message.middleware(HereMiddleware(Here))
    fresh.callback_query.middleware(HereMiddleware(Here))
    fresh.message.register(circle, Command("circle"), F.chat.type == "private")
    fresh.callback_query.register(show, cb.CircleShow.filter())
    fresh.callback_query.register(organisations, cb.OrgCircles.filter())
    fresh.callback_query.register(organisation, cb.OrgCircle.filter())
    fresh.callback_query.register(renew, cb.OrgRenew.filter())
    return fresh


async def circle(message: Message, here: Here) -> None:
    """/circle: who gives monthly because of me."""
    await here.say.send(message.chat.id, await _mine(here))


async def show(query: CallbackQuery, callback_data: cb.CircleShow, here: Here) -> None:
    """The same by a button."""
    if callback_data.fresh:
        await here.say.send(query.from_user.id, await _mine(here))
    else:
        await here.say.turn(query, await _mine(here))
    await here.say.answer(query)


async def _mine(here: Here) -> Rendered:
    found = await here.circles.of_creator(here.person)
    can_invite = bool(await here.monthly_calls.chats(here.person))
    return circle_cards.of_creator(here.texts, here.language, found, can_invite=can_invite)


async def monthly(message: Message, here: Here, slug: str = "") -> None:
    """`/org monthly [<organisation>]`: of the only one I work for, or which of them?

    Raises: NotAllowed, OrganisationUnknown (also for one that is not theirs).
    """
    await here.say.send(message.chat.id, await _organisations(here, slug))


async def organisations(query: CallbackQuery, here: Here) -> None:
    """Which of them? Raises: NotAllowed."""
    await here.say.turn(query, await _organisations(here))
    await here.say.answer(query)


async def _organisations(here: Here, slug: str = "") -> Rendered:
    found = await here.circles.organisations(here.person)
    if slug:
        found = tuple(one for one in found if one.slug == slug)
    if not found:
        raise OrganisationUnknown
    if len(found) > 1:
        return circle_cards.organisations(here.texts, here.language, found)
    return await _organisation(here, cb.OrgCircle(organisation=found[0].id))


async def organisation(query: CallbackQuery, callback_data: cb.OrgCircle, here: Here) -> None:
    """One of them. Raises: NotAllowed."""
    await here.say.turn(query, await _organisation(here, callback_data))
    await here.say.answer(query)


async def renew(query: CallbackQuery, callback_data: cb.OrgRenew, here: Here) -> None:
    """My page has another address from now on. Raises: NotAllowed."""
    await here.circles.renew(here.person, callback_data.organisation)
    await here.say.turn(query, await _organisation(here, cb.OrgCircle(organisation=callback_data.organisation)))
    await here.say.answer(query, here.plain("circle-renewed"), alert=True)


async def _organisation(here: Here, data: cb.OrgCircle) -> Rendered:
    found, circle_ = await here.circles.of_organisation(here.person, data.organisation)
    url = here.links.circle(await here.circles.page_token(here.person, found.id), here.language)
    several = len(await here.circles.organisations(here.person)) > 1
    return circle_cards.of_organisation(here.texts, here.language, found, circle_, url=url, several=several)
