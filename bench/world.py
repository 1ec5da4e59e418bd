"""Who gives to what on a giving day: one project takes half, few posts take most, some taps are wrong."""

import itertools
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select

from giving.creators import BotRights, ChatState
from giving.money import Money
from giving.people import Person, Visibility
from giving.projects import Organisation, Project, ProjectState, ProjectText
from giving.tips import Limits
from storage.ids import new_id
from storage.tables import people, posts, projects
from storage.work import UnitOfWork, Work

PROJECTS: Final = 20
POSTS_EACH: Final = 10
DONORS: Final = 20_000
REPLAYS: Final = 0.05
REFUSALS: Final = 0.03
PRESETS: Final = tuple(Money(minor, "CNY") for minor in (100, 500, 1000))
LIMITS: Final = Limits(Money(100, "CNY"), Money(5_000_000, "CNY"))
_CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True)
class World:
    """What a filled database holds, as callers know it. `weights` are cumulative, for random.choices."""

    donors: tuple[Person, ...]
    posts: tuple[UUID, ...]
    weights: tuple[float, ...]
    closed_post: UUID

    def some_post(self, dice: random.Random) -> UUID:
        """A post, the popular ones most of the time."""
        return dice.choices(self.posts, cum_weights=self.weights)[0]


async def fill(unit: UnitOfWork) -> None:
    """20 projects with a channel of 10 posts each, a closed project with one post, 20,000 donors."""
    now = datetime.now(UTC)
    organisation = Organisation(new_id(), "sunshine", {"zh-CN": "阳光阅读", "en": "Sunshine"}, None, now)
    async with unit() as work:
        await work.connection.execute(insert(people), [_donor_row(number, now) for number in range(DONORS)])
        await work.projects.put_organisation(organisation)
        for number in range(PROJECTS):
            await _fill_project(work, number, _project(f"project-{number:02}", organisation), POSTS_EACH, now)
        await _fill_project(work, PROJECTS, _project(_CLOSED, organisation, ProjectState.CLOSED), 1, now)


async def load(unit: UnitOfWork) -> World:
    """The world of a database that `fill` filled."""
    async with unit.read() as work:
        ids = (
            await work.connection.execute(select(people.c.id).order_by(people.c.telegram_id).limit(DONORS))
        ).scalars()
        known = await work.people.by_ids(list(ids))
        of_slug = select(projects.c.slug, posts.c.id).join(projects, projects.c.id == posts.c.project_id)
        rows = (await work.connection.execute(of_slug.order_by(projects.c.slug, posts.c.message_id))).all()
    by_slug = {slug: [row.id for row in group] for slug, group in itertools.groupby(rows, key=lambda row: row.slug)}
    (closed_post,) = by_slug.pop(_CLOSED)
    weighted = [
        (post, _share(project, 1.6) * _share(place, 1.0))
        for project, slug in enumerate(sorted(by_slug))
        for place, post in enumerate(by_slug[slug])
    ]
    return World(
        donors=tuple(known.values()),
        posts=tuple(post for post, _ in weighted),
        weights=tuple(itertools.accumulate(weight for _, weight in weighted)),
        closed_post=closed_post,
    )


def cumulative_shares(projects: int) -> list[float]:
    """How gifts spread over that many projects, for random.choices."""
    return list(itertools.accumulate(_share(rank, 1.6) for rank in range(projects)))


def _share(rank: int, exponent: float) -> float:
    """Zipf; with exponent 1.6 the first of 20 takes a half."""
    return float((rank + 1) ** -exponent)


def _donor_row(number: int, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "telegram_id": 10_000_000 + number,
        "name": f"Donor {number}",
        "language_code": "zh-hans" if number % 2 else "en",
        "visibility": Visibility.ANONYMOUS,
        "started_at": now,
        "met_at": now,
    }


def _project(slug: str, organisation: Organisation, state: ProjectState = ProjectState.OPEN) -> Project:
    words = {
        "zh-CN": ProjectText("乡村图书馆", "简介", "故事", "1 元让一个孩子多读一页书"),
        "en": ProjectText("Village library", "summary", "story", "¥1 lets one child read one more page"),
    }
    return Project(new_id(), slug, organisation, state, Money(30_000_000, "CNY"), words)


async def _fill_project(work: Work, number: int, project: Project, most: int, now: datetime) -> None:
    await work.projects.put(project, now)
    creator = (
        await work.connection.execute(select(people.c.id).where(people.c.telegram_id == 10_000_000))
    ).scalar_one()
    chat = await work.creators.put_chat(
        telegram_id=-1_001_000_000_000 - number,
        kind="channel",
        title=f"Channel {number}",
        username=None,
        rights=BotRights(present=True, can_post=True, can_edit=True),
        added_by=creator,
        now=now,
    )
    chat = await work.creators.set_chat(chat.id, state=ChatState.ON, creator_id=creator, project_id=project.id)
    for message in range(most):
        await work.creators.add_post(chat=chat, message_id=message + 1, excerpt="今天读《小王子》", at=now, now=now)
