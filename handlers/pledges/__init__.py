"""Monthly giving: /monthly, beginning a pledge, and what its donor does with it."""

from aiogram import F, Router
from aiogram.filters import Command, CommandStart

from bot import callbacks as cb
from handlers.here import HereMiddleware
from handlers.pledges import altering, beginning, keeping
from handlers.pledges.here import AnsweredByButton, Here, PledgeDialog

__all__ = ["PledgeDialog", "router"]


def router() -> Router:
    """In private chats only; every act is about who acts."""
    fresh = Router(name="pledges")
    for kind in (fresh.message, fresh.callback_query):
        kind.middleware(HereMiddleware(Here))
    fresh.callback_query.middleware(AnsweredByButton())
    private = F.chat.type == "private"
    fresh.message.register(keeping.monthly, Command("monthly"), private)
    fresh.message.register(keeping.monthly, CommandStart(deep_link=True, magic=F.args == "monthly"), private)
    fresh.message.register(beginning.called, CommandStart(deep_link=True, magic=F.args.startswith("m_")), private)
    fresh.message.register(beginning.typed, PledgeDialog.amount, private)
    _begin(fresh)
    _keep(fresh)
    return fresh


def _begin(fresh: Router) -> None:
    fresh.callback_query.register(beginning.begin, cb.PledgeNew.filter())
    fresh.callback_query.register(beginning.other, cb.PledgeOther.filter())
    fresh.callback_query.register(beginning.see, cb.PledgeSee.filter())
    fresh.callback_query.register(beginning.again, cb.PledgeAgain.filter())
    fresh.callback_query.register(beginning.days, cb.PledgeDays.filter())
    fresh.callback_query.register(beginning.names, cb.PledgeNames.filter())
    fresh.callback_query.register(beginning.make, cb.PledgeMake.filter())
    fresh.callback_query.register(beginning.projects, cb.PledgeProjects.filter())
    fresh.callback_query.register(beginning.tick, cb.PledgeTick.filter())


def _keep(fresh: Router) -> None:
    fresh.callback_query.register(keeping.turn_list, cb.PledgeList.filter())
    fresh.callback_query.register(keeping.show, cb.PledgeShow.filter())
    fresh.callback_query.register(keeping.skip, cb.PledgeSkip.filter())
    fresh.callback_query.register(keeping.pause, cb.PledgePause.filter())
    fresh.callback_query.register(keeping.resume, cb.PledgeResume.filter())
    fresh.callback_query.register(keeping.cancel, cb.PledgeCancel.filter())
    fresh.callback_query.register(keeping.why, cb.PledgeWhy.filter())
    fresh.callback_query.register(keeping.pay, cb.PledgePay.filter())
    fresh.callback_query.register(keeping.code, cb.PledgeCode.filter())
    fresh.callback_query.register(altering.change, cb.PledgeChange.filter())
    fresh.callback_query.register(altering.alter, cb.PledgeAlter.filter())
    fresh.callback_query.register(altering.ask_amount, cb.PledgeTyped.filter())
    fresh.callback_query.register(altering.pay_by, cb.PledgeBy.filter())
    fresh.callback_query.register(altering.choose_visibility, cb.PledgeShown.filter())
    fresh.callback_query.register(altering.move, cb.PledgeMove.filter())
    fresh.callback_query.register(altering.save, cb.PledgeSave.filter())
