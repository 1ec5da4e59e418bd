"""What people are in the middle of; forgotten after a while, shared by replicas, safe across a restart."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import dialogs
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Dialog:
    """Where a dialog stands and what was said so far (JSON)."""

    state: str | None
    data: dict[str, Any]


class DialogStore:
    """Rows of `dialogs`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def get_many(self, keys: Collection[str], now: datetime) -> dict[str, Dialog]:
        """Those of the dialogs that are there and did not expire."""
        columns = (dialogs.c.key, dialogs.c.state, dialogs.c.data)
        statement = select(*columns).where(dialogs.c.key.in_(keys), dialogs.c.expires_at > now)
        rows = await self._connection.execute(statement)
        return {row.key: Dialog(row.state, dict(row.data)) for row in rows}

    async def put(self, key: str, dialog: Dialog, expires_at: datetime) -> None:
        """Insert or replace."""
        row = {"state": dialog.state, "data": dialog.data, "expires_at": expires_at}
        insert = insert_into(self._connection, dialogs).values(key=key, **row)
        await self._connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=row))

    async def drop(self, key: str, now: datetime) -> None:
        """End this dialog, and whatever expired before now."""
        await self._connection.execute(delete(dialogs).where((dialogs.c.key == key) | (dialogs.c.expires_at < now)))
