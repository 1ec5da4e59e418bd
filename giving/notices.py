"""Kinds of messages that are queued, and what goes first."""

from enum import IntEnum, StrEnum


class NoticeKind(StrEnum):
    """What a queued message tells; CARD edits the private message that showed an unpaid tip."""

    RECEIPT = "receipt"
    EXTRA = "extra"
    REFUNDED = "refunded"
    DIGEST = "digest"
    CARD = "card"


class Urgency(IntEnum):
    """Lower goes first; receipts before everything that nobody is waiting for."""

    RECEIPT = 1
    NOTICE = 2


URGENCY = {
    NoticeKind.RECEIPT: Urgency.RECEIPT,
    NoticeKind.EXTRA: Urgency.RECEIPT,
    NoticeKind.REFUNDED: Urgency.RECEIPT,
    NoticeKind.CARD: Urgency.RECEIPT,
    NoticeKind.DIGEST: Urgency.NOTICE,
}
