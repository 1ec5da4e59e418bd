"""Promises on tabs, and the charges that settle them: on both databases, with a rail that carries ¥4 at the least."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from giving.errors import MonthlyLimit, NoRail, NotYours, RailUnavailable, TabEmpty, TipNotOpen
from giving.payments import EventKind, RailEvent, SavedMethod
from giving.people import Person
from giving.rails import How, Way
from giving.tabs import ChargeState, Terms
from giving.tips import Limits, OfferRequest, Tip, TipState
from payments.provider import Capabilities, Declined, PaymentIntent, PaymentLink, RailRefused
from services.links import Links
from services.outbox import NoticeKind, OutboxService
from services.payments import PaymentService
from services.rails import Rails
from services.settlement import Settler
from services.tabs import TabCharges, TabService
from services.tips import TipService
from tests.rails import PaperRail, event
from tests.world import SHANGHAI, World, cny


class CardRail(PaperRail):
    """Carries ¥4 at the least, and keeps methods."""

    name = "card"
    capabilities = Capabilities(limits={"CNY": (cny("4"), cny("50000"))}, real_money=True, saves=True)

    def __init__(self) -> None:
        super().__init__()
        self.charged: list[tuple[str, PaymentIntent, SavedMethod]] = []
        self.declines = False

    async def save_method(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        return PaymentLink("seti_1", "https://pay.example/save")

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        if self.down:
            raise RailUnavailable
        self.charged.append((key, intent, method))
        if self.declines:
            raise Declined("card_declined")
        return PaymentLink(f"pi_{intent.reference.hex}", "")

    async def forget_method(self, method: SavedMethod) -> None:
        """Nothing is kept here."""

    def event_of(self, body: str) -> RailEvent:
        return replace(super().event_of(body), rail=self.name)


@dataclass
class Tabs:
    """A world whose people pay by card."""

    world: World
    card: CardRail
    rails: Rails
    tips: TipService
    tabs: TabService
    charges: TabCharges
    payments: PaymentService
    outbox: OutboxService
    serial: int = 0

    async def promise(self, person: Person, amount: str = "1", *, project: UUID | None = None) -> Tip:
        """They choose the card for an amount it can't carry alone."""
        self.serial += 1
        post = None if project else self.world.post.id
        request = OfferRequest(f"q{self.serial}", person.id, cny(amount), post=post, project=project, rail="card")
        tip = await self.tips.offer(request)
        promised = await self.tabs.promise(tip.id, person)
        assert promised.tip.state is TipState.ON_TAB
        return promised.tip

    async def paid(self, reference: UUID, minor: int, *, charge: str) -> None:
        """The card's provider says so."""
        body = event(EventKind.PAID, reference, f"evt_{charge}", their_id=charge, minor=minor)
        await self.payments.receive("card", body, {"Signature": "paper"})
        await self.payments.settle_pending()

    async def open(self) -> list[Any]:
        async with self.world.unit.read() as work:
            return await work.tabs.open_charges()

    async def told(self) -> list[tuple[NoticeKind, UUID]]:
        """Telegram takes all that is queued."""
        notices = await self.outbox.claim()
        for notice in notices:
            await self.outbox.sent([notice], 1)
        return [(notice.kind, notice.subject) for notice in notices]

    async def announced(self, person: Person, *amounts: str) -> list[Tip]:
        """A charge to a saved method, and its donor was told."""
        await self.save(person)
        tips = [await self.promise(person, amount) for amount in amounts or ("30",)]
        await self.charges.sweep()
        await self.told()
        return tips

    async def save(self, person: Person) -> None:
        async with self.world.unit() as work:
            method = await work.methods.ask(
                person.id, self.world.library.organisation.id, "card", now=self.world.time()
            )  # fmt: skip
            assert await work.methods.saved(method, SavedMethod("cus_1", "pm_1", "Visa …4242"), now=self.world.time())


@pytest.fixture
async def house(world: World) -> Tabs:
    return house_of(world)


