"""The buttons that count: which posts are out of date, within the rhythm a chat can bear."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from giving.creators import Chat, Post, PostCounter
from giving.money import Money
from giving.projects import Tally
from services.clock import Clock, utc_now
from services.leadership import Write
from services.wake import Wakes
from storage.work import UnitOfWork, Work


class CounterService:
    """A post's button is edited at most once per `every`, and once more when the last tip is in."""

    def __init__(
        self, unit: UnitOfWork, *, wakes: Wakes, every: timedelta, write: Write | None = None, now: Clock = utc_now
    ) -> None:
        """Read through this unit of work, mark by `write`: in production the leader's."""
        self._write = write or unit
        self._unit, self._wakes, self._every, self._now = unit, wakes, every, now

    @property
    def woken(self) -> asyncio.Event:
        """Set when a post's tally moved."""
        return self._wakes.counters

    async def due(self, limit: int = 10) -> list[PostCounter]:
        """Posts whose button is out of date, longest waiting first."""
        async with self._unit.read() as work:
            posts = await work.creators.counters_due(now=self._now(), every=self._every, limit=limit)
            projects = await work.projects.by_ids({post.project for post in posts})
            chats = await work.creators.chats_by_ids({post.chat for post in posts})
            raised: dict[UUID, Tally] = {}
            for post in posts:
                raised |= await work.tallies.of([post.id], projects[post.project].target.currency)
            days = await _today(work, self._now()) if posts else {}
        none: tuple[None, tuple[Money, ...]] = None, ()
        return [PostCounter(post, raised[post.id], chats[post.chat], *days.get(post.project, none)) for post in posts]

    async def shown(
        self, post_id: UUID, tally: Tally, chat: Chat | None = None, author: str | None = None, day: Money | None = None
    ) -> None:  # fmt: skip
        """The buttons show this tally (the chat's amounts, the author, a giving day's sum).

        If one of them but the day's changed the post is due again; the day's is brought up to date in its own rhythm.
        """
        async with self._write() as work:
            await mark_shown(work, post_id, tally, chat, author, now=self._now())
            await work.live_days.button_shows(post_id, day.minor if day is not None else None)

    async def failed(self, post_id: UUID, *, gone: bool) -> None:
        """The button could not be edited: never again if the post is gone, else a little later."""
        now = self._now()
        async with self._write() as work:
            await work.creators.counter_shown(post_id, now=now, due_at=None if gone else now + 5 * self._every)
            if gone:
                await work.live_days.button_lost(post_id)


async def _today(work: Work, now: datetime) -> dict[UUID, tuple[Money, tuple[Money, ...]]]:
    """What the days that are on have raised, and the amounts they suggest, by their projects."""
    on = await work.giving_days.on_at(now)
    raised = {day.id: (await work.tallies.of([day.id], day.currency))[day.id].given for day in on}
    return {project: (raised[day.id], day.amounts) for day in on for project in day.projects}


async def mark_shown(
    work: Work, post_id: UUID, tally: Tally, chat: Chat | None, author: str | None, *, now: datetime
) -> None:
    """What stands there; due again if it is not so any more.

    The post's row first: whoever changes what is shown beside us is then either seen here, or marks the post after us.
    """
    await work.creators.counter_shown(post_id, now=now, due_at=None)
    current = (await work.tallies.of([post_id], tally.given.currency))[post_id]
    changed = chat is not None and (await work.creators.chats_by_ids([chat.id])).get(chat.id) != chat
    if current != tally or changed or await _author(work, post_id) != author:
        await work.creators.counter_shown(post_id, now=now, due_at=now)


async def named_author(work: Work, post: Post) -> str | None:
    """Whoever wrote the post, if they wish to be thanked by name."""
    authors = await work.people.by_ids([post.author]) if post.author else {}
    return next((person.name for person in authors.values() if person.thanked_by_name and person.name), None)


async def _author(work: Work, post_id: UUID) -> str | None:
    post = (await work.creators.posts_by_ids([post_id])).get(post_id)
    return await named_author(work, post) if post else None
