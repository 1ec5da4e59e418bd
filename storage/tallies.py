"""Tallies of subjects (projects, posts, chats) and their supporters, moved by whole batches."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.projects import Tally
from storage.tables import supporters, tallies
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Gift:
    """One donor's gift to one subject; `sign` −1 takes it off again."""

    subject: UUID
    donor: UUID
    amount: Money
    sign: int = 1


class TallyStore:
    """Rows of `tallies` and `supporters`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def apply(self, gifts: Iterable[Gift]) -> None:
        """Count gifts and donors; a donor counts once per subject, and no longer once nothing of theirs is left."""
        by_supporter: dict[tuple[UUID, UUID, str], list[int]] = defaultdict(lambda: [0, 0])
        for gift in gifts:
            moved = by_supporter[gift.subject, gift.donor, gift.amount.currency]
            moved[0] += gift.sign
            moved[1] += gift.sign * gift.amount.minor
        if not by_supporter:
            return
        donors = await self._move_supporters(by_supporter)
        by_subject: dict[tuple[UUID, str], list[int]] = defaultdict(lambda: [0, 0])
        for (subject, _, currency), (count, minor) in by_supporter.items():
            by_subject[subject, currency][0] += count
            by_subject[subject, currency][1] += minor
        rows = [
            {"subject_id": s, "currency": c, "donors": donors[s, c], "gifts": gifts_, "given_minor": minor}
            for (s, c), (gifts_, minor) in sorted(by_subject.items())
        ]
        insert = insert_into(self._connection, tallies)
        added = {c: tallies.c[c] + insert.excluded[c] for c in ("donors", "gifts", "given_minor")}
        await self._connection.execute(
            insert.on_conflict_do_update(index_elements=["subject_id", "currency"], set_=added), rows
        )

    async def _move_supporters(self, moves: dict[tuple[UUID, UUID, str], list[int]]) -> dict[tuple[UUID, str], int]:
        """Write what each supporter gave; returns by how much the number of donors changed."""
        rows = [
            {"subject_id": s, "donor_id": d, "currency": c, "gifts": gifts, "given_minor": minor}
            for (s, d, c), (gifts, minor) in sorted(moves.items())
        ]
        insert = insert_into(self._connection, supporters)
        added = {c: supporters.c[c] + insert.excluded[c] for c in ("gifts", "given_minor")}
        upsert = insert.on_conflict_do_update(index_elements=["subject_id", "donor_id", "currency"], set_=added)
        returned = upsert.returning(*(supporters.c[c] for c in ("subject_id", "donor_id", "currency", "gifts")))
        changed: dict[tuple[UUID, str], int] = defaultdict(int)
        for subject, donor, currency, now in await self._connection.execute(returned, rows):
            before = now - moves[subject, donor, currency][0]
            changed[subject, currency] += (now > 0) - (before > 0)
        return changed

    async def of(self, subjects: Collection[UUID], currency: str) -> dict[UUID, Tally]:
        """What each subject was given; subjects nobody gave to are there with nothing."""
        found = dict.fromkeys(subjects, Tally(Money(0, currency)))
        where = tallies.c.subject_id.in_(subjects) & (tallies.c.currency == currency)
        for row in await self._connection.execute(select(tallies).where(where)):
            found[row.subject_id] = Tally(Money(row.given_minor, currency), row.donors, row.gifts)
        return found
