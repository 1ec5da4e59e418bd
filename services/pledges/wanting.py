"""Where an instalment goes: the project of its pledge, or of those it may go to the one that needs it most."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from giving.money import Money
from giving.pledges import Instalment, Pledge
from giving.projects import Project
from services.pledges.goals import goals_of, neediest_of
from storage.work import Work


async def wanted(work: Work, pledges: Collection[Pledge]) -> dict[UUID, Project]:
    """By pledge; those that no project takes a gift for now (closed, reached, not verified) are not here."""
    goals = await goals_of(work, [*pledges]) if pledges else {}
    given = await _given(work, {project.id: project for goal in goals.values() for project in goal.among}.values())
    found = {one.id: neediest_of(goals[one.id].among, given, one.amount.currency) for one in pledges}
    return {pledge: project for pledge, project in found.items() if project is not None}


async def goes_to(work: Work, pledge: Pledge, instalment: Instalment) -> Project | None:
    """Where it was announced to go, if that takes it still; else the neediest of those it may go to; None: nowhere."""
    where = (await wanted(work, [pledge])).get(pledge.id)
    if where is None or where.id == instalment.project or not await _may_go(work, pledge, instalment):
        return where
    same = replace(pledge, project=instalment.project, organisation=None, choices=())
    kept = (await wanted(work, [same])).get(pledge.id)
    return kept or where


async def pledged_otherwise(work: Work, pledge: Pledge, instalment: Instalment) -> bool:
    """Whether its donor changed what it is, or how it is paid, since it was asked for."""
    if (instalment.amount, instalment.way, instalment.every) != (pledge.amount, pledge.way, pledge.every):
        return True
    return not await _may_go(work, pledge, instalment)


async def _may_go(work: Work, pledge: Pledge, instalment: Instalment) -> bool:
    """Whether where it goes is among those that its pledge is for by now."""
    goal = (await goals_of(work, [pledge]))[pledge.id]
    return any(project.id == instalment.project for project in goal.among)


async def _given(work: Work, projects: Iterable[Project]) -> dict[UUID, Money]:
    by_currency: dict[str, list[UUID]] = {}
    for project in projects:
        by_currency.setdefault(project.target.currency, []).append(project.id)
    return {
        project: tally.given
        for currency, ids in by_currency.items()
        for project, tally in (await work.tallies.of(ids, currency)).items()
    }
