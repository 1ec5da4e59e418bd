"""Refunds: asked of us, decided, asked of the rail, and what became of them; one for each tip."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.payments import MOST_WAIT
from giving.tips import TipState
from storage.tables import refunds, tips
from storage.upsert import insert_into


class RefundState(StrEnum):
    """WISHED for by the donor, and DECLINED by an admin, or REQUESTED: the rail is to be asked.

    ASKED of the rail, DONE by its event, FAILED: it did not reach the donor; or the rail REFUSED.
    """

    WISHED = "wished"
    DECLINED = "declined"
    REQUESTED = "requested"
    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


# What may be begun anew: under a new id, since most rails answer the same key with the same words.
_FAILED: Final = (RefundState.FAILED, RefundState.REFUSED)
_OVER: Final = (RefundState.DECLINED, *_FAILED)
_NEW: Final = dict.fromkeys(("reason", "decided_by", "asked_at", "look_at", "amount_minor", "tried_at"))


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund of a tip; `reason` is the admin's who decided."""

    id: UUID
    tip: UUID
    state: RefundState
    asked_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """A refund that its rail took, since when, and nobody knows the end of."""

    id: UUID
    tip: UUID
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Begun:
    """A refund that its rail is asked for now: so much, by a key that is in use since then."""

    amount_minor: int
    since: datetime


