"""What donors wrote about why they give every month, and reviewers' word on it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.people import Visibility
from giving.pledges import InstalmentState, PledgeState
from giving.tips import TipState
from giving.whys import Refusal, Sentence, ShownSentence, WhyState
from storage.tables import instalments, people, pledges, projects, tips, whys
from storage.upsert import insert_into


class WhyStore:
    """Rows of `whys`; who gives monthly is read from `pledges`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def put(self, sentence: Sentence) -> None:
        """Keep it, in the place of what they wrote for this project before."""
        row = {
            "id": sentence.id, "donor_id": sentence.donor, "project_id": sentence.project, "words": sentence.words,
            "state": sentence.state, "reason": None, "written_at": sentence.written_at, "read_at": None,
            "read_by": None, "name": sentence.name,
        }  # fmt: skip
        insert = insert_into(self._connection, whys).values(row)
        changed = {name: value for name, value in row.items() if name not in ("donor_id", "project_id")}
        kept = insert.on_conflict_do_update(index_elements=["donor_id", "project_id"], set_=changed)
        await self._connection.execute(kept)

    async def take_back(self, donor: UUID, project: UUID) -> bool:
        """It is gone; False if there was none."""
        theirs = (whys.c.donor_id == donor) & (whys.c.project_id == project)
        gone = delete(whys).where(theirs).returning(whys.c.id)
        return (await self._connection.execute(gone)).first() is not None

    async def of_donor(self, donor: UUID) -> dict[UUID, Sentence]:
        """What they wrote, by project."""
        rows = await self._connection.execute(select(whys).where(whys.c.donor_id == donor))
        return {row.project_id: _read(row) for row in rows}

    async def by_id(self, identity: UUID) -> Sentence | None:
        """One, or None."""
        row = (await self._connection.execute(select(whys).where(whys.c.id == identity))).first()
        return _read(row) if row else None

    async def waiting(self, limit: int, but: UUID | None = None) -> tuple[list[Sentence], int]:
        """Those that wait for a reviewer, who waits longest first; and how many there are. `but`: not theirs."""
        those = whys.c.state == WhyState.WAITING
        if but is not None:
            those &= whys.c.donor_id != but
        rows = await self._connection.execute(
            select(whys).where(those).order_by(whys.c.written_at, whys.c.id).limit(limit)
        )
        total = await self._connection.scalar(select(func.count()).select_from(whys).where(those))
        return [_read(row) for row in rows], int(total or 0)

    async def on_pages(self, limit: int, offset: int) -> tuple[list[Sentence], int]:
        """Those that were let be shown, who was read last first; and how many there are."""
        those = whys.c.state == WhyState.SHOWN
        newest = select(whys).where(those).order_by(whys.c.read_at.desc(), whys.c.id).limit(limit).offset(offset)
        total = await self._connection.scalar(select(func.count()).select_from(whys).where(those))
        return [_read(row) for row in await self._connection.execute(newest)], int(total or 0)

    async def decide(
        self, identity: UUID, state: WhyState, *, reason: Refusal | None, by: UUID, now: datetime,
        was: WhyState = WhyState.WAITING,
    ) -> Sentence | None:  # fmt: skip
        """A reviewer's word; None if it does not wait (or whatever it `was`) any more, or is their own."""
        waits = (whys.c.id == identity) & (whys.c.state == was) & (whys.c.donor_id != by)
        read = {"state": state, "reason": reason, "read_by": by, "read_at": now}
        row = (await self._connection.execute(update(whys).where(waits).values(read).returning(whys))).first()
        return _read(row) if row else None

    async def shown(self, project: UUID, limit: int) -> tuple[ShownSentence, ...]:
        """Those of a project that everybody sees, newest first: while their donors give monthly, and as they allow.

        A name that was not read with it does not stand beside it. Only of who did give: a promise of which nothing came
        yet, or all went back, explains no gift.
        """
        gave = exists(
            select(instalments.c.id).where(
                instalments.c.donor_id == whys.c.donor_id,
                instalments.c.project_id == project,
                instalments.c.tip_id == tips.c.id,
                _stands(),
            )
        )
        open_ones = _open_for(project, whys.c.donor_id) & gave
        hidden = exists(
            select(pledges.c.id).where(_open_for_one(project, whys.c.donor_id), pledges.c.visibility == _ANONYMOUS)
        )
        each = (
            select(whys.c.words, whys.c.name.label("read"), people.c.name, people.c.visibility, hidden.label("hidden"))
            .join(people, people.c.id == whys.c.donor_id)
            .where(whys.c.project_id == project, whys.c.state == WhyState.SHOWN, open_ones)
            .order_by(whys.c.read_at.desc(), whys.c.id)
            .limit(limit)
        )
        return tuple(ShownSentence(row.words, _named(row)) for row in await self._connection.execute(each))

    async def name_beside(self, donor: UUID, project: UUID) -> str | None:
        """The name that would stand beside a sentence of theirs now; None where they hide it."""
        hides = exists(select(pledges.c.id).where(_open_for_one(project, donor), pledges.c.visibility == _ANONYMOUS))
        shows = select(people.c.name).where(people.c.id == donor, people.c.visibility != _ANONYMOUS, ~hides)
        name: str | None = await self._connection.scalar(shows)
        return name or None

    async def monthly_projects(self, donor: UUID) -> dict[UUID, int]:
        """The projects somebody gives to monthly, with how many months they paid each so far.

        Those their open promises name, and those that got something of one that chooses by itself.
        """
        mine = (pledges.c.donor_id == donor) & (pledges.c.state != PledgeState.CANCELLED)
        named = select(pledges.c.project_id).where(mine, pledges.c.project_id.is_not(None))
        found = dict.fromkeys((await self._connection.execute(named)).scalars(), 0)
        paid = (
            select(instalments.c.project_id, pledges.c.state, pledges.c.project_id.label("named"))
            .join(pledges, pledges.c.id == instalments.c.pledge_id)
            .join(tips, tips.c.id == instalments.c.tip_id)
            .where(instalments.c.donor_id == donor, _stands())
        )
        rows = (await self._connection.execute(paid)).all()
        for row in rows:
            if row.state != PledgeState.CANCELLED and row.named is None:
                found.setdefault(row.project_id, 0)
        for row in rows:
            if row.project_id in found:
                found[row.project_id] += 1
        return found

    async def gives(self, donor: UUID, project: UUID) -> bool:
        """Whether they give to it monthly, as `monthly_projects` says."""
        asked = select(projects.c.id).where(projects.c.id == project, _open_for(project, donor))
        return await self._connection.scalar(asked) is not None


