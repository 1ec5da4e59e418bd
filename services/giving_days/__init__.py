"""Giving days: drafted, scheduled, turned by the clock, and what was given on them."""

from services.giving_days.calls import DaysOn
from services.giving_days.drafts import DayTerms
from services.giving_days.posts import DayCall, DayPosts
from services.giving_days.previews import Preview
from services.giving_days.service import GivingDayService
from services.giving_days.steps import DaySteps
from services.giving_days.told import DayTold

__all__ = [
    "DayCall",
    "DayPosts",
    "DaySteps",
    "DayTerms",
    "DayTold",
    "DaysOn",
    "GivingDayService",
    "Preview",
]
