"""What admins are told of giving days, and what they are refused, in both languages."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bot import errors
from bot.day_notices import CONFIRMED, TOLD, told
from giving.errors import (
    DayEndsBeforeStart,
    DayNotNow,
    DayProjects,
    DaysOverlap,
    GivingError,
    PreviewStale,
    SecondNeeded,
)
from giving.giving_days import DayAct
from giving.notices import NoticeKind
from giving.people import LANGUAGES, Person, Visibility
from services.giving_days.told import DayTold
from tests.giving.giving_days.test_checks import project
from tests.giving.giving_days.test_times import day
from tests.texts.words import TEXTS

AT = datetime(2026, 11, 10, 16, tzinfo=UTC)
ASKER = Person(UUID(int=3), 7, "<b>林</b>", None, None, "en", Visibility.ANONYMOUS, AT, None)
NEWS = DayTold(day(asked_by=ASKER.id, asked_act=DayAct.SCHEDULE), ASKER, 1200, ())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(TOLD))
def test_it_says_which_day_and_where_to_go(language: str, kind: NoticeKind):
    text = told(TEXTS, language, kind, replace(NEWS, closed=(project(1),))).text
    assert "一元公益日" in text
    assert "/giving_day" in text
    assert ("&lt;b&gt;林" in text, "Project 1" in text) == (kind in CONFIRMED, kind is NoticeKind.DAY_LESS)


def test_how_many_projects_are_left_is_said_in_words():
    some = replace(NEWS.day, projects=(UUID(int=1), UUID(int=2), UUID(int=3)))
    one, two = project(1), project(2)
    lines = [
        told(TEXTS, "en", NoticeKind.DAY_LESS, replace(NEWS, day=some, closed=closed)).text
        for closed in ((one,), (one, two), (one, two, project(3)))
    ]
    for line, words in zip(lines, ("the other 2 projects", "the other project", "No project is left"), strict=True):
        assert words in line


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("refusal", [
    DayProjects(least=1, most=20), DayEndsBeforeStart(starts=AT, ends=AT), DayNotNow(state="live"),
    DaysOverlap(day=UUID(int=1), starts=AT, ends=AT), PreviewStale(day=UUID(int=1)),
    SecondNeeded(people=1200, limit=1000),
])  # fmt: skip
def test_a_refusal_fits_into_an_alert(language: str, refusal: GivingError):
    assert 10 < len(errors.words(TEXTS, language, refusal)) <= 200
