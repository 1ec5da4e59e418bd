"""Pools and sponsors: made, found, held for whoever changes them, and moved by whole batches."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, insert, select, update

from giving.matching import Pool, PoolState, Sponsor
from storage.inline import InlineConnection
from storage.matching.rows import OnMatching, of_pools, pool_row, read_pool, window_rows
from storage.sets import SetStatement, insert_rows
from storage.tables import pool_projects, pool_windows, pools, sponsors

_ANY_OPEN = "SELECT 1 FROM pools WHERE state = 'open' LIMIT 1"
_USE = SetStatement(
    {"id": "uuid", "minor": "bigint"}, "UPDATE pools SET used_minor = used_minor + r.minor FROM r WHERE pools.id = r.id"
)
_RETURN = SetStatement(
    {"id": "uuid", "minor": "bigint"},
    "UPDATE pools SET returned_minor = returned_minor + r.minor FROM r WHERE pools.id = r.id",
)
_MOVE_WINDOWS = SetStatement(
    {"pool": "uuid", "number": "int", "used": "bigint", "returned": "bigint"},
    "UPDATE pool_windows SET used_minor = used_minor + r.used, returned_minor = returned_minor + r.returned"
    " FROM r WHERE pool_windows.pool_id = r.pool AND pool_windows.number = r.number",
)
_MOVE_PROJECTS = insert_rows(
    pool_projects,
    ("pool_id", "project_id", "matched_minor", "shared_minor"),
    "ON CONFLICT (pool_id, project_id) DO UPDATE SET"
    " matched_minor = pool_projects.matched_minor + excluded.matched_minor,"
    " shared_minor = pool_projects.shared_minor + excluded.shared_minor",
    order="pool_id, project_id",
)
# By pool and window (their number): how much more is used, and how much more went back.
Moves = Mapping[tuple[UUID, int], tuple[int, int]]


class PoolStore(OnMatching):
    """Rows of `sponsors`, `pools`, `pool_windows` and `pool_projects`."""

    async def any_open(self) -> bool:
        """Whether any pool adds to gifts now: one cheap look, as every settlement takes it."""
        if isinstance(self._connection, InlineConnection):
            return bool(self._connection.first(_ANY_OPEN, ()))
        return (await self._connection.exec_driver_sql(_ANY_OPEN)).first() is not None

    async def hold_open(self, besides: Collection[UUID] = ()) -> list[Pool]:
        """The pools that are open, and these, in order of their ids, held until the commit."""
        return await self._held((pools.c.state == PoolState.OPEN) | pools.c.id.in_(besides))

    async def hold(self, ids: Collection[UUID]) -> dict[UUID, Pool]:
        """These pools, held until the commit."""
        return {pool.id: pool for pool in await self._held(pools.c.id.in_(ids))}

    async def _held(self, where: ColumnElement[bool]) -> list[Pool]:
        return await self._found(select(pools).where(where).order_by(pools.c.id).with_for_update(key_share=True))

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Pool]:
        """Those of the pools that are known."""
        return {pool.id: pool for pool in await self._found(select(pools).where(pools.c.id.in_(ids)))}

    async def newest(self, *, limit: int = 1000, open_only: bool = False) -> list[Pool]:
        """The newest first."""
        by_age = select(pools).order_by(pools.c.created_at.desc(), pools.c.id.desc()).limit(limit)
        return await self._found(by_age.where(pools.c.state == PoolState.OPEN) if open_only else by_age)

    async def _found(self, wanted: Select[tuple[object, ...]]) -> list[Pool]:
        rows = (await self._connection.execute(wanted)).all()
        if not rows:
            return []
        theirs = select(pool_windows).where(pool_windows.c.pool_id.in_([row.id for row in rows]))
        theirs = theirs.order_by(pool_windows.c.pool_id, pool_windows.c.number)
        windows = of_pools(await self._connection.execute(theirs))
        return [read_pool(row, windows.get(row.id, [])) for row in rows]

    async def add(self, pool: Pool, *, now: datetime) -> None:
        """A new one, with its windows."""
        await self._connection.execute(insert(pools), pool_row(pool) | {"created_at": now})
        await self._connection.execute(insert(pool_windows), window_rows(pool))

    async def change(self, pool: Pool) -> None:
        """Write where it stands: its state, who signed, what was paid in, and which windows are closed.

        The pool is held; what is used and returned is moved by `move`.
        """
        names = ("state", "signed_by", "signed_at", "closed_at", "paid_minor")
        values = {name: value for name, value in pool_row(pool).items() if name in names}
        await self._connection.execute(update(pools).where(pools.c.id == pool.id).values(values))
        for window in pool.windows:
            its = (pool_windows.c.pool_id == pool.id) & (pool_windows.c.number == window.number)
            await self._connection.execute(update(pool_windows).where(its).values(closed_at=window.closed_at))

    async def set_scope(self, pool: Pool) -> None:
        """Write which gifts it is for; the pool is held."""
        scope = pool_row(pool)["scope"]
        await self._connection.execute(update(pools).where(pools.c.id == pool.id).values(scope=scope))

    async def move(self, moves: Moves, projects: Mapping[tuple[UUID, UUID], tuple[int, int]]) -> None:
        """Of windows, what is used and went back; of pools and projects, what is matched and was shared.

        The pools are held. Raises: IntegrityError where a pool would be overdrawn (the rules never let it).
        """
        used, returned = dict[UUID, int](), dict[UUID, int]()
        for (pool, _), (more, back) in moves.items():
            used[pool] = used.get(pool, 0) + more
            returned[pool] = returned.get(pool, 0) + back
        # What comes back first, so that one batch may give away again what another part of it brought.
        await _USE.run(self._connection, [(pool, minor) for pool, minor in used.items() if minor < 0])
        await _RETURN.run(self._connection, [(pool, minor) for pool, minor in returned.items() if minor])
        await _USE.run(self._connection, [(pool, minor) for pool, minor in used.items() if minor > 0])
        rows = [(pool, number, more, back) for (pool, number), (more, back) in moves.items() if more or back]
        await _MOVE_WINDOWS.run(self._connection, rows)
        kept = [(pool, project, more, share) for (pool, project), (more, share) in projects.items() if more or share]
        await _MOVE_PROJECTS.run(self._connection, kept)

    async def shared(self, pool: UUID) -> dict[UUID, tuple[int, int]]:
        """By project: what stands of matches, and what was shared, in minor units."""
        its = select(pool_projects).where(pool_projects.c.pool_id == pool)
        rows = await self._connection.execute(its)
        return {row.project_id: (row.matched_minor, row.shared_minor) for row in rows}

    async def of_projects(self, projects: Collection[UUID]) -> dict[UUID, dict[str, int]]:
        """What pools have added for these projects in all, in minor units by currency."""
        added = func.sum(pool_projects.c.matched_minor + pool_projects.c.shared_minor).label("added")
        sums = select(pool_projects.c.project_id, pools.c.currency, added)
        sums = sums.join(pools, pools.c.id == pool_projects.c.pool_id)
        sums = sums.where(pool_projects.c.project_id.in_(projects))
        found: dict[UUID, dict[str, int]] = {}
        for row in await self._connection.execute(sums.group_by(pool_projects.c.project_id, pools.c.currency)):
            if row.added:
                found.setdefault(row.project_id, {})[row.currency] = int(row.added)
        return found

    # --- Sponsors ----------------------------------------------------------------------------------------------------

    async def add_sponsor(self, sponsor: Sponsor, *, now: datetime) -> None:
        """A new one."""
        row = {"id": sponsor.id, "name": sponsor.name, "named": sponsor.named, "created_at": now}
        await self._connection.execute(insert(sponsors), row)

    async def sponsors(self, ids: Collection[UUID]) -> dict[UUID, Sponsor]:
        """Those of them that are known."""
        rows = await self._connection.execute(select(sponsors).where(sponsors.c.id.in_(ids)))
        return {row.id: Sponsor(row.id, row.name, row.named) for row in rows}

    async def sponsor_called(self, name: str, *, named: bool) -> Sponsor | None:
        """One of this name that wants to be seen so, or None."""
        same = select(sponsors).where(sponsors.c.name == name, sponsors.c.named == named).order_by(sponsors.c.id)
        row = (await self._connection.execute(same.limit(1))).first()
        return Sponsor(row.id, row.name, row.named) if row else None
