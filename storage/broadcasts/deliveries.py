"""Deliveries: who comes next, what is written down before a call goes out, and what became of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Uuid, and_, func, literal, or_, select, update

from giving.broadcasts import DeliveryState, Outcome, SkipReason
from giving.subscriptions import WEEK, Lately, Often, SubscriptionKind
from storage.broadcasts.drafts import DraftStore
from storage.broadcasts.segments import Asked, people_in
from storage.sets import SetStatement, insert_rows, reader, types_of
from storage.tables import broadcast_deliveries, broadcast_tallies, people, subscriptions, told_lately

_TAKEN: Final = ("person_id", "broadcast_id", "state", "taken_at", "due_at", "said")
# What waited goes now, or is skipped; what went stays what it is, whoever asks.
_TAKE = insert_rows(
    broadcast_deliveries,
    _TAKEN,
    "ON CONFLICT (person_id, broadcast_id) DO UPDATE SET state = excluded.state, taken_at = excluded.taken_at,"
    " due_at = excluded.due_at, said = excluded.said WHERE broadcast_deliveries.state = 'waiting'",
    order="person_id",
)
_ENDED: Final = ("person_id", "broadcast_id", "state", "due_at", "message_id", "said")
_MARK = SetStatement(
    types_of(broadcast_deliveries, _ENDED),
    "UPDATE broadcast_deliveries SET state = r.state, due_at = r.due_at, message_id = r.message_id, said = r.said"
    " FROM r WHERE broadcast_deliveries.person_id = r.person_id AND broadcast_deliveries.broadcast_id = r.broadcast_id"
    " AND broadcast_deliveries.state = 'going'",
)
# What becomes of those by it: what was marked before is not counted again.
_MARKS = SetStatement(
    types_of(broadcast_deliveries, _ENDED),
    "SELECT r.broadcast_id, r.state, count(*) FROM r JOIN broadcast_deliveries AS d"
    " ON d.person_id = r.person_id AND d.broadcast_id = r.broadcast_id AND d.state = 'going'"
    " GROUP BY r.broadcast_id, r.state",
    gives=3,
)
_COUNT = insert_rows(
    broadcast_tallies,
    ("broadcast_id", "outcome", "number"),
    "ON CONFLICT (broadcast_id, outcome) DO UPDATE SET number = broadcast_tallies.number + excluded.number",
    order="broadcast_id, outcome",
)
# From the gifts of those days to whoever of them was told: not from the deliveries, of which there may be a million.
# Nobody's project is left out; CROSS JOIN keeps SQLite to this order.
_GIFTS_OF = (
    "SELECT count(*), count(DISTINCT tips.donor_id) FROM r CROSS JOIN projects CROSS JOIN tips"
    " CROSS JOIN broadcast_deliveries WHERE tips.project_id = projects.id AND tips.paid_at >= r.since"
    " AND tips.paid_at <= r.until AND tips.state = 'paid'"
    " AND broadcast_deliveries.person_id = tips.donor_id AND broadcast_deliveries.broadcast_id = r.broadcast_id"
    " AND broadcast_deliveries.state = 'sent'"
    " AND tips.paid_at >= broadcast_deliveries.taken_at AND {soon}"
)
GIFTS = SetStatement(
    {"broadcast_id": "uuid", "since": "timestamptz", "until": "timestamptz"},
    _GIFTS_OF.format(soon="julianday(tips.paid_at) - julianday(broadcast_deliveries.taken_at) <= 1"),
    gives=2,
    postgresql=_GIFTS_OF.format(soon="tips.paid_at - broadcast_deliveries.taken_at <= interval '1 day'"),
)
CLOSED: Final = frozenset(DeliveryState) - {DeliveryState.WAITING, DeliveryState.GOING, DeliveryState.SKIPPED}


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """Somebody whose turn it is. `state`: of the delivery to them, if there is one; `timezone`: of their own clock."""

    person: UUID
    telegram_id: int | None
    reachable: bool
    often: Often
    lately: Lately
    timezone: str | None
    state: DeliveryState | None
    chosen_language: str | None
    language_code: str | None


@dataclass(frozen=True, slots=True)
class Undecided:
    """What is written of somebody whose turn came; `said`: the reason of who is skipped."""

    person: UUID
    state: DeliveryState
    due_at: datetime | None = None
    reason: SkipReason | None = None


class DeliveryStore(DraftStore):
    """Rows of `broadcast_deliveries` and `broadcast_tallies`."""

    async def page(self, asked: Asked, after: UUID | None, limit: int) -> list[UUID]:
        """Who comes next after this person, in the order of ids."""
        who = subscriptions.c.person_id
        following = people_in(asked) if after is None else people_in(asked).where(who > after)
        rows = await self._connection.execute(following.order_by(who).limit(limit))
        return [row.person_id for row in rows]

    async def due(self, broadcast: UUID, now: datetime, limit: int) -> list[UUID]:
        """Whose waiting is over, who waits longest first."""
        waiting = _of(broadcast, DeliveryState.WAITING)
        ordered = select(broadcast_deliveries.c.person_id).where(waiting, broadcast_deliveries.c.due_at <= now)
        return list(
            (await self._connection.execute(ordered.order_by(broadcast_deliveries.c.due_at).limit(limit))).scalars()
        )

    async def next_due(self, broadcast: UUID) -> datetime | None:
        """When the first who waits may be told; None if nobody waits."""
        first = select(func.min(broadcast_deliveries.c.due_at)).where(_of(broadcast, DeliveryState.WAITING))
        found: datetime | None = await self._connection.scalar(first)
        return found

    async def readers(
        self, broadcast: UUID, kind: SubscriptionKind, ids: Sequence[UUID], *, now: datetime
    ) -> list[ReaderRow]:
        """These people as they are now, in the order of `ids`."""
        lately = select(func.count()).where(told_lately.c.person_id == people.c.id, told_lately.c.at > now - WEEK)
        of_kind = lately.where(told_lately.c.kind == kind.value).scalar_subquery()
        wish = and_(subscriptions.c.person_id == people.c.id, subscriptions.c.kind == kind.value)
        its = broadcast_deliveries.c
        this = and_(its.person_id == people.c.id, its.broadcast_id == literal(broadcast, Uuid))
        statement = (
            select(
                people.c.id, people.c.telegram_id, people.c.started_at, people.c.unreachable_at, people.c.timezone,
                people.c.chosen_language, people.c.language_code, subscriptions.c.fewer, its.state,
                of_kind.label("of_kind"), lately.scalar_subquery().label("in_all"),
            )
            .select_from(people.outerjoin(subscriptions, wish).outerjoin(broadcast_deliveries, this))
            .where(people.c.id.in_(ids))
        )  # fmt: skip
        found: Any = await self._connection.execute(statement)
        rows = {row.id: _reader(row) for row in found}
        return [rows[person] for person in ids if person in rows]

    async def take(self, broadcast: UUID, decided: Sequence[Undecided], *, now: datetime) -> None:
        """Write down what goes, what waits and who is skipped, before anything goes."""
        rows = [(d.person, broadcast, d.state.value, now, d.due_at, d.reason and d.reason.value) for d in decided]
        await _TAKE.run(self._connection, rows)
        await self._tally(broadcast, Counter(d.reason.value for d in decided if d.reason is not None))

    async def mark(self, outcomes: Sequence[Outcome]) -> None:
        """What became of calls that were written down; what is marked already stays as it is."""
        rows = [
            (o.delivery.person, o.delivery.broadcast, o.state.value, o.again_at, o.message_id, o.said and o.said[:500])
            for o in outcomes
        ]
        read, ended = reader(self._connection), Counter[tuple[UUID, str]]()
        for broadcast, state, number in await _MARKS.run(self._connection, rows):
            if DeliveryState(state) in CLOSED:
                ended[read.known(broadcast), state] += number
        await _MARK.run(self._connection, rows)
        await _COUNT.run(self._connection, [(broadcast, state, number) for (broadcast, state), number in ended.items()])

    async def interrupted(self, only: UUID | None = None) -> int:
        """Whoever sent is gone: of what was written down nobody knows whether it arrived. How many there are.

        `only`: of this broadcast.
        """
        going = broadcast_deliveries.c.state == DeliveryState.GOING.value
        if only is not None:
            going = _of(only, DeliveryState.GOING)
        of = update(broadcast_deliveries).where(going).values(state=DeliveryState.UNKNOWN.value)
        rows = await self._connection.execute(of.returning(broadcast_deliveries.c.broadcast_id))
        by_broadcast = Counter(rows.scalars().all())
        for broadcast, number in by_broadcast.items():
            await self._tally(broadcast, {DeliveryState.UNKNOWN.value: number})
        return by_broadcast.total()

    async def again(self, broadcast: UUID, *, now: datetime) -> int:
        """Those whom Telegram refused the message as it was wait for what it is now. How many there are."""
        failed = update(broadcast_deliveries).where(_of(broadcast, DeliveryState.FAILED))
        waiting = {"state": DeliveryState.WAITING.value, "due_at": now, "said": None}
        rows = await self._connection.execute(failed.values(waiting).returning(broadcast_deliveries.c.person_id))
        number = len(rows.all())
        await self._tally(broadcast, {DeliveryState.FAILED.value: -number} if number else {})
        return number

    async def rest(self, broadcast: UUID, number: int) -> None:
        """So many of the audience were not in the segment any more when their turn would have come."""
        await self._tally(broadcast, {SkipReason.GONE.value: number} if number > 0 else {})

    async def waiting(self, broadcast: UUID) -> int:
        """How many wait."""
        those = select(func.count()).select_from(broadcast_deliveries).where(_of(broadcast, DeliveryState.WAITING))
        return await self._connection.scalar(those) or 0

    async def going(self, broadcast: UUID) -> int:
        """How many are on their way at this moment."""
        those = select(func.count()).select_from(broadcast_deliveries).where(_of(broadcast, DeliveryState.GOING))
        return await self._connection.scalar(those) or 0

    async def gifts_after(self, broadcast: UUID, started_at: datetime, ended_at: datetime) -> tuple[int, int]:
        """How many gifts those it reached gave within a day of their message, and how many of them gave.

        Looks at every gift from the start to a day after the end.
        """
        day_after = ended_at + timedelta(days=1)
        ((gifts, donors),) = await GIFTS.run(self._connection, [(broadcast, started_at, day_after)])
        return gifts, donors

    async def _tally(self, broadcast: UUID, numbers: Mapping[str, int]) -> None:
        await _COUNT.run(self._connection, [(broadcast, outcome, number) for outcome, number in numbers.items()])


def _of(broadcast: UUID, *states: DeliveryState) -> Any:
    # The state is written out: an index of rows in this state is of use only to who says so.
    named = or_(*(broadcast_deliveries.c.state == literal(s.value, literal_execute=True) for s in states))
    return and_(broadcast_deliveries.c.broadcast_id == broadcast, named)


def _reader(row: Row[Any]) -> ReaderRow:
    return ReaderRow(
        person=row.id,
        telegram_id=row.telegram_id,
        reachable=row.started_at is not None and row.unreachable_at is None,
        often=Often.NONE if row.fewer is None else Often.FEWER if row.fewer else Often.ALL,
        lately=Lately(row.of_kind, row.in_all),
        timezone=row.timezone,
        state=DeliveryState(row.state) if row.state is not None else None,
        chosen_language=row.chosen_language,
        language_code=row.language_code,
    )
