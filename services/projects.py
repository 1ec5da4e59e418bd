"""Projects as people find and read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from giving.errors import ProjectClosed, ProjectUnknown
from giving.money import Money
from giving.people import Visibility
from giving.projects import Project, ProjectCard, Tally
from giving.tips import Tip
from storage.work import UnitOfWork, Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `number` counts from 0, `pages` is at least 1."""

    items: tuple[T, ...]
    number: int
    pages: int
    total: int

    @classmethod
    def of(cls, items: list[T], *, number: int, size: int, total: int) -> "Page[T]":
        """A page out of `total` items in pages of `size`."""
        return cls(tuple(items), number, max(1, -(-total // size)), total)


@dataclass(frozen=True, slots=True)
class LatestGift:
    """A gift as its donor chose to be seen: no name, or no amount, where they said so."""

    name: str | None
    amount: Money | None
    at: datetime


class ProjectService:
    """Reads only; projects come in by services/project_import.py."""

    def __init__(self, unit: UnitOfWork) -> None:
        """Read through this unit of work."""
        self._unit = unit

    async def search(self, query: str = "", *, page: int = 0, size: int = 6) -> Page[ProjectCard]:
        """Open projects that match, in pages; a page past the end is the last one."""
        async with self._unit.read() as work:
            _, total = await work.projects.open(query[:100], limit=1, offset=0)
            number = min(max(page, 0), max(0, -(-total // size) - 1))
            found, total = await work.projects.open(query[:100], limit=size, offset=number * size)
            return Page.of(await cards(work, found), number=number, size=size, total=total)

    async def card(self, project_id: UUID) -> ProjectCard:
        """One project. Raises: ProjectUnknown."""
        async with self._unit.read() as work:
            project = (await work.projects.by_ids([project_id])).get(project_id)
            if project is None:
                raise ProjectUnknown
            return (await cards(work, [project]))[0]

    async def by_slug(self, slug: str) -> ProjectCard:
        """One project by the name in its address. Raises: ProjectUnknown."""
        async with self._unit.read() as work:
            project = await work.projects.by_slug(slug)
            if project is None:
                raise ProjectUnknown
            return (await cards(work, [project]))[0]

    async def latest(self, project_id: UUID, limit: int = 20) -> tuple[LatestGift, ...]:
        """The newest gifts; every gift is there, shown as its donor chose."""
        async with self._unit.read() as work:
            return tuple(as_chosen(tip, name) for tip, name in await work.tips.latest(project=project_id, limit=limit))

    async def alternatives(self, project_id: UUID | None, limit: int = 3) -> tuple[ProjectCard, ...]:
        """Open projects to choose from instead of this one."""
        async with self._unit.read() as work:
            return await alternatives(work, project_id, limit)


def as_chosen(tip: Tip, name: str) -> LatestGift:
    """A gift with what its donor hides left out."""
    return LatestGift(
        name=None if tip.visibility is Visibility.ANONYMOUS else name or None,
        amount=None if tip.visibility is Visibility.AMOUNT_HIDDEN else tip.amount,
        at=tip.paid_at or tip.offered_at,
    )


async def cards(work: Work, projects: list[Project]) -> list[ProjectCard]:
    """Projects with what each has raised."""
    raised: dict[UUID, Tally] = {}
    for currency in {project.target.currency for project in projects}:
        ids = [project.id for project in projects if project.target.currency == currency]
        raised |= await work.tallies.of(ids, currency)
    return [ProjectCard(project, raised[project.id]) for project in projects]


async def open_project(work: Work, project_id: UUID) -> Project:
    """A project that may be chosen now. Raises: ProjectUnknown, ProjectClosed (with alternatives)."""
    project = (await work.projects.by_ids([project_id])).get(project_id)
    if project is None:
        raise ProjectUnknown
    if not project.open:
        raise ProjectClosed(project=project, alternatives=await alternatives(work, project_id))
    return project


async def alternatives(
    work: Work, project_id: UUID | None, limit: int = 3, *, first: Sequence[UUID] = ()
) -> tuple[ProjectCard, ...]:  # fmt: skip
    """Open projects other than this one; those of `first` come first, in their order."""
    known = await work.projects.by_ids(first) if first else {}
    chosen = [known[each] for each in first if each in known and each != project_id and known[each].open][:limit]
    others = await work.projects.others(project_id, limit=limit + len(chosen)) if len(chosen) < limit else []
    chosen += [other for other in others if other.id not in {one.id for one in chosen}]
    return tuple(await cards(work, chosen[:limit]))
