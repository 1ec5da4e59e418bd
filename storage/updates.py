"""Numbers of updates whose work is done, so that one that comes again is not done again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import updates_seen
from storage.upsert import insert_into


class UpdateStore:
    """Rows of `updates_seen`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def seen(self, numbers: Collection[int]) -> set[int]:
        """Those of the numbers that are done."""
        found = select(updates_seen.c.update_id).where(updates_seen.c.update_id.in_(numbers))
        return set((await self._connection.execute(found)).scalars())

    async def add_many(self, numbers: Collection[int], *, now: datetime) -> None:
        """Remember them; a number that is there already stays as it is."""
        rows = [{"update_id": number, "seen_at": now} for number in sorted(set(numbers))]
        await self._connection.execute(insert_into(self._connection, updates_seen).on_conflict_do_nothing(), rows)

    async def forget_before(self, moment: datetime) -> int:
        """Forget what is older; how many there were."""
        return (await self._connection.execute(delete(updates_seen).where(updates_seen.c.seen_at < moment))).rowcount
