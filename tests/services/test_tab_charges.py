"""Charging tabs to saved methods: only what was announced, is still owed, and was not skipped; each on its own."""

from typing import Any

import pytest

from giving.errors import RailUnavailable
from giving.notices import NoticeKind
from giving.payments import PaymentState
from giving.people import Visitor
from giving.tabs import NOTICE, ChargeState, Reason
from payments.provider import Found, PaymentLink
from tests.services.test_tabs import Tabs, house_of
from tests.world import World, cny


@pytest.fixture
async def house(world: World) -> Tabs:
    return house_of(world)


async def test_who_skips_while_somebody_else_is_charged_is_not_charged(house: Tabs, monkeypatch: pytest.MonkeyPatch):
    world = house.world
    for person in (world.alice, world.bob):
        await house.announced(person)
    charges = await house.open()
    whose = {row.donor: row.charge.id for row in charges}
    second = world.alice if charges[1].donor == world.alice.id else world.bob
    world.time.passes(days=3)
    charge_saved = house.card.charge_saved

    async def slow(intent: Any, method: Any, *, key: str) -> PaymentLink:
        if not house.card.charged:
            await house.charges.skip(whose[second.id], second)
        return await charge_saved(intent, method, key=key)

    monkeypatch.setattr(house.card, "charge_saved", slow)
    await house.charges.sweep()
    ((_, intent, _),) = house.card.charged
    assert intent.reference == charges[0].payment


async def test_nobody_is_charged_before_the_notice_arrived_and_then_three_days_later(house: Tabs):
    world = house.world
    await house.save(world.alice)
    await house.promise(world.alice, "30")
    await house.charges.sweep()
    world.time.passes(days=5)
    await house.charges.sweep()
    assert house.card.charged == [], "Telegram was away all the time"
    (notice,) = await house.outbox.claim()
    told = await house.outbox.tab_charge(notice)
    assert told is not None
    assert told.charge.charge_at == world.time() + NOTICE, "a late notice says when it really is"
    await house.outbox.sent([notice], 1)
    (card,) = (await house.tabs.view(world.alice)).cards
    assert card.charge is not None
    assert card.charge.charge_at == told.charge.charge_at
    world.time.passes(days=2, hours=23)
    await house.charges.sweep()
    assert house.card.charged == []
    world.time.passes(hours=1)
    await house.charges.sweep()
    assert len(house.card.charged) == 1


async def test_a_notice_that_telegram_refuses_leads_to_a_link(house: Tabs):
    world = house.world
    await house.save(world.alice)
    await house.promise(world.alice, "30")
    await house.charges.sweep()
    await house.outbox.failed(await house.outbox.claim(), "chat not found")
    world.time.passes(days=3)
    await house.charges.sweep()
    assert house.card.charged == []
    ((charge),) = await house.open()
    assert charge.charge.state is ChargeState.ASKED
    assert [kind for kind, _ in await house.told()] == [NoticeKind.TAB_ASKED]


async def test_tabs_that_nobody_pays_hold_up_no_others(house: Tabs, monkeypatch: pytest.MonkeyPatch):
    """However many wait for their donors, and however many charges can't be made now."""
    monkeypatch.setattr("services.tabs.charges.BATCH", 2)
    world = house.world
    people = [await world.people.meet(Visitor(7_100 + n, f"P{n}"), started=True) for n in range(5)]
    for person in people:
        await house.promise(person, "30")
    await house.charges.sweep()
    for person in people:
        await house.announced(person, "30")
    await house.announced(world.alice)
    last = await house.open()
    world.time.passes(days=3)
    charge_saved = house.card.charge_saved

    async def refuses_others(intent: Any, method: Any, *, key: str) -> PaymentLink:
        if intent.reference != last[-1].payment:
            raise RailUnavailable
        return await charge_saved(intent, method, key=key)

    monkeypatch.setattr(house.card, "charge_saved", refuses_others)
    await house.charges.sweep()
    assert len(house.card.charged) == 1


async def test_an_odd_answer_for_one_does_not_keep_the_others_waiting(house: Tabs, monkeypatch: pytest.MonkeyPatch):
    world, seen = house.world, []
    for person in (world.alice, world.bob):
        await house.announced(person)
    world.time.passes(days=3)
    charge_saved = house.card.charge_saved

    async def odd(intent: Any, method: Any, *, key: str) -> PaymentLink:
        seen.append(intent)
        if intent.reference == seen[0].reference:
            raise KeyError("status")
        return await charge_saved(intent, method, key=key)

    monkeypatch.setattr(house.card, "charge_saved", odd)
    await house.charges.sweep()
    assert len(house.card.charged) == 1


async def test_what_was_paid_by_an_older_page_is_not_charged_again(house: Tabs):
    world = house.world
    small = await house.promise(world.alice, "5")
    (card,) = (await house.tabs.view(world.alice)).cards
    await house.charges.settle(card.tab.id, world.alice)
    ((page),) = await house.open()
    large = (await house.announced(world.alice, "30"))[0]
    ((charge),) = await house.open()
    assert (charge.charge.amount, charge.charge.state) == (cny("35"), ChargeState.ANNOUNCED)
    await house.paid(page.payment, 500, charge="ch_1")
    world.time.passes(days=3)
    await house.charges.sweep()
    ((_, intent, _),) = house.card.charged
    assert (intent.amount, [line.amount for line in intent.lines]) == (cny("30"), [cny("30")])
    ((charge),) = await house.open()
    await house.paid(charge.payment, 3_000, charge="pi_1")
    await house.charges.sweep()
    assert await house.open() == []
    assert [(await world.fresh(tip)).charge for tip in (small, large)] == ["ch_1", "pi_1"]
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("35")


