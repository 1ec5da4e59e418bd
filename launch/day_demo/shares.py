"""Creator by creator and project by project: people's own notes beside the report, the ranking and the cards."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from giving.day_reports import Figures
from giving.giving_days import GivingDay
from giving.money import Money
from giving.projects import Project
from giving.rankings import FIRST, NEW, Board, Period, Reach, day_period
from launch.day_demo.giving import Notes
from launch.day_demo.said import Said
from launch.day_demo.town import Town
from launch.service.building import Services

K = TypeVar("K", bound=Hashable)
A_DONOR: Final = FIRST + NEW  # everybody here gives for the first time, and once


@dataclass(frozen=True, slots=True)
class Share:
    """What was given at one place and not taken back; everybody gives once, so donors are gifts."""

    gifts: int = 0
    minor: int = 0

    @property
    def points(self) -> int:
        """What the formula of the rankings makes of it."""
        return A_DONOR * self.gifts


def shares(notes: Notes, place: Callable[[int], K]) -> dict[K, Share]:
    """People's notes by the `place` a follower of that number gave at."""
    found: dict[K, Share] = {}
    for number, minor in notes.paid.items():
        kept = minor - notes.returned.get(number, 0)
        if kept:
            was = found.get(place(number), Share())
            found[place(number)] = Share(was.gifts + 1, was.minor + kept)
    return found


def first_hundred(found: Mapping[int, Share]) -> int:
    """The points of the hundred with the most."""
    return sum(sorted((share.points for share in found.values()), reverse=True)[:100])


class Shares:
    """What the report and the ranking say of each."""

    def __init__(self, services: Services, town: Town, day: GivingDay, notes: Notes) -> None:
        """Of this day, by this town's notes."""
        self._services, self._town, self._notes = services, town, notes
        self.period: Period = day_period(day.id, day.starts_at, day.closes_at)

    async def of_creators(self, reported: Mapping[UUID | None, Figures]) -> list[Said]:
        """Each creator's gifts, donors and sum."""
        theirs = shares(self._notes, self._town.follows)
        numbers = {self._town.creator(n): n for n in range(self._town.creators)}
        async with self._services.unit.read() as work:
            people = await work.people.by_telegram_ids(list(numbers))
        said: list[Said] = []
        for telegram_id, person in people.items():
            number = numbers[telegram_id]
            share, figures = theirs.get(number, Share()), reported.get(person.id, Figures())
            said += _told(f"creator {number}", share, figures, await self._reach(Board.CREATORS, person.id))
        return [*said, Said("people", "creators who take part", len(numbers)),
                Said("books", "creators who take part", len(people))]  # fmt: skip

    async def of_projects(self, projects: Sequence[Project], reported: Mapping[UUID, Figures]) -> list[Said]:
        """Each project's; creators chose them in turn."""
        theirs = shares(self._notes, lambda number: self._town.follows(number) % len(projects))
        said: list[Said] = []
        for number, project in enumerate(projects):
            share, figures = theirs.get(number, Share()), reported.get(project.id, Figures())
            said += _told(f"project {number}", share, figures, await self._reach(Board.PROJECTS, project.id))
        return said

    async def _reach(self, board: Board, subject: UUID) -> Reach:
        own = await self._services.rankings.own(board, self.period, subject)
        return own.reach if own is not None else Reach()


def _told(who: str, share: Share, figures: Figures, reach: Reach) -> list[Said]:
    return [
        Said("people", f"{who}: gifts", share.gifts),
        Said("report", f"{who}: gifts", figures.gifts),
        Said("ranking", f"{who}: gifts", reach.gifts),
        Said("people", f"{who}: donors", share.gifts),
        Said("report", f"{who}: donors", figures.donors),
        Said("ranking", f"{who}: donors", reach.donors),
        Said("people", f"{who}: points", share.points),
        Said("ranking", f"{who}: points", reach.points),
        Said("people", f"{who}: given, in fen", share.minor),
        Said("report", f"{who}: given, in fen", _minor(figures.given)),
    ]


def _minor(sums: Sequence[Money]) -> int:
    return sum(amount.minor for amount in sums)
