"""/giving_day: the days there are, made, changed, looked at, and run; for who may run them, in private chats."""

from aiogram import F, Router
from aiogram.filters import Command, CommandStart

from bot import callbacks as cb
from handlers.giving_days import acting, again, asking, choosing, giving, pools, publishing, showing
from handlers.giving_days.here import Here, OnlyWhoRunsDays
from handlers.here import HereMiddleware


def router() -> Router:
    """What everybody may see of a day, and what its admins do."""
    fresh = Router(name="days")
    fresh.include_routers(_everybody(), _creators(), _admins())
    return fresh


def _everybody() -> Router:
    fresh = Router(name="giving_on_days")
    fresh.message.middleware(HereMiddleware(Here))
    deep = CommandStart(deep_link=True, magic=F.args.startswith("d_"))
    fresh.message.register(giving.open_day, deep, F.chat.type == "private")
    return fresh


def _creators() -> Router:
    fresh = Router(name="posts_of_days")
    fresh.callback_query.middleware(HereMiddleware(publishing.Here))
    fresh.callback_query.register(publishing.publish, cb.DayPublish.filter())
    return fresh


def _admins() -> Router:
    fresh = Router(name="giving_days")
    for kind in (fresh.message, fresh.callback_query):
        kind.middleware(HereMiddleware(Here))
        kind.middleware(OnlyWhoRunsDays())
    private = F.chat.type == "private"
    fresh.message.register(showing.days, Command("giving_day"), private)
    fresh.message.register(choosing.search, choosing.DayProjectWords.waiting, private)
    fresh.message.register(asking.typed, asking.DayWords.waiting, private)
    _looking(fresh)
    _deciding(fresh)
    return fresh


def _looking(fresh: Router) -> None:
    fresh.callback_query.register(showing.listed, cb.DayList.filter())
    fresh.callback_query.register(showing.look, cb.DayDo.filter())
    fresh.callback_query.register(showing.preview, cb.DayPreview.filter())


def _deciding(fresh: Router) -> None:
    fresh.callback_query.register(asking.begin, cb.DayNew.filter())
    fresh.callback_query.register(asking.ask, cb.DayAsk.filter())
    fresh.callback_query.register(asking.time_chosen, cb.DayTime.filter())
    fresh.callback_query.register(asking.wiped, cb.DayWipe.filter())
    fresh.callback_query.register(asking.audience_chosen, cb.DayAudience.filter())
    fresh.callback_query.register(choosing.toggled, cb.DayProject.filter())
    fresh.callback_query.register(choosing.turned, cb.DayProjects.filter())
    fresh.callback_query.register(asking.projects_done, cb.DayProjectsDone.filter())
    fresh.callback_query.register(pools.toggled, cb.DayPool.filter())
    fresh.callback_query.register(acting.wish, cb.DayWish.filter())
    fresh.callback_query.register(acting.sure, cb.DaySure.filter())
    fresh.callback_query.register(acting.longer, cb.DayLonger.filter())
    fresh.callback_query.register(acting.confirm, cb.DayConfirm.filter())
    fresh.callback_query.register(again.rule, cb.DayRule.filter())
    fresh.callback_query.register(again.nth, cb.DayNth.filter())
