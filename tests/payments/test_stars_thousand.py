"""A recorded run: 1,000 gifts in Stars by 50 donors, some given back, some told again; the books against Telegram's.

What people pay comes by Telegram's updates, many donors at once; what was told before is told again in between.
"""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from giving.payments import EventKind
from giving.reconcile_times import Window
from giving.tips import TipState
from payments.stars_rail import charge_of
from services.alerts import AlertService
from services.payments import Received
from services.rails import Rails
from services.reconcile import ReconcileService
from services.refunds import RefundService
from tests.payments.chat_thousand import ChatRun, open_crowd
from tests.payments.recorded import EACH, REFUNDS, SEED, TIPS, assert_agreed, assert_credited, the_only
from tests.payments.stars_town import RATE, StarTown, xtr
from tests.world import SHANGHAI, World

ONE_YUAN, FIFTY_YUAN = RATE.stars, RATE.stars * 50


def later() -> datetime:
    """When nothing is too young to be judged."""
    return datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
async def town(world: World, tmp_path: Path) -> AsyncIterator[StarTown]:
    async with open_crowd(world, tmp_path) as opened:
        yield opened


class StarRun(ChatRun):
    """With what is told again, and given back."""

    async def in_between(self, donor: int, turn: int) -> None:
        """One gift in twenty is told again, of whoever's."""
        if turn == donor % EACH:
            await self.tell_again()

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
    run, since = StarRun(town, range(ONE_YUAN, FIFTY_YUAN + 1)), datetime.now(UTC) - timedelta(minutes=1)
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
