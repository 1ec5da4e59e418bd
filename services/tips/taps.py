"""What a tap is decided by: read in one look for all who tap at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from giving.creators import Post
from giving.people import Person
from storage.group_read import GroupRead
from storage.work import UnitOfWork, Work


@dataclass(frozen=True, slots=True)
class Tapped:
    """Telegram's numbers of the update and of who tapped, and the post it was on."""

    update: int
    person: int
    post: UUID


@dataclass(frozen=True, slots=True)
class Seen:
    """What we know of a tap: whether its update was handled before; who it is, if we met; where the post stands."""

    done: bool
    person: Person | None
    post: Post | None


class TapLook:
    """One transaction and three statements, however many tap."""

    def __init__(self, unit: UnitOfWork) -> None:
        """Look through this unit of work."""
        self._look = GroupRead(unit, self._see)

    async def __call__(self, tapped: Tapped) -> Seen:
        """What is known now. Raises: the database's error."""
        return await self._look(tapped)

    async def _see(self, work: Work, asked: Sequence[Tapped]) -> list[Seen]:
        done = await work.updates.seen({tap.update for tap in asked})
        people = await work.people.by_telegram_ids({tap.person for tap in asked})
        posts = await work.targets.posts({tap.post for tap in asked})
        return [Seen(tap.update in done, people.get(tap.person), posts.get(tap.post)) for tap in asked]
