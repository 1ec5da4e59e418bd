"""What the recorded runs share: who gives what, news that come twice and in any order, and the books at the end.

A thousand gifts of ¥1 to ¥50 by fifty people to two projects; two in a hundred go back, one in a hundred is disputed
where a rail has disputes. What projects must have been credited is noted from what people did, not from our books.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final, TypeVar
from uuid import UUID

import structlog

from giving.accounts import project_credited
from giving.money import Money
from giving.people import Person, Visitor
from giving.reconcile import Difference
from giving.tips import OfferRequest, Tip
from services.reconcile import Report
from storage.work import UnitOfWork
from tests.world import World

log = structlog.get_logger()
TIPS: Final = 1000
DONORS: Final = 50
EACH: Final = TIPS // DONORS
REFUNDS: Final = TIPS * 2 // 100
DISPUTES: Final = TIPS // 100
AT_ONCE: Final = 50
SEED: Final = 20261122
SMALL: Final = 400  # what is less than this goes on a tab, where the rail has this floor
Result = TypeVar("Result")
News = TypeVar("News")


@dataclass(frozen=True, slots=True)
class Gift:
    """Somebody wants to give."""

    donor: Person
    wish: OfferRequest


@dataclass(slots=True)
class Figures:
    """What a run counted; docs/rails.md has them in a table. Money in minor units.

    `left`: tips on tabs too small to be settled. `by_saved`: of the tabs' charges, those to a saved card; `declined`:
    how many of these were not taken. `events`: different ones; `repeated`: how many came once more.
    """

    tips: int = 0
    on_tabs: int = 0
    tab_charges: int = 0
    by_saved: int = 0
    declined: int = 0
    left: int = 0
    refunds: int = 0
    disputes: int = 0
    events: int = 0
    repeated: int = 0
    credited: int = 0
    fees: int = 0
    records: int = 0
    differences: int = 0
    after_corruption: int = 0

    def tell(self, rail: str) -> None:
        """All of them, into the log: `pytest -rP` shows it."""
        log.info("recorded_run", rail=rail, **asdict(self))


@dataclass
class Notes:
    """What the projects must have been credited: by tip, what is kept of it; and whose project it is."""

    gifts: dict[UUID, UUID] = field(default_factory=dict)
    kept: dict[UUID, int] = field(default_factory=dict)

    def given(self, tips: Iterable[Tip]) -> None:
        """These were paid."""
        for tip in tips:
            self.gifts[tip.id], self.kept[tip.id] = tip.project, tip.amount.minor

    def back(self, tip: Tip, minor: int) -> None:
        """So much of it is the donor's again."""
        self.kept[tip.id] -= minor
        assert self.kept[tip.id] >= 0

    def by_project(self) -> dict[UUID, int]:
        """To the cent."""
        sums: Counter[UUID] = Counter()
        for tip, project in self.gifts.items():
            sums[project] += self.kept[tip]
        return dict(sums)


async def gifts_of_all(world: World, dice: random.Random, *, small: int = 0) -> list[Gift]:
    """Twenty by each of fifty people, in any order; about `small` of the twenty are less than ¥4.

    Nobody gives the same sum twice: within a moment that would be one wish, pressed twice.
    """
    projects = (world.library.id, world.meals.id)
    gifts: list[Gift] = []
    for number in range(DONORS):
        donor = await world.people.meet(Visitor(50_001 + number, f"捐赠人{number}", None, "zh-hans"), started=True)
        few = small + dice.randint(-4, 4) if small else 0
        amounts = [*dice.sample(range(100, SMALL), few), *dice.sample(range(SMALL if few else 100, 5001), EACH - few)]
        gifts += [
            Gift(donor, OfferRequest(f"run{number}.{n}", donor.id, Money(minor, "CNY"), project=dice.choice(projects)))
            for n, minor in enumerate(amounts)
        ]
    dice.shuffle(gifts)
    return gifts


async def in_batches(work: Iterable[Awaitable[Result]]) -> list[Result]:
    """Many at once, as a giving day brings them."""
    slots, done = [*work], list[Result]()
    for first in range(0, len(slots), AT_ONCE):
        done += await asyncio.gather(*slots[first : first + AT_ONCE])
    return done


def told_badly(news: Sequence[News], dice: random.Random) -> list[News]:
    """Five in a hundred of them twice (one at the least), and all in any order."""
    mixed = [*news, *dice.sample([*news], -(-len(news) // 20))]
    dice.shuffle(mixed)
    return mixed


async def assert_credited(unit: UnitOfWork, notes: Notes, currency: str = "CNY") -> int:
    """Each project has what was paid for it less what went back, to the cent; the sum of both."""
    expected = notes.by_project()
    assert len(expected) > 1, "a run is about several projects"
    async with unit.read() as work:
        balances = {(name, money.currency): money.minor for name, money in await work.ledger.balances()}
    found = {project: -balances[project_credited(project), currency] for project in expected}
    assert found == expected
    return sum(expected.values())


def assert_agreed(report: Report) -> int:
    """Not one difference, and nothing too young to be judged; how many records agreed."""
    assert report.differences == (), report.differences[:5]
    assert (report.found, report.young) == (0, 0)
    return sum(agreed.count for agreed in report.agreed)


def the_only(report: Report) -> Difference:
    """The one difference there is."""
    assert report.found == 1, report.differences[:5]
    return report.differences[0]
