"""A recorded run: 1,000 gifts in Stars by 50 donors, some given back, some told again; the books against Telegram's.

What people pay comes by Telegram's updates, many donors at once; what was told before is told again in between.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from giving.budgets import PaymentRules, Rate
from giving.payments import EventKind
from giving.people import Person, Visitor
from giving.reconcile_times import Window
from giving.tips import OfferRequest, Tip, TipState
from payments.stars_rail import charge_of
from services.alerts import AlertService
from services.payments import Received
from services.rails import Rails
from services.reconcile import ReconcileService
from services.refunds import RefundService
from tests.payments.recorded import (
    DONORS,
    EACH,
    REFUNDS,
    SEED,
    TIPS,
    Figures,
    Notes,
    assert_agreed,
    assert_credited,
    the_only,
)
from tests.payments.stars_town import RATE, StarTown, open_town, xtr
from tests.processes import write_seed
from tests.world import SHANGHAI, World, project

AT_ONCE, FIRST = 25, 50_001
ONE_YUAN, FIFTY_YUAN = RATE.stars, RATE.stars * 50


def later() -> datetime:
    """When nothing is too young to be judged."""
    return datetime.now(UTC) + timedelta(hours=1)


def more_people(seed: dict[str, Any]) -> None:
    people = range(FIRST, FIRST + DONORS)
    seed["users"] += [{"id": user, "name": f"捐赠人{user}", "language": "zh-hans"} for user in people]


@pytest.fixture
async def town(world: World, tmp_path: Path) -> AsyncIterator[StarTown]:
    seed = write_seed(tmp_path / "seed.yaml", more_people)
    rules = PaymentRules(links=Rate(TIPS, timedelta(seconds=1)))
    async with open_town(world, tmp_path, seed=seed, rules=rules) as opened:
        yield opened


@dataclass
class StarRun:
    """Notes of what people did, and of what is told again."""

    town: StarTown
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))
    notes: Notes = field(default_factory=Notes)
    figures: Figures = field(default_factory=Figures)
    tips: list[Tip] = field(default_factory=list)
    people: dict[Any, Person] = field(default_factory=dict)

    async def all_give(self) -> None:
        """Each donor one after the other, many donors at once; one gift in twenty is told again, of whoever's."""
        town = self.town
        another = replace(project("more-stars", town.world.library.organisation, "星星餐"), target=town.project.target)
        async with town.world.unit() as work:
            await work.projects.put(another, town.world.time())
        turns, projects = asyncio.Semaphore(AT_ONCE), (town.project.id, another.id)
        wishes = [
            [(self.dice.choice(projects), stars) for stars in self.dice.sample(range(ONE_YUAN, FIFTY_YUAN + 1), EACH)]
            for _ in range(DONORS)
        ]

        async def donor_gives(number: int) -> None:
            visitor = Visitor(FIRST + number, f"捐赠人{number}", None, "zh-hans")
            donor = await town.world.people.meet(visitor, started=True)
            self.people[donor.id] = donor
            for turn, (goal, stars) in enumerate(wishes[number]):
                wish = OfferRequest(f"q{number}.{turn}", donor.id, xtr(stars), project=goal)
                async with turns:
                    await self.give(donor, wish)
                    if turn == number % EACH:
                        await self.tell_again()

        await asyncio.gather(*map(donor_gives, range(DONORS)))
        self.notes.given(self.tips)
        self.figures.tips = self.figures.events = len(self.tips)

    async def give(self, donor: Person, wish: OfferRequest) -> None:
        """By its link."""
        tip = await self.town.tips.offer(wish)
        bought = await self.town.buyer.buys(await self.town.link(tip, donor), donor.telegram_id)
        assert bought["paid"], bought
        self.tips.append(await self.town.until_charged(tip))

    async def tell_again(self) -> None:
        """All that is known of some gift, which is nothing new."""
        tip = self.dice.choice(self.tips)
        found = await self.town.rail.fetch(self.town.ref(tip))
        for body in self.dice.sample(found.events, len(found.events)):
            assert await self.town.payments.found("stars", body) is Received.REPEATED
            self.figures.repeated += 1

    async def give_back(self) -> None:
        """Two in a hundred, by the button; one in twenty of those is told again."""
        town, rails = self.town, Rails([self.town.rail])
        refunds = RefundService(town.world.unit, rails, town.tips, payments=town.payments)
        in_order = sorted(self.tips, key=lambda tip: (self.people[tip.donor].telegram_id, tip.amount.minor))
        back = random.Random(SEED).sample(in_order, REFUNDS)
        for number, tip in enumerate(back):
            await refunds.take_back(tip.id, self.people[tip.donor])
            await town.until(tip, lambda found: found.state is TipState.REFUNDED)
            self.notes.back(tip, tip.amount.minor)
            if number % 20 == 10:
                await self.tell_again()
        self.figures.refunds = len(back)
        self.figures.events += len(back)


async def test_a_thousand_gifts_are_credited_to_the_last_star_and_agree_with_telegram(town: StarTown):
    run, since = StarRun(town), datetime.now(UTC) - timedelta(minutes=1)
    await run.all_give()
    assert len(run.tips) == TIPS
    await run.give_back()
    kept = await assert_credited(town.world.unit, run.notes, "XTR")
    assert await town.balance("rail:stars:clearing") == xtr(kept), "Telegram takes no fee of what comes in"
    assert await town.balance("expense:fees:stars") == xtr(0)
    assert (await town.bot.get_my_star_balance()).amount == kept
    assert run.figures.repeated >= run.figures.events / 20

    alerts = AlertService(owners=[])
    reconcile = ReconcileService(town.world.unit, {"stars": town.rail}, alerts, zone=SHANGHAI, now=later)
    window = Window(since, later())
    report = await reconcile.run("stars", window)
    run.figures.records = assert_agreed(report)
    assert {(agreed.kind, agreed.count) for agreed in report.agreed} == {
        (EventKind.PAID, TIPS), (EventKind.REFUNDED, REFUNDS),
    }  # fmt: skip

    with town.buyer.box.state.change():
        town.buyer.box.state.run("UPDATE star_transactions SET amount = amount + 1 WHERE id = 500")
    row = town.buyer.box.state.row("SELECT charge FROM star_transactions WHERE id = 500")
    assert row is not None
    report = await reconcile.run("stars", window)
    difference = the_only(report)
    (spoiled,) = [tip for tip in run.tips if tip.charge == charge_of(row["charge"])]
    assert (difference.their_id, difference.ours) == (spoiled.charge, spoiled.amount)
    assert difference.theirs == spoiled.amount + xtr(1)
    run.figures.credited, run.figures.after_corruption = kept, report.found
    run.figures.tell("stars")