def house_of(world: World, card: CardRail | None = None) -> Tabs:
    """The world's people, and a card rail beside the paper one."""
    card, time, wakes = card or CardRail(), world.time, world.wakes
    rails = Rails([world.rail, card])
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    tabs = TabService(
        world.unit, rails, wakes=wakes, zone=SHANGHAI, terms=Terms(cny("30"), cny("100")), now=time
    )  # fmt: skip
    tips = TipService(
        world.unit, rails, links, limits=Limits(cny("1"), cny("50000")), presets=(cny("1"),), language="zh-CN",
        tabs=tabs, now=time,
    )  # fmt: skip
    settler = Settler(world.unit, rails, wakes=wakes, digest_every=timedelta(minutes=10), now=time)
    payments = PaymentService(world.unit, rails.values(), settler)
    outbox = OutboxService(world.unit, tips, wakes=wakes, quiet=None, language="zh-CN", currency="CNY", now=time)
    charges = TabCharges(world.unit, rails, tabs, tips.pay, wakes=wakes, now=time)
    return Tabs(world, card, rails, tips, tabs, charges, payments, outbox)


async def test_a_promise_counts_in_no_total_until_it_is_paid(house: Tabs):
    world = house.world
    await house.promise(world.alice)
    tip = await house.promise(world.alice, "2", project=world.meals.id)
    assert (await house.tabs.promise(tip.id, world.alice)).standing == cny("3"), "promised twice is promised once"
    view = await house.tabs.view(world.alice)
    assert (view.promised, view.month, len(view.cards)) == (cny("3"), cny("3"), 1)
    assert not view.cards[0].payable
    assert (await world.projects.card(world.library.id)).raised.given == cny("0")
    with pytest.raises(NotYours):
        await house.tabs.promise(tip.id, world.bob)


async def test_it_is_asked_for_when_the_sum_is_reached_and_one_payment_pays_every_tip(house: Tabs):
    world = house.world
    tips = [await house.promise(world.alice, "10") for _ in range(2)]
    assert await house.charges.sweep() == 0
    tips.append(await house.promise(world.alice, "10", project=world.meals.id))
    assert await house.charges.sweep() == 1
    ((charge),) = await house.open()
    assert (charge.charge.amount, charge.charge.state) == (cny("30"), ChargeState.ASKED)
    assert await house.told() == [(NoticeKind.TAB_ASKED, charge.charge.id)]
    amount, url = await house.charges.settle(charge.charge.tab, world.alice)
    assert (amount, "pay.example" in (url or "")) == (cny("30"), True)
    ((charge),) = await house.open()
    _, intent = house.card.asked[-1]
    assert [line.amount for line in intent.lines] == [cny("10")] * 3
    await house.paid(charge.payment, 3_000, charge="ch_1")
    found = [await world.fresh(tip) for tip in tips]
    assert {tip.state for tip in found} == {TipState.PAID}
    assert len({tip.entry_key for tip in found}) == 1, "one payment, one entry"
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("20")
    assert await world.balance(f"project:{world.meals.id}:credited") == -cny("10")
    fresh = await house.promise(world.alice)  # before the sweep has closed the charge
    ((card),) = (await house.tabs.view(world.alice)).cards
    assert (card.charge, card.pay_url, [tip.id for tip, _ in card.tips]) == (None, None, [fresh.id]), "what is paid"
    await house.charges.sweep()
    assert await house.open() == []
    assert [kind for kind, _ in await house.told()].count(NoticeKind.RECEIPT) == 3


async def test_below_the_rails_least_it_is_carried_on_month_after_month(house: Tabs):
    world = house.world
    await house.promise(world.alice, "3")
    for _ in range(2):
        world.time.passes(days=31)
        await house.charges.sweep()
        assert await house.open() == []
    await house.promise(world.alice, "3")
    world.time.now = datetime(2027, 3, 31, 5, tzinfo=UTC)
    assert await house.charges.sweep() == 1, "¥6 at the month's end, which the card carries"


