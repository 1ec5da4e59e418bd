"""Chats, their posts, and when a counter is due."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.creators import BEING_SENT, BotRights, Carried, Chat, ChatState, Post
from storage.ids import new_id
from storage.sets import SetStatement
from storage.tables import chat_managers, chats, posts, tallies
from storage.upsert import insert_into

KEYBOARD_HEADSTART = timedelta(seconds=5)  # the handler of the post shows it first; the counters' loop is the net
# Each row is taken, marked or not: who shows the counter at this moment must see one of the two commits.
_COUNTERS_CHANGED = SetStatement(
    {"id": "uuid", "due_at": "timestamptz"},
    "UPDATE posts SET counter_due_at = coalesce(counter_due_at, r.due_at) FROM r WHERE posts.id = r.id",
    postgresql=", taken AS (SELECT posts.id, r.due_at FROM posts JOIN r ON r.id = posts.id ORDER BY posts.id"
    " FOR NO KEY UPDATE OF posts)"
    " UPDATE posts SET counter_due_at = coalesce(counter_due_at, taken.due_at) FROM taken WHERE posts.id = taken.id",
)
_POST_COLUMNS = (*posts.c, chats.c.telegram_id.label("chat_telegram_id"))


class CreatorStore:
    """Rows of `chats` and `posts`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def put_chat(
        self,
        *,
        telegram_id: int,
        kind: str,
        title: str,
        username: str | None,
        rights: BotRights,
        added_by: UUID | None,
        now: datetime,
    ) -> Chat:
        """Insert the chat or renew its labels and the bot's rights; its settings stay."""
        labels: dict[str, Any] = {
            "kind": kind,
            "title": title,
            "username": username,
            "bot_present": rights.present,
            "bot_can_post": rights.can_post,
            "bot_can_edit": rights.can_edit,
            "seen_at": now,
        }
        fresh = {"id": new_id(), "telegram_id": telegram_id, "state": ChatState.OFF, "added_by": added_by} | labels
        insert = insert_into(self._connection, chats).values(fresh)
        # Who brings the bot (back) is its keeper; who only changes its rights, or removes it, is not.
        brought = ~chats.c.bot_present & insert.excluded.bot_present
        keeper = case((brought, func.coalesce(insert.excluded.added_by, chats.c.added_by)), else_=chats.c.added_by)
        renewed = labels | {"added_by": keeper}
        statement = insert.on_conflict_do_update(index_elements=["telegram_id"], set_=renewed).returning(chats)
        return chat_of((await self._connection.execute(statement)).one())

    async def chats_by_ids(self, ids: Collection[UUID]) -> dict[UUID, Chat]:
        """Those of the ids that are known."""
        rows = await self._connection.execute(select(chats).where(chats.c.id.in_(ids)))
        return {row.id: chat_of(row) for row in rows}

    async def chat_by_telegram_id(self, telegram_id: int) -> Chat | None:
        """The chat, or None."""
        row = (await self._connection.execute(select(chats).where(chats.c.telegram_id == telegram_id))).first()
        return chat_of(row) if row else None

    async def chats_of(self, person: UUID) -> list[Chat]:
        """Chats the person switched tipping on in, added the bot to, or was seen to administer; oldest first."""
        managed = select(chat_managers.c.chat_id).where(chat_managers.c.person_id == person)
        mine = or_(chats.c.creator_id == person, chats.c.added_by == person, chats.c.id.in_(managed))
        rows = await self._connection.execute(select(chats).where(mine).order_by(chats.c.id))
        return [chat_of(row) for row in rows]

    async def set_chat(self, chat: UUID, **values: object) -> Chat:
        """Change columns of one chat."""
        statement = update(chats).where(chats.c.id == chat).values(**values).returning(chats)
        return chat_of((await self._connection.execute(statement)).one())

    async def set_chat_of(self, was: UUID | None, chat: UUID, creator: UUID, **values: object) -> Chat | None:
        """Change columns of a chat and make it this creator's, or None if it is by now neither theirs nor who `was`'s.

        With another creator, what the one before offered to somebody is offered no longer.
        """
        same = chats.c.creator_id == creator
        offered = case((same, chats.c.handover_to), else_=None)
        statement = update(chats).where(chats.c.id == chat, or_(same, chats.c.creator_id.is_not_distinct_from(was)))
        changed = statement.values(creator_id=creator, handover_to=offered, **values).returning(chats)
        row = (await self._connection.execute(changed)).first()
        return chat_of(row) if row else None

    async def add_post(
        self,
        *,
        chat: Chat,
        message_id: int,
        excerpt: str,
        at: datetime,
        now: datetime,
        carried: Carried = Carried.SELF,
        album: str | None = None,
        carrier_chat: int | None = None,
        author: UUID | None = None,
    ) -> Post:
        """Keep a post under the chat's project of this moment; its keyboard is due if nobody shows it. Idempotent.

        Of an album one message is the post: for the others that one is returned. `carrier_chat`: the carrier answers
        the message itself, there.
        """
        row = {
            "id": new_id(),
            "chat_id": chat.id,
            "message_id": message_id,
            "project_id": chat.project,
            "excerpt": excerpt,
            "posted_at": at,
            "counter_due_at": now + KEYBOARD_HEADSTART,
            "carried": carried,
            "media_group_id": album,
            "carrier_chat": carrier_chat,
            "reply_to_message_id": message_id if carrier_chat is not None else None,
            "author_id": author,
        }
        insert = insert_into(self._connection, posts).values(row).on_conflict_do_nothing()
        if (await self._connection.execute(insert.returning(posts.c.id))).first() is None:
            await self._meet_foreseen(row)
        same = posts.c.message_id == message_id
        if album is not None:
            same = or_(same, posts.c.media_group_id == album)
        found = _select_posts().where(posts.c.chat_id == chat.id, same).order_by(posts.c.media_group_id.is_(None))
        return _post((await self._connection.execute(found.limit(1))).one())

    async def _meet_foreseen(self, row: Mapping[str, Any]) -> None:
        """A post whose automatic forward came first is there already, but nothing was decided about it."""
        untouched = posts.c.counter_due_at.is_(None) & posts.c.counter_shown_at.is_(None) & (posts.c.message_id > 0)
        same = (posts.c.chat_id == row["chat_id"]) & (posts.c.message_id == row["message_id"])
        decided = {name: row[name] for name in ("carried", "media_group_id", "counter_due_at", "excerpt")}
        change = update(posts).where(same, untouched, posts.c.carried == Carried.SELF)
        if row["media_group_id"] is not None:
            album = posts.alias("album")
            taken = (album.c.chat_id == row["chat_id"]) & (album.c.media_group_id == row["media_group_id"])
            change = change.where(~select(album.c.id).where(taken).exists())
        await self._connection.execute(change.values(decided))

    async def posts_by_ids(self, ids: Collection[UUID]) -> dict[UUID, Post]:
        """Those of the ids that are known."""
        rows = await self._connection.execute(_select_posts().where(posts.c.id.in_(ids)))
        return {row.id: _post(row) for row in rows}

    async def top_posts(self, chat: UUID, currency: str, limit: int) -> list[UUID]:
        """The chat's posts that were given most, in this currency; then those that were given others only."""
        sums = select(
            tallies.c.subject_id,
            func.sum(case((tallies.c.currency == currency, tallies.c.given_minor), else_=0)).label("minor"),
        )
        theirs = sums.where(tallies.c.subject_id.in_(select(posts.c.id).where(posts.c.chat_id == chat)))
        given = theirs.group_by(tallies.c.subject_id).having(func.sum(tallies.c.gifts) > 0).subquery()
        statement = select(given.c.subject_id)
        most = statement.order_by(given.c.minor.desc(), given.c.subject_id.desc()).limit(limit)
        return list((await self._connection.execute(most)).scalars())

    async def recent_posts(self, chat: UUID, limit: int) -> list[UUID]:
        """The chat's newest posts that have buttons or get them.

        Of an album's messages all but one are known only by their copies in the discussion group: nothing was decided
        about them, and nothing may stand under them.
        """
        marks = (
            posts.c.carried != Carried.SELF,
            posts.c.counter_shown_at.is_not(None),
            posts.c.counter_due_at.is_not(None),
        )
        decided = (posts.c.chat_id == chat) & or_(*marks)
        newest = select(posts.c.id).where(decided).order_by(posts.c.id.desc()).limit(limit)
        return list((await self._connection.execute(newest)).scalars())

    async def naming(self, author: UUID) -> list[UUID]:
        """Posts whose carrier, standing or on its way, may name who wrote the message."""
        theirs = (posts.c.author_id == author) & posts.c.carrier_message_id.is_not(None)
        return list((await self._connection.execute(select(posts.c.id).where(theirs))).scalars())

    async def counters_changed(self, ids: Collection[UUID], now: datetime) -> None:
        """The posts' buttons no longer show what was given; the first change sets the time."""
        await _COUNTERS_CHANGED.run(self._connection, [(post, now) for post in ids])

    async def counters_due(self, *, now: datetime, every: timedelta, limit: int) -> list[Post]:
        """Posts whose button is out of date and was last edited `every` ago or longer; longest waiting first."""
        rested = or_(posts.c.counter_shown_at.is_(None), posts.c.counter_shown_at <= now - every)
        due = _select_posts().where(posts.c.counter_due_at <= now, rested, _can_be_shown())
        rows = await self._connection.execute(due.order_by(posts.c.counter_due_at).limit(limit))
        return [_post(row) for row in rows]

    async def counter_shown(self, post: UUID, *, now: datetime, due_at: datetime | None) -> None:
        """The button was edited at `now`; due again at `due_at` if it changed meanwhile."""
        await self._connection.execute(
            update(posts).where(posts.c.id == post).values(counter_shown_at=now, counter_due_at=due_at)
        )


