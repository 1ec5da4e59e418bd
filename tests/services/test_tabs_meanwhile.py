"""What happens to a tab while it is being settled: nobody is charged for what they skipped, paid or no longer owe."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import pytest

from giving.errors import MonthlyLimit, TabChanged, TabWaits, TipNotOpen
from giving.money import Money
from giving.notices import NoticeKind
from giving.payments import PaymentState
from giving.quiet import QuietHours
from giving.tabs import ChargeState
from giving.tips import OfferRequest, TipState
from payments.provider import Capabilities
from services.rails import Rails
from services.tabs import TabCharges, TabService
from storage.engines import open_engines
from storage.methods import RailAccount
from storage.work import UnitOfWork
from tests.services.test_tabs import Tabs, house_of
from tests.world import SHANGHAI, World, cny


@pytest.fixture
async def house(world: World) -> Tabs:
    return house_of(world)


async def announced(house: Tabs, *amounts: str) -> Any:
    """A charge that is announced to alice."""
    await house.announced(house.world.alice, *amounts or ("15", "15"))
    ((charge),) = await house.open()
    assert charge.charge.state is ChargeState.ANNOUNCED
    return charge


async def states(house: Tabs, charge: UUID) -> ChargeState:
    async with house.world.unit.read() as work:
        return (await work.tabs.charges([charge]))[charge].charge.state


@pytest.mark.parametrize("act", ["skips", "settles now", "leaves"])
async def test_what_its_donor_did_while_the_sweep_was_looking_holds(
    house: Tabs, act: str, monkeypatch: pytest.MonkeyPatch
):
    """The sweep read the charge as announced; before it came to it, its donor was faster."""
    world, charge = house.world, await announced(house)
    world.time.passes(days=3)
    further = house.charges._further

    async def late(row: Any) -> bool:
        monkeypatch.undo()
        if act == "skips":
            await house.charges.skip(row.charge.id, world.alice)
        elif act == "settles now":
            await house.charges.settle(row.charge.tab, world.alice)
        else:
            await world.privacy.leave(world.alice)
        return await further(row)

    monkeypatch.setattr(house.charges, "_further", late)
    await house.charges.sweep()
    assert charge.payment not in {intent.reference for _, intent, _ in house.card.charged}, "by the charge of before"
    assert await states(house, charge.charge.id) is ChargeState.SKIPPED
    for _ in range(3):
        await house.charges.sweep()
    assert len(house.card.charged) == (1 if act == "settles now" else 0)


async def test_a_tab_that_was_reached_and_then_no_more_waits_for_the_months_end(house: Tabs):
    world = house.world
    await house.promise(world.alice, "20")
    last = await house.promise(world.alice, "10")
    await house.tabs.take_off(last.id, world.alice)
    assert await house.charges.sweep() == 0, "¥20 is less than ¥30, and the month is not over"
    assert await house.open() == []
    world.time.now = datetime(2026, 12, 3, 5, tzinfo=UTC)
    assert await house.charges.sweep() == 1, "nobody looked on the very day: it is asked for all the same"


async def test_a_sum_that_was_lowered_and_raised_again_changes_nothing(house: Tabs):
    world = house.world
    await house.promise(world.alice, "20")
    await house.tabs.set_terms(world.alice, settle_at=cny("10"))
    await house.tabs.set_terms(world.alice, settle_at=cny("50"))
    assert await house.charges.sweep() == 0
    assert await house.open() == []


async def test_a_tip_that_was_paid_on_its_former_page_is_not_charged_again(house: Tabs):
    """The page could not be closed, and was paid while the charge was announced."""
    world = house.world
    first = await house.promise(world.alice, "15")
    (view,) = (await house.tabs.view(world.alice)).cards
    await house.charges.settle(view.tab.id, world.alice)
    ((before),) = await house.open()
    await house.charges.skip(before.charge.id, world.alice)
    await house.save(world.alice)
    second, third = [await house.promise(world.alice, "15") for _ in range(2)]
    world.time.now = datetime(2026, 11, 30, 5, tzinfo=UTC)
    await house.charges.sweep()
    ((whole),) = await house.open()
    assert (whole.charge.amount, whole.charge.state) == (cny("45"), ChargeState.ANNOUNCED)
    await house.told()
    await house.paid(before.payment, 1_500, charge="ch_1")
    world.time.passes(days=3)
    for _ in range(2):
        await house.charges.sweep()
    ((_, intent, _),) = house.card.charged
    assert intent.amount == cny("30"), "¥45 was announced, and ¥15 of it is paid"
    ((rest),) = await house.open()
    assert rest.charge.amount == cny("30")
    await house.paid(rest.payment, 3_000, charge="pi_1")
    assert {(await world.fresh(tip)).state for tip in (first, second, third)} == {TipState.PAID}
    assert [card.tip.extra_of for card in (await house.tips.gifts(world.alice)).items] == [None] * 3


async def test_declined_when_nothing_of_it_is_owed_any_more_it_is_over(house: Tabs):
    """All its tips were paid by their former page while the card was being charged."""
    world = house.world
    await house.promise(world.alice, "30")
    (view,) = (await house.tabs.view(world.alice)).cards
    await house.charges.settle(view.tab.id, world.alice)
    ((before),) = await house.open()
    await house.save(world.alice)
    house.card.down = True
    assert (await house.charges.settle(view.tab.id, world.alice))[1] is None
    await house.charges.sweep()
    await house.paid(before.payment, 3_000, charge="ch_1")
    house.card.down, house.card.declines = False, True
    for _ in range(3):
        await house.charges.sweep()
    assert await house.open() == []


class Connected:
    """The card as a rail that organisations have to be connected to."""

    @staticmethod
    def on(house: Tabs) -> None:
        can: Capabilities = replace(house.card.capabilities, needs_account=True)
        house.card.capabilities = can
        rails = Rails([house.card])
        for service in (house.tabs, house.charges, house.charges._begin, house.tips, house.tips.pay):
            service._rails = rails

    @staticmethod
    async def set(house: Tabs, *, ready: bool) -> None:
        account = RailAccount(house.world.library.organisation.id, "card", "acct_1", ready)
        async with house.world.unit() as work:
            await work.accounts.keep(account, now=house.world.time())


async def test_what_is_disconnected_is_not_charged_and_goes_on_when_it_is_back(house: Tabs):
    world = house.world
    Connected.on(house)
    await Connected.set(house, ready=True)
    charge = await announced(house)
    await Connected.set(house, ready=False)
    world.time.passes(days=3)
    for _ in range(3):
        await house.charges.sweep()
    assert (house.card.charged, await house.open()) == ([], [])
    assert await states(house, charge.charge.id) is ChargeState.SKIPPED
    with pytest.raises(TabWaits):
        await house.charges.settle(charge.charge.tab, world.alice)
    (view,) = (await house.tabs.view(world.alice)).cards
    assert (view.tab.promised, view.charge) == (cny("30"), None), "it stands where it stood"
    await Connected.set(house, ready=True)
    world.time.passes(days=1)
    await house.charges.sweep()
    ((again),) = await house.open()
    assert again.charge.state is ChargeState.ANNOUNCED, "announced anew, three days before"
    await house.told()
    world.time.passes(days=3)
    await house.charges.sweep()
    ((_, intent, _),) = house.card.charged
    assert intent.account == "acct_1"


async def test_the_tab_of_a_rail_that_was_switched_off_is_paid_by_another(house: Tabs):
    world = house.world
    tip = await house.promise(world.alice, "3")
    off = Rails([world.rail])
    tabs = TabService(world.unit, off, wakes=world.wakes, zone=SHANGHAI, terms=house.tabs.terms, now=world.time)
    house.tips.pay._rails = off
    charges = TabCharges(world.unit, off, tabs, house.tips.pay, wakes=world.wakes, now=world.time)
    world.time.now = datetime(2026, 11, 30, 5, tzinfo=UTC)
    assert await charges.sweep() == 1
    ((charge),) = await house.open()
    _, url = await charges.settle(charge.charge.tab, world.alice)
    assert "pay.example" in (url or "")
    async with world.unit.read() as work:
        payment = await work.payments.by_id((await world.fresh(tip)).payment)  # type: ignore[arg-type]
    assert payment is not None
    assert (payment.rail, payment.state) == ("paper", PaymentState.PENDING)


async def test_an_announced_charge_of_a_rail_that_was_switched_off_is_asked_for_by_another(house: Tabs):
    world, charge = house.world, await announced(house)
    off = Rails([world.rail])
    tabs = TabService(world.unit, off, wakes=world.wakes, zone=SHANGHAI, terms=house.tabs.terms, now=world.time)
    house.tips.pay._rails = off
    charges = TabCharges(world.unit, off, tabs, house.tips.pay, wakes=world.wakes, now=world.time)
    await house.told()
    world.time.passes(days=3)
    for _ in range(2):
        await charges.sweep()
    ((asked),) = await house.open()
    assert (asked.charge.state, asked.charge.amount) == (ChargeState.ASKED, cny("30"))
    assert (await charges.settle(asked.charge.tab, world.alice))[1] is not None
    assert await states(house, charge.charge.id) is ChargeState.SKIPPED
    assert [kind for kind, _ in await house.told()] == [NoticeKind.TAB_ASKED]


async def test_at_the_same_moment_by_two_replicas_nobody_promises_more_than_their_limit(house: Tabs, database_url: str):
    world = house.world
    engines = open_engines(database_url)
    other = house_of(replace_unit(world, UnitOfWork(engines)))
    try:
        tips = []
        for n in range(24):
            request = OfferRequest(f"l{n}", world.alice.id, Money(1_000 + n, "CNY"), post=world.post.id, rail="card")
            tips.append(await house.tips.offer(request))
        services = (house.tabs, other.tabs)
        answers = await asyncio.gather(
            *(services[n % 2].promise(tip.id, world.alice) for n, tip in enumerate(tips)), return_exceptions=True
        )
    finally:
        await engines.close()
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert all(isinstance(answer, MonthlyLimit) for answer in refused), refused
    assert len(refused) == 15
    assert cny("90") < (await house.tabs.view(world.alice)).promised <= cny("100")


def replace_unit(world: World, unit: UnitOfWork) -> World:
    """The same world, seen by another replica."""
    return replace_world(world, unit=unit)


def replace_world(world: World, **values: Any) -> World:
    other = object.__new__(World)
    other.__dict__.update(world.__dict__ | values)
    return other


async def test_settled_and_skipped_at_the_same_moment_it_is_one_of_both(house: Tabs):
    world = house.world
    await house.promise(world.alice, "30")
    for n in range(10):
        await house.charges.sweep()
        (view,) = (await house.tabs.view(world.alice)).cards
        _, url = await house.charges.settle(view.tab.id, world.alice)
        ((charge),) = await house.open()
        answers = await asyncio.gather(
            house.charges.skip(charge.charge.id, world.alice),
            house.charges.settle(charge.charge.tab, world.alice),
            house.charges.sweep(),
            return_exceptions=True,
        )
        wrong = [a for a in answers if isinstance(a, BaseException) and not isinstance(a, TipNotOpen | TabChanged)]
        assert (wrong, url is None) == ([], False), n
        ((open_),) = await house.open()
        assert open_.charge.amount == cny("30"), "pressed, it is asked for"


async def test_where_it_is_night_on_the_donors_clock_the_notice_of_a_charge_waits_for_the_morning(house: Tabs):
    world, night = house.world, QuietHours(time(22), time(8), SHANGHAI)
    charges = TabCharges(
        world.unit, house.rails, house.tabs, house.tips.pay, wakes=world.wakes, quiet=night, now=world.time
    )
    async with world.unit() as work:
        await work.subscriptions.choose_timezone(world.alice.id, "America/New_York")
    await house.save(world.alice)
    await house.promise(world.alice, "30")
    world.time.now = datetime(2026, 11, 23, 3, tzinfo=UTC)  # 22:00 there, 11:00 in Shanghai
    await charges.sweep()
    assert await house.told() == []
    world.time.now = datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert [kind for kind, _ in await house.told()] == [NoticeKind.TAB_ANNOUNCED]
