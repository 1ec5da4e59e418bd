"""Where offers would go: what deciding one needs of posts, chats and projects, in one look."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from giving.creators import Carried, Post
from giving.tips import Target
from storage.sets import SetStatement, reader

_OPEN = "projects.state = 'open' AND organisations.verified_at IS NOT NULL, projects.currency, projects.organisation_id"
_PROJECTS = "JOIN organisations ON organisations.id = projects.organisation_id"
_OF_PROJECTS = SetStatement(
    {"id": "uuid"},
    f"SELECT projects.id, projects.id, {_OPEN} FROM r JOIN projects ON projects.id = r.id {_PROJECTS}",  # noqa: S608
    gives=5,
)
_OF_POSTS = SetStatement(
    {"id": "uuid"},
    f"SELECT posts.id, projects.id, {_OPEN}, chats.id, chats.title,"  # noqa: S608
    " chats.state = 'on' AND chats.project_id IS NOT NULL AND chats.creator_id IS NOT NULL, chats.creator_id,"
    " chats.state = 'paused'"
    " FROM r JOIN posts ON posts.id = r.id JOIN chats ON chats.id = posts.chat_id"
    f" JOIN projects ON projects.id = posts.project_id {_PROJECTS}",
    gives=10,
)
_OF_SLOTS = SetStatement(
    {"id": "uuid"},
    f"SELECT slots.id, projects.id, {_OPEN}, NULL, slots.name, slots.closed_at IS NULL, slots.creator_id, 1 = 0"  # noqa: S608
    f" FROM r JOIN slots ON slots.id = r.id JOIN projects ON projects.id = slots.project_id {_PROJECTS}",
    gives=10,
)

_PLACES = SetStatement(
    {"id": "uuid"},
    "SELECT posts.id, posts.chat_id, chats.telegram_id, posts.message_id, posts.project_id, posts.excerpt,"
    " posts.posted_at, posts.carried, posts.carrier_chat, posts.carrier_message_id, posts.reply_to_message_id,"
    " posts.author_id FROM r JOIN posts ON posts.id = r.id JOIN chats ON chats.id = posts.chat_id",
    gives=12,
)


class TargetStore:
    """Reads posts, chats, projects and organisations."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def of_projects(self, ids: Collection[UUID]) -> dict[UUID, Target]:
        """Those of the projects that are known."""
        return await self._run(_OF_PROJECTS, ids)

    async def of_posts(self, ids: Collection[UUID]) -> dict[UUID, Target]:
        """Those of the posts that are known."""
        return await self._run(_OF_POSTS, ids)

    async def of_slots(self, ids: Collection[UUID]) -> dict[UUID, Target]:
        """Those of the slots that are known; their name is the chat's title."""
        return await self._run(_OF_SLOTS, ids)

    async def posts(self, ids: Collection[UUID]) -> dict[UUID, Post]:
        """Those of the posts that are known, with where their keyboards are."""
        read = reader(self._connection)
        found: dict[UUID, Post] = {}
        for row in await _PLACES.run(self._connection, [(i,) for i in ids]):
            (
                id_, chat, chat_number, message, project, excerpt, at, carried, carrier_chat, carrier_message, reply_to,
                author,
            ) = row  # fmt: skip
            post = read.known(id_)
            found[post] = Post(
                post, read.known(chat), chat_number, message, read.known(project), excerpt, read.at(at),
                Carried(carried), carrier_chat, carrier_message, reply_to, read.maybe_id(author),
            )  # fmt: skip
        return found

    async def _run(self, statement: SetStatement, ids: Collection[UUID]) -> dict[UUID, Target]:
        read = reader(self._connection)

        def target(project: Any, open_: Any, currency: str, organisation: Any, *chat: Any) -> Target:
            runs = read.known(organisation)
            if not chat:
                return Target(read.known(project), bool(open_), currency, organisation=runs)
            id_, title, on, creator, paused = chat
            return Target(
                read.known(project), bool(open_), currency, read.maybe_known(id_), title, bool(on),
                read.maybe_known(creator), bool(paused), runs,
            )  # fmt: skip

        rows = await statement.run(self._connection, [(i,) for i in ids])
        return {read.known(row[0]): target(*row[1:]) for row in rows}
