"""A database taken back to before a debit: the same step asks by the same key, or looks first, and charges once."""

import shutil
from collections.abc import AsyncIterator
from copy import copy
from datetime import UTC, datetime
from pathlib import Path

import pytest

from giving.notices import NoticeKind
from giving.pledges import InstalmentState, Pledge
from storage.engines import Engines, open_engines
from storage.work import UnitOfWork
from tests.faults.books import verified
from tests.faults.results import note
from tests.services.months import MonthCard, Monthly, monthly_of
from tests.world import World, cny, make_world


class Kept:
    """A file, a copy of it, and a rail that knows nothing of either."""

    def __init__(self, path: Path) -> None:
        self.path, self.backup, self.card = path, path.with_suffix(".copy"), MonthCard()
        self._engines: Engines | None = None

    async def open(self, world: World | None = None) -> Monthly:
        self._engines = open_engines(f"sqlite:///{self.path}")
        unit = UnitOfWork(self._engines)
        known = await make_world(unit) if world is None else copy(world)
        known.unit = unit
        return monthly_of(known, card=self.card)

    async def close(self) -> None:
        if self._engines is not None:
            await self._engines.close()
            self._engines = None

    async def keep(self, monthly: Monthly) -> Monthly:
        """As a backup has it."""
        await self.close()
        shutil.copy(self.path, self.backup)
        return await self.open(monthly.world)

    async def take_back(self, monthly: Monthly) -> Monthly:
        """Everything since is lost."""
        await self.close()
        for left in self.path.parent.glob(f"{self.path.name}-*"):
            left.unlink()
        shutil.copy(self.backup, self.path)
        return await self.open(monthly.world)


@pytest.fixture
async def kept(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Kept]:
    shutil.copy(sqlite_template, tmp_path / "yizan.db")
    found = Kept(tmp_path / "yizan.db")
    yield found
    await found.close()


async def announced(kept: Kept) -> tuple[Monthly, Pledge]:
    monthly = await kept.open()
    pledge = await monthly.announced(monthly.world.alice)
    return await kept.keep(monthly), pledge


async def debited(monthly: Monthly, pledge: Pledge) -> None:
    await monthly.turn()
    assert await monthly.states(pledge) == [InstalmentState.CHARGING]


async def booked(monthly: Monthly, pledge: Pledge) -> None:
    """Its event, at last."""
    await monthly.pays(pledge)
    assert NoticeKind.RECEIPT in await monthly.turn()
    assert await monthly.states(pledge) == [InstalmentState.PAID]
    assert await monthly.world.balance(f"project:{monthly.world.library.id}:credited") == -cny("20")
    await verified(monthly.world.unit)


async def test_the_same_day_it_asks_by_the_same_key(kept: Kept):
    monthly, pledge = await announced(kept)
    await debited(monthly, pledge)
    monthly = await kept.take_back(monthly)
    assert await monthly.states(pledge) == [InstalmentState.ANNOUNCED]
    await debited(monthly, pledge)
    assert (len(kept.card.charged), len(kept.card.books)) == (2, 1)
    await booked(monthly, pledge)
    note("a backup taken back after a debit", engine="sqlite", asked=2, charged=1)


async def test_days_later_it_looks_first(kept: Kept):
    monthly, pledge = await announced(kept)
    await debited(monthly, pledge)
    monthly = await kept.take_back(monthly)
    monthly.world.time.passes(days=2)
    await debited(monthly, pledge)
    assert (len(kept.card.charged), len(kept.card.fetched), len(kept.card.books)) == (1, 1, 1)
    await booked(monthly, pledge)


async def test_from_before_its_notice_the_month_is_announced_again_and_found_at_the_rail(kept: Kept):
    """The notice went out twice; the money did not."""
    monthly = await kept.open()
    pledge = await monthly.pledge(monthly.world.alice)
    monthly = await kept.keep(monthly)
    await monthly.until(11, 23)
    await monthly.turn()
    await monthly.until(11, 30)
    await debited(monthly, pledge)
    monthly = await kept.take_back(monthly)
    await monthly.turn()
    assert await monthly.states(pledge) == [InstalmentState.ANNOUNCED]
    monthly.world.time.now = datetime(2026, 12, 5, 3, tzinfo=UTC)
    await debited(monthly, pledge)
    assert len(kept.card.books) == 1
    await booked(monthly, pledge)
