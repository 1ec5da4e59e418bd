"""What everybody does in two years of monthly giving: drawn from one seed, known before anything happens.

Plain data, read by the simulation (years.py) and by the model that it is compared with (model.py).
Donors act at three in the afternoon and pay by hand at six, each by their own clock; nothing is due at those hours.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

HOME: Final = "Asia/Shanghai"  # the operator's, and of whoever chose no clock
ABROAD: Final = ("Europe/Berlin", "America/New_York")
BEGINS: Final = date(2026, 12, 1)
ACTS_AT, PAYS_AT = time(15), time(18)
NEVER: Final = None

# Organisations and their projects; targets are far away but where the operator's diary says so.
PROJECTS: Final = {
    "library": "sunshine", "meals": "sunshine", "winter": "sunshine", "roof": "sunshine",
    "wells": "green", "trees": "green", "bridge": "green", "books": "green",
    "clinic": "health", "school": "health",
}  # fmt: skip
TARGETS: Final = {"roof": 150_000, "books": 300_000}  # in fen, for each donor there is


@dataclass(frozen=True)
class Goal:
    """A project, an organisation (whichever of its projects needs most), or some projects."""

    kind: str
    names: tuple[str, ...]

    @property
    def projects(self) -> tuple[str, ...]:
        """Those it may go to."""
        if self.kind == "organisation":
            return tuple(name for name, of in PROJECTS.items() if of == self.names[0])
        return self.names

    @property
    def organisations(self) -> frozenset[str]:
        """Whose these are."""
        return frozenset(PROJECTS[name] for name in self.projects)


@dataclass(frozen=True, order=True)
class Act:
    """Something a donor does: to which of their pledges (by number), with what."""

    at: datetime
    what: str
    pledge: int = 0
    value: Any = None


@dataclass(frozen=True)
class Turn:
    """What the operator, an organisation or a sponsor brings about."""

    at: datetime
    what: str  # close, open, reach, unverify, verify
    name: str


@dataclass(frozen=True)
class Donor:
    """One of them: by which clock they begin, and what they do, in its order."""

    number: int
    zone: str | None
    language: str
    acts: tuple[Act, ...]
    forgetful: bool
    reads_news: bool


@cache
def zone_of(name: str | None) -> ZoneInfo:
    """Whose clock: the operator's for None."""
    return ZoneInfo(name or HOME)


def local(day: date, at: time, zone: str | None) -> datetime:
    """That hour there, in UTC."""
    return datetime.combine(day, at, zone_of(zone)).astimezone(UTC)


@dataclass(frozen=True)
class Script:
    """One seed: everybody, and what is decided when it comes to it."""

    seed: int
    months: int
    donors: tuple[Donor, ...]
    turns: tuple[Turn, ...]

    @property
    def until(self) -> datetime:
        """When it ends."""
        year, month = divmod(BEGINS.year * 12 + BEGINS.month - 1 + self.months, 12)
        return datetime(year, month + 1, 1, tzinfo=UTC)

    def _dice(self, *name: object) -> random.Random:
        return random.Random(":".join(str(part) for part in (self.seed, *name)))

    def pays_after(self, donor: int, pledge: int, month: str) -> int | None:
        """So many days after they were asked for a month of a pledge they pay it by hand; None: not at all."""
        dice = self._dice("pays", donor, pledge, month)
        if self.donors[donor].forgetful:
            return dice.choices((0, 2, 5, 9, NEVER), (1, 1, 1, 1, 8))[0]
        return dice.choices((0, 1, 2, 4, 6, 9, NEVER), (8, 4, 3, 2, 1, 1, 1))[0]

    def pays_declined(self, donor: int, pledge: int, month: str, nth: int) -> int | None:
        """The same, told that their card was declined for the so-many-th time."""
        return self._dice("declined", donor, pledge, month, nth).choices((1, NEVER), (1, 6))[0]

    def changes(self, kind: str, donor: int, pledge: int, month: str, nth: int) -> tuple[str, Any] | None:
        """What they do the day after they were asked for a month, or told that it was declined, before they pay."""
        dice = self._dice(kind, donor, pledge, month, nth, "changes")
        every = {"asked": ("amount", "cancel", "skip"), "declined": ("amount",)}[kind]
        what = dice.choices((*every, None), (*(1 for _ in every), 30 if kind == "asked" else 6))[0]
        return (what, dice.randint(2, 24) * 500 if what == "amount" else None) if what is not None else None

    def goes_on(self, donor: int, pledge: int, nth: int) -> tuple[int, str, Any] | None:
        """What they do so many days after being told that what a pledge is for takes no gifts."""
        dice = self._dice("waits", donor, pledge, nth)
        what = dice.choices(("move", "resume", None), (7, 2, 1))[0]
        if what is None:
            return None
        return dice.randint(1, 20) if what == "move" else dice.randint(30, 80), what, _goal(dice, whole=what == "move")

    def takes_up(self, donor: int, pledge: int, nth: int) -> tuple[int, str, Any] | None:
        """What they do so many days after being told that a pledge is paused."""
        dice = self._dice("paused", donor, pledge, nth)
        what = dice.choices(("card", "resume", None), (5, 3, 2))[0]
        return (dice.randint(1, 25), what, None) if what is not None else None


