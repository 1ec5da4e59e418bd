"""The buttons that count: which posts are out of date, within the rhythm a chat can bear."""

import asyncio
from datetime import timedelta
from uuid import UUID

from giving.creators import Chat, PostCounter
from giving.projects import Tally
from services.clock import Clock, utc_now
from services.wake import Wakes
from storage.work import UnitOfWork


class CounterService:
    """A post's button is edited at most once per `every`, and once more when the last tip is in."""

    def __init__(self, unit: UnitOfWork, *, wakes: Wakes, every: timedelta, now: Clock = utc_now) -> None:
        """Read and mark through this unit of work."""
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
        return [PostCounter(post, raised[post.id], chats[post.chat]) for post in posts]

    async def shown(self, post_id: UUID, tally: Tally, chat: Chat | None = None) -> None:
        """The buttons show this tally (and the chat's amounts); if that changed meanwhile the post is due again."""
        now = self._now()
        async with self._unit() as work:
            # The post's row first: a settlement beside us is then either seen in the tally, or marks the post after us.
            await work.creators.counter_shown(post_id, now=now, due_at=None)
            current = (await work.tallies.of([post_id], tally.given.currency))[post_id]
            changed = chat is not None and (await work.creators.chats_by_ids([chat.id])).get(chat.id) != chat
            if current != tally or changed:
                await work.creators.counter_shown(post_id, now=now, due_at=now)

    async def failed(self, post_id: UUID, *, gone: bool) -> None:
        """The button could not be edited: never again if the post is gone, else a little later."""
        now = self._now()
        async with self._unit() as work:
            await work.creators.counter_shown(post_id, now=now, due_at=None if gone else now + 5 * self._every)
