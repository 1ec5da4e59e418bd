"""Statements over a whole batch of rows, in the driver's own words: the hot paths' way to the database.

Written once for both engines, over a table `r` that stands for the batch: `unnest` of one array per column on
PostgreSQL, a list of VALUES on SQLite. SQLAlchemy Core costs 0.2–0.5 ms a statement before its first row; and on SQLite
`executemany` gives the interpreter's lock away for every row, and may wait 5 ms each time to get it back.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Final
from uuid import UUID, SafeUUID

import orjson
from sqlalchemy import BigInteger, Boolean, Integer, SmallInteger, String, Table, Text, Uuid
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.inline import InlineConnection
from storage.tables import UtcDateTime

# SQLite takes 32,766 parameters; a statement is kept per size, so sizes are powers of two.
MOST_ROWS: Final = 256
_TYPES: Final = {
    Uuid: "uuid", UtcDateTime: "timestamptz", SmallInteger: "smallint", BigInteger: "bigint", Integer: "int",
    Boolean: "boolean", Text: "text", String: "text",
}  # fmt: skip


class SetStatement:
    """SQL that speaks of a batch as `r`; `columns` names r's columns with PostgreSQL's types."""

    def __init__(
        self,
        columns: Mapping[str, str],
        sql: str,
        *,
        gives: int = 0,
        postgresql: str | None = None,
        sqlite_look: str | None = None,
    ) -> None:
        """`gives`: how many columns come back. `postgresql` where its words differ (locks, RETURNING).

        `sqlite_look`: a SELECT that gives on SQLite, after `sql`, what RETURNING gives on PostgreSQL.
        """
        self._names = tuple(columns)
        arrays = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(columns.values(), 1))
        self._head = f"WITH r ({', '.join(self._names)}) AS "
        self._postgresql = f"{self._head}(SELECT * FROM unnest({arrays})) {postgresql or sql}"  # noqa: S608
        self._marks = f"({', '.join('?' * len(columns))})"
        looked = _as_one_row(sqlite_look or sql, gives) if gives else None
        self._sqlite = [text for text in (sql if sqlite_look or not gives else None, looked) if text]
        self._gives = gives > 0
        self._sized: dict[int, list[str]] = {}
        self._ids = tuple(i for i, type_ in enumerate(columns.values()) if type_ == "uuid")
        self._times = tuple(i for i, type_ in enumerate(columns.values()) if type_ == "timestamptz")

    async def run(self, connection: AsyncConnection, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """Execute for these rows (tuples in the order of `columns`); gives rows in no order, or none.

        Ids go in as UUID (or as `new_text_id` makes them), times as aware datetime. What comes back is the engine's:
        read it with `reader`.
        """
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        if not columns:
            return []
        if connection.dialect.name == "postgresql":
            arguments = tuple(list(column) for column in columns)
            result = await connection.exec_driver_sql(self._postgresql, arguments)
            return list(result.all()) if self._gives else []
        for i in self._ids:
            # Half the time of UUID.hex. What is a text came from `new_text_id`.
            columns[i] = [value if type(value) is str else value and f"{value.int:032x}" for value in columns[i]]
        for i in self._times:
            columns[i] = [value and sqlite_time(value) for value in columns[i]]
        flat = tuple(chain.from_iterable(zip(*columns, strict=True)))
        return await self._in_chunks(connection, flat, len(columns[0]))

    async def _in_chunks(self, connection: AsyncConnection, flat: tuple[Any, ...], left: int) -> list[Any]:
        width, at = len(self._names), 0
        found: list[Any] = []
        while left:
            size = min(MOST_ROWS, 1 << (left.bit_length() - 1))
            for sql in self.sqlite_of(size):
                given = await _first(connection, sql, flat[at : at + size * width])
                if given:
                    found += orjson.loads(given)
            at, left = at + size * width, left - size
        return found

    def sqlite_of(self, size: int) -> list[str]:
        """SQLite's words for a batch of that many rows."""
        if size not in self._sized:
            batch = f"{self._head}(VALUES {', '.join([self._marks] * size)})"
            self._sized[size] = [f"{batch}{'' if sql.startswith(',') else ' '}{sql}" for sql in self._sqlite]
        return self._sized[size]


