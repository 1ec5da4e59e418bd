"""People we have met and what they may do."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.people import Person, Role, Visibility, Visitor
from storage.ids import new_id
from storage.sets import Reader, SetStatement, insert_rows, reader
from storage.tables import chats, people, roles
from storage.upsert import insert_into

_COLUMNS = (
    "id", "telegram_id", "name", "username", "language_code", "chosen_language", "visibility", "started_at",
    "unreachable_at", "thanked_by_name", "rail", "settle_at_minor", "monthly_minor",
)  # fmt: skip
_OF_NUMBERS = (
    f"SELECT {', '.join(f'people.{name}' for name in _COLUMNS)}"  # noqa: S608
    " FROM r JOIN people ON people.telegram_id = r.telegram_id"
)
_KNOWN = SetStatement({"telegram_id": "bigint"}, _OF_NUMBERS, gives=len(_COLUMNS))
_MEET = insert_rows(
    people,
    ("id", "telegram_id", "name", "username", "language_code", "visibility", "started_at", "met_at"),
    "ON CONFLICT (telegram_id) DO UPDATE SET name = excluded.name, username = excluded.username,"
    " language_code = excluded.language_code, started_at = coalesce(people.started_at, excluded.started_at),"
    " unreachable_at = CASE WHEN excluded.started_at IS NULL THEN people.unreachable_at END",
    order="telegram_id",
    returning=_COLUMNS,
    sqlite_look=_OF_NUMBERS,
)
_LEFT = SetStatement(
    {"id": "uuid"}, "SELECT people.id FROM r JOIN people ON people.id = r.id WHERE people.left_at IS NOT NULL", gives=1
)


class PeopleStore:
    """Rows of `people` and `roles`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def by_telegram_id(self, telegram_id: int) -> Person | None:
        """The person, or None."""
        row = (await self._connection.execute(select(people).where(people.c.telegram_id == telegram_id))).first()
        return _person(row) if row else None

    async def by_telegram_ids(self, numbers: Collection[int]) -> dict[int, Person]:
        """Those of the numbers that are known."""
        rows, read = await _KNOWN.run(self._connection, [(n,) for n in numbers]), reader(self._connection)
        return {row[1]: _read_person(row, read) for row in rows}

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Person]:
        """Those of the ids that are known."""
        rows = await self._connection.execute(select(people).where(people.c.id.in_(ids)))
        return {row.id: _person(row) for row in rows if row.telegram_id is not None}

    async def hold(self, ids: Collection[UUID]) -> None:
        """One at a time decides about them until the commit; on SQLite there is one who writes."""
        if self._connection.dialect.name == "postgresql":
            held = select(people.c.id).where(people.c.id.in_(ids)).order_by(people.c.id)
            await self._connection.execute(held.with_for_update(key_share=True))

    async def left_among(self, ids: Collection[UUID]) -> set[UUID]:
        """Those of them who have left, and of whom nothing may be kept that names them."""
        read = reader(self._connection)
        return {read.id(row[0]) for row in await _LEFT.run(self._connection, [(person,) for person in ids])}

    async def meet(self, visitor: Visitor, *, started: bool, now: datetime) -> Person:
        """Insert or renew the person; `started` also clears that they were unreachable."""
        return (await self.meet_many([(visitor, started)], now))[0]

    async def meet_many(self, met: Sequence[tuple[Visitor, bool]], now: datetime) -> list[Person]:
        """The same for many, in one order of ids, so that no two replicas wait for each other.

        Who comes twice is as they came last, and has started if they did either time.
        """
        labels = {visitor.telegram_id: visitor for visitor, _ in met}
        started = {visitor.telegram_id for visitor, started in met if started}
        rows = [
            (
                new_id(), number, who.name, who.username, who.language_code, Visibility.ANONYMOUS,
                now if number in started else None, now,
            )
            for number, who in labels.items()
        ]  # fmt: skip
        read = reader(self._connection)
        found = {row[1]: _read_person(row, read) for row in await _MEET.run(self._connection, rows)}
        return [found[visitor.telegram_id] for visitor, _ in met]

    async def set(self, person: UUID, **values: object) -> Person:
        """Change columns of one person."""
        statement = update(people).where(people.c.id == person).values(**values).returning(people)
        return _person((await self._connection.execute(statement)).one())

    async def unreachable(self, telegram_ids: Collection[int], now: datetime) -> None:
        """They blocked the bot; cleared when they write again."""
        await self._connection.execute(
            update(people).where(people.c.telegram_id.in_(telegram_ids)).values(unreachable_at=now)
        )

    async def roles(self, person: UUID) -> frozenset[Role]:
        """The roles somebody was given."""
        rows = await self._connection.execute(select(roles.c.role).where(roles.c.person_id == person))
        return frozenset(Role(row.role) for row in rows)

    async def is_creator(self, person: UUID) -> bool:
        """Whether somebody is the creator of a chat."""
        theirs = select(chats.c.id).where(chats.c.creator_id == person).limit(1)
        return await self._connection.scalar(theirs) is not None

    async def grant(self, person: UUID, role: Role, *, by: UUID | None, now: datetime) -> bool:
        """Give a role (`by` None: the command line); False if they have it, which changes nothing."""
        row = {"person_id": person, "role": role, "granted_by": by, "granted_at": now}
        given = insert_into(self._connection, roles).values(row).on_conflict_do_nothing().returning(roles.c.role)
        return (await self._connection.execute(given)).first() is not None

    async def revoke(self, person: UUID, role: Role) -> bool:
        """Take a role away; False if they had it not."""
        taken = delete(roles).where(roles.c.person_id == person, roles.c.role == role).returning(roles.c.role)
        return (await self._connection.execute(taken)).first() is not None

    async def holders(self) -> list[tuple[Person, frozenset[Role]]]:
        """Everybody who was given a role, with their roles; who was given one first comes first."""
        rows = await self._connection.execute(
            select(people, roles.c.role)
            .join(roles, roles.c.person_id == people.c.id)
            .where(people.c.telegram_id.is_not(None))
            .order_by(roles.c.granted_at)
        )
        held: dict[UUID, tuple[Person, frozenset[Role]]] = {}
        for row in rows:
            person, before = held.get(row.id, (_person(row), frozenset()))
            held[row.id] = (person, before | {Role(row.role)})
        return list(held.values())


def _read_person(row: Sequence[Any], read: Reader) -> Person:
    """A person from _COLUMNS as the driver gives them."""
    (
        id_, number, name, username, code, chosen, visibility, started_at, unreachable_at, by_name, rail, settle_at,
        monthly,
    ) = row  # fmt: skip
    return Person(
        read.id(id_), number, name, username, code, chosen, Visibility(visibility), read.maybe_at(started_at),
        read.maybe_at(unreachable_at), bool(by_name), rail, settle_at, monthly,
    )  # fmt: skip


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        telegram_id=row.telegram_id,
        name=row.name,
        username=row.username,
        language_code=row.language_code,
        chosen_language=row.chosen_language,
        visibility=Visibility(row.visibility),
        started_at=row.started_at,
        unreachable_at=row.unreachable_at,
        thanked_by_name=row.thanked_by_name,
        rail=row.rail,
        settle_at_minor=row.settle_at_minor,
        monthly_minor=row.monthly_minor,
    )