_ANONYMOUS = Visibility.ANONYMOUS.value


def _named(row: Any) -> str | None:
    """The name that was read with it, as long as they show it and are called so."""
    hides = row.hidden or row.visibility == _ANONYMOUS
    return row.read if row.read and row.read == row.name and not hides else None


def _stands() -> ColumnElement[bool]:
    """Of an instalment with its gift: it was paid, and not all of it went back."""
    return and_(instalments.c.state == InstalmentState.PAID, tips.c.state == TipState.PAID)


def _open_for(project: UUID, donor: ColumnElement[UUID] | UUID | Any) -> ColumnElement[bool]:
    """Whether this donor has an open promise that names this project, or that chooses and paid it something."""
    return exists(select(pledges.c.id).where(_open_for_one(project, donor)))


def _open_for_one(project: UUID, donor: ColumnElement[UUID] | UUID | Any) -> ColumnElement[bool]:
    got = exists(
        select(instalments.c.id).where(
            instalments.c.pledge_id == pledges.c.id,
            instalments.c.project_id == project,
            instalments.c.tip_id == tips.c.id,
            _stands(),
        )
    )
    return and_(
        pledges.c.donor_id == donor,
        pledges.c.state != PledgeState.CANCELLED,
        or_(pledges.c.project_id == project, and_(pledges.c.project_id.is_(None), got)),
    )


def _read(row: Row[Any]) -> Sentence:
    return Sentence(
        id=row.id,
        donor=row.donor_id,
        project=row.project_id,
        words=row.words,
        state=WhyState(row.state),
        written_at=row.written_at,
        reason=None if row.reason is None else Refusal(row.reason),
        name=row.name,
    )
