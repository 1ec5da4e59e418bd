"""Who wishes to be ranked, and the standings of periods: kept, closed once, read with the names of now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.giving_days import DayState
from giving.rankings import Board, Period, Reach, Span, Standing
from storage.sets import insert_rows
from storage.tables import chats, giving_days, people, projects, ranking_consents, ranking_periods, slots, standings
from storage.upsert import insert_into

_FIGURES: Final = ("points", "donors", "gifts", "new_donors", "again_donors")
_COLUMNS: Final = ("period", "board", "subject_id", *_FIGURES, "refunded")
_PUT = insert_rows(
    standings,
    _COLUMNS,
    "ON CONFLICT (period, board, subject_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in (*_FIGURES, "refunded")),
    order="period, board, subject_id",
)


@dataclass(frozen=True, slots=True)
class KeptPeriod:
    """A period as it is kept; closed, its standings stay as they are."""

    period: Period
    counted_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of a board. `name` is None for who wishes to be named no longer; a project has `titles` by language.

    `slug`: of a creator's open slot, a project, or a chat's public name; `refunded`: as the row was counted.
    """

    standing: Standing
    refunded: int
    name: str | None
    titles: Mapping[str, str] | None = None
    slug: str | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """Where somebody stands, or would stand among those who are shown."""

    place: int
    reach: Reach


class RankingStore:
    """Rows of `ranking_consents`, `ranking_periods` and `standings`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    # -- who wishes to be shown --

    async def consents(self, person: UUID) -> frozenset[Board]:
        """The boards somebody wishes to be on."""
        theirs = select(ranking_consents.c.board).where(ranking_consents.c.person_id == person)
        return frozenset(Board(board) for board in (await self._connection.execute(theirs)).scalars())

    async def consent(self, person: UUID, board: Board, *, now: datetime) -> None:
        """They wish to be on it; once more changes nothing."""
        row = {"person_id": person, "board": board.value, "since_at": now}
        await self._connection.execute(
            insert_into(self._connection, ranking_consents).values(row).on_conflict_do_nothing()
        )

    async def withdraw(self, person: UUID, board: Board) -> None:
        """They don't any more: their name is gone from every standing at once, as names are read beside this."""
        mine = (ranking_consents.c.person_id == person) & (ranking_consents.c.board == board.value)
        await self._connection.execute(delete(ranking_consents).where(mine))

    # -- periods --

    async def period(self, name: str) -> KeptPeriod | None:
        """The period of this name, if it is kept."""
        found = await self._connection.execute(select(ranking_periods).where(ranking_periods.c.name == name))
        row = found.first()
        return _kept(row) if row else None

    async def open_periods(self) -> list[KeptPeriod]:
        """Those that are not closed, the first to end first."""
        waiting = select(ranking_periods).where(ranking_periods.c.closed_at.is_(None))
        return [_kept(row) for row in await self._connection.execute(waiting.order_by(ranking_periods.c.until_at))]

    async def uncounted_days(self) -> list[tuple[UUID, datetime, datetime]]:
        """Giving days that were reported before anybody counted them: which, when they began, and when they closed."""
        its = ranking_periods.c.day_id == giving_days.c.id
        columns = giving_days.c.id, giving_days.c.starts_at, giving_days.c.closes_at
        days = select(*columns).outerjoin(ranking_periods, its)
        missing = days.where(giving_days.c.state == DayState.REPORTED, ranking_periods.c.name.is_(None))
        rows = await self._connection.execute(missing.order_by(giving_days.c.starts_at))
        return [(row.id, row.starts_at, row.closes_at) for row in rows]

    async def closed(self, span: Span, limit: int) -> list[KeptPeriod]:
        """The newest closed ones, newest first."""
        over = (ranking_periods.c.span == span.value) & ranking_periods.c.closed_at.is_not(None)
        newest = select(ranking_periods).where(over).order_by(ranking_periods.c.since_at.desc()).limit(limit)
        return [_kept(row) for row in await self._connection.execute(newest)]

    async def hold(self, period: Period) -> bool:
        """Make it ours until the commit; False if it is closed, and so nobody's to write."""
        row = {
            "name": period.name, "span": period.span.value, "since_at": period.since, "until_at": period.until,
            "day_id": period.day,
        }  # fmt: skip
        await self._connection.execute(
            insert_into(self._connection, ranking_periods).values(row).on_conflict_do_nothing()
        )
        same = ranking_periods.c.name == period.name
        held = await self._connection.execute(
            select(ranking_periods.c.closed_at).where(same).with_for_update(key_share=True)
        )
        if held.scalar_one() is not None:
            return False
        bounds = {"since_at": period.since, "until_at": period.until}
        await self._connection.execute(update(ranking_periods).where(same).values(bounds))
        return True

    async def counted(self, period: Period, *, now: datetime, close: bool) -> None:
        """It was counted; `close`: for the last time."""
        values = {"counted_at": now} | ({"closed_at": now} if close else {})
        await self._connection.execute(
            update(ranking_periods).where(ranking_periods.c.name == period.name).values(values)
        )

    # -- standings --

    async def put(
        self, period: Period, board: Board, counted: Sequence[Standing], refunded: Mapping[UUID, int]
    ) -> int:  # fmt: skip
        """The board as it is now, of a period that is held. Only what changed is written: how many rows that were."""
        new = {one.subject: (*_figures(one.reach), refunded.get(one.subject, 0)) for one in counted}
        of_board = (standings.c.period == period.name) & (standings.c.board == board.value)
        rows = await self._connection.execute(select(standings).where(of_board))
        old = {row.subject_id: tuple(row)[3:] for row in rows}
        gone = old.keys() - new.keys()
        for some in _parts(sorted(gone)):
            await self._connection.execute(delete(standings).where(of_board, standings.c.subject_id.in_(some)))
        changed = [(period.name, board.value, i, *values) for i, values in new.items() if old.get(i) != values]
        await _PUT.run(self._connection, changed)
        return len(gone) + len(changed)

    async def consenting(self, board: Board, subjects: Collection[UUID]) -> frozenset[UUID]:
        """Which of these creators, donors or chats may be shown; of chats those that anybody can find anyway."""
        found: set[UUID] = set()
        for some in _parts(list(subjects)):
            if board is Board.CHATS:
                statement = select(chats.c.id).join(ranking_consents, _PUBLIC_CHAT).where(chats.c.id.in_(some))
            else:
                wish = _on(board) & ranking_consents.c.person_id.in_(some)
                statement = select(ranking_consents.c.person_id).where(wish)
            found |= set((await self._connection.execute(statement)).scalars())
        return frozenset(found)

    async def top(self, name: str, board: Board, *, closed: bool, limit: int) -> list[Shown]:
        """The first of a board. What is not closed shows only who wishes it; of what is, others lost their names."""
        statement = _board(name, board, closed=closed)
        best = statement.order_by(standings.c.points.desc(), standings.c.subject_id).limit(limit)
        return [_shown(row, board) for row in await self._connection.execute(best)]

    async def total(self, name: str, board: Board, *, closed: bool) -> int:
        """How many there are on a board."""
        return int(await self._connection.scalar(_number(name, board, closed=closed)) or 0)

    async def own(self, name: str, board: Board, subject: UUID, *, closed: bool) -> Own | None:
        """Where somebody stands; None for who has no points."""
        mine = (standings.c.period == name) & (standings.c.board == board.value) & (standings.c.subject_id == subject)
        row = (await self._connection.execute(select(standings).where(mine))).first()
        if row is None:
            return None
        ahead = _number(name, board, closed=closed).where(standings.c.points > row.points)
        before = await self._connection.scalar(ahead) or 0
        return Own(int(before) + 1, _reach(row))


