"""Words and buttons that several cards of giving days share."""

from typing import Final

from aiogram.types import InlineKeyboardButton

from bot import callbacks as cb
from bot.callbacks import DayDeed, DayField
from bot.keyboards import tap
from giving.giving_days import GivingDay, MonthlyRule, NthWeekday
from giving.names import clean
from giving.projects import Project
from texts import Texts

TITLE_ON_BUTTON: Final = 24
# What can be changed of a day by its button, in the order in which one thinks of it.
LABELS: Final = (
    DayField.TITLE, DayField.STARTS, DayField.ENDS, DayField.PROJECTS, DayField.AMOUNTS, DayField.HASHTAG,
    DayField.TEXT, DayField.AUDIENCE, DayField.POOLS,
)  # fmt: skip


def deed(texts: Texts, language: str, key: str, day: GivingDay, what: DayDeed) -> InlineKeyboardButton:
    """A button that shows something of the day."""
    return tap(texts.plain(language, key), cb.DayDo(day=day.id, deed=what))


def back(texts: Texts, language: str, day: GivingDay) -> InlineKeyboardButton:
    """To the day's card."""
    return deed(texts, language, "button-back", day, DayDeed.CARD)


def label(texts: Texts, language: str, day: GivingDay) -> str:
    """A day on a button: its date, its title, and where it stands."""
    return texts.plain(
        language, "button-day", on=texts.short_day(language, day.starts_at), state=day.state,
        title=clean(day.title(language), most=TITLE_ON_BUTTON),
    )  # fmt: skip


def rule_words(texts: Texts, language: str, rule: MonthlyRule) -> str:
    """On the 11th of every month; on the second Saturday of every month."""
    if isinstance(rule, NthWeekday):
        return texts.plain(language, "day-rule-week", nth=rule.nth, weekday=rule.weekday)
    return texts.plain(language, "day-rule-day", day=rule.day)


def kept(rule: MonthlyRule) -> str:
    """A rule as a button carries it."""
    return str(rule).replace(":", ".")


def titles(language: str, projects: tuple[Project, ...]) -> str:
    """Projects by their titles."""
    return ("、" if language.startswith("zh") else ", ").join(project.title(language) for project in projects)
