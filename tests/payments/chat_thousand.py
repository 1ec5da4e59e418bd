"""What the recorded runs in the chat share: fifty people with Telegram accounts, and what each of them gives."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from giving.budgets import PaymentRules, Rate
from giving.people import Person, Visitor
from giving.tips import Limits, OfferRequest, Tip
from payments.stars_rail import TokenRail
from tests.payments.recorded import DONORS, EACH, SEED, TIPS, Figures, Notes
from tests.payments.stars_town import StarTown, open_town
from tests.processes import write_seed
from tests.world import World, project

AT_ONCE: Final = 25
FIRST: Final = 50_001


@asynccontextmanager
async def open_crowd(
    world: World, folder: Path, rail: TokenRail | None = None, *, money: Limits | None = None
) -> AsyncIterator[StarTown]:
    """A town with everybody in it, who may open as many links as they give."""
    seed = write_seed(folder / "seed.yaml", _more_people)
    rules = PaymentRules(links=Rate(TIPS, timedelta(seconds=1)))
    async with open_town(world, folder, rail, money=money, seed=seed, rules=rules) as opened:
        yield opened


def _more_people(seed: dict[str, Any]) -> None:
    people = range(FIRST, FIRST + DONORS)
    seed["users"] += [{"id": user, "name": f"捐赠人{user}", "language": "zh-hans"} for user in people]


@dataclass
class ChatRun:
    """Notes of what people did. `sums`: what one may give, in minor units."""

    town: StarTown
    sums: range
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))
    notes: Notes = field(default_factory=Notes)
    figures: Figures = field(default_factory=Figures)
    tips: list[Tip] = field(default_factory=list)
    people: dict[Any, Person] = field(default_factory=dict)

    async def all_give(self) -> None:
        """Each donor one after the other, many donors at once."""
        town = self.town
        another = replace(project("more", town.world.library.organisation, "另一餐"), target=town.project.target)
        async with town.world.unit() as work:
            await work.projects.put(another, town.world.time())
        turns, projects = asyncio.Semaphore(AT_ONCE), (town.project.id, another.id)
        wishes = [
            [(self.dice.choice(projects), minor) for minor in self.dice.sample(self.sums, EACH)] for _ in range(DONORS)
        ]  # fmt: skip

        async def donor_gives(number: int) -> None:
            visitor = Visitor(FIRST + number, f"捐赠人{number}", None, "zh-hans")
            donor = await town.world.people.meet(visitor, started=True)
            self.people[donor.id] = donor
            for turn, (goal, minor) in enumerate(wishes[number]):
                wish = OfferRequest(f"q{number}.{turn}", donor.id, town.money(minor), project=goal)
                async with turns:
                    await self._give(donor, wish)
                    await self.in_between(number, turn)

        await asyncio.gather(*map(donor_gives, range(DONORS)))
        self.notes.given(self.tips)
        self.figures.tips = self.figures.events = len(self.tips)

    async def _give(self, donor: Person, wish: OfferRequest) -> None:
        """By its link."""
        tip = await self.town.tips.offer(wish)
        bought = await self.town.buyer.buys(await self.town.link(tip, donor), donor.telegram_id)
        assert bought["paid"], bought
        self.tips.append(await self.town.until_charged(tip))

    async def in_between(self, donor: int, turn: int) -> None:
        """After the donor's gift of this turn; nothing, if the run has nothing to do there."""