def _can_be_shown() -> ColumnElement[bool]:
    """There is a message to edit, or one to answer with a carrier; not while somebody is sending it."""
    to_answer = posts.c.carrier_message_id.is_(None) & posts.c.reply_to_message_id.is_not(None)
    by_reply = (posts.c.carried == Carried.REPLY) & or_(posts.c.carrier_message_id > BEING_SENT, to_answer)
    return or_((posts.c.carried == Carried.SELF) & (posts.c.message_id > 0), by_reply)


def _select_posts() -> Any:
    return select(*_POST_COLUMNS).join(chats, chats.c.id == posts.c.chat_id)


def chat_of(row: Row[Any]) -> Chat:
    """A row of `chats`, or of more than them."""
    return Chat(
        id=row.id,
        telegram_id=row.telegram_id,
        kind=row.kind,
        title=row.title,
        username=row.username,
        state=ChatState(row.state),
        rights=BotRights(row.bot_present, row.bot_can_post, row.bot_can_edit),
        creator=row.creator_id,
        project=row.project_id,
        presets_minor=tuple(row.presets or ()),
        paused_reason=row.paused_reason,
        handover_to=row.handover_to,
        day_card=row.day_card,
    )


def _post(row: Row[Any]) -> Post:
    return Post(
        id=row.id,
        chat=row.chat_id,
        chat_telegram_id=row.chat_telegram_id,
        message_id=row.message_id,
        project=row.project_id,
        excerpt=row.excerpt,
        posted_at=row.posted_at,
        carried=Carried(row.carried),
        carrier_chat=row.carrier_chat,
        carrier_message_id=row.carrier_message_id,
        reply_to=row.reply_to_message_id,
        author=row.author_id,
    )
