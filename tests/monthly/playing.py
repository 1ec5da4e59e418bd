"""A script played on a database: what came of it, beside what the model says, and how often each rule was at work."""

import time
from dataclasses import dataclass

from storage.engines import Engines
from tests.monthly.checks import check
from tests.monthly.rules import Row, table
from tests.monthly.script import Script
from tests.monthly.town import town_of
from tests.monthly.unit import InlineUnit
from tests.monthly.years import Years


@dataclass
class Outcome:
    """What came of it. `wrong`: where it is not as the model says; `unseen`: rules that never were at work."""

    rows: list[Row]
    wrong: list[str]
    instalments: int = 0
    paid_minor: int = 0
    messages: int = 0
    sweeps: int = 0
    took_s: float = 0
    cpu_s: float = 0

    @property
    def unseen(self) -> list[str]:
        """Rules that were not seen at work."""
        return [text for text, count in self.rows if not count]


async def played(engines: Engines, script: Script) -> Outcome:
    """Play it on an empty, migrated database."""
    unit, began, cpu = InlineUnit(engines), time.monotonic(), time.process_time()
    try:
        await unit.hasten()
        async with town_of(unit, script) as town:
            years = Years(town)
            await years.live()
            there = await check(years)
        return Outcome(
            table(years, there), there.wrong, len(there.months),
            sum(charge.minor for charge in town.bank.charges.values()), len(town.session.told), years.sweeps,
            time.monotonic() - began, time.process_time() - cpu,
        )  # fmt: skip
    finally:
        unit.close()
