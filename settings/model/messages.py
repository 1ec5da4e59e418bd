"""What is told to people, and how fast."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from settings.kinds import Flag, Positive, Whole
from settings.model.group import Group


class Notices(Group):
    digest_every_s: Positive = 600
    counter_every_s: Positive = 3
    messages_per_second: Positive = 30
    per_chat_per_second: Positive = 1
    per_group_per_minute: Positive = 20
    counters_per_second: Positive = 10

    @field_validator("counters_per_second")
    @classmethod
    def _counters_leave_room(cls, counters: int, info: ValidationInfo) -> int:
        if counters > info.data.get("messages_per_second", counters):
            raise ValueError("must not be above notices.messages_per_second")
        return counters


class Subscriptions(Group):
    per_week: Positive = 2


class Broadcasts(Group):
    confirm_over: Positive = 1000
    paid: Flag = False
    paid_per_second: Annotated[Whole, Field(ge=31, le=1000)] = 1000