async def test_all_of_it_paid_meanwhile_it_is_over_and_not_tried_for_ever(house: Tabs):
    world = house.world
    await house.promise(world.alice, "5")
    (card,) = (await house.tabs.view(world.alice)).cards
    await house.charges.settle(card.tab.id, world.alice)
    ((page),) = await house.open()
    await house.save(world.alice)
    assert (await house.charges.settle(card.tab.id, world.alice))[1] is None
    await house.paid(page.payment, 500, charge="ch_1")
    await house.charges.sweep()
    assert (await house.open(), house.card.charged) == ([], [])


async def unheard(house: Tabs, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Alice's card is charged, or not: the rail does not answer."""
    keys: list[str] = []

    async def taken(intent: Any, method: Any, *, key: str) -> PaymentLink:
        keys.append(key)
        raise RailUnavailable

    await house.announced(house.world.alice)
    house.world.time.passes(days=3)
    monkeypatch.setattr(house.card, "charge_saved", taken)
    await house.charges.sweep()
    return keys


async def test_within_a_day_it_is_asked_again_by_the_same_key_and_later_looked_up(
    house: Tabs, monkeypatch: pytest.MonkeyPatch
):
    keys = await unheard(house, monkeypatch)
    house.world.time.passes(hours=22)
    await house.charges.sweep()
    assert (len(keys), len(set(keys)), house.card.fetched) == (2, 1, [])
    house.world.time.passes(hours=2)
    for _ in range(3):
        await house.charges.sweep()
    assert len(keys) == 2, "Stripe has forgotten the key by now"
    assert len(house.card.fetched) == 1, "and is not asked at each sweep"
    ((charge),) = await house.open()
    assert charge.charge.state is ChargeState.CHARGING, "nobody knows yet"


async def test_a_charge_that_is_found_is_waited_for(house: Tabs, monkeypatch: pytest.MonkeyPatch):
    keys = await unheard(house, monkeypatch)
    ((charge),) = await house.open()
    house.card.found[charge.payment] = Found(PaymentState.PENDING, "pi_1")
    house.world.time.passes(hours=24)
    for _ in range(2):
        await house.charges.sweep()
    assert (len(keys), len(house.card.fetched)) == (1, 1)
    await house.paid(charge.payment, 3_000, charge="pi_1")
    await house.charges.sweep()
    assert await house.open() == []


async def test_a_charge_that_was_never_made_is_asked_for_by_a_link(house: Tabs, monkeypatch: pytest.MonkeyPatch):
    await unheard(house, monkeypatch)
    ((charge),) = await house.open()
    house.card.found[charge.payment] = Found(PaymentState.CREATED)
    house.world.time.passes(hours=24)
    await house.charges.sweep()
    ((asked),) = await house.open()
    assert (asked.charge.state, asked.charge.reason) == (ChargeState.ASKED, Reason.REACHED)


async def declined(house: Tabs) -> Any:
    await house.announced(house.world.alice)
    house.world.time.passes(days=3)
    house.card.declines = True
    await house.charges.sweep()
    ((charge),) = await house.open()
    assert (charge.charge.state, charge.charge.reason) == (ChargeState.ASKED, Reason.DECLINED)
    return charge


async def test_after_a_decline_the_link_is_a_link_however_often_it_is_pressed(house: Tabs):
    charge = await declined(house)
    for _ in range(3):
        _, url = await house.charges.settle(charge.charge.tab, house.world.alice)
        await house.charges.sweep()
        assert url is not None
    assert len(house.card.charged) == 1


async def test_a_card_that_was_saved_after_the_decline_is_charged(house: Tabs):
    charge = await declined(house)
    await house.save(house.world.alice)
    house.card.declines = False
    assert (await house.charges.settle(charge.charge.tab, house.world.alice))[1] is None
    await house.charges.sweep()
    assert len(house.card.charged) == 2


async def test_a_decline_that_is_heard_of_later_leads_to_a_link_too(house: Tabs, monkeypatch: pytest.MonkeyPatch):
    await house.announced(house.world.alice)
    house.world.time.passes(days=3)
    await house.charges.sweep()
    ((charge),) = await house.open()
    async with house.world.unit() as work:
        await work.payments.set_states({charge.payment: PaymentState.FAILED})
    await house.charges.sweep()
    ((asked),) = await house.open()
    assert (asked.charge.state, asked.charge.reason) == (ChargeState.ASKED, Reason.DECLINED)


async def test_what_is_promised_after_a_notice_waits_for_the_next_charge(house: Tabs):
    world = house.world
    await house.announced(world.alice)
    ((first),) = await house.open()
    world.time.passes(days=2)
    await house.promise(world.alice, "30")
    await house.charges.sweep()
    ((still),) = await house.open()
    assert still == first
    world.time.passes(days=1)
    await house.charges.sweep()
    ((_, intent, _),) = house.card.charged
    assert intent.amount == cny("30"), "as the notice said"
    await house.paid(first.payment, 3_000, charge="pi_1")
    for _ in range(2):
        await house.charges.sweep()
    ((second),) = await house.open()
    assert (second.charge.amount, second.charge.state) == (cny("30"), ChargeState.ANNOUNCED)
    assert [kind for kind, _ in await house.told()].count(NoticeKind.TAB_ANNOUNCED) == 1
