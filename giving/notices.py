"""Kinds of messages that are queued, what goes first, and how each kind is treated."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from giving.people import Visibility
from giving.subscriptions import SubscriptionKind
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
    WHY_READ tells a donor what became of their sentence on why they give monthly; WHYS_WAIT tells reviewers, once a
    day, that some wait. PROJECT_NEWS: a project tells its monthly donors what it did.
    CERTIFICATE: a proof of one's own monthly gifts, as a picture; it counts towards its reader's week, and can wait.
    ALERT goes to those who look after the money (giving/alerts.py).

    Of monthly giving, to its donor: PLEDGE_ANNOUNCED, an instalment will be debited in seven days; PLEDGE_ASKED, it is
    to be paid by hand, and PLEDGE_REMINDED once more; PLEDGE_DECLINED, it was not debited, and when that is tried
    again; PLEDGE_LEFT_OUT, it is not debited after all, as what was to be told before could not be in time;
    PLEDGE_PAUSED, it can't be debited, or was not paid three times in a row; PLEDGE_WAITING, what it is for takes no
    gifts any more.
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
    PLEDGE_ANNOUNCED = "pledge_announced"
    PLEDGE_ASKED = "pledge_asked"
    PLEDGE_REMINDED = "pledge_reminded"
    PLEDGE_DECLINED = "pledge_declined"
    PLEDGE_LEFT_OUT = "pledge_left_out"
    PLEDGE_PAUSED = "pledge_paused"
    PLEDGE_WAITING = "pledge_waiting"
    WHY_READ = "why_read"
    WHYS_WAIT = "whys_wait"
    PROJECT_NEWS = "project_news"
    CERTIFICATE = "certificate"


class Urgency(IntEnum):
    """Lower goes first: what is about money, before everything that nobody is waiting for."""

    RECEIPT = 1
    NOTICE = 2


@dataclass(frozen=True, slots=True)
class Rules:
    """How messages of one kind are treated.

    `at_night`: may come in its reader's night, without a sound: what became of their money this moment, what has to be
    mended at once or is waited for by somebody who is awake, and a last hour that comes then or never. The rest waits
    for the morning, also what was queued by day and could not be sent in time.

    `once`: one text to many people, or what is asked once: better not at all than twice. The rest comes at least once.

    `counts_as`: counts towards its reader's week from the moment it is sent, and is given up if that is full; or
    `waits_for_room` in it (docs/decisions/0027-what-a-week-holds.md). Broadcasts count too (services/broadcasts), and
    the marks of a giving day (services/giving_days/watch.py), as one with the day's call.

    `must_arrive`: whether it did decides about money: what is not so any more when it would be sent was not sent.

    `waits_for_reader`: told when a reader who had blocked the bot comes back, as all receipts are; the rest is dropped.
    """

    urgency: Urgency = Urgency.NOTICE
    at_night: bool = False
    once: bool = False
    counts_as: SubscriptionKind | None = None
    waits_for_room: bool = False
    must_arrive: bool = False
    waits_for_reader: bool = False


RULES: Final = {
    NoticeKind.RECEIPT: Rules(Urgency.RECEIPT, at_night=True),
    NoticeKind.EXTRA: Rules(Urgency.RECEIPT, at_night=True),
    NoticeKind.REFUNDED: Rules(Urgency.RECEIPT, at_night=True),
    NoticeKind.CARD: Rules(Urgency.RECEIPT, at_night=True),
    NoticeKind.ALERT: Rules(Urgency.RECEIPT, at_night=True),
    NoticeKind.REFUND_DECLINED: Rules(Urgency.RECEIPT),
    NoticeKind.REFUND_FAILED: Rules(Urgency.RECEIPT),
    NoticeKind.REFUND_OTHER: Rules(Urgency.RECEIPT),
    NoticeKind.GIFT_DISPUTED: Rules(Urgency.RECEIPT),
    NoticeKind.TAB_ANNOUNCED: Rules(Urgency.RECEIPT),
    NoticeKind.TAB_ASKED: Rules(Urgency.RECEIPT),
    NoticeKind.TAB_NOT_CHARGED: Rules(Urgency.RECEIPT),
    NoticeKind.DIGEST: Rules(),
    NoticeKind.UPGRADED: Rules(),
    NoticeKind.NO_DISCUSSION: Rules(),
    NoticeKind.NOT_IN_GROUP: Rules(),
    NoticeKind.BLIND_IN_GROUP: Rules(),
    NoticeKind.HANDOVER: Rules(),
    NoticeKind.HANDED: Rules(),
    NoticeKind.DECLINED: Rules(),
    NoticeKind.PAUSED: Rules(),
    NoticeKind.TAKE_OVER: Rules(),
    NoticeKind.THANKS: Rules(once=True, counts_as=SubscriptionKind.THANKS),
    NoticeKind.CHAT_DISPUTED: Rules(),
    NoticeKind.ACCOUNT: Rules(),
    NoticeKind.BROADCAST_ASKED: Rules(at_night=True),
    NoticeKind.WISHES: Rules(once=True),
    NoticeKind.DAY_ASKED: Rules(at_night=True),
    NoticeKind.DAY_INVITE: Rules(),
    NoticeKind.DAY_ALONE: Rules(),
    NoticeKind.DAY_DRAFTED: Rules(),
    NoticeKind.DAY_LESS: Rules(),
    NoticeKind.DAY_REPORT: Rules(),
    NoticeKind.DAY_TOGETHER: Rules(once=True),
    NoticeKind.DAY_TENTH: Rules(),
    NoticeKind.DAY_HALF: Rules(),
    NoticeKind.DAY_FULL: Rules(),
    NoticeKind.DAY_LAST_HOUR: Rules(at_night=True),
    NoticeKind.DAY_TARGET: Rules(),
    NoticeKind.DAY_CARD_LOST: Rules(),
    NoticeKind.DAY_CALL: Rules(once=True, counts_as=SubscriptionKind.GIVING_DAYS),
    # About money too, but a hundred thousand of them on one morning must not stand before anybody's receipt.
    # Who comes back to us while there is time is told then, and debited after that.
    NoticeKind.PLEDGE_ANNOUNCED: Rules(must_arrive=True, waits_for_reader=True),
    NoticeKind.PLEDGE_ASKED: Rules(),
    # About giving monthly, and no matter of today.
    NoticeKind.PLEDGE_REMINDED: Rules(counts_as=SubscriptionKind.MONTHLY, waits_for_room=True),
    NoticeKind.PLEDGE_DECLINED: Rules(must_arrive=True, waits_for_reader=True),
    NoticeKind.PLEDGE_LEFT_OUT: Rules(waits_for_reader=True),
    NoticeKind.PLEDGE_PAUSED: Rules(waits_for_reader=True),
    NoticeKind.PLEDGE_WAITING: Rules(waits_for_reader=True),
    NoticeKind.WHY_READ: Rules(),
    NoticeKind.WHYS_WAIT: Rules(),
    # It counts as giving monthly where they wish for that only.
    NoticeKind.PROJECT_NEWS: Rules(once=True, counts_as=SubscriptionKind.PROJECT_NEWS),
    NoticeKind.CERTIFICATE: Rules(counts_as=SubscriptionKind.MONTHLY, waits_for_room=True),
}
URGENCY: Final = {kind: rules.urgency for kind, rules in RULES.items()}  # what each is queued with


def tellable(named: Sequence[tuple[Tip, str]], donors: int) -> list[tuple[Tip, str]]:
    """Which of these gifts a digest may name beside the sum of all `donors` in its window.

    Who hides the amount is left out where the rest of the sum would tell it: unless at least two donors' amounts are
    not shown.
    """
    shown = {tip.donor for tip, _ in named if tip.visibility is Visibility.NAMED}
    if donors - len(shown) >= 2:
        return list(named)
    return [(tip, name) for tip, name in named if tip.visibility is not Visibility.AMOUNT_HIDDEN]
