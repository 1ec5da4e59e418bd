"""Monthly giving in Stars on both databases: a real bot and the sandbox's Telegram over HTTP, from the promise on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from giving.errors import InvoiceNotYours, TipNotOpen
from giving.people import Person
from giving.pledges import InstalmentState, Pledge, PledgeState, Way
from giving.stars import LEAST, MOST
from giving.tips import Limits
from payments.provider import PaymentRef
from payments.stars_rail import charge_of
from services.pledges import PledgeAsk, PledgeChanges, PledgeService, PledgeSteps
from services.refunds import RefundService
from tests.payments.stars_town import StarTown, answer_of, open_town, xtr
from tests.world import SHANGHAI, World

CREATOR = 1001


@dataclass
class Monthly:
    """The town, and who gives every month in it."""

    town: StarTown
    pledges: PledgeService
    changes: PledgeChanges
    steps: PledgeSteps

    @property
    def alice(self) -> Person:
        return self.town.world.alice

    async def promised(self) -> tuple[Pledge, str]:
        ask = PledgeAsk(self.town.project.id, xtr(80))
        pledge = (await self.pledges.make(ask, self.alice, "tap:1")).pledge
        assert pledge.way is Way.STARS
        return pledge, await self.link(pledge)

    async def link(self, pledge: Pledge) -> str:
        found = await self.steps.pages.invoice(pledge.id, self.alice)
        assert found is not None
        return found.url

    async def begun(self) -> tuple[Pledge, str]:
        """Paid for the first time; the charge."""
        pledge, link = await self.promised()
        bought = await self.town.buyer.buys(link)
        assert bought["paid"], bought
        await self.until_paid(pledge, 1)
        return pledge, bought["charge"]

    async def states(self, pledge: Pledge) -> list[InstalmentState]:
        await self.steps.sweep()
        async with self.town.world.unit.read() as work:
            found = await work.instalments.of_pledges([pledge.id], 50)
        return [one.state for one in found.get(pledge.id, [])]

    async def until_paid(self, pledge: Pledge, months: int) -> None:
        async def paid() -> bool:
            return (await self.states(pledge)).count(InstalmentState.PAID) == months

        await self.until(paid)

    async def until(self, fits: Callable[[], Awaitable[bool]]) -> None:
        for _ in range(200):
            if await fits():
                return
            await asyncio.sleep(0.05)
        raise AssertionError("not so within 10 s")

    async def now(self, pledge: Pledge) -> Pledge:
        async with self.town.world.unit.read() as work:
            return (await work.pledges.by_ids([pledge.id]))[pledge.id]


@pytest.fixture
async def monthly(world: World, tmp_path: Path) -> AsyncIterator[Monthly]:
    async with open_town(world, tmp_path) as town:
        means, limits, now = town.means, Limits(LEAST, MOST), world.time
        about: dict[str, Any] = {"limits": limits, "wakes": means.wakes, "now": now}
        pledges = PledgeService(means.unit, means.rails, presets=(), zone=SHANGHAI, **about)
        changes = PledgeChanges(means.unit, means.rails, pledges.views, world.tabs, **about)
        steps = PledgeSteps(means, town.tips.pay, world.tabs, found=town.payments.found)
        yield Monthly(town, pledges, changes, steps)


async def test_it_is_begun_in_telegram_taken_again_and_each_is_a_month(monthly: Monthly):
    pledge, charge = await monthly.begun()
    again = await monthly.town.buyer.acts(charge, "renew")
    await monthly.until_paid(pledge, 2)
    third = await monthly.town.buyer.acts(charge, "renew")
    await monthly.until_paid(pledge, 3)
    assert again is not None
    assert third is not None
    assert await monthly.town.entries() == sorted(
        f"payment:stars:{charge_of(one)}:paid" for one in (charge, again, third)
    )  # fmt: skip
    assert await monthly.town.balance(f"project:{monthly.town.project.id}:credited") == xtr(-240)
    (kept,) = await monthly.town.buyer.subscriptions()
    now = await monthly.now(pledge)
    assert now.renews_at is not None
    assert int(now.renews_at.timestamp()) == kept["until"]


async def test_its_invoice_is_for_its_donor_and_paid_once(monthly: Monthly):
    _, link = await monthly.promised()
    shown = await monthly.town.buyer.sees(link)
    assert (shown["currency"], shown["total_amount"]) == ("XTR", 80)
    assert "30" in shown["description"]
    await answer_of(monthly.town, InvoiceNotYours, link, CREATOR)
    assert (await monthly.town.buyer.buys(link))["paid"]
    await asyncio.sleep(0.3)
    await answer_of(monthly.town, TipNotOpen, link)


async def test_whoever_ends_it_here_is_charged_no_more(monthly: Monthly):
    pledge, _ = await monthly.begun()
    await monthly.changes.cancel(pledge.id, monthly.alice)
    await monthly.steps.sweep()
    (kept,) = await monthly.town.buyer.subscriptions()
    assert kept["cancelled_by"] == "bot"


async def test_another_amount_is_another_subscription(monthly: Monthly):
    pledge, charge = await monthly.begun()
    again = await monthly.town.buyer.acts(charge, "renew")  # Telegram knows it by its first charge only
    assert again
    await monthly.until_paid(pledge, 2)
    await monthly.changes.change_amount(pledge.id, monthly.alice, xtr(120))
    await monthly.steps.sweep()
    bought = await monthly.town.buyer.buys(await monthly.link(pledge))
    assert bought["paid"], bought
    await monthly.until_paid(pledge, 3)
    former, now = await monthly.town.buyer.subscriptions()
    assert (former["cancelled_by"], now["cancelled_by"], now["stars"]) == ("bot", None, 120)


async def test_what_they_do_in_telegrams_settings_is_heard(monthly: Monthly):
    pledge, charge = await monthly.begun()

    async def rests() -> bool:
        return (await monthly.now(pledge)).state is PledgeState.PAUSED

    async def goes_on() -> bool:
        return (await monthly.now(pledge)).renews_at is not None

    await monthly.town.buyer.acts(charge, "cancel")
    await monthly.until(rests)
    await monthly.town.buyer.acts(charge, "resume")
    await monthly.until(goes_on)
    await monthly.town.buyer.acts(charge, "fail")

    async def lapsed() -> bool:
        return (await monthly.now(pledge)).renews_at is None

    await monthly.until(lapsed)
    await monthly.steps.sweep()
    (kept,) = await monthly.town.buyer.subscriptions()
    assert kept["cancelled_by"] == "bot"


async def test_one_month_is_looked_up_and_given_back_by_itself(monthly: Monthly):
    pledge, charge = await monthly.begun()
    again = await monthly.town.buyer.acts(charge, "renew")
    assert again is not None
    await monthly.until_paid(pledge, 2)
    async with monthly.town.world.unit.read() as work:
        _, second = (await work.instalments.of_pledges([pledge.id], 50))[pledge.id]
        assert second.tip is not None
        assert second.payment is not None
        tip = await work.tips.by_id(second.tip)
    found = await monthly.town.rail.fetch(PaymentRef(second.payment, None))
    assert [monthly.town.rail.event_of(body).charge for body in found.events] == [charge_of(again)]
    assert tip is not None
    world = monthly.town.world
    refunds = RefundService(world.unit, monthly.town.means.rails, monthly.town.tips, payments=monthly.town.payments)
    await refunds.take_back(tip.id, monthly.alice)
    await refunds.sweep()
    await monthly.town.until(tip, lambda now: now.refunded_at is not None)
    assert await monthly.town.balance(f"project:{monthly.town.project.id}:credited") == xtr(-80)
    (kept,) = await monthly.town.buyer.subscriptions()
    assert kept["cancelled_by"] is None