def _goal(dice: random.Random, *, whole: bool = True) -> Goal:
    if whole and dice.random() < 0.06:
        return Goal("organisation", (dice.choice(sorted(set(PROJECTS.values()))),))
    return Goal("project", (dice.choice(sorted(PROJECTS)),))


def written(donors: int, seed: int, months: int = 24, *, lively: bool = False) -> Script:
    """Everything that will be done. `lively`: fewer gifts, and more of everything else.

    Then donors begin all through the time, every second gives by the quarter, and each does more in a month: as many
    rules are seen at work with a third of the instalments.
    """
    everybody = tuple(_donor(number, seed, months, lively) for number in range(donors))
    return Script(seed, months, everybody, tuple(turns(months)))


def turns(months: int) -> Sequence[Turn]:
    """The operator's diary: at one in the afternoon in Shanghai, when nothing is due anywhere."""

    def on(month: int, day: int, what: str, name: str) -> Turn:
        year, number = divmod(BEGINS.month - 1 + month, 12)
        return Turn(datetime(BEGINS.year + year, number + 1, day, 5, tzinfo=UTC), what, name)

    diary = [
        on(3, 12, "unverify", "health"), on(4, 26, "verify", "health"), on(5, 17, "close", "winter"),
        on(8, 9, "reach", "roof"), on(10, 20, "close", "bridge"), on(12, 3, "open", "bridge"),
        on(14, 11, "unverify", "health"), on(15, 6, "verify", "health"), on(17, 14, "reach", "books"),
        on(19, 23, "close", "trees"), on(20, 28, "open", "trees"),
    ]  # fmt: skip
    return [turn for turn in diary if turn.at < datetime(2200, 1, 1, tzinfo=UTC) and months]


# What somebody does to a pledge in an ordinary month, and how likely each is beside the others.
_ACTS: Final = {
    "skip": 8, "pause": 5, "resume": 4, "amount": 7, "day": 6, "move": 5, "by_card": 4, "by_link": 3, "cancel": 4,
    "card": 7, "drop": 3, "declines": 9, "works": 6, "authenticates": 5, "twice": 2, "pledge": 3, "leave": 1,
    "zone": 3, "block": 2, "unblock": 5,
}  # fmt: skip
A_MONTH: Final = 0.16  # how often anything of this is done
A_LIVELY_MONTH: Final = 0.35
DAYS: Final = (1, 5, 10, 12, 15, 18, 20, 25, 28, 29, 30, 31)
DAYS_ABROAD: Final = (1, 15, 31)


