"""How pledges are put into words: what for, on which day, by what."""

from datetime import date
from typing import Final

from giving.money import Money
from giving.names import clean
from giving.pledges import QUARTER, SHORTEST, Month, Payable, Pledge, Way
from services.pledges import Goal
from texts import Html, Texts

TITLE_ON_BUTTON: Final = 24


def goal_title(texts: Texts, language: str, goal: Goal) -> str:
    """What it is for, in a few words."""
    if goal.project is not None:
        return goal.project.title(language)
    if goal.organisation is not None:
        return texts.plain(language, "pledge-goal-organisation", organisation=goal.organisation.name(language))
    return texts.plain(language, "pledge-goal-choices", count=len(goal.choices))


def short_goal(texts: Texts, language: str, goal: Goal) -> str:
    """The same on a button."""
    return clean(goal_title(texts, language, goal), most=TITLE_ON_BUTTON)


def so_much(texts: Texts, language: str, amount: Money, every: int, goal: Goal) -> Html:
    """¥50 every month for this."""
    key = "pledge-so-much-quarter" if every == QUARTER else "pledge-so-much"
    return texts.chat(language, key, amount=amount, goal=goal_title(texts, language, goal))


def on_day(texts: Texts, language: str, day: int) -> Html:
    """On the 15th; of the days that not every month has, what becomes of them."""
    if day <= SHORTEST:
        return texts.chat(language, "pledge-day", day=day)
    return texts.chat(language, "pledge-day-last") if day > 30 else texts.chat(language, "pledge-day-or-last", day=day)


def by_what(texts: Texts, language: str, by: Payable) -> str:
    """A saved method by its name, else how it is asked for."""
    match by.way:
        case Way.SAVED:
            return texts.plain(language, "pledge-by-saved", method=by.label)
        case Way.TAB:
            return texts.plain(language, "pledge-by-tab")
        case Way.STARS:
            return texts.plain(language, "pledge-by-stars", stars=by.price)
    return texts.plain(language, "pledge-by-link", rail=texts.named(language, "rail", by.rail))


def by_now(pledge: Pledge) -> str:
    """What buttons call the way it is paid by (giving/pledges/paying.py, Payable.by)."""
    return Payable(pledge.way, pledge.rail).by


def month_name(texts: Texts, language: str, month: Month) -> str:
    """December 2026."""
    return texts.month(language, date(month.year, month.number, 1))
