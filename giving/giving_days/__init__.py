"""Giving days: draft → scheduled → live → closing → reported. See the parts of this folder."""

from giving.giving_days.checks import MOST_PROJECTS, Plan, check, check_times, overlap, overlapping
from giving.giving_days.days import COMING, Audience, DayAct, DayState, GivingDay, day_of, may, next_state, turned
from giving.giving_days.rules import ELEVENTH, LAST, DayOfMonth, MonthlyRule, NthWeekday, next_on, rule_of
from giving.giving_days.series import AHEAD, WHOLE_DAY, Series, draft_at, following
from giving.giving_days.times import begins, moment, window
from giving.giving_days.typed import moved, read_amounts, read_moment, read_month_day, weekdays_of

__all__ = [
    "AHEAD",
    "COMING",
    "ELEVENTH",
    "LAST",
    "MOST_PROJECTS",
    "WHOLE_DAY",
    "Audience",
    "DayAct",
    "DayOfMonth",
    "DayState",
    "GivingDay",
    "MonthlyRule",
    "NthWeekday",
    "Plan",
    "Series",
    "begins",
    "check",
    "check_times",
    "day_of",
    "draft_at",
    "following",
    "may",
    "moment",
    "moved",
    "next_on",
    "next_state",
    "overlap",
    "overlapping",
    "read_amounts",
    "read_moment",
    "read_month_day",
    "rule_of",
    "turned",
    "weekdays_of",
    "window",
]