class RefundStore:
    """Rows of `refunds`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def request(
        self, *, refund: UUID, tip: UUID, now: datetime, state: RefundState = RefundState.REQUESTED,
        same: bool = False,
    ) -> Refund:  # fmt: skip
        """Record that a tip is to be given back; the same tip again gives the first request, unless that one is over.

        One that is done is over where something of the tip is left: more went back apart from it, and did not arrive.
        A wish that the donor may fulfil alone by now is requested. `same`: what the rail refused, or failed, keeps its
        id where it is asked for again.
        """
        row = {"id": refund, "tip_id": tip, "state": state, "requested_at": now}
        statement = insert_into(self._connection, refunds).values(row)
        if same:
            again = update(refunds).where(refunds.c.tip_id == tip, refunds.c.state.in_(_FAILED))
            kept = {name: refunds.c[name] for name in ("id", "amount_minor")}
            await self._connection.execute(again.values(row | _NEW | kept))
        left = select(tips.c.id).where(tips.c.id == tip, tips.c.state == TipState.PAID).exists()
        over = refunds.c.state.in_(_OVER) | ((refunds.c.state == RefundState.DONE) & left)
        anew = update(refunds).where(refunds.c.tip_id == tip, over)
        await self._connection.execute(anew.values(row | _NEW))
        await self._connection.execute(statement.on_conflict_do_nothing(index_elements=["tip_id"]))
        if state is RefundState.REQUESTED:
            wished = (refunds.c.tip_id == tip) & (refunds.c.state == RefundState.WISHED)
            await self._connection.execute(update(refunds).where(wished).values(state=state))
        return (await self.of([tip]))[tip]

    async def of(self, of: Collection[UUID]) -> dict[UUID, Refund]:
        """By tip, for those that have one."""
        rows = await self._connection.execute(select(refunds).where(refunds.c.tip_id.in_(of)))
        return {r.tip_id: Refund(r.id, r.tip_id, RefundState(r.state), r.requested_at, r.reason) for r in rows}

    async def tips_of(self, ids: Collection[UUID]) -> dict[UUID, UUID]:
        """Whose tips these refunds are of."""
        rows = await self._connection.execute(select(refunds.c.id, refunds.c.tip_id).where(refunds.c.id.in_(ids)))
        return {row.id: row.tip_id for row in rows}

    async def requested(self, rail: str, *, before: datetime) -> dict[UUID, UUID]:
        """Refunds this rail was not heard of, tried longest ago first, with their tips; none tried since `before`."""
        tried = func.coalesce(refunds.c.look_at, refunds.c.requested_at)
        theirs = tips.c.entry_key.startswith(f"payment:{rail}:", autoescape=True)
        unheard = (refunds.c.state == RefundState.REQUESTED) & (tried <= before) & theirs
        found = select(refunds.c.id, refunds.c.tip_id).join(tips, tips.c.id == refunds.c.tip_id).where(unheard)
        rows = await self._connection.execute(found.order_by(tried, refunds.c.id).limit(100))
        return {row.id: row.tip_id for row in rows}

    async def begin(self, refund: UUID, amount_minor: int, now: datetime) -> Begun | None:
        """Its rail is asked now: with so much, or with what it was asked with before, since the key is the same.

        None for one that is not to be asked for any more. `since` is the request's time where an older version may
        have asked.
        """
        waits = (refunds.c.id == refund) & (refunds.c.state == RefundState.REQUESTED)
        row = (await self._connection.execute(select(refunds).where(waits).with_for_update(key_share=True))).first()
        if row is None:
            return None
        amount = amount_minor if row.amount_minor is None else row.amount_minor
        tried = {"amount_minor": amount, "tried_at": row.tried_at or now, "look_at": now}
        await self._connection.execute(update(refunds).where(waits).values(tried))
        return Begun(amount, row.tried_at or row.requested_at)

    async def renew(self, refund: UUID, now: datetime) -> None:
        """The rail was asked and has none of it: its key is as new."""
        waits = (refunds.c.id == refund) & (refunds.c.state == RefundState.REQUESTED)
        await self._connection.execute(update(refunds).where(waits).values(tried_at=now))

    async def wished(self, limit: int) -> list[Refund]:
        """What waits for an admin, oldest first."""
        waits = select(refunds).where(refunds.c.state == RefundState.WISHED).order_by(refunds.c.requested_at)
        rows = await self._connection.execute(waits.limit(limit))
        return [Refund(r.id, r.tip_id, RefundState(r.state), r.requested_at, r.reason) for r in rows]

    async def decide(self, refund: UUID, state: RefundState, *, reason: str, by: UUID) -> UUID | None:
        """An admin's word on a wish; whose tip it is, None if it waits no more."""
        waits = (refunds.c.id == refund) & (refunds.c.state == RefundState.WISHED)
        decided = update(refunds).where(waits).values(state=state, reason=reason, decided_by=by)
        found = await self._connection.scalar(decided.returning(refunds.c.tip_id))
        return UUID(str(found)) if found is not None else None

    async def refused(self, refund: UUID) -> None:
        """The rail said no; one that its event has closed already stays closed."""
        open_ = (refunds.c.id == refund) & (refunds.c.state != RefundState.DONE)
        await self._connection.execute(update(refunds).where(open_).values(state=RefundState.REFUSED))

    async def asked(self, refund: UUID, now: datetime, look_at: datetime) -> None:
        """The rail took it; one whose end its event has told already stays as it is."""
        open_ = (refunds.c.id == refund) & refunds.c.state.in_((RefundState.REQUESTED, RefundState.ASKED))
        since = func.coalesce(refunds.c.asked_at, literal(now, refunds.c.asked_at.type))
        taken = update(refunds).where(open_).values(state=RefundState.ASKED, asked_at=since, look_at=look_at)
        await self._connection.execute(taken)

    async def to_look_up(self, now: datetime, limit: int = 100) -> list[Followed]:
        """Refunds whose end is to be asked for, due longest first; those that an older version asked for as well.

        One that is put off further than any ever is was so by a clock that has been set right since.
        """
        due = or_(refunds.c.look_at.is_(None), refunds.c.look_at <= now, refunds.c.look_at > now + 2 * MOST_WAIT)
        waits = select(refunds).where(refunds.c.state == RefundState.ASKED, due)
        rows = await self._connection.execute(waits.order_by(refunds.c.look_at, refunds.c.id).limit(limit))
        return [Followed(row.id, row.tip_id, row.asked_at or row.requested_at) for row in rows]

    async def look_later(self, looks: Collection[UUID], at: datetime) -> None:
        """These are not looked up before then."""
        since = func.coalesce(refunds.c.asked_at, refunds.c.requested_at)
        later = update(refunds).where(refunds.c.id.in_(looks), refunds.c.state == RefundState.ASKED)
        await self._connection.execute(later.values(asked_at=since, look_at=at))

    async def to_end(self, ids: Collection[UUID]) -> set[UUID]:
        """Those whose end is still to come."""
        asked = select(refunds.c.id).where(refunds.c.id.in_(ids), refunds.c.state == RefundState.ASKED)
        return set(await self._connection.scalars(asked))

    async def failed(self, refund: UUID) -> None:
        """A look-up says that it did not reach the donor."""
        asked = (refunds.c.id == refund) & refunds.c.state.in_((RefundState.REQUESTED, RefundState.ASKED))
        await self._connection.execute(update(refunds).where(asked).values(state=RefundState.FAILED))

    async def any_untold(self) -> bool:
        """Whether any failed that nobody was told of."""
        untold = (refunds.c.state == RefundState.FAILED) & refunds.c.look_at.is_not(None)
        return bool(await self._connection.scalar(select(select(refunds.c.id).where(untold).exists())))

    async def tell_failed(self) -> dict[UUID, UUID]:
        """Those that failed and nobody was told of, with their tips; told by whoever commits this."""
        untold = (refunds.c.state == RefundState.FAILED) & refunds.c.look_at.is_not(None)
        told = update(refunds).where(untold).values(look_at=None).returning(refunds.c.id, refunds.c.tip_id)
        return {row.id: row.tip_id for row in await self._connection.execute(told)}

    async def ended(self, of: Collection[UUID], state: RefundState) -> set[UUID]:
        """What the provider's event says became of the refunds of these tips; only one that was asked for can fail.

        Of which of the tips there was one.
        """
        theirs = update(refunds).where(refunds.c.tip_id.in_(of))
        if state is RefundState.FAILED:
            theirs = theirs.where(refunds.c.state.in_((RefundState.ASKED, RefundState.DONE)))
        rows = await self._connection.execute(theirs.values(state=state).returning(refunds.c.tip_id))
        return {row.tip_id for row in rows}

    async def arrived(self, ids: Collection[UUID]) -> None:
        """The provider's events say so of these refunds, whatever else went back of their tips or did not."""
        going = refunds.c.id.in_(ids) & refunds.c.state.in_((RefundState.REQUESTED, RefundState.ASKED))
        await self._connection.execute(update(refunds).where(going).values(state=RefundState.DONE))

    async def undone(self, of: Collection[UUID]) -> set[UUID]:
        """These tips did not go back after all: what was closed by that has failed, and may be begun anew.

        Those of which `tell_failed` will tell: a request that its rail was never asked for is not among them.
        """
        closed = (refunds.c.tip_id.in_(of)) & (refunds.c.state == RefundState.DONE)
        failed = update(refunds).where(closed).values(state=RefundState.FAILED)
        rows = await self._connection.execute(failed.returning(refunds.c.tip_id, refunds.c.look_at))
        return {row.tip_id for row in rows if row.look_at is not None}