def _as_one_row(select: str, width: int) -> str:
    """All rows of a SELECT as one JSON text: SQLite's driver gives the GIL away for every row it fetches."""
    names = ", ".join(f"c{number}" for number in range(width))
    return f", q ({names}) AS ({select}) SELECT json_group_array(json_array({names})) FROM q"  # noqa: S608


async def _first(connection: AsyncConnection, sql: str, parameters: tuple[Any, ...]) -> Any:
    """The first column of the first row, if there is one."""
    if isinstance(connection, InlineConnection):
        return connection.first(sql, parameters)
    result = await connection.exec_driver_sql(sql, parameters)
    return result.scalar() if result.returns_rows else None


def types_of(table: Table, names: Iterable[str]) -> dict[str, str]:
    """Columns of a table with PostgreSQL's types, for SetStatement."""
    return {name: _TYPES[type(table.columns[name].type)] for name in names}


def insert_rows(
    table: Table,
    names: Sequence[str],
    tail: str = "",
    *,
    order: str = "",
    returning: Sequence[str] = (),
    sqlite_look: str | None = None,
) -> SetStatement:
    """INSERT of the batch into these columns; `order` where two writers of PostgreSQL could wait for each other."""
    listed = ", ".join(names)
    ordered = f" ORDER BY {order}" if order else ""
    # "WHERE true": without it SQLite takes ON CONFLICT for a join's condition.
    sql = f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM r WHERE true {tail}"  # noqa: S608
    back = f" RETURNING {', '.join(returning)}" if returning else ""
    postgresql = f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM r{ordered} {tail}{back}"  # noqa: S608
    return SetStatement(
        types_of(table, names), sql, gives=len(returning), postgresql=postgresql, sqlite_look=sqlite_look
    )


# --- What comes back -------------------------------------------------------------------------------------------------


class Reader:
    """Reads the driver's values on PostgreSQL, where they are right already."""

    def id(self, value: Any) -> UUID:
        """A UUID."""
        return value  # type: ignore[no-any-return]

    def known(self, value: Any) -> UUID:
        """A UUID that comes again and again (a project, a post)."""
        return value  # type: ignore[no-any-return]

    def maybe_known(self, value: Any) -> UUID | None:
        """The same or None."""
        return value  # type: ignore[no-any-return]

    def maybe_id(self, value: Any) -> UUID | None:
        """A UUID or None."""
        return value  # type: ignore[no-any-return]

    def maybe_at(self, value: Any) -> datetime | None:
        """An aware time in UTC, or None."""
        return value  # type: ignore[no-any-return]

    def at(self, value: Any) -> datetime:
        """An aware time in UTC."""
        return value  # type: ignore[no-any-return]


class SQLiteReader(Reader):
    """On SQLite ids are 32 hex digits, times text without an offset."""

    def id(self, value: Any) -> UUID:
        """A UUID."""
        return _uuid(value)

    def known(self, value: Any) -> UUID:
        """A UUID that comes again and again (a project, a post)."""
        return _known(value)

    def maybe_known(self, value: Any) -> UUID | None:
        """The same or None."""
        return None if value is None else _known(value)

    def maybe_id(self, value: Any) -> UUID | None:
        """A UUID or None."""
        return None if value is None else _uuid(value)

    def at(self, value: Any) -> datetime:
        """An aware time in UTC."""
        return datetime.fromisoformat(value + "+00:00")

    def maybe_at(self, value: Any) -> datetime | None:
        """An aware time in UTC, or None."""
        return None if value is None else datetime.fromisoformat(value + "+00:00")


_new, _set_int, _set_is_safe = UUID.__new__, vars(UUID)["int"].__set__, vars(UUID)["is_safe"].__set__


def _uuid(value: str) -> UUID:
    """As UUID(int=…), in half the time: what comes from our own rows needs none of its checks."""
    made = _new(UUID)
    _set_int(made, int(value, 16))
    _set_is_safe(made, SafeUUID.unknown)
    return made


_known: Final = lru_cache(4096)(_uuid)


_READERS: Final = {"sqlite": SQLiteReader(), "postgresql": Reader()}


def reader(connection: AsyncConnection) -> Reader:
    """The reader for whichever engine is underneath."""
    return _READERS[connection.dialect.name]


@lru_cache(1024)
def sqlite_time(moment: datetime) -> str:
    """As SQLAlchemy writes it, so that both kinds of statements find the same rows."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