async def test_never_more_than_their_own_limit_over_all_organisations(house: Tabs):
    world = house.world
    for _ in range(10):
        await house.promise(world.alice, "10")
    with pytest.raises(MonthlyLimit) as refusal:
        await house.promise(world.alice, "10")
    assert refusal.value.args_for_message == {"limit": cny("100"), "left": cny("0")}
    richer = await house.tabs.set_terms(world.alice, monthly=cny("200"))
    await house.promise(richer, "10")
    world.time.passes(days=31)
    await house.promise(world.alice, "10")


async def test_what_is_taken_off_is_promised_no_more(house: Tabs):
    world = house.world
    tip = await house.promise(world.alice, "3")
    assert (await house.tabs.take_off(tip.id, world.alice)).state is TipState.CANCELLED
    with pytest.raises(TipNotOpen):
        await house.tabs.take_off(tip.id, world.alice)
    view = await house.tabs.view(world.alice)
    assert (view.cards, view.month) == ((), cny("0"))
    world.time.passes(days=31)
    assert await house.charges.sweep() == 0


async def test_a_saved_method_is_charged_three_days_after_it_was_said(house: Tabs):
    world = house.world
    await house.save(world.alice)
    tips = [await house.promise(world.alice, "15") for _ in range(2)]
    await house.charges.sweep()
    ((charge),) = await house.open()
    assert charge.charge.state is ChargeState.ANNOUNCED
    assert await house.told() == [(NoticeKind.TAB_ANNOUNCED, charge.charge.id)]
    world.time.passes(days=2, hours=23)
    await house.charges.sweep()
    assert house.card.charged == []
    world.time.passes(hours=1)
    house.card.down = True
    await house.charges.sweep()
    house.card.down = False
    await house.charges.sweep()
    await house.charges.sweep()
    ((key, intent, method),) = house.card.charged
    assert (key, method.method, intent.amount) == (f"payment:{charge.payment}", "pm_1", cny("30"))
    await house.paid(charge.payment, 3_000, charge="pi_1")
    await house.charges.sweep()
    assert await house.open() == []
    assert {(await world.fresh(tip)).state for tip in tips} == {TipState.PAID}


async def test_skipped_it_stays_until_the_next_months_end(house: Tabs):
    world = house.world
    await house.save(world.alice)
    tip = await house.promise(world.alice, "30")
    await house.charges.sweep()
    ((charge),) = await house.open()
    with pytest.raises(NotYours):
        await house.charges.skip(charge.charge.id, world.bob)
    await house.charges.skip(charge.charge.id, world.alice)
    world.time.passes(days=4)
    await house.charges.sweep()
    assert (await house.open(), house.card.charged) == ([], [])
    assert (await world.fresh(tip)).state is TipState.ON_TAB
    world.time.now = datetime(2026, 11, 30, 5, tzinfo=UTC)
    await house.charges.sweep()
    assert len(await house.open()) == 1


async def test_a_declined_method_leads_to_a_link(house: Tabs):
    world = house.world
    await house.save(world.alice)
    await house.promise(world.alice, "30")
    await house.charges.sweep()
    await house.told()
    world.time.passes(days=3)
    house.card.declines = True
    await house.charges.sweep()
    ((charge),) = await house.open()
    assert charge.charge.state is ChargeState.ASKED
    assert (NoticeKind.TAB_ASKED, charge.charge.id) in await house.told()
    await house.charges.sweep()
    assert len(house.card.charged) == 1, "a declined card is not tried again by itself"


