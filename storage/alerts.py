"""Alerts as rows: what they say is kept, and put into words for each reader when it is sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.alerts import Alert, AlertKind, AlertLine, Said
from giving.money import Money
from giving.payments import EventKind
from storage.ids import new_id
from storage.tables import alerts
from storage.upsert import insert_into


class AlertStore:
    """Rows of `alerts`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add(self, alert: Alert, *, now: datetime, identity: UUID | None = None) -> UUID | None:
        """Keep it; its id. None if one of the same `identity` is kept already."""
        id_ = identity or new_id()
        said = {
            "said": {name: _kept(word) for name, word in alert.said.items()},
            "lines": [[line.name, {name: _kept(word) for name, word in line.said.items()}] for line in alert.lines],
        }
        new = insert_into(self._connection, alerts).values(id=id_, kind=alert.kind, said=said, at=now)
        added = await self._connection.execute(new.on_conflict_do_nothing(index_elements=["id"]).returning(alerts.c.id))
        return id_ if added.first() is not None else None

    async def by_id(self, identity: UUID) -> Alert | None:
        """What it says, or None."""
        row = (await self._connection.execute(select(alerts).where(alerts.c.id == identity))).first()
        if row is None:
            return None
        lines = tuple(AlertLine(name, _words(said)) for name, said in row.said["lines"])
        return Alert(AlertKind(row.kind), _words(row.said["said"]), lines)


def _kept(word: Said) -> Any:
    """As JSON: text and whole numbers as they are, everything else under its name."""
    match word:
        case Money():
            return {"minor": word.minor, "currency": word.currency}
        case datetime():
            return {"at": word.isoformat()}
        case EventKind():
            return {"event": word.value}
        case _:
            return word


def _words(kept: dict[str, Any]) -> dict[str, Said]:
    return {name: _word(value) for name, value in kept.items()}


def _word(value: Any) -> Said:
    match value:
        case {"minor": minor, "currency": currency}:
            return Money(minor, currency)
        case {"at": at}:
            return datetime.fromisoformat(at)
        case {"event": kind}:
            return EventKind(kind)
        case int():
            return value
        case _:
            return str(value)
