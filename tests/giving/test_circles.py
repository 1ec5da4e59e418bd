"""Figures about monthly donors: every promise is counted once, in the month it belongs to."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from giving.circles import (
    Again,
    Lived,
    Promised,
    Spell,
    cohorts,
    expected,
    last_months,
    reasons_left,
    together,
    trend,
    went_on,
)
from giving.money import Money
from giving.people import Visibility
from giving.pledges import Month, Pledge, PledgeState, Way
from giving.project_updates import APART, told_again_from
from giving.whys import WORDS_GRAPHEMES, WORDS_UNITS, sentence_of
from storage.ids import new_id

NOW = Month(2026, 11)
MONTHS = last_months(NOW)
SHANGHAI = ZoneInfo("Asia/Shanghai")
months = st.integers(-3, 14).map(lambda ago: NOW.plus(-ago) if ago >= 0 else NOW)


@st.composite
def lives(draw: st.DrawFn) -> list[Lived]:
    """As the store tells them: what began before the window has no month, what ended before it is not there."""
    found = []
    for _ in range(draw(st.integers(0, 12))):
        began = draw(st.none() | st.sampled_from(MONTHS))
        later = [month for month in MONTHS if began is None or month >= began]
        found.append(Lived(began, draw(st.none() | st.sampled_from(later)), draw(st.integers(1, 9))))
    return found


def test_the_last_twelve_months_end_with_this_one():
    assert [str(month) for month in MONTHS][:2] == ["2025-12", "2026-01"]
    assert MONTHS[-1] == NOW
    assert len(MONTHS) == 12


@given(lives())
def test_what_is_open_at_the_end_is_all_that_has_not_ended(found: list[Lived]):
    stands = trend(found, MONTHS)
    assert stands[-1].open == sum(life.count for life in found if life.ended is None)
    assert sum(stand.ended for stand in stands) == sum(life.count for life in found if life.ended is not None)
    for earlier, later in itertools.pairwise(stands):
        assert earlier.open == later.before
    assert all(stand.open >= 0 and 0 <= (stand.lost_percent or 0) <= 100 for stand in stands)


@given(lives())
def test_cohorts_only_shrink_and_hold_everybody_who_began_in_the_window(found: list[Lived]):
    rows = cohorts(found, MONTHS)
    began: Counter[Month] = Counter()
    for life in found:
        if life.began is not None:
            began[life.began] += life.count
    assert {row.month: row.began for row in rows} == dict(began)
    for row in rows:
        assert len(row.left) == row.month.until(NOW) + 1
        assert list(row.left) == sorted(row.left, reverse=True)
        still = sum(life.count for life in found if life.began == row.month and life.ended is None)
        assert row.left[-1] == still
        assert all(0 <= row.percent(i) <= 100 for i in range(len(row.left)))


def test_who_left_in_the_month_they_came_is_lost_at_once():
    (row,) = cohorts([Lived(Month(2026, 9), Month(2026, 9), 1), Lived(Month(2026, 9), None, 3)], MONTHS)
    assert row.left == (3, 3, 3)
    assert row.percent(0) == 75


def test_what_ended_before_the_window_is_not_there():
    old = Lived(None, Month(2025, 3), 4)
    assert trend([old], MONTHS)[0].before == 0


@given(
    first=months, every=st.sampled_from([1, 3]), skipped=st.none() | months, until=st.none() | months,
    asked=st.integers(0, 18),
)  # fmt: skip
def test_what_is_expected_is_due_as_a_promise_itself_says(
    first: Month, every: int, skipped: Month | None, until: Month | None, asked: int
):
    one = Pledge(
        id=new_id(), donor=new_id(), amount=Money(700, "CNY"), day=3, way=Way.LINK, rail="paper",
        visibility=Visibility.NAMED, began_at=datetime(2026, 1, 1, tzinfo=UTC), first=first, project=new_id(),
        every=every, paused_until=until, skipped=skipped,
    )  # fmt: skip
    month = NOW.plus(asked - 6)
    grouped = Promised(one.amount, first, every, PledgeState.ACTIVE, skipped, until)
    assert grouped.is_due_in(month) == one.is_due_in(month)
    assert expected([grouped], month) == ((one.amount,) if one.is_due_in(month) else ())


def test_what_waits_or_is_paused_without_an_end_brings_nothing_and_a_pause_with_one_does():
    first, cny = Month(2026, 1), Money(500, "CNY")
    rests = Promised(cny, first, 1, PledgeState.PAUSED)
    waits = Promised(cny, first, 1, PledgeState.WAITING)
    back = Promised(cny, first, 1, PledgeState.PAUSED, paused_until=Month(2026, 12))
    assert expected([rests, waits], Month(2026, 12)) == ()
    assert expected([back], Month(2026, 11)) == ()
    assert expected([rests, back, back], Month(2026, 12)) == (Money(1000, "CNY"),)


def test_currencies_are_never_added_up_and_what_may_go_elsewhere_stands_apart():
    first = Month(2026, 1)
    some = [
        Promised(Money(500, "CNY"), first, 1, PledgeState.ACTIVE),
        Promised(Money(300, "USD"), first, 1, PledgeState.ACTIVE),
        Promised(Money(200, "CNY"), first, 1, PledgeState.ACTIVE, shared=True),
    ]
    assert expected(some, NOW) == (Money(500, "CNY"), Money(300, "USD"))
    assert expected(some, NOW, shared=True) == (Money(200, "CNY"),)


@given(st.integers(0, 3 * 365 * 24))
def test_donors_are_told_at_most_once_a_month_and_never_within_three_weeks(hours: int):
    told = datetime(2025, 1, 1, tzinfo=SHANGHAI) + timedelta(hours=hours)
    again = told_again_from(told, SHANGHAI)
    assert again - told >= APART
    assert Month.of(again, SHANGHAI) > Month.of(told, SHANGHAI)
    assert again - told <= timedelta(days=33), "and whoever tells every month may"


@given(
    st.integers(0, 3 * 365 * 24), st.sampled_from(["Pacific/Kiritimati", "Pacific/Auckland", "Asia/Shanghai",
    "Europe/London", "America/New_York", "Pacific/Pago_Pago"]), st.integers(0, 12), st.integers(0, 12),
)  # fmt: skip
def test_no_reader_gets_two_in_a_month_of_theirs(hours: int, name: str, first_waits: int, next_waits: int):
    """However long the one and the other waited for their morning."""
    told, reader = datetime(2025, 1, 1, tzinfo=SHANGHAI) + timedelta(hours=hours), ZoneInfo(name)
    again = told_again_from(told, SHANGHAI)
    first, second = told + timedelta(hours=first_waits), again + timedelta(hours=next_waits)
    assert Month.of(second, reader) > Month.of(first, reader)


def test_a_sentence_is_kept_whole_or_not_at_all():
    assert sentence_of("  为了\u202e孩子\n们  ") == "为了孩子 们"
    assert sentence_of("\u200b \n") == ""
    assert sentence_of("好" * WORDS_GRAPHEMES) == "好" * WORDS_GRAPHEMES
    assert sentence_of("好" * (WORDS_GRAPHEMES + 1)) is None
    family = "👨‍👩‍👧‍👦"
    assert sentence_of(family * WORDS_GRAPHEMES) is None, f"more than {WORDS_UNITS} code units"


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60)), min_size=1, max_size=12))
def test_what_went_on_is_counted_once_and_nothing_that_is_open_is_lost(spans: list[tuple[int, int]]):
    """One donor's promises, each so many days long (0: open), against pairs made by hand."""
    at = [NOW.plus(-(began // 30)) for began, _ in spans]
    every = [
        Spell(new_id(), month, None if not long else min(NOW, month.plus(long // 30)))
        for month, (_, long) in zip(at, spans, strict=True)
    ]
    pairs = [
        Again(one, other)
        for i, one in enumerate(every)
        for other in every[i + 1 :]
        if one.ended is not None and one.ended == other.began
    ]
    lives = [Lived(one.began, one.ended, 1) for one in every]
    on = went_on(pairs)
    joined = together(lives, on)
    assert sum(life.count for life in joined) == len(every) - len(on)
    assert all(life.count > 0 for life in joined)
    before, after = trend(lives, MONTHS), trend(joined, MONTHS)
    assert [stand.open for stand in before] == [stand.open for stand in after]
    assert all(new.ended <= old.ended and new.began <= old.began for new, old in zip(after, before, strict=True))
    assert sum(reasons_left({None: sum(one.ended is not None for one in every)}, on).values()) == sum(
        stand.ended for stand in after
    )
