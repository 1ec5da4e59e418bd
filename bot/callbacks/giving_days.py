"""Giving days: what their admins press. Buttons name days by their id; what is asked in words waits in the dialog."""

from enum import StrEnum
from typing import Annotated, Final

from aiogram.filters.callback_data import CallbackData
from pydantic import AfterValidator, Field

from bot.callbacks.fields import Id, Page
from giving.giving_days import Audience, DayAct, rule_of
from giving.people import LANGUAGES

EPOCH_MINUTES_MOST: Final = 10**8  # the year 2160; what a button says of a time is held to rules like what is typed


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError("not a language of ours")
    return value


def _rule(value: str) -> str:
    rule_of(value.replace(".", ":"))  # a colon is what parts the fields
    return value


Language = Annotated[str, AfterValidator(_language)]
Minutes = Annotated[int, Field(ge=0, le=EPOCH_MINUTES_MOST)]


class DayList(CallbackData, prefix="dyl"):
    """All of the days."""


class DayNew(CallbackData, prefix="dyn"):
    """A new one: like the last, or from nothing."""

    last: bool


class DayDeed(StrEnum):
    """What is looked at."""

    CARD = "card"
    CHANGE = "change"
    TEST = "test"
    REPEAT = "repeat"
    EXTEND = "extend"


class DayDo(CallbackData, prefix="dyd"):
    """One of the days, and what to see of it."""

    day: Id
    deed: DayDeed


class DayView(StrEnum):
    """As whom to see it: somebody of its audience, or a creator."""

    AUDIENCE = "audience"
    CREATOR = "creator"


class DayPreview(CallbackData, prefix="dyw"):
    """Just as they will see it, in this language."""

    day: Id
    view: DayView
    language: Language


class DayField(StrEnum):
    """What can be changed of a day, or is asked of a new one; UNTIL: how long one that is on goes on."""

    TITLE = "title"
    HASHTAG = "hashtag"
    PROJECTS = "projects"
    STARTS = "starts"
    ENDS = "ends"
    AMOUNTS = "amounts"
    TEXT = "text"
    AUDIENCE = "audience"
    POOLS = "pools"
    UNTIL = "until"
    MONTH_DAY = "month_day"


class DayAsk(CallbackData, prefix="dya"):
    """Ask for a field; `language` of titles and texts."""

    day: Id
    field: DayField
    language: Language = LANGUAGES[0]


class DayWipe(CallbackData, prefix="dyz"):
    """Empty what may be empty: the hashtag, or the text in a language."""

    day: Id
    field: DayField
    language: Language = LANGUAGES[0]


class DayProject(CallbackData, prefix="dyp"):
    """Take a project in, or leave it out; which day it is for, the dialog knows."""

    project: Id


class DayProjects(CallbackData, prefix="dyg"):
    """A page of projects to choose from; `found`: by the words that were sent."""

    page: Page
    found: bool = False


class DayProjectsDone(CallbackData, prefix="dyk"):
    """These are the projects."""


class DayTime(CallbackData, prefix="dyt"):
    """A time that was offered for what is asked, in minutes since 1970."""

    at: Minutes


class DayAudience(CallbackData, prefix="dyu"):
    """Who is told."""

    day: Id
    audience: Audience


class DayPool(CallbackData, prefix="dyo"):
    """Put a matching pool on it, or take it off; how it is to be, so that two taps are one."""

    day: Id
    pool: Id
    on: bool


class DayWish(CallbackData, prefix="dyq"):
    """Do something with it: ask first, with what happens next. `digest`: of the preview that was looked at."""

    day: Id
    act: DayAct
    digest: str = ""


class DaySure(CallbackData, prefix="dys"):
    """Yes, do it; `second`: ask the other admins for their word."""

    day: Id
    act: DayAct
    digest: str = ""
    second: bool = False


class DayLonger(CallbackData, prefix="dyx"):
    """It goes on until then (minutes since 1970); `sure`: yes, do it."""

    day: Id
    until: Minutes
    sure: bool = False


class DayConfirm(CallbackData, prefix="dyc"):
    """The second admin's word, for the preview with this mark."""

    day: Id
    digest: str


class DayPublish(CallbackData, prefix="dyb"):
    """A creator publishes the day's post in their channel; `tries`: as often as they know that it was tried."""

    day: Id
    chat: Id
    tries: Annotated[int, Field(ge=0, le=999)] = 0


class DayRule(CallbackData, prefix="dyr"):
    """From now on every month by this rule (`day.11`, `week.2.5`), or no more."""

    day: Id
    rule: Annotated[str, AfterValidator(_rule)] | None = None


class DayNth(CallbackData, prefix="dyh"):
    """Every month on the first, second, … or last of a weekday: which one?"""

    day: Id
    nth: Annotated[int, Field(ge=-1, le=4)]
