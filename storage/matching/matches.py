"""Matches: added by whole batches, and found by their gifts, their pools, and what waits for a person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select, update

from giving.matching import HeldReason, Match, MatchState
from giving.people import Visibility
from storage.matching.rows import MATCH, OnMatching, match_row, read_match
from storage.sets import SetStatement, insert_rows, reader
from storage.tables import matches, tips

_ADD = insert_rows(matches, MATCH)
_HAVE = SetStatement(
    {"id": "uuid"},
    "SELECT DISTINCT matches.pool_id FROM r JOIN matches ON matches.tip_id = r.id"
    " WHERE matches.state IN ('matched', 'held')",
    gives=1,
)
_BACK = SetStatement(
    {"id": "uuid", "back": "bigint"}, "UPDATE matches SET back_minor = r.back FROM r WHERE matches.id = r.id"
)


_REFUSE = SetStatement(
    {"id": "uuid", "at": "timestamptz"},
    "UPDATE matches SET state = 'refused', decided_at = r.at FROM r WHERE matches.id = r.id AND matches.state = 'held'",
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A match with what the public may know of its gift."""

    match: Match
    receipt_code: str
    visibility: Visibility


class MatchStore(OnMatching):
    """Rows of `matches`. Whoever changes those of a pool holds the pool."""

    async def add_many(self, new: Sequence[Match]) -> None:
        """Record what was decided."""
        await _ADD.run(self._connection, [match_row(match) for match in new])

    async def pools_of_tips(self, ids: Collection[UUID]) -> set[UUID]:
        """Which pools have added to these gifts, or would."""
        read = reader(self._connection)
        return {read.id(row[0]) for row in await _HAVE.run(self._connection, [(tip,) for tip in ids])}

    async def of_tips(self, ids: Collection[UUID]) -> dict[UUID, list[Match]]:
        """By gift, what pools added to it, or would: in order of the pools."""
        rows = await self._connection.execute(
            select(matches).where(matches.c.tip_id.in_(ids)).order_by(matches.c.tip_id, matches.c.pool_id)
        )
        found: dict[UUID, list[Match]] = {}
        for row in rows:
            found.setdefault(row.tip_id, []).append(read_match(row))
        return found

    async def match_by_id(self, match: UUID) -> Match | None:
        """One, or None."""
        row = (await self._connection.execute(select(matches).where(matches.c.id == match))).first()
        return read_match(row) if row else None

    async def went_back(self, backs: Mapping[UUID, int]) -> None:
        """How much of each went back in all."""
        await _BACK.run(self._connection, backs.items())

    async def matches_by_ids(self, ids: Collection[UUID]) -> dict[UUID, Match]:
        """Those of them that are known."""
        rows = await self._connection.execute(select(matches).where(matches.c.id.in_(ids)))
        return {row.id: read_match(row) for row in rows}

    async def decide_many(self, decided: Collection[Match], *, by: UUID | None) -> None:
        """Write what became of those that were held, in one statement."""
        if not decided:
            return
        values: dict[str, Any] = {
            "state": bindparam("to"), "amount_minor": bindparam("amount"), "gift_minor": bindparam("gift"),
            "decided_at": bindparam("at"), "decided_by": by,
        }  # fmt: skip
        rows = [
            {"which": m.id, "to": m.state, "amount": m.amount_minor, "gift": m.gift_minor, "at": m.decided_at}
            for m in decided
        ]
        await self._connection.execute(update(matches).where(matches.c.id == bindparam("which")).values(values), rows)

    async def decide(self, match: Match, *, by: UUID | None) -> None:
        """Write what became of one that was held."""
        values = {
            "state": match.state, "amount_minor": match.amount_minor, "gift_minor": match.gift_minor,
            "decided_at": match.decided_at, "decided_by": by,
        }  # fmt: skip
        await self._connection.execute(update(matches).where(matches.c.id == match.id).values(values))

    async def refuse_many(self, held: Collection[UUID], *, now: datetime) -> None:
        """Nobody is asked about these any more: there is nothing left to add to."""
        await _REFUSE.run(self._connection, [(match, now) for match in held])

    async def refuse_held(self, pool: UUID, *, now: datetime) -> int:
        """The same for all that is held of a pool, which is over; how many."""
        waits = (matches.c.pool_id == pool) & (matches.c.state == MatchState.HELD)
        refused = update(matches).where(waits).values(state=MatchState.REFUSED, decided_at=now)
        return len((await self._connection.execute(refused.returning(matches.c.id))).all())

    async def held(
        self, *, limit: int, pool: UUID | None = None, reason: str | None = None, until: datetime | None = None
    ) -> list[Match]:
        """What waits for a person, in order of payment; `until`: what was held by then."""
        waits = select(matches).where(matches.c.state == MatchState.HELD)
        if until is not None:
            waits = waits.where(matches.c.decided_at <= until)
        if pool is not None:
            waits = waits.where(matches.c.pool_id == pool)
        if reason is not None:
            waits = waits.where(matches.c.reason == reason)
        rows = await self._connection.execute(waits.order_by(matches.c.paid_at, matches.c.id).limit(limit))
        return [read_match(row) for row in rows]

    async def held_count(self, *, pool: UUID | None = None) -> int:
        """How many wait (of this pool)."""
        waits = select(func.count()).select_from(matches).where(matches.c.state == MatchState.HELD)
        if pool is not None:
            waits = waits.where(matches.c.pool_id == pool)
        return int(await self._connection.scalar(waits) or 0)

    async def held_by_reason(self) -> dict[HeldReason, int]:
        """How many wait, for which reason."""
        waits = select(matches.c.reason, func.count()).where(matches.c.state == MatchState.HELD)
        rows = await self._connection.execute(waits.group_by(matches.c.reason).order_by(matches.c.reason))
        return {HeldReason(reason): count for reason, count in rows}

    async def held_windows(self, pool: UUID) -> set[int]:
        """Windows of a pool (by their place) of which gifts are held."""
        waits = (matches.c.pool_id == pool) & (matches.c.state == MatchState.HELD)
        numbers = await self._connection.scalars(select(matches.c.window_number).where(waits).distinct())
        return {number - 1 for number in numbers}

    async def by_project(self, pool: UUID, window: int) -> dict[UUID, int]:
        """What stands of a window's matches (by its place), by project, in minor units."""
        stands = func.sum(matches.c.amount_minor - matches.c.back_minor).label("stands")
        its = (matches.c.window_number == window + 1) & _stand(pool)
        rows = await self._connection.execute(
            select(matches.c.project_id, stands).where(its).group_by(matches.c.project_id)
        )
        return {row.project_id: int(row.stands) for row in rows}

    async def count(self, pool: UUID) -> int:
        """To how many gifts it has added something that stands."""
        return int(await self._connection.scalar(select(func.count()).select_from(matches).where(_stand(pool))) or 0)

    async def listed(
        self, pool: UUID, *, offset: int = 0, limit: int, after: tuple[datetime, UUID] | None = None
    ) -> list[Listed]:
        """What stands, the newest payment first; `after` goes on behind one of these, however long the list is."""
        its = select(matches, tips.c.receipt_code, tips.c.visibility).join(tips, tips.c.id == matches.c.tip_id)
        its = its.where(_stand(pool))
        if after is not None:
            at, id_ = after
            its = its.where((matches.c.paid_at < at) | ((matches.c.paid_at == at) & (matches.c.id < id_)))
        rows = await self._connection.execute(
            its.order_by(matches.c.paid_at.desc(), matches.c.id.desc()).offset(offset).limit(limit)
        )
        return [Listed(read_match(row), row.receipt_code, Visibility(row.visibility)) for row in rows]


def _stand(pool: UUID) -> ColumnElement[bool]:
    there = matches.c.amount_minor > matches.c.back_minor
    return (matches.c.pool_id == pool) & (matches.c.state == MatchState.MATCHED) & there
