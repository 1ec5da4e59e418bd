"""Kinds of messages that are queued, and what goes first."""

from collections.abc import Sequence
from enum import IntEnum, StrEnum

from giving.people import Visibility
from giving.tips import Tip


class NoticeKind(StrEnum):
    """What a queued message tells; CARD edits the private message that showed an unpaid tip.

    To a chat's creator: UPGRADED (their group is a supergroup now); and why no reply carries the keyboards that a
    channel's posts can't: NO_DISCUSSION (no group is linked), NOT_IN_GROUP (the bot is not in it), BLIND_IN_GROUP (it
    is, but is not shown the posts).

    HANDOVER asks whether somebody takes a chat over, HANDED and DECLINED tell what came of it; PAUSED tells a creator
    that they lost their chat, TAKE_OVER asks its administrators; THANKS is a creator's, to donors who wish for it.

    REFUND_FAILED: what a donor asked to have back could not be given back; REFUND_OTHER: while another refund of the
    same gift is on its way. GIFT_DISPUTED tells the donor that their bank disputes a payment, or has decided;
    CHAT_DISPUTED the creator whose chat it was given in. ACCOUNT: an organisation's account takes payments, or no more.
    TAB_ANNOUNCED: a tab will be charged to a saved method in three days; TAB_ASKED: it is to be paid, here is the link.
    TAB_NOT_CHARGED: its donor pressed "pay now", and the rail refused for reasons that the operator mends.
    BROADCAST_ASKED, to admins: one of them asks for a second one's word on a broadcast.
    WISHES asks, once, after a first gift, what else somebody wants to be told.
    To admins: DAY_ASKED, one of them asks for a second one's word on a giving day; DAY_INVITE, its invitation waits
    for one; DAY_ALONE, it waits, and there is nobody but its reader; DAY_DRAFTED, a series made its next draft;
    DAY_LESS, a project of a day that is on takes no gifts any more; DAY_REPORT, it is reported. DAY_TOGETHER
    tells each donor of a day what we did together. To admins and to the creators who take part,
    of a day that is on: DAY_TENTH, DAY_HALF and DAY_FULL of its goal, DAY_LAST_HOUR, DAY_TARGET (a project has what it
    needed). DAY_CARD_LOST tells a creator that the day's card in their chat can't be kept up to date any more.
    DAY_CALL, to creators: a giving day is on, with a post for their channel.
    ALERT goes to those who look after the money (giving/alerts.py).
    """

    RECEIPT = "receipt"
    EXTRA = "extra"
    REFUNDED = "refunded"
    DIGEST = "digest"
    CARD = "card"
    UPGRADED = "upgraded"
    NO_DISCUSSION = "no_discussion"
    NOT_IN_GROUP = "not_in_group"
    BLIND_IN_GROUP = "blind_in_group"
    HANDOVER = "handover"
    HANDED = "handed"
    DECLINED = "declined"
    PAUSED = "paused"
    TAKE_OVER = "take_over"
    THANKS = "thanks"
    REFUND_DECLINED = "refund_declined"
    REFUND_FAILED = "refund_failed"
    REFUND_OTHER = "refund_other"
    GIFT_DISPUTED = "gift_disputed"
    CHAT_DISPUTED = "chat_disputed"
    ACCOUNT = "account"
    TAB_ANNOUNCED = "tab_announced"
    TAB_ASKED = "tab_asked"
    TAB_NOT_CHARGED = "tab_not_charged"
    BROADCAST_ASKED = "broadcast_asked"
    WISHES = "wishes"
    DAY_REPORT = "day_report"
    DAY_TOGETHER = "day_together"
    ALERT = "alert"
    DAY_ASKED = "day_asked"
    DAY_INVITE = "day_invite"
    DAY_ALONE = "day_alone"
    DAY_DRAFTED = "day_drafted"
    DAY_LESS = "day_less"
    DAY_TENTH = "day_tenth"
    DAY_HALF = "day_half"
    DAY_FULL = "day_full"
    DAY_LAST_HOUR = "day_last_hour"
    DAY_TARGET = "day_target"
    DAY_CARD_LOST = "day_card_lost"
    DAY_CALL = "day_call"