async def test_a_page_of_before_that_is_paid_after_all_pays_and_the_second_is_an_extra(house: Tabs):
    world = house.world
    first = await house.promise(world.alice, "5")
    (view,) = (await house.tabs.view(world.alice)).cards
    await house.charges.settle(view.tab.id, world.alice)
    ((before),) = await house.open()
    second = await house.promise(world.alice, "6")
    await house.charges.settle(view.tab.id, world.alice)
    ((after),) = await house.open()
    assert (after.charge.amount, before.payment != after.payment) == (cny("11"), True)
    await house.paid(before.payment, 500, charge="ch_1")
    assert ((await world.fresh(first)).state, (await world.fresh(second)).state) == (TipState.PAID, TipState.ON_TAB)
    await house.paid(after.payment, 1_100, charge="ch_2")
    assert (await world.fresh(second)).charge == "ch_2"
    gifts = [card.tip for card in (await house.tips.gifts(world.alice)).items]
    assert [gift.amount for gift in gifts if gift.extra_of == first.id] == [cny("5")]
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("16")


async def test_promises_that_could_be_paid_and_were_not_end_quietly(house: Tabs):
    world = house.world
    tip = await house.promise(world.alice, "30")
    await house.charges.sweep()
    await house.told()
    world.time.passes(days=59)
    await house.charges.sweep()
    assert (await world.fresh(tip)).state is TipState.ON_TAB
    world.time.passes(days=2)
    await house.charges.sweep()
    assert (await world.fresh(tip)).state is TipState.EXPIRED
    assert await house.told() == []


async def test_a_tip_changes_its_rail_and_the_page_of_before_still_counts(house: Tabs):
    world = house.world
    tip = await house.tips.offer(OfferRequest("q", world.alice.id, cny("5"), post=world.post.id))
    card = await house.tips.card(tip.id, world.alice)
    assert [(way.rail, way.how) for way in card.ways] == [("paper", How.NOW), ("card", How.NOW)]
    await house.tips.payment_link(tip.id, world.alice)
    former = (await world.fresh(tip)).payment
    way = await house.tips.choose_rail(tip.id, world.alice, "card")
    assert (way.rail, way.how) == ("card", How.NOW)
    assert world.rail.cancelled, "the other page is closed"
    assert (await house.tips.card(tip.id, world.alice)).ways[0].rail == "card"
    body = event(EventKind.PAID, former, "evt_1", their_id="ch_1", minor=500)
    await house.payments.receive("paper", body, {"Signature": "paper"})
    await house.payments.settle_pending()
    assert (await world.fresh(tip)).state is TipState.PAID


async def test_nothing_to_settle_is_said(house: Tabs):
    world = house.world
    tip = await house.promise(world.alice, "5")
    (view,) = (await house.tabs.view(world.alice)).cards
    await house.tabs.take_off(tip.id, world.alice)
    with pytest.raises(TabEmpty):
        await house.charges.settle(view.tab.id, world.alice)


async def test_what_the_rail_finds_too_small_after_all_is_said_as_such(house: Tabs, monkeypatch: pytest.MonkeyPatch):
    tip = await house.tips.offer(
        OfferRequest("q", house.world.alice.id, cny("4"), post=house.world.post.id, rail="card")
    )  # fmt: skip

    async def refuses(*_: object, **__: object) -> PaymentLink:
        raise RailRefused("amount_too_small")

    monkeypatch.setattr(house.card, "create_payment", refuses)
    for ask in (house.tips.payment_link, house.tips.payment_code):
        with pytest.raises(NoRail) as none:
            await ask(tip.id, house.world.alice)
        ways = none.value.args_for_message["ways"]
        assert ways == (Way("paper", How.NOW),), "the other one, and not again the one that refused"


async def test_a_rail_that_was_chosen_and_can_not_carry_it_leaves_those_that_can(house: Tabs):
    tip = await house.tips.offer(OfferRequest("q", house.world.alice.id, cny("4"), post=house.world.post.id))
    with pytest.raises(NoRail) as none:
        await house.tips.choose_rail(tip.id, house.world.alice, "stars")
    assert {way.rail for way in none.value.args_for_message["ways"]} == {"paper", "card"}  # type: ignore[attr-defined]
    assert none.value.args_for_message["tip"] == tip.id


async def test_tabs_are_kept_only_where_a_rail_has_a_floor_above_the_smallest_gift(house: Tabs):
    assert house.tips.keeps_tabs
    assert not house.world.tips.keeps_tabs