def _on(board: Board) -> ColumnElement[bool]:
    return ranking_consents.c.board == board.value


# Its creator wishes it, and it has a public name: what only its members know of is not for everybody.
_PUBLIC_CHAT: Final = and_(
    ranking_consents.c.person_id == chats.c.creator_id, _on(Board.CREATORS), chats.c.username.is_not(None)
)


def _board(name: str, board: Board, *, closed: bool) -> Select[Any]:
    """The rows of a board, with what they are called."""
    of_board = and_(standings.c.period == name, standings.c.board == board.value)
    subject, wish = standings.c.subject_id, ranking_consents.c.person_id.is_not(None)
    if board is Board.PROJECTS:
        columns = (standings, projects.c.slug, projects.c.texts, (projects.c.id.is_not(None)).label("named"))
        return select(*columns).outerjoin(projects, projects.c.id == subject).where(of_board)
    if board is Board.CHATS:
        columns = (standings, chats.c.title, chats.c.username, wish.label("named"))
        statement = select(*columns).outerjoin(chats, chats.c.id == subject).outerjoin(ranking_consents, _PUBLIC_CHAT)
    else:
        named = (ranking_consents.c.person_id == subject) & _on(board)
        opened = (slots.c.creator_id == people.c.id) & slots.c.closed_at.is_(None)
        called = (people.c.name, slots.c.name.label("slot_name"), slots.c.slug)
        statement = select(standings, *called, wish.label("named")).outerjoin(people, people.c.id == subject)
        statement = statement.outerjoin(slots, opened).outerjoin(ranking_consents, named)
    return statement.where(of_board) if closed else statement.where(of_board, wish)


def _number(name: str, board: Board, *, closed: bool) -> Select[Any]:
    """How many rows `_board` has, without looking up what they are called."""
    of_board = and_(standings.c.period == name, standings.c.board == board.value)
    number = select(func.count()).select_from(standings).where(of_board)
    if closed or board is Board.PROJECTS:
        return number
    if board is Board.CHATS:
        return number.join(chats, chats.c.id == standings.c.subject_id).join(ranking_consents, _PUBLIC_CHAT)
    return number.join(ranking_consents, (ranking_consents.c.person_id == standings.c.subject_id) & _on(board))


def _shown(row: Row[Any], board: Board) -> Shown:
    standing = Standing(row.subject_id, _reach(row))
    if not row.named:
        return Shown(standing, row.refunded, None)
    match board:
        case Board.PROJECTS:
            titles = {language: words["title"] for language, words in row.texts.items()}
            return Shown(standing, row.refunded, row.slug, titles, row.slug)
        case Board.CHATS:
            return Shown(standing, row.refunded, row.title, slug=row.username)
        case Board.CREATORS:
            return Shown(standing, row.refunded, row.slot_name or row.name or None, slug=row.slug)
        case Board.DONORS:
            return Shown(standing, row.refunded, row.name or None)


def _figures(reached: Reach) -> tuple[int, ...]:
    return reached.points, reached.donors, reached.gifts, reached.new, reached.again


def _reach(row: Row[Any]) -> Reach:
    return Reach(row.points, row.donors, row.gifts, row.new_donors, row.again_donors)


def _kept(row: Row[Any]) -> KeptPeriod:
    period = Period(row.name, Span(row.span), row.since_at, row.until_at, row.day_id)
    return KeptPeriod(period, row.counted_at, row.closed_at)


def _parts(found: Sequence[Any], most: int = 500) -> list[Sequence[Any]]:
    return [found[i : i + most] for i in range(0, len(found), most)]
