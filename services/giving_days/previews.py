"""A preview: all that an admin decides on, and a mark by which a later one is told from it."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from giving.giving_days import GivingDay
from giving.giving_days.pools import DayPool
from giving.projects import Project
from services.giving_days.pools import concerned, mark_of, pools_beside
from storage.work import Work

MARK: Final = 8  # characters: fit for a button, and enough to tell one preview of a day from the next


@dataclass(frozen=True, slots=True)
class Preview:
    """A day with its projects and matching pools as they are now, and how many its audience is.

    `digest` changes when anything that would be seen does; not with the number of people, which changes by the minute.
    `now`: when it was looked at. `closed`: its projects that take no gifts any more. `second`: whether another admin
    must confirm it.
    """

    day: GivingDay
    projects: tuple[Project, ...]
    people: int
    second: bool
    digest: str
    now: datetime
    pools: tuple[DayPool, ...] = ()

    @property
    def closed(self) -> tuple[Project, ...]:
        """Nobody can give to these on the day: it goes on with the others."""
        return tuple(project for project in self.projects if not project.open)


async def preview_of(work: Work, day: GivingDay, confirm_over: int, people: int, now: datetime) -> Preview:
    """The day as everybody will see it."""
    found = await work.projects.by_ids(day.projects)
    projects = tuple(found[project] for project in day.projects if project in found)
    pools = concerned(await pools_beside(work, day))
    return Preview(day, projects, people, people > confirm_over, digest_of(day, projects, pools), now, pools)


def digest_of(day: GivingDay, projects: tuple[Project, ...], pools: tuple[DayPool, ...] = ()) -> str:
    """The mark of what is seen of a day, its version, its projects and its matching pools."""
    seen = [
        str(day.id), day.version, *((str(p.id), p.open, {k: v.title for k, v in p.texts.items()}) for p in projects),
        *(mark_of(each) for each in pools),
    ]  # fmt: skip
    hashed = hashlib.sha256(json.dumps(seen, sort_keys=True, ensure_ascii=True).encode()).digest()
    return base64.urlsafe_b64encode(hashed)[:MARK].decode("ascii")
