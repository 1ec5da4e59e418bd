"""What a chat's followers gave, for its creator."""

from datetime import datetime
from typing import Final
from uuid import UUID

from giving.creators import Chat, CreatorStats, PostCounter, periods
from giving.projects import Tally
from storage.work import Work

TOP_POSTS: Final = 3


async def figures(work: Work, chat: Chat, currency: str, *, local: datetime) -> CreatorStats:
    """By local day, week and month, and in all; and the posts that brought most."""
    today, week, month = [
        await work.tips.tally_on(chat=chat.id, since=since, currency=currency) for since in periods(local)
    ]
    ever = (await work.tallies.of([chat.id], currency))[chat.id]
    return CreatorStats(chat, today, week, month, ever, await _top_posts(work, chat.id, currency))


async def _top_posts(work: Work, chat_id: UUID, currency: str) -> tuple[PostCounter, ...]:
    ids = await work.creators.top_posts(chat_id, currency, TOP_POSTS)
    posts = await work.creators.posts_by_ids(ids)
    raised: dict[UUID, Tally] = await work.tallies.of(ids, currency)
    return tuple(PostCounter(posts[i], raised[i]) for i in ids)
