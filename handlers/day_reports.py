"""Under what a donor is told of a day that is over: to hear of the next ones, or not; one tap, and told."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot import callbacks as cb
from bot import day_report_cards
from giving.subscriptions import Often, SubscriptionKind
from handlers.here import Here
from services.giving_days.report import DayReports
from services.subscriptions import SubscriptionService


def router() -> Router:
    """In private, as the messages are; it changes nothing but what who presses is told."""
    fresh = Router(name="day_reports")
    fresh.callback_query.register(choose, cb.DayNews.filter())
    return fresh


async def choose(
    query: CallbackQuery, callback_data: cb.DayNews, here: Here, subscriptions: SubscriptionService,
    day_reports: DayReports,
) -> None:  # fmt: skip
    """On or off from now on; the message says so, if it was theirs."""
    often = Often.ALL if callback_data.on else Often.NONE
    await subscriptions.choose(here.person, SubscriptionKind.GIVING_DAYS, often)
    told = await day_reports.together(callback_data.day, here.person.id)
    if told is not None:
        await here.say.turn(query, day_report_cards.together(here.texts, here.links, here.language, told))
    await here.say.answer(query, here.plain("privacy-told-on" if callback_data.on else "privacy-told-off"))
