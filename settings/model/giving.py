"""Gifts, tabs, giving days and sponsors' pools."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from settings.kinds import Positive, Text, Whole, currency_code, each_once
from settings.model.group import Group


class Tips(Group):
    currency: Annotated[Text, AfterValidator(currency_code)] = "CNY"
    least_minor: Positive = 100
    most_minor: Positive = 5_000_000
    presets_minor: Annotated[tuple[Whole, ...], Field(min_length=1), AfterValidator(each_once)] = (100, 500, 1000)

    @field_validator("most_minor")
    @classmethod
    def _most_is_not_below_least(cls, most: int, info: ValidationInfo) -> int:
        if most < info.data.get("least_minor", most):
            raise ValueError("must not be below tips.least_minor")
        return most

    @field_validator("presets_minor")
    @classmethod
    def _presets_are_allowed(cls, presets: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        least, most = info.data.get("least_minor"), info.data.get("most_minor")
        if least and most and not all(least <= preset <= most for preset in presets):
            raise ValueError(f"must lie between tips.least_minor ({least}) and tips.most_minor ({most})")
        return presets


class Tabs(Group):
    """Gifts too small for their rail; a donor can choose both for themselves (/tab)."""

    settle_at_minor: Positive = 3000
    monthly_minor: Positive = 10_000


class Pledges(Group):
    """Monthly giving."""

    presets_minor: Annotated[tuple[Whole, ...], Field(min_length=1), AfterValidator(each_once)] = (
        1000, 3000, 5000, 10_000,
    )  # fmt: skip
    debits_per_s: Annotated[Whole, Field(ge=1, le=1000)] = 20


class GivingDays(Group):
    closing_hours: Annotated[Whole, Field(ge=0, le=1488)] = 24
    confirm_over: Annotated[Whole, Field(ge=0)] = 1000
    live_listeners: Annotated[Whole, Field(ge=0, le=1500)] = 500
    card_every_s: Annotated[Whole, Field(ge=3, le=600)] = 15
    button_every_s: Annotated[Whole, Field(ge=10, le=3600)] = 60


class Matching(Group):
    """What sponsors' pools add to gifts; thresholds of fairness, where 0 switches a rule off (docs/matching.md)."""

    new_days: Annotated[Whole, Field(ge=0, le=365)] = 7
    gifts_per_donor: Annotated[Whole, Field(ge=0)] = 20
    ring_gifts: Annotated[Whole, Field(ge=0)] = 5
    ring_seconds: Positive = 10
    payer_people: Annotated[Whole, Field(ge=0)] = 3
    settle_hours: Annotated[Whole, Field(ge=0, le=720)] = 24
