"""Beside broadcasts: which wait for a second admin's word, and the messages that show how far one is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import broadcast_asks, broadcast_cards, people
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class BroadcastAsk:
    """Who asked that it be started, as it was in `version`; with `paid`, for at most so many `stars`."""

    broadcast: UUID
    person: UUID
    version: int
    paid: bool
    stars: int
    asked_at: datetime

    @property
    def offered(self) -> int:
        """The price that a second admin is shown: -1 for the free rate, else the most it may cost, in Stars."""
        return self.stars if self.paid else -1


@dataclass(frozen=True, slots=True)
class ProgressCard:
    """A message that shows how far a broadcast is, in whose chat."""

    broadcast: UUID
    person: UUID
    telegram_id: int
    message_id: int
    language_code: str | None
    chosen_language: str | None


class BroadcastDeskStore:
    """Rows of `broadcast_asks` and `broadcast_cards`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def ask(self, ask: BroadcastAsk) -> None:
        """Keep what is asked for, in place of what was asked before."""
        row = {
            "person_id": ask.person, "version": ask.version, "paid": ask.paid, "stars": ask.stars,
            "asked_at": ask.asked_at,
        }  # fmt: skip
        insert = insert_into(self._connection, broadcast_asks).values(broadcast_id=ask.broadcast, **row)
        await self._connection.execute(insert.on_conflict_do_update(index_elements=["broadcast_id"], set_=row))

    async def asked(self, broadcast: UUID) -> BroadcastAsk | None:
        """What is asked for, if anything is."""
        waiting = select(broadcast_asks).where(broadcast_asks.c.broadcast_id == broadcast)
        row = (await self._connection.execute(waiting)).first()
        if row is None:
            return None
        return BroadcastAsk(row.broadcast_id, row.person_id, row.version, row.paid, row.stars, row.asked_at)

    async def answered(self, broadcast: UUID) -> None:
        """It is asked for no more."""
        await self._connection.execute(delete(broadcast_asks).where(broadcast_asks.c.broadcast_id == broadcast))

    async def show(self, broadcast: UUID, person: UUID, message_id: int) -> None:
        """From now on this message shows it to them; the one before stays as it is."""
        row = {"message_id": message_id}
        insert = insert_into(self._connection, broadcast_cards).values(broadcast_id=broadcast, person_id=person, **row)
        kept = insert.on_conflict_do_update(index_elements=["broadcast_id", "person_id"], set_=row)
        await self._connection.execute(kept)

    async def cards(self) -> Sequence[ProgressCard]:
        """All messages that show a broadcast, and whose they are."""
        reader = (people.c.telegram_id, people.c.language_code, people.c.chosen_language)
        shown = select(broadcast_cards, *reader).join(people, people.c.id == broadcast_cards.c.person_id)
        rows = await self._connection.execute(shown.where(people.c.telegram_id.is_not(None)))
        return [
            ProgressCard(
                row.broadcast_id, row.person_id, row.telegram_id, row.message_id, row.language_code,
                row.chosen_language,
            )
            for row in rows
        ]  # fmt: skip

    async def over(self, card: ProgressCard) -> None:
        """This message is not changed any more; one that was sent since is."""
        same = (broadcast_cards.c.broadcast_id == card.broadcast) & (broadcast_cards.c.person_id == card.person)
        this = same & (broadcast_cards.c.message_id == card.message_id)
        await self._connection.execute(delete(broadcast_cards).where(this))
