"""Numbers of updates whose work is done, so that one that comes again is not done again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.sets import SetStatement, insert_rows
from storage.tables import updates_seen

_SEEN = SetStatement(
    {"update_id": "bigint"}, "SELECT updates_seen.update_id FROM r JOIN updates_seen USING (update_id)", gives=1
)
_ADD = insert_rows(updates_seen, ("update_id", "seen_at"), "ON CONFLICT (update_id) DO NOTHING", order="update_id")


class UpdateStore:
    """Rows of `updates_seen`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def seen(self, numbers: Collection[int]) -> set[int]:
        """Those of the numbers that are done."""
        return {row[0] for row in await _SEEN.run(self._connection, [(number,) for number in numbers])}

    async def add_many(self, numbers: Collection[int], *, now: datetime) -> None:
        """Remember them; a number that is there already stays as it is."""
        await _ADD.run(self._connection, [(number, now) for number in set(numbers)])

    async def forget_before(self, moment: datetime) -> int:
        """Forget what is older; how many there were."""
        return (await self._connection.execute(delete(updates_seen).where(updates_seen.c.seen_at < moment))).rowcount
