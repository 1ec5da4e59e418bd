"""Handlers read, call a service, and answer; one router per feature."""

from typing import Any, Final

import structlog
from aiogram import BaseMiddleware, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot import callbacks as cb
from bot.replies import Replies, for_one
from handlers import (
    admin,
    audit,
    broadcasts,
    circles,
    clocks,
    codes,
    creators,
    day_reports,
    giving_days,
    groups,
    inline,
    matching,
    monthly_calls,
    organisations,
    payments,
    pledges,
    privacy,
    project_updates,
    projects,
    proofs,
    rankings,
    refunds,
    start,
    subscriptions,
    tabs,
    tips,
    unanswered,
    whys,
)
from handlers.here import HereMiddleware
from texts import Texts

log = structlog.get_logger()


# The buttons that belong to a question: they may come while it waits for its answer.
_OWN: Final = {
    tips.other.OtherAmount.waiting.state: cb.OF_GIVING,
    projects.ProjectSearch.waiting.state: cb.OF_GIVING,
    creators.slots.SlotName.waiting.state: cb.OF_SLOTS,
    creators.choosing.ChatProjectSearch.waiting.state: cb.OF_CHATS,
    creators.finding.ChatSearch.waiting.state: cb.OF_CHATS,
    creators.presets.PresetWords.waiting.state: cb.OF_CHATS,
    refunds.RefundReason.waiting.state: frozenset(),
    **{one.state: cb.OF_NEW_PLEDGES for one in pledges.PledgeDialog.__states__},
    creators.thanks.ThanksWords.waiting.state: cb.OF_CHATS,
    clocks.ClockWords.waiting.state: cb.OF_PRIVACY,
    **{one.state: cb.OF_BROADCASTS for one in broadcasts.Cast.__states__},
    creators.thanks_posts.ThanksPostWords.waiting.state: cb.OF_RANKINGS,
    giving_days.asking.DayWords.waiting.state: cb.OF_DAYS,
    proofs.certificates.CertificateName.waiting.state: cb.OF_PROOFS,
    giving_days.choosing.DayProjectWords.waiting.state: cb.OF_DAYS,
    monthly_calls.CallWords.waiting.state: cb.OF_CALLS,
    whys.WhyWords.waiting.state: cb.OF_CIRCLES,
    project_updates.NewsWords.waiting.state: cb.OF_CIRCLES,
}
_LABEL: Final = cb.Home(deed=cb.HomeDeed.NOTHING).pack()


class LeaveDialog(BaseMiddleware):
    """Any command, and any button of another feature, ends what the person was in the middle of.

    What they type next, perhaps hours later, would otherwise be taken for an answer.
    """

    async def __call__(self, handler: Any, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Clear the dialog before the event's own handler runs."""
        state: FSMContext | None = data.get("state")
        asked: str | None = data.get("raw_state")
        if state is not None and asked and _leads_away(event, asked):
            await state.clear()
            data["raw_state"] = None
        return await handler(event, data)


def _leads_away(event: TelegramObject, asked: str) -> bool:
    if isinstance(event, Message):
        return _is_command(event)
    if not isinstance(event, CallbackQuery) or event.data == _LABEL:
        return False
    return cb.prefix_of(event.data) not in _OWN.get(asked, frozenset())


def _is_command(message: Message) -> bool:
    """One's own; a forwarded one is somebody else's words."""
    return (message.text or "").startswith("/") and message.forward_origin is None


class OnlyWhereItStands(BaseMiddleware):
    """Buttons of private cards work in private: pressed under somebody's post, they were made up."""

    async def __call__(self, handler: Any, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Handle, or refuse without a word on what it would have done."""
        if not isinstance(event, CallbackQuery) or for_one(event) or cb.prefix_of(event.data) in cb.IN_PUBLIC:
            return await handler(event, data)
        say: Replies = data["say"]
        texts: Texts = data["texts"]
        log.info("callback_refused", way="button", reason="not_here")
        await say.answer(event, texts.plain(data["language"], "unknown-button"), alert=True)
        return None


def routers(*, renews: bool = False) -> list[Router]:
    """Fresh routers for one dispatcher, payments first; what nothing else takes comes to start's last.

    `renews`: a rail that is switched on has subscriptions (Stars).
    """
    root = Router(name="chat")
    root.message.outer_middleware(LeaveDialog())
    root.callback_query.outer_middleware(OnlyWhereItStands())
    root.callback_query.outer_middleware(LeaveDialog())
    for kind in (root.message, root.edited_message, root.callback_query, root.channel_post, root.my_chat_member):
        kind.middleware(HereMiddleware())
    root.include_routers(
        unanswered.router(), tips.router(), tabs.router(), pledges.router(), codes.router(), refunds.router(),
        projects.router(), matching.router(), rankings.router(), groups.router(), creators.router(), privacy.router(),
        clocks.router(), subscriptions.router(), broadcasts.router(), day_reports.router(), proofs.router(),
        admin.router(), organisations.router(), audit.router(), giving_days.router(), circles.router(),
        monthly_calls.router(), whys.router(), project_updates.router(), start.router(),
    )  # fmt: skip
    return [payments.router(renews=renews), inline.router(), root]