class Urgency(IntEnum):
    """Lower goes first: what is about money, before everything that nobody is waiting for."""

    RECEIPT = 1
    NOTICE = 2


URGENCY = {
    NoticeKind.RECEIPT: Urgency.RECEIPT,
    NoticeKind.EXTRA: Urgency.RECEIPT,
    NoticeKind.REFUNDED: Urgency.RECEIPT,
    NoticeKind.CARD: Urgency.RECEIPT,
    NoticeKind.ALERT: Urgency.RECEIPT,
    NoticeKind.DIGEST: Urgency.NOTICE,
    NoticeKind.UPGRADED: Urgency.NOTICE,
    NoticeKind.NO_DISCUSSION: Urgency.NOTICE,
    NoticeKind.NOT_IN_GROUP: Urgency.NOTICE,
    NoticeKind.BLIND_IN_GROUP: Urgency.NOTICE,
    NoticeKind.HANDOVER: Urgency.NOTICE,
    NoticeKind.HANDED: Urgency.NOTICE,
    NoticeKind.DECLINED: Urgency.NOTICE,
    NoticeKind.PAUSED: Urgency.NOTICE,
    NoticeKind.TAKE_OVER: Urgency.NOTICE,
    NoticeKind.THANKS: Urgency.NOTICE,
    NoticeKind.REFUND_DECLINED: Urgency.RECEIPT,
    NoticeKind.REFUND_FAILED: Urgency.RECEIPT,
    NoticeKind.REFUND_OTHER: Urgency.RECEIPT,
    NoticeKind.GIFT_DISPUTED: Urgency.RECEIPT,
    NoticeKind.CHAT_DISPUTED: Urgency.NOTICE,
    NoticeKind.ACCOUNT: Urgency.NOTICE,
    NoticeKind.TAB_ANNOUNCED: Urgency.RECEIPT,
    NoticeKind.TAB_ASKED: Urgency.RECEIPT,
    NoticeKind.TAB_NOT_CHARGED: Urgency.RECEIPT,
    NoticeKind.BROADCAST_ASKED: Urgency.NOTICE,
    NoticeKind.WISHES: Urgency.NOTICE,
    NoticeKind.DAY_ASKED: Urgency.NOTICE,
    NoticeKind.DAY_INVITE: Urgency.NOTICE,
    NoticeKind.DAY_ALONE: Urgency.NOTICE,
    NoticeKind.DAY_DRAFTED: Urgency.NOTICE,
    NoticeKind.DAY_LESS: Urgency.NOTICE,
    NoticeKind.DAY_REPORT: Urgency.NOTICE,
    NoticeKind.DAY_TOGETHER: Urgency.NOTICE,
    NoticeKind.DAY_TENTH: Urgency.NOTICE,
    NoticeKind.DAY_HALF: Urgency.NOTICE,
    NoticeKind.DAY_FULL: Urgency.NOTICE,
    NoticeKind.DAY_LAST_HOUR: Urgency.NOTICE,
    NoticeKind.DAY_TARGET: Urgency.NOTICE,
    NoticeKind.DAY_CARD_LOST: Urgency.NOTICE,
    NoticeKind.DAY_CALL: Urgency.NOTICE,
}

# One text to many people, and what is asked once: better not at all than twice. Everything else arrives at least once.
AT_MOST_ONCE = frozenset({NoticeKind.THANKS, NoticeKind.DAY_TOGETHER, NoticeKind.DAY_CALL, NoticeKind.WISHES})


def tellable(named: Sequence[tuple[Tip, str]], donors: int) -> list[tuple[Tip, str]]:
    """Which of these gifts a digest may name beside the sum of all `donors` in its window.

    Who hides the amount is left out where the rest of the sum would tell it: unless at least two donors' amounts are
    not shown.
    """
    shown = {tip.donor for tip, _ in named if tip.visibility is Visibility.NAMED}
    if donors - len(shown) >= 2:
        return list(named)
    return [(tip, name) for tip, name in named if tip.visibility is not Visibility.AMOUNT_HIDDEN]
