"""Tallies of subjects (projects, posts, chats, giving days) and their supporters, moved by whole batches."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.projects import Tally
from storage.currencies import tally_of
from storage.sets import SetStatement, insert_rows, reader, types_of
from storage.tables import supporters, tallies

_COLUMNS = ("subject_id", "donor_id", "currency", "gifts", "given_minor")
_INSERT = f"INSERT INTO supporters ({', '.join(_COLUMNS)}) SELECT {', '.join(_COLUMNS)} FROM r WHERE true"  # noqa: S608
_ADDED = (
    " ON CONFLICT (subject_id, donor_id, currency) DO UPDATE SET gifts = supporters.gifts + excluded.gifts,"
    " given_minor = supporters.given_minor + excluded.given_minor"
)
# By how many the donors of each subject changed: a row for each subject comes back, not for each supporter.
_CHANGED = (
    "SELECT r.subject_id, r.currency,"
    " sum(CASE WHEN now.gifts > 0 THEN 1 ELSE 0 END - CASE WHEN now.gifts > r.gifts THEN 1 ELSE 0 END)"
    " FROM r JOIN {now} AS now USING (subject_id, donor_id, currency) GROUP BY r.subject_id, r.currency"
)
_MOVE_SUPPORTERS = SetStatement(
    types_of(supporters, _COLUMNS),
    _INSERT + _ADDED,
    gives=3,
    postgresql=f", moved AS ({_INSERT} ORDER BY subject_id, donor_id, currency{_ADDED}"
    f" RETURNING subject_id, donor_id, currency, gifts) {_CHANGED.format(now='moved')}",
    sqlite_look=_CHANGED.format(now="supporters"),
)
_MOVE_TALLIES = insert_rows(
    tallies,
    ("subject_id", "currency", "donors", "gifts", "given_minor"),
    "ON CONFLICT (subject_id, currency) DO UPDATE SET donors = tallies.donors + excluded.donors,"
    " gifts = tallies.gifts + excluded.gifts, given_minor = tallies.given_minor + excluded.given_minor",
    order="subject_id, currency",
)


class Gift(NamedTuple):
    """One donor's gift to one subject; what is taken off again is negative. `number`: by how many gifts."""

    subject: UUID
    donor: UUID
    amount: Money
    number: int = 1


Moved = list[Any]  # columns of a row while it is summed up


class TallyStore:
    """Rows of `tallies` and `supporters`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def apply(self, gifts: Iterable[Gift]) -> None:
        """Count gifts and donors; a donor counts once per subject, and no longer once nothing of theirs is left."""
        # Keyed by the numbers of the ids: hashing a UUID is a call of a Python function, and there are six per gift.
        by_supporter: dict[tuple[int, int, str], Moved] = {}
        for subject, donor, amount, count in gifts:
            key = (subject.int, donor.int, amount.currency)
            moved = by_supporter.get(key)
            if moved is None:
                by_supporter[key] = [subject, donor, amount.currency, count, amount.minor]
            else:
                moved[3] += count
                moved[4] += amount.minor
        if not by_supporter:
            return
        donors = await self._move_supporters(by_supporter.values())
        by_subject: dict[tuple[int, str], Moved] = {}
        for subject, _, currency, count, minor in by_supporter.values():
            whole = by_subject.setdefault((subject.int, currency), [subject, currency, 0, 0, 0])
            whole[3] += count
            whole[4] += minor
        for group, whole in by_subject.items():
            whole[2] = donors[group]
        await _MOVE_TALLIES.run(self._connection, by_subject.values())

    async def _move_supporters(self, moves: Iterable[Moved]) -> dict[tuple[int, str], int]:
        """Write what each supporter gave; returns by how much the number of donors changed."""
        read = reader(self._connection)
        changed: dict[tuple[int, str], int] = defaultdict(int)
        for subject, currency, more in await _MOVE_SUPPORTERS.run(self._connection, moves):
            changed[read.known(subject).int, currency] += int(more)
        return changed

    async def of(self, subjects: Collection[UUID], currency: str) -> dict[UUID, Tally]:
        """What each subject was given, in `currency` and apart; subjects nobody gave to are there with nothing."""
        found = dict.fromkeys(subjects, Tally(Money(0, currency)))
        rows: dict[UUID, list[Row[Any]]] = defaultdict(list)
        for row in await self._connection.execute(select(tallies).where(tallies.c.subject_id.in_(subjects))):
            rows[row.subject_id].append(row)
        several = {subject for subject, those in rows.items() if sum(row.donors > 0 for row in those) > 1}
        donors = await self._donors(several) if several else {}
        for subject, those in rows.items():
            sums = [(row.currency, row.given_minor, row.gifts) for row in those]
            found[subject] = tally_of(sums, currency, donors.get(subject, max(row.donors for row in those)))
        return found

    async def _donors(self, subjects: Collection[UUID]) -> dict[UUID, int]:
        """How many gave to each: who gave in two currencies counts once."""
        number = func.count(supporters.c.donor_id.distinct()).label("donors")
        gave = select(supporters.c.subject_id, number).where(
            supporters.c.subject_id.in_(subjects), supporters.c.gifts > 0
        )
        rows = await self._connection.execute(gave.group_by(supporters.c.subject_id))
        return {row.subject_id: row.donors for row in rows}
