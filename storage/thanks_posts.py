"""Thank-yous that creators publish, and the donors they are for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.people import Visibility
from giving.thanks_posts import Donor, PostState
from giving.tips import TipState
from storage.tables import people, thanks_posts, tips


@dataclass(frozen=True, slots=True)
class ThanksPost:
    """One, for those who gave in a chat after `since` and until `until`. `shown`: what its preview showed."""

    id: UUID
    chat: UUID
    creator: UUID
    words: str
    state: PostState
    shown: str
    donors: int
    since: datetime
    until: datetime
    made_at: datetime
    sent_at: datetime | None = None
    message_id: int | None = None


class ThanksPostStore:
    """Rows of `thanks_posts`; who gave is read from `tips`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def donors(self, chat: UUID, since: datetime, until: datetime, *, but: UUID) -> int:
        """How many gave there in this time, besides one."""
        number = select(func.count(tips.c.donor_id.distinct())).where(_given(chat, since, until, but))
        return int(await self._connection.scalar(number) or 0)

    async def named(self, chat: UUID, since: datetime, until: datetime, *, but: UUID) -> list[Donor]:
        """Of these who showed their name with a gift there and have not chosen otherwise since; newest first."""
        shows = and_(tips.c.visibility != Visibility.ANONYMOUS, people.c.visibility != Visibility.ANONYMOUS)
        each = (
            select(people.c.id, people.c.name)
            .join(tips, tips.c.donor_id == people.c.id)
            .where(_given(chat, since, until, but), shows, people.c.name != "")
            .group_by(people.c.id, people.c.name)
        )
        newest = each.order_by(func.max(tips.c.booked_at).desc(), people.c.id)
        return [Donor(row.id, row.name) for row in await self._connection.execute(newest)]

    async def projects(self, chat: UUID, since: datetime, until: datetime, *, but: UUID) -> list[UUID]:
        """What they gave to."""
        every = select(tips.c.project_id).where(_given(chat, since, until, but)).distinct()
        return sorted((await self._connection.execute(every)).scalars())

    async def add(self, post: ThanksPost) -> None:
        """Keep a preview; those that were shown before and not published are over."""
        before = (thanks_posts.c.chat_id == post.chat) & (thanks_posts.c.state == PostState.SHOWN)
        await self._connection.execute(delete(thanks_posts).where(before))
        await self._connection.execute(
            insert(thanks_posts).values(
                id=post.id, chat_id=post.chat, creator_id=post.creator, words=post.words, state=post.state,
                shown=post.shown, donors=post.donors, since_at=post.since, until_at=post.until, made_at=post.made_at,
            )
        )  # fmt: skip

    async def by_id(self, post: UUID) -> ThanksPost | None:
        """One, or None."""
        row = (await self._connection.execute(select(thanks_posts).where(thanks_posts.c.id == post))).first()
        return _read(row) if row else None

    async def newest(self, chat: UUID, states: Sequence[PostState]) -> ThanksPost | None:
        """The last one there that is in one of these states, or None."""
        there = (thanks_posts.c.chat_id == chat) & thanks_posts.c.state.in_([state.value for state in states])
        last = (
            select(thanks_posts).where(there).order_by(thanks_posts.c.made_at.desc(), thanks_posts.c.id.desc()).limit(1)
        )
        row = (await self._connection.execute(last)).first()
        return _read(row) if row else None

    async def begin(self, post: UUID, *, now: datetime) -> bool:
        """It is being sent, by nobody else ever; False if it was not waiting any more."""
        waits = (thanks_posts.c.id == post) & (thanks_posts.c.state == PostState.SHOWN)
        begun = update(thanks_posts).where(waits).values(state=PostState.SENDING, sent_at=now)
        return (await self._connection.execute(begun.returning(thanks_posts.c.id))).first() is not None

    async def became(self, post: UUID, state: PostState, message_id: int | None = None) -> None:
        """What Telegram said of it."""
        sending = (thanks_posts.c.id == post) & (thanks_posts.c.state == PostState.SENDING)
        await self._connection.execute(update(thanks_posts).where(sending).values(state=state, message_id=message_id))


def _given(chat: UUID, since: datetime, until: datetime, but: UUID) -> ColumnElement[bool]:
    when = and_(tips.c.booked_at.is_not(None), tips.c.booked_at > since, tips.c.booked_at <= until)
    return and_(tips.c.chat_id == chat, when, tips.c.state == TipState.PAID, tips.c.donor_id != but)


def _read(row: Row[Any]) -> ThanksPost:
    return ThanksPost(
        row.id, row.chat_id, row.creator_id, row.words, PostState(row.state), row.shown, row.donors, row.since_at,
        row.until_at, row.made_at, row.sent_at, row.message_id,
    )  # fmt: skip
