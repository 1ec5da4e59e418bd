"""What somebody can share from any chat: their own slot, and the projects of the giving days that are on."""

from dataclasses import dataclass

from giving.giving_days import GivingDay
from giving.people import Person
from giving.projects import ProjectCard
from services.clock import Clock, utc_now
from services.giving_days import DaysOn
from services.projects import cards
from services.slots import SlotCard, SlotService
from storage.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Offered:
    """`person`: None for who is not known, and stays so: typing the bot's name is no reason to be kept."""

    person: Person | None
    slot: SlotCard | None
    projects: tuple[tuple[GivingDay, ProjectCard], ...]


class InlineService:
    """Reads only."""

    def __init__(self, unit: UnitOfWork, slots: SlotService, days: DaysOn, *, now: Clock = utc_now) -> None:
        """`days`: which giving days are on."""
        self._unit, self._slots, self._days, self._now = unit, slots, days, now

    async def offers(self, telegram_id: int) -> Offered:
        """For this person: an open slot of theirs, and every open project of the days that are on, each once."""
        days = await self._days.at(self._now())
        async with self._unit.read() as work:
            person = await work.people.by_telegram_id(telegram_id)
            whose = {project: day for day in days for project in day.projects}
            found = await work.projects.by_ids(list(whose))
            open_ = [found[project] for project in whose if project in found and found[project].open]
            projects = tuple((whose[card.project.id], card) for card in await cards(work, open_))
        mine = await self._slots.mine(person) if person is not None else None
        return Offered(person, mine if mine is not None and mine.slot.open else None, projects)
