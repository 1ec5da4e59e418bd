"""What `reconcile` says, for people."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from giving.money import Money
from giving.payments import EventKind
from giving.reconcile import Agreed
from giving.reconcile_times import Window
from launch.reconcile_words import lines
from services.reconcile import Report


@pytest.mark.parametrize(("kind", "count", "words"), [
    (EventKind.DISPUTE_WON, 1, "1 dispute we won,"), (EventKind.DISPUTE_WON, 12, "12 disputes we won,"),
    (EventKind.DISPUTE_LOST, 2, "2 disputes we lost,"), (EventKind.REFUND_FAILED, 2, "2 failed refunds,"),
    (EventKind.DISPUTED, 2, "2 disputes,"),
])  # fmt: skip
def test_disputes_are_counted_as_people_say_it(kind: EventKind, count: int, words: str):
    day = datetime(2026, 11, 22, tzinfo=UTC)
    report = Report("stripe", Window(day, day), (Agreed(kind, count, Money(500, "CNY")),), (), 0, 0, 0)
    assert words in "\n".join(lines(report, ZoneInfo("Asia/Shanghai")))
