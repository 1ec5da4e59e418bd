"""Tabs and what stands on them; the charges that settle them are in storage/tab_charges.py."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, func, select, update

from giving.money import Money
from giving.tabs import ChargeState, Tab
from giving.tips import Tip, TipState
from storage.ids import new_id
from storage.sets import insert_rows
from storage.tab_charges import OPEN_STATES, ChargeRow, ChargeStore
from storage.tables import people, promises, tab_charges, tabs, tips
from storage.tips import read_tip
from storage.upsert import insert_into

__all__ = ["ChargeRow", "Key", "TabRow", "TabStore", "Whole"]

Key = tuple[UUID, UUID, str]  # donor, organisation, currency
_PROMISE = insert_rows(
    promises,
    ("tip_id", "tab_id", "donor_id", "amount_minor", "currency", "promised_at"),
    "ON CONFLICT (tip_id) DO UPDATE SET tab_id = excluded.tab_id, promised_at = excluded.promised_at",
    order="tip_id",
)


@dataclass(frozen=True, slots=True)
class TabRow:
    """A tab with the sum of what stands on it and is in no open charge, by which rail, and what its donor chose."""

    tab: Tab
    currency: str
    rail: str
    settle_at_minor: int | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Whole:
    """All that stands on a tab: its sum, what of that no saved method is being charged for now, and how many."""

    sum: Money
    free: Money
    count: int


class TabStore(ChargeStore):
    """Rows of `tabs` and `promises`; those of charges are its base's."""

    async def open_many(self, wanted: Mapping[Key, str], *, now: datetime) -> dict[Key, UUID]:
        """The tabs of these, made where there are none, by that rail; held until the commit, with all of their donors.

        In the order in which they are locked elsewhere (`lock`), before any tip; new ones come last, as their ids do.
        """
        there = select(tabs.c.id, tabs.c.donor_id, tabs.c.organisation_id, tabs.c.currency).where(
            tabs.c.donor_id.in_({donor for donor, _, _ in wanted})
        )
        held = await self._connection.execute(there.order_by(tabs.c.id).with_for_update(key_share=True))
        known: dict[Key, UUID] = {(r.donor_id, r.organisation_id, r.currency): r.id for r in held}
        found = {key: known[key] for key in wanted if key in known}
        for donor, organisation, currency in sorted(wanted.keys() - known.keys()):
            row = {
                "id": new_id(), "donor_id": donor, "organisation_id": organisation, "currency": currency,
                "rail": wanted[donor, organisation, currency], "opened_at": now,
            }  # fmt: skip
            made = insert_into(self._connection, tabs).values(row)
            kept = made.on_conflict_do_update(
                index_elements=["donor_id", "organisation_id", "currency"], set_={"rail": tabs.c.rail}
            )  # made by another in this moment: held, too
            id_ = await self._connection.scalar(kept.returning(tabs.c.id))
            found[donor, organisation, currency] = UUID(str(id_))
        return found

    async def choose_rails(self, chosen: Mapping[UUID, str]) -> None:
        """By which rail these tabs, held, are settled: the one their donor chose last."""
        for tab, rail in sorted(chosen.items()):
            await self._connection.execute(update(tabs).where(tabs.c.id == tab).values(rail=rail))

    async def promise_many(self, promised: Sequence[tuple[Tip, UUID]], *, now: datetime) -> None:
        """These tips stand on these tabs; their state is written by the tips' own store."""
        rows = [(t.id, tab, t.donor, t.amount.minor, t.amount.currency, now) for t, tab in promised]
        await _PROMISE.run(self._connection, rows)

    async def promised_since(self, donors: Collection[UUID], currency: str, since: datetime) -> dict[UUID, int]:
        """What each promised from then on, to whomever: also what is paid by now, not what they took off again."""
        total = func.sum(promises.c.amount_minor).label("minor")
        counted = (promises.c.donor_id.in_(donors)) & (promises.c.promised_at >= since)
        counted &= (promises.c.currency == currency) & (tips.c.state != TipState.CANCELLED)
        statement = select(promises.c.donor_id, total).join(tips, tips.c.id == promises.c.tip_id).where(counted)
        rows = await self._connection.execute(statement.group_by(promises.c.donor_id))
        return {row.donor_id: int(row.minor) for row in rows}

    async def look_at(self, due: Mapping[UUID, datetime | None]) -> None:
        """When these tabs are to be looked at next; None: not before something is promised again."""
        if due:
            statement = update(tabs).where(tabs.c.id == bindparam("_id")).values(due_at=bindparam("_at"))
            await self._connection.execute(statement, [{"_id": tab, "_at": at} for tab, at in sorted(due.items())])

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, TabRow]:
        """Those tabs, with what stands on each."""
        rows = await self._connection.execute(_with_sums(tabs.c.id.in_(ids)))
        return {row.id: _tab(row) for row in rows}

    async def of_donor(self, donor: UUID) -> list[TabRow]:
        """Somebody's tabs, oldest first, also those nothing stands on."""
        rows = await self._connection.execute(_with_sums(tabs.c.donor_id == donor))
        return sorted((_tab(row) for row in rows), key=lambda row: row.tab.id)

    async def lock(self, tab: UUID) -> TabRow | None:
        """The tab, held until the commit, so that one charge at a time takes what stands on it.

        Held with all tabs of its donor, in the order of their ids, since one charge may settle several of them.
        """
        donor = select(tabs.c.donor_id).where(tabs.c.id == tab).scalar_subquery()
        held = select(tabs.c.id).where(tabs.c.donor_id == donor).order_by(tabs.c.id).with_for_update(key_share=True)
        if not (await self._connection.execute(held)).all():
            return None
        return (await self.by_ids([tab])).get(tab)

    async def lock_all(self, donor: UUID) -> list[TabRow]:
        """Somebody's tabs, oldest first, held in the same way."""
        held = select(tabs.c.id).where(tabs.c.donor_id == donor).order_by(tabs.c.id).with_for_update(key_share=True)
        await self._connection.execute(held)
        return await self.of_donor(donor)

    async def claim_due(self, now: datetime, limit: int, after: UUID | None = None) -> list[UUID]:
        """Tabs to look at now, in the order of their ids, from after that one on."""
        due = select(tabs.c.id).where(tabs.c.due_at <= now).order_by(tabs.c.id).limit(limit)
        return list((await self._connection.execute(due if after is None else due.where(tabs.c.id > after))).scalars())

    async def standing(self, tab: UUID) -> list[Tip]:
        """What stands on a tab and is in no open charge, held until the commit, oldest first."""
        stand = select(tips).join(promises, promises.c.tip_id == tips.c.id).where(_stands(promises.c.tab_id == tab))
        rows = await self._connection.execute(stand.order_by(tips.c.id).with_for_update(of=tips, key_share=True))
        return [read_tip(row) for row in rows]

    async def standing_on(self, which: Collection[UUID]) -> dict[UUID, list[Tip]]:
        """The same of several tabs: locked in one order, whosever tab it is."""
        there = select(promises.c.tab_id.label("tab"), tips).join(promises, promises.c.tip_id == tips.c.id)
        stand = (
            there.where(_stands(promises.c.tab_id.in_(which)))
            .order_by(tips.c.id)
            .with_for_update(of=tips, key_share=True)
        )
        found: dict[UUID, list[Tip]] = {}
        for row in await self._connection.execute(stand):
            found.setdefault(row.tab, []).append(read_tip(row))
        return found

    async def on_tabs(self, donor: UUID, most: int) -> list[tuple[UUID, Tip]]:
        """What somebody promised and has not paid, newest first, of each tab so many; in open charges too."""
        nth = func.row_number().over(partition_by=promises.c.tab_id, order_by=tips.c.id.desc()).label("nth")
        there = select(promises.c.tab_id.label("tab"), tips, nth).join(tips, tips.c.id == promises.c.tip_id)
        each = there.where(promises.c.donor_id == donor, tips.c.state == TipState.ON_TAB).subquery()
        rows = await self._connection.execute(select(each).where(each.c.nth <= most).order_by(each.c.id.desc()))
        return [(row.tab, read_tip(row)) for row in rows]

    async def wholes(self, donor: UUID) -> dict[UUID, Whole]:
        """All that stands on each of somebody's tabs, in open charges too; those on which nothing does are not here."""
        charging = select(tab_charges.c.payment_id).where(tab_charges.c.state == ChargeState.CHARGING)
        free = tips.c.payment_id.is_(None) | tips.c.payment_id.not_in(charging.where(tab_charges.c.tab_id == tabs.c.id))
        minor = promises.c.amount_minor
        sums = func.sum(minor).label("minor"), func.sum(case((free, minor), else_=0)).label("free")
        there = select(tabs.c.id, tabs.c.currency, func.count().label("tips"), *sums).select_from(
            promises.join(tips, tips.c.id == promises.c.tip_id).join(tabs, tabs.c.id == promises.c.tab_id)
        )
        theirs = there.where(promises.c.donor_id == donor, tips.c.state == TipState.ON_TAB)
        rows = await self._connection.execute(theirs.group_by(tabs.c.id, tabs.c.currency))
        return {
            row.id: Whole(Money(int(row.minor), row.currency), Money(int(row.free), row.currency), int(row.tips))
            for row in rows
        }

    async def tab_of(self, tip: UUID) -> UUID | None:
        """On which tab a tip was promised."""
        found: UUID | None = await self._connection.scalar(select(promises.c.tab_id).where(promises.c.tip_id == tip))
        return found

    async def tabs_of(self, which: Collection[UUID]) -> dict[UUID, UUID]:
        """The same of several tips; those that were never promised are not here."""
        found = select(promises.c.tip_id, promises.c.tab_id).where(promises.c.tip_id.in_(which))
        return {row.tip_id: row.tab_id for row in await self._connection.execute(found)}

    async def just_promised(self, donors: Collection[UUID], since: datetime) -> list[Tip]:
        """What they promised since then and still do, oldest first."""
        recent = promises.c.donor_id.in_(donors) & (promises.c.promised_at >= since)
        there = select(tips).join(promises, promises.c.tip_id == tips.c.id)
        rows = await self._connection.execute(there.where(recent, tips.c.state == TipState.ON_TAB).order_by(tips.c.id))
        return [read_tip(row) for row in rows]

    async def skip(self, tab: UUID, until: datetime) -> None:
        """It is not asked for before then."""
        await self._connection.execute(update(tabs).where(tabs.c.id == tab).values(skipped_until=until))


