"""Outbox notices as messages, in the reader's language; several about one donor's money become one message."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from bot import (
    alert_cards,
    broadcast_cards,
    cards,
    creator_cards,
    day_cards,
    day_notices,
    day_report_cards,
    dispute_cards,
    group_cards,
    handover_cards,
    live_cards,
    news_cards,
    pledge_notices,
    proof_cards,
    refund_cards,
    subscription_cards,
    tab_cards,
    thanks_cards,
    why_cards,
)
from bot.cards import Rendered
from bot.paper_money import on_text
from services.links import Links
from services.outbox import Notice, NoticeKind, OutboxService
from services.tips import TipCard
from texts import Texts

MERGING: Final = frozenset({NoticeKind.RECEIPT, NoticeKind.REFUNDED, *pledge_notices.TOLD})
ABOUT_CHATS: Final = frozenset(
    {NoticeKind.UPGRADED, NoticeKind.NO_DISCUSSION, NoticeKind.NOT_IN_GROUP, NoticeKind.BLIND_IN_GROUP}
)
ABOUT_WISHES: Final = frozenset({NoticeKind.WISHES, NoticeKind.BROADCAST_ASKED, NoticeKind.THANKS})
ABOUT_MONTHLY: Final = frozenset(
    {
        *pledge_notices.TOLD, NoticeKind.CERTIFICATE, NoticeKind.WHY_READ, NoticeKind.WHYS_WAIT,
        NoticeKind.PROJECT_NEWS,
    }
)  # fmt: skip
ABOUT_DISPUTES: Final = frozenset({NoticeKind.GIFT_DISPUTED, NoticeKind.CHAT_DISPUTED})
ABOUT_MONEY: Final = frozenset(
    {
        NoticeKind.REFUND_DECLINED, NoticeKind.REFUND_FAILED, NoticeKind.REFUND_OTHER, NoticeKind.TAB_ANNOUNCED,
        NoticeKind.TAB_ASKED, NoticeKind.TAB_NOT_CHARGED, NoticeKind.ALERT, NoticeKind.ACCOUNT, *ABOUT_DISPUTES,
    }
)  # fmt: skip
ABOUT_DAYS: Final = frozenset(
    {
        NoticeKind.DAY_REPORT, NoticeKind.DAY_TOGETHER, NoticeKind.DAY_CARD_LOST, NoticeKind.DAY_CALL,
        *day_notices.TOLD, *live_cards.TOLD,
    }
)  # fmt: skip
MOST_IN_ONE: Final = 8


def together(notices: Iterable[Notice]) -> list[list[Notice]]:
    """Notices that go out as one message each, in the order of their first: a few receipts (or refunds, or what is told
    of monthly giving) of one person make one message, everything else stays alone.
    """
    alike: dict[object, list[Notice]] = {}
    for notice in notices:
        merges = notice.kind in MERGING
        alike.setdefault((notice.recipient, notice.kind, notice.language) if merges else notice.id, []).append(notice)
    return [same[i : i + MOST_IN_ONE] for same in alike.values() for i in range(0, len(same), MOST_IN_ONE)]


async def render(
    notices: Sequence[Notice], outbox: OutboxService, texts: Texts, links: Links, *, test_money: bool = False
) -> Rendered | None:
    """One batch of `together` as one message; None if there is nothing left to say."""
    if not notices:
        return None
    language = notices[0].language
    rendered = await _rendered(notices, outbox, texts, links)
    return replace(rendered, text=on_text(texts, language, rendered.text, test_money)) if rendered else None


async def _rendered(notices: Sequence[Notice], outbox: OutboxService, texts: Texts, links: Links) -> Rendered | None:
    first = notices[0]
    if first.kind is NoticeKind.DIGEST:
        digest = await outbox.digest(first)
        if digest is None:
            return None
        return creator_cards.digest(texts, first.language, digest)
    if first.kind in ABOUT_CHATS:
        chat = await outbox.chat(first)
        return group_cards.told(texts, links, first.language, first.kind, chat) if chat else None
    if first.kind in ABOUT_WISHES:
        return await _about_wishes(first, outbox, texts)
    if first.kind in ABOUT_MONTHLY:
        return await _about_monthly(notices, outbox, texts, links)
    if first.kind in ABOUT_MONEY:
        return await _about_money(first, outbox, texts)
    if first.kind in ABOUT_DAYS:
        return await _about_days(first, outbox, texts, links)
    if first.kind in handover_cards.TOLD:
        news = await outbox.chat_news(first)
        return handover_cards.news(texts, links, first.language, first.kind, news) if news else None
    if first.kind is NoticeKind.REFUNDED:
        back = await outbox.returned(notices)
        return cards.refunded(texts, links, first.language, back) if back else None
    if first.kind is NoticeKind.EXTRA:
        again = await outbox.paid_again(first)
        return cards.paid_twice(texts, links, first.language, again) if again else None
    told = await outbox.tip_cards(notices)
    return _about_tips(first.kind, texts, links, first.language, told) if told else None


async def _about_days(first: Notice, outbox: OutboxService, texts: Texts, links: Links) -> Rendered | None:
    """Giving days: what their admins, creators and donors are told."""
    if first.kind is NoticeKind.DAY_REPORT:
        made = await outbox.day_report(first)
        return day_report_cards.reported(texts, links, first.language, *made) if made else None
    if first.kind is NoticeKind.DAY_TOGETHER:
        together_ = await outbox.together(first)
        return day_report_cards.together(texts, links, first.language, together_) if together_ else None
    if first.kind in live_cards.TOLD:
        mark = await outbox.mark(first)
        return live_cards.told(texts, links, first.language, first.kind, mark) if mark else None
    if first.kind is NoticeKind.DAY_CARD_LOST:
        where = await outbox.chat(first)
        return live_cards.lost(texts, first.language, where) if where else None
    if first.kind is NoticeKind.DAY_CALL:
        call = await outbox.day_call(first)
        return day_cards.creator(texts, first.language, call) if call else None
    if first.kind in day_notices.TOLD:
        day = await outbox.day(first)
        return day_notices.told(texts, first.language, first.kind, day) if day else None
    return None


async def _about_monthly(
    notices: Sequence[Notice], outbox: OutboxService, texts: Texts, links: Links
) -> Rendered | None:
    """Monthly donors: their instalments, what proves them, what they wrote, and what their projects tell."""
    first = notices[0]
    if first.kind in pledge_notices.TOLD:
        pledges = await outbox.pledges(notices)
        if not pledges:
            return None
        about = {one.subject for one in pledges}
        told = frozenset(notice.id for notice in notices if notice.subject in about)
        return replace(pledge_notices.told(texts, first.language, first.kind, pledges), tells=told)
    if first.kind is NoticeKind.CERTIFICATE:
        made = await outbox.certificate(first)
        return proof_cards.certificate(texts, links, first.language, *made) if made else None
    if first.kind is NoticeKind.WHY_READ:
        read = await outbox.why_read(first)
        return why_cards.decided(texts, links, first.language, read) if read else None
    if first.kind is NoticeKind.WHYS_WAIT:
        waiting = await outbox.whys_waiting(first)
        return why_cards.some_wait(texts, first.language, waiting) if waiting else None
    news = await outbox.project_news(first)
    return news_cards.told(texts, links, first.language, news) if news else None


async def _about_wishes(first: Notice, outbox: OutboxService, texts: Texts) -> Rendered | None:
    """What comes to who asked for it, and the questions before that."""
    if first.kind is NoticeKind.WISHES:
        return subscription_cards.wishes(texts, first.language, {}) if await outbox.wishes(first) else None
    if first.kind is NoticeKind.BROADCAST_ASKED:
        asked = await outbox.broadcast_asked(first)
        return broadcast_cards.asked(texts, first.language, asked) if asked else None
    thanks = await outbox.thanks(first)
    return thanks_cards.thanked(texts, first.language, thanks) if thanks else None


async def _about_money(first: Notice, outbox: OutboxService, texts: Texts) -> Rendered | None:
    """What went wrong, what is decided, what is to be paid."""
    if first.kind is NoticeKind.REFUND_DECLINED:
        refund = await outbox.refund_declined(first)
        return refund_cards.declined(texts, first.language, refund) if refund else None
    if first.kind is NoticeKind.REFUND_FAILED:
        failed = await outbox.refund_failed(first)
        return refund_cards.failed(texts, first.language, failed) if failed else None
    if first.kind is NoticeKind.REFUND_OTHER:
        other = await outbox.refund_other(first)
        return refund_cards.other_failed(texts, first.language, other) if other else None
    if first.kind in ABOUT_DISPUTES:
        step = await outbox.dispute(first)
        told_of = dispute_cards.donor if first.kind is NoticeKind.GIFT_DISPUTED else dispute_cards.creator
        return told_of(texts, first.language, step) if step else None
    if first.kind in (NoticeKind.TAB_ANNOUNCED, NoticeKind.TAB_ASKED):
        charge = await outbox.tab_charge(first)
        card = tab_cards.announced if first.kind is NoticeKind.TAB_ANNOUNCED else tab_cards.asked
        return card(texts, first.language, charge) if charge else None
    if first.kind is NoticeKind.TAB_NOT_CHARGED:
        left = await outbox.tab_not_charged(first)
        return tab_cards.not_charged(texts, first.language, left) if left else None
    if first.kind is NoticeKind.ALERT:
        alert = await outbox.alert(first)
        return alert_cards.alert(texts, first.language, alert) if alert else None
    if first.kind is NoticeKind.ACCOUNT:
        account = await outbox.account(first)
        return alert_cards.account(texts, first.language, account) if account else None
    return None


def _about_tips(
    kind: NoticeKind, texts: Texts, links: Links, language: str, told: Sequence[TipCard]
) -> Rendered | None:
    match kind:
        case NoticeKind.RECEIPT:
            return cards.receipts(texts, links, language, told)
        case NoticeKind.CARD:
            return cards.paid(texts, links, language, told[0])
        case _:
            return None
