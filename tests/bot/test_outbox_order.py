"""What the sender makes of a claim: who is told what in which message, what goes first, when it is tried again."""

from bot.outbox import by_recipient, pause_after, priority_of
from bot.pace import Priority
from services.outbox import Notice, NoticeKind
from storage.ids import new_id


def notice(recipient: int, kind: NoticeKind, attempts: int = 1) -> Notice:
    return Notice(new_id(), kind, recipient, new_id(), new_id(), "en", attempts, silent=False)


def test_what_one_person_is_told_stays_in_order_and_together() -> None:
    receipt, card, digest = NoticeKind.RECEIPT, NoticeKind.CARD, NoticeKind.DIGEST
    told = [notice(1, receipt), notice(2, receipt), notice(1, receipt), notice(1, card), notice(2, digest)]
    kinds = [[[n.kind for n in bundle] for bundle in bundles] for bundles in by_recipient(told)]
    assert kinds == [[[receipt, receipt], [card]], [[receipt], [digest]]]


def test_tries_grow_apart_and_receipts_go_first() -> None:
    pauses = [pause_after([notice(1, NoticeKind.RECEIPT, attempts)]) for attempts in (0, 1, 2, 3, 8, 9, 10_000)]
    assert pauses == [2, 2, 4, 8, 256, 300, 300]
    assert priority_of(notice(1, NoticeKind.CARD)) is Priority.RECEIPT
    assert priority_of(notice(1, NoticeKind.DIGEST)) is Priority.NOTICE
