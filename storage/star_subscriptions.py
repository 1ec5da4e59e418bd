"""What donors pay every 30 days in Telegram Stars; nothing here says who pays, or by which charge."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.pledges import Subscription, SubscriptionState
from storage.tables import people, pledges, star_subscriptions
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose pledge a subscription pays: the donor, and their Telegram id (None: they left)."""

    donor: UUID
    telegram_id: int | None


class StarSubscriptionStore:
    """Rows of `star_subscriptions`; who changes one holds its pledge."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add(self, new: Subscription, step_at: datetime | None = None) -> bool:
        """Insert it; False where it is known, or its pledge has an open one."""
        row = {
            "id": new.id, "pledge_id": new.pledge, "project_id": new.project, "amount_minor": new.amount.minor,
            "currency": new.amount.currency, "state": new.state, "made_at": new.made_at, "until": new.until,
            "step_at": step_at,
        }  # fmt: skip
        added = insert_into(self._connection, star_subscriptions).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(added.returning(star_subscriptions.c.id))).first() is not None

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Subscription]:
        """Those of the ids that are known."""
        found = select(star_subscriptions).where(star_subscriptions.c.id.in_(ids))
        return {row.id: _subscription(row) for row in await self._connection.execute(found)}

    async def open_of(self, which: Collection[UUID]) -> dict[UUID, Subscription]:
        """Of each of these pledges the open one."""
        open_ = star_subscriptions.c.state == SubscriptionState.OPEN
        found = select(star_subscriptions).where(star_subscriptions.c.pledge_id.in_(which), open_)
        return {row.pledge_id: _subscription(row) for row in await self._connection.execute(found)}

    async def payers(self, which: Collection[UUID]) -> dict[UUID, Payer]:
        """By pledge."""
        theirs = select(pledges.c.id, pledges.c.donor_id, people.c.telegram_id).join(
            people, people.c.id == pledges.c.donor_id
        )
        rows = await self._connection.execute(theirs.where(pledges.c.id.in_(which)))
        return {row.id: Payer(row.donor_id, row.telegram_id) for row in rows}

    async def reaches(self, subscription: UUID, until: datetime) -> None:
        """What was paid reaches so far."""
        await self._connection.execute(
            update(star_subscriptions).where(star_subscriptions.c.id == subscription).values(until=until)
        )

    async def end_of(self, which: Collection[UUID], now: datetime) -> None:
        """The open ones of these pledges take no more; the leader tells Telegram of those that were paid."""
        if which:
            open_ = star_subscriptions.c.state == SubscriptionState.OPEN
            await self._end(star_subscriptions.c.pledge_id.in_(which) & open_, now)

    async def end(self, subscription: UUID, now: datetime) -> None:
        """This one takes no more (it was paid), whatever it is now."""
        await self._end(star_subscriptions.c.id == subscription, now, paid=True)

    async def _end(self, which: Any, now: datetime, *, paid: bool = False) -> None:
        was_paid = star_subscriptions.c.until.is_not(None)
        ending = SubscriptionState.ENDING.value
        values: dict[str, Any] = {"state": ending, "step_at": now}
        if not paid:
            values = {
                "state": case((was_paid, ending), else_=SubscriptionState.ENDED.value),
                "step_at": case((was_paid, literal(now, star_subscriptions.c.step_at.type)), else_=None),
            }
        await self._connection.execute(update(star_subscriptions).where(which).values(values))

    async def to_end(self, now: datetime, limit: int) -> list[Subscription]:
        """Those that Telegram is to be told of now."""
        due = select(star_subscriptions).where(star_subscriptions.c.step_at <= now)
        rows = await self._connection.execute(due.order_by(star_subscriptions.c.step_at).limit(limit))
        return [_subscription(row) for row in rows]

    async def told(self, subscription: UUID, again_at: datetime | None) -> None:
        """It ended at Telegram; or Telegram did not say so, and is asked again then."""
        ended = SubscriptionState.ENDED if again_at is None else SubscriptionState.ENDING
        same = (star_subscriptions.c.id == subscription) & (star_subscriptions.c.state == SubscriptionState.ENDING)
        await self._connection.execute(update(star_subscriptions).where(same).values(state=ended, step_at=again_at))


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        pledge=row.pledge_id,
        project=row.project_id,
        amount=Money(int(row.amount_minor), row.currency),
        state=SubscriptionState(row.state),
        made_at=row.made_at,
        until=row.until,
    )