def _stands(where: ColumnElement[bool]) -> ColumnElement[bool]:
    """On a tab, and not in a charge that is not decided."""
    charging = select(tab_charges.c.payment_id).where(
        tab_charges.c.tab_id == promises.c.tab_id, tab_charges.c.state.in_(OPEN_STATES)
    )
    free = tips.c.payment_id.is_(None) | tips.c.payment_id.not_in(charging)
    return and_(where, tips.c.state == TipState.ON_TAB, free)


def _with_sums(which: ColumnElement[bool]) -> Select[Any]:
    standing = (
        select(func.coalesce(func.sum(promises.c.amount_minor), 0))
        .join(tips, tips.c.id == promises.c.tip_id)
        .where(_stands(promises.c.tab_id == tabs.c.id))
        .correlate(tabs)
        .scalar_subquery()
    )
    newest = select(func.max(tab_charges.c.begun_at)).where(
        tab_charges.c.tab_id == tabs.c.id, tab_charges.c.state != ChargeState.SKIPPED
    )
    begun = newest.correlate(tabs).scalar_subquery().label("begun_at")
    chosen = select(tabs, standing.label("minor"), people.c.settle_at_minor, begun)
    return chosen.join(people, people.c.id == tabs.c.donor_id).where(which)


def _tab(row: Row[Any]) -> TabRow:
    promised = Money(int(row.minor), row.currency)
    tab = Tab(row.id, row.donor_id, row.organisation_id, promised, row.skipped_until, row.begun_at)
    return TabRow(tab, row.currency, row.rail, row.settle_at_minor, row.due_at)
