"""Bounds on what people and strangers may do, and when our books are compared with the rails'."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from settings.kinds import Positive, Whole
from settings.model.group import Group


class Limits(Group):
    taps_at_once: Positive = 30
    taps_per_minute: Positive = 60
    chat_at_once: Positive = 20_000
    chat_per_minute: Positive = 120_000
    pages_at_once: Positive = 120
    pages_per_minute: Positive = 600
    misses_at_once: Positive = 30
    misses_per_minute: Positive = 10
    links_at_once: Positive = 15
    links_per_hour: Positive = 180
    failures_at_once: Positive = 5
    failures_per_hour: Positive = 6
    rail_raise_at: Positive = 8
    rail_shut_at: Positive = 12
    total_raise_at: Positive = 40
    total_shut_at: Positive = 70
    raised_minor: Positive = 2000
    guard_minutes: Positive = 15

    @field_validator("rail_shut_at", "total_shut_at")
    @classmethod
    def _shut_is_not_below_raised(cls, shut: int, info: ValidationInfo) -> int:
        before = str(info.field_name).replace("shut", "raise")
        if shut < info.data.get(before, shut):
            raise ValueError(f"must not be below limits.{before}")
        return shut

    @field_validator("total_raise_at")
    @classmethod
    def _one_rail_does_not_close_all(cls, total: int, info: ValidationInfo) -> int:
        if total <= info.data.get("rail_shut_at", 0):
            raise ValueError("must be above limits.rail_shut_at, or one rail under attack closes them all")
        return total


class Reconcile(Group):
    hour: Annotated[Whole, Field(ge=0, le=23)] = 11
    days: Annotated[Whole, Field(ge=1, le=31)] = 3
