"""What an admin writes of a day, refused or made clean; and which gifts are whose."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.errors import (
    DayAmounts,
    DayEndsBeforeStart,
    DayPast,
    DayProjects,
    DaysOverlap,
    DayTitleNeeded,
    DayTooLong,
    GivingError,
    HashtagNotUnderstood,
    ProjectClosed,
    TipTooSmall,
    WrongCurrency,
)
from giving.giving_days import DayAct, DayState, GivingDay, Plan, check, day_of, may, overlap, overlapping
from giving.giving_days.checks import TEXT_UNITS, TITLE_UNITS, hashtag_of
from giving.money import Money
from giving.names import units
from giving.projects import Organisation, Project, ProjectState, ProjectText
from giving.tips import Limits
from tests.giving.giving_days.test_times import day

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LIMITS = Limits(Money(100, "CNY"), Money(5_000_000, "CNY"))
RUNS = Organisation(UUID(int=9), "sunshine", {"en": "Sunshine"}, None, NOW)


def project(number: int, *, state: ProjectState = ProjectState.OPEN, currency: str = "CNY") -> Project:
    words = {"en": ProjectText(f"Project {number}", "", "", "")}
    return Project(UUID(int=number), f"p{number}", RUNS, state, Money(100_000, currency), words)


PROJECTS = {UUID(int=n): project(n) for n in range(1, 30)} | {
    UUID(int=100): project(100, state=ProjectState.CLOSED), UUID(int=101): project(101, currency="EUR")
}  # fmt: skip
PLAN = Plan(
    {"zh-CN": "一元公益日"}, (UUID(int=1),), NOW + timedelta(days=10), NOW + timedelta(days=11), (Money(100, "CNY"),)
)


@pytest.mark.parametrize(("what", "refusal"), [
    ({"titles": {}}, DayTitleNeeded), ({"titles": {"en": "\u202e\u200b"}}, DayTitleNeeded),
    ({"projects": ()}, DayProjects), ({"projects": tuple(UUID(int=n) for n in range(1, 22))}, DayProjects),
    ({"projects": (UUID(int=77),)}, DayProjects), ({"projects": (UUID(int=1), UUID(int=100))}, ProjectClosed),
    ({"ends_at": PLAN.starts_at}, DayEndsBeforeStart), ({"ends_at": PLAN.starts_at - timedelta(1)}, DayEndsBeforeStart),
    ({"starts_at": NOW - timedelta(2), "ends_at": NOW - timedelta(1)}, DayPast),
    ({"ends_at": PLAN.starts_at + timedelta(days=32)}, DayTooLong),
    ({"amounts": ()}, DayAmounts), ({"amounts": tuple(Money(100 * n, "CNY") for n in range(1, 8))}, DayAmounts),
    ({"amounts": (Money(100, "EUR"),)}, WrongCurrency), ({"amounts": (Money(99, "CNY"),)}, TipTooSmall),
    ({"projects": (UUID(int=101),)}, WrongCurrency),
    ({"hashtag": "two words"}, HashtagNotUnderstood), ({"hashtag": "#123"}, HashtagNotUnderstood),
])  # fmt: skip
def test_what_can_not_be_is_refused_with_what_to_do(what: dict[str, Any], refusal: type[GivingError]):
    with pytest.raises(refusal):
        check(replace(PLAN, **what), PROJECTS, LIMITS, NOW)


def test_twenty_projects_are_no_more_than_may_be_and_each_counts_once():
    twenty = tuple(UUID(int=n) for n in range(1, 21))
    assert check(replace(PLAN, projects=twenty + twenty), PROJECTS, LIMITS, NOW).projects == twenty


def test_words_are_cleaned_amounts_sorted_and_a_hashtag_gets_its_mark():
    plan = check(
        replace(
            PLAN, titles={"en": "One  yuan\u202e day", "zh-CN": " "}, hashtag="一元公益日",
            amounts=(Money(500, "CNY"), Money(100, "CNY"), Money(500, "CNY")),
        ),
        PROJECTS, LIMITS, NOW,
    )  # fmt: skip
    assert plan.titles == {"en": "One yuan day"}
    assert plan.hashtag == "#一元公益日"
    assert [amount.minor for amount in plan.amounts] == [100, 500]
    assert hashtag_of("  ") == ""


moments = st.integers(0, 200).map(lambda hours: NOW + timedelta(hours=hours))
spans = st.tuples(moments, st.integers(1, 60)).map(lambda it: (it[0], it[0] + timedelta(hours=it[1])))
some = st.sets(st.integers(1, 4), min_size=1).map(lambda numbers: tuple(UUID(int=n) for n in sorted(numbers)))
states = st.sampled_from([DayState.SCHEDULED, DayState.LIVE])


@st.composite
def days(draw: Any) -> GivingDay:
    """A day that may come on."""
    starts, ends = draw(spans)
    return day(
        id=UUID(int=draw(st.integers(1, 2**100))), starts_at=starts, ends_at=ends, closes_at=ends,
        projects=draw(some), state=draw(states),
    )  # fmt: skip


@given(st.lists(days(), max_size=6, unique_by=lambda one: one.id), moments, st.integers(1, 4))
def test_where_no_days_overlap_a_gift_is_of_one_at_most(found: list[GivingDay], at: datetime, number: int):
    kept: list[GivingDay] = []
    for one in found:
        try:
            overlapping(one, kept)
        except DaysOverlap:
            assert any(overlap(one, other) for other in kept)
        else:
            kept.append(one)
    project = UUID(int=number)
    mine = [one.id for one in kept if one.on(at) and project in one.projects]
    assert len(mine) <= 1
    assert day_of(at, project, kept) == next(iter(mine), None)


@given(days(), days())
def test_overlapping_is_the_same_from_both_sides(one: GivingDay, other: GivingDay):
    assert overlap(one, other) == overlap(other, one)
    assert overlap(one, one)


def test_a_draft_or_a_cancelled_day_is_in_nobodys_way():
    for state in (DayState.DRAFT, DayState.CANCELLED, DayState.CLOSING, DayState.REPORTED):
        overlapping(day(), [day(id=UUID(int=5), state=state)])
        assert not day(state=state).on(day().starts_at)


@pytest.mark.parametrize(("state", "acts"), [
    (DayState.DRAFT, {DayAct.CHANGE, DayAct.SCHEDULE, DayAct.GO_LIVE, DayAct.CANCEL}),
    (DayState.SCHEDULED, {DayAct.CHANGE, DayAct.GO_LIVE, DayAct.CANCEL}),
    (DayState.LIVE, {DayAct.EXTEND, DayAct.STOP}),
    (DayState.CLOSING, set()), (DayState.REPORTED, set()), (DayState.CANCELLED, set()),
])  # fmt: skip
def test_what_may_be_done_follows_the_clock_and_not_who_turned_it(state: DayState, acts: set[DayAct]):
    before = day().starts_at - timedelta(hours=1)
    now = before if state in (DayState.DRAFT, DayState.SCHEDULED) else day().starts_at
    assert {act for act in DayAct if may(day(state=state), act, now)} == acts
    begun = day(state=DayState.SCHEDULED)
    assert {act for act in DayAct if may(begun, act, day().starts_at)} == {DayAct.EXTEND, DayAct.STOP}


@pytest.mark.parametrize("sign", ["👨‍👩‍👧‍👦", "🇨🇳", "书", "a"])
def test_words_are_as_long_as_telegram_finds_them(sign: str):
    found = check(replace(PLAN, titles={"en": sign * 64}, texts={"en": sign * 600}), PROJECTS, LIMITS, NOW)
    assert units(found.titles["en"]) <= TITLE_UNITS
    assert units(found.texts["en"]) <= TEXT_UNITS
    if len(sign) == 1:
        assert (found.titles["en"], found.texts["en"]) == (sign * 64, sign * 600), "what most people write is kept"