class _Pen:
    """Writes one donor's part."""

    def __init__(self, number: int, seed: int, months: int, lively: bool) -> None:
        self.dice = random.Random(f"{seed}:donor:{number}")
        self.often = A_LIVELY_MONTH if lively else A_MONTH
        self.quarterly = 60 if lively else 6
        self.zone: str | None = None if self.dice.random() < 0.85 else self.dice.choice(ABROAD)
        self.began_in = self.zone
        self.acts: list[Act] = []
        self.pledges, self.tabs = 0, set[int]()
        self.left = self.blocked = False

    def day_of_month(self) -> int:
        return self.dice.choice(DAYS if self.zone is None else DAYS_ABROAD)

    def act(self, day: date, what: str, pledge: int = 0, value: Any = None) -> None:
        self.acts.append(Act(local(day, ACTS_AT, self.zone), what, pledge, value))

    def pledge(self, day: date, *, on: int | None = None) -> None:
        """A new one."""
        dice = self.dice
        kind = dice.choices(("card", "link", "tab", "quarter", "choices"), (60, 24, 5, self.quarterly, 5))[0]
        if kind == "tab":
            amount, by = dice.choice((100, 200, 300)), "tab"
            self.tabs.add(self.pledges)
            if self.blocked:  # whoever promises talks to the bot again
                self.act(day, "unblock")
                self.blocked = False
        elif kind == "quarter":
            amount, by = dice.choice((600, 900, 1500)), dice.choice(("saved", "card"))
        else:
            amount, by = dice.randint(2, 20) * 500, "saved" if kind == "card" else "card"
        goal = _goal(dice)
        if kind == "choices":
            goal = Goal("choices", tuple(sorted(dice.sample(sorted(PROJECTS), 3))))
        if by == "saved":
            for organisation in sorted(goal.organisations):
                self.act(day, "card", self.pledges, organisation)
        every = 3 if kind == "quarter" else 1
        self.act(day, "pledge", self.pledges, (goal, amount, on or self.day_of_month(), by, every))
        self.pledges += 1

    def month(self, first: date) -> None:
        """Perhaps they do something in this month."""
        dice = self.dice
        if dice.random() >= self.often:
            return
        day = first + timedelta(days=dice.randrange(28))
        what = dice.choices([*_ACTS], [*_ACTS.values()])[0]
        pledge = dice.randrange(self.pledges)
        if what == "pledge" or (self.left and self.acts[-1].what == "leave"):
            self.pledge(day)
            return
        if what == "skip" and pledge in self.tabs:
            what = "pause"  # whether the month on the tab is paid by then is the tab's affair
        if what == "block" and self.tabs:
            what = "unblock"  # so is when their tab ends unpaid: tests/services/test_pledges_on_tabs.py
        value = {
            "pause": dice.randint(1, 5), "amount": dice.randint(2, 24) * 500, "day": self.day_of_month(),
            "move": _goal(dice),
        }.get(what)  # fmt: skip
        self.act(day, what, pledge, value if what != "zone" else self.moves())
        self.blocked = {"block": True, "unblock": False, "leave": False}.get(what, self.blocked)
        if what == "leave":
            self.left, self.zone = True, None
        elif what in ("declines", "authenticates") and dice.random() < 0.7:
            for_days = dice.choice((4, 5, 9, 20))
            self.act(day + timedelta(days=for_days), dice.choice(("works", "card")), pledge)

    def moves(self) -> str | None:
        """Where they live from that day on."""
        self.zone = self.dice.choice([one for one in (None, *ABROAD) if one != self.zone])
        return self.zone


def _donor(number: int, seed: int, months: int, lively: bool) -> Donor:
    pen = _Pen(number, seed, months, lively)
    dice = pen.dice
    later = months - 2 if lively else months // 3 if dice.random() < 0.3 else 0
    began = BEGINS + timedelta(days=dice.randrange(25 + 30 * later))
    on = pen.day_of_month()
    pen.pledge(began, on=on)
    for _ in range(dice.choices((0, 1, 2), (80, 15, 5))[0]):
        pen.pledge(began, on=on)  # several on one day
    for month in range(1, months):
        year, at = divmod(BEGINS.month - 1 + month, 12)
        first = date(BEGINS.year + year, at + 1, 1)
        if first > began:
            pen.month(first)
    return Donor(
        number, pen.began_in, dice.choice(("zh-CN", "zh-CN", "en")), tuple(sorted(pen.acts, key=lambda act: act.at)),
        forgetful=dice.random() < 0.15, reads_news=dice.random() < 0.5,
    )  # fmt: skip
