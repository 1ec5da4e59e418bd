"""Days, months and promises as the model of monthly giving has them; nothing of giving/."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tests.monthly.script import PROJECTS, Goal, Script, zone_of

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WEEK: Final = 7 * DAY
OVER: Final = ("paid", "skipped", "missed", "failed", "tab", "tab?")


def named(month: int) -> str:
    """Months are counted: as 2027-03."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


def due_at(month: int, day: int, zone: str | None) -> datetime:
    """Ten in the morning of that day, or of the month's last."""
    year, number = divmod(month, 12)
    there = datetime(year, number + 1, min(day, monthrange(year, number + 1)[1]), 10, tzinfo=zone_of(zone))
    return there.astimezone(zone_of("UTC"))


def by_day(at: datetime, zone: str | None) -> datetime:
    """Then, or where that is between ten at night and eight, the next morning."""
    there = at.astimezone(zone_of(zone))
    if 8 <= there.hour < 22:
        return at
    morning = there.replace(hour=8, minute=0, second=0, microsecond=0)
    return (morning if there.hour < 8 else morning + DAY).astimezone(zone_of("UTC"))


class Worlds:
    """Which project takes gifts when, by the operator's diary."""

    def __init__(self, script: Script) -> None:
        self._turns = script.turns

    def takes(self, project: str, at: datetime) -> bool:
        """Open, of a verified organisation, its goal not reached."""
        is_open = verified = wanting = True
        for turn in self._turns:
            if turn.at > at:
                break
            is_open = {"close": False, "open": True}.get(turn.what, is_open) if turn.name == project else is_open
            mine = turn.name == PROJECTS[project]
            verified = {"unverify": False, "verify": True}.get(turn.what, verified) if mine else verified
            wanting = wanting and not (turn.what == "reach" and turn.name == project)
        return is_open and verified and wanting

    def wants(self, goal: Goal, at: datetime) -> bool:
        """Whether any of its projects takes a gift."""
        return any(self.takes(project, at) for project in goal.projects)


@dataclass
class Month:
    """One month of a pledge."""

    month: int
    amount: int
    goal: Goal
    by: str  # saved, card (by a link), tab
    due: datetime
    state: str = "announced"
    notice_at: datetime | None = None
    asked_at: datetime | None = None
    reminded: bool = False
    tries: int = 0
    first_try: datetime | None = None
    unsaid: bool = False  # there was nothing to tell when it would have been told
    again: bool = False  # it was told anew

    @property
    def open(self) -> bool:
        """Whether nothing is decided."""
        return self.state not in OVER

    def next(self) -> datetime | None:
        """When something is due of it."""
        match self.state:
            case "announced" | "retry" if self.by == "saved":
                days = 1 if self.state == "retry" else 5  # after they were told
                if self.notice_at is None:
                    return self.due + (3 * DAY if self.again else WEEK)
                return max(self.due, self.notice_at + days * DAY)
            case "announced":
                return self.due
            case "asked" if self.asked_at is not None:
                return self.asked_at + (WEEK if self.reminded else 3 * DAY)
        return None


@dataclass
class Promise:
    """A pledge."""

    number: int
    goal: Goal
    amount: int
    day: int
    by: str
    every: int
    first: int
    state: str = "active"
    until: int | None = None
    left_out: int | None = None
    look: datetime | None = None
    months: list[Month] = field(default_factory=list)
    waited: int = 0
    rested: int = 0

    @property
    def begun(self) -> int:
        """The newest month there is."""
        return max((one.month for one in self.months), default=self.first - 1)

    @property
    def open(self) -> list[Month]:
        """What is under way, the oldest first."""
        return sorted((one for one in self.months if one.open), key=lambda one: one.month)

    def coming(self, after: int | None = None) -> int:
        """The first month after that one (or the newest) that has an instalment."""
        month = max((self.begun if after is None else after) + 1, self.first)
        while not self.falls_in(month):
            month += 1
        return month

    def falls_in(self, month: int) -> bool:
        """Whether it gives in that month."""
        late = self.until is not None and month < self.until
        return (month - self.first) % self.every == 0 and month != self.left_out and not late

    def not_before(self, now: datetime, zone: str | None, after: int | None = None) -> int:
        """The first month whose day is still to come."""
        month = self.coming(after)
        while due_at(month, self.day, zone) < now:
            month = self.coming(month)
        return month
