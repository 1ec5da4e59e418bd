"""A scheduled day goes out with its projects' titles as they are when it begins: admins hear if one has changed."""

from collections.abc import Mapping
from uuid import UUID

import structlog

from giving.alerts import Alert, AlertKind, AlertLine
from giving.giving_days import DayState
from giving.projects import Project
from services.alerts import AlertService
from storage.work import Work

log = structlog.get_logger()


async def tell_of_renamed(work: Work, alerts: AlertService, renamed: Mapping[UUID, tuple[Project, Project]]) -> int:
    """In the commit of the change: one alert for each day that was confirmed under another title of a project of its.

    `renamed`: each project as it was and as it is. Drafts are looked at before they go, and what a day that is on says
    was sent. Returns of how many days.
    """
    told = 0
    for day in await work.giving_days.coming() if renamed else ():
        theirs = [renamed[project] for project in day.projects if project in renamed]
        lines = tuple(line for before, after in theirs for line in _lines(before, after))
        if day.state is not DayState.SCHEDULED or not lines:
            continue
        title = " / ".join(dict.fromkeys(day.titles.values()))
        await alerts.queue(work, Alert(AlertKind.DAY_RENAMED, {"title": title}, lines))
        log.info("giving_day_project_renamed", day_id=str(day.id), project_ids=[str(after.id) for _, after in theirs])
        told += 1
    return told


def _lines(before: Project, after: Project) -> list[AlertLine]:
    """Old and new, in each language in which they differ."""
    languages = dict.fromkeys([*before.texts, *after.texts])
    pairs = dict.fromkeys((before.title(language), after.title(language)) for language in languages)
    return [AlertLine("day-renamed", {"before": was, "after": is_}) for was, is_ in pairs if was != is_]
