"""Pages and codes that can't be paid any more: what begins anew, and what is paid after all. On both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from giving.errors import NotYours, RailUnavailable
from giving.notices import NoticeKind
from giving.payments import EventKind, PaymentState
from giving.rails import Shown
from giving.tips import Tip, TipState
from payments.provider import Found, PaymentRef, RailRefused
from services.rails import Rails
from services.tabs import TabView
from services.tips import TipService
from tests.rails import PaperRail, event
from tests.world import World, cny, make_world

LASTS = timedelta(hours=2)


class CodeRail(PaperRail):
    """Shows codes that are good for two hours, and carries ¥4 at the least; `paid` is what it will not close."""

    capabilities = replace(
        PaperRail.capabilities, limits={"CNY": (cny("4"), cny("50000"))}, shown=Shown.QR, lasts=LASTS
    )

    def __init__(self) -> None:
        super().__init__()
        self.paid: set[UUID] = set()

    async def cancel_payment(self, payment: PaymentRef) -> None:
        if payment.reference in self.paid:
            raise RailRefused("ORDER_PAID")
        await super().cancel_payment(payment)


@pytest.fixture
async def codes(work, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world, paying by codes."""
    monkeypatch.setattr("tests.world.PaperRail", CodeRail)
    return await make_world(work)


def payment_of(tip: Tip) -> UUID:
    assert tip.payment is not None
    return tip.payment


async def asked(world: World, amount: str = "5") -> tuple[Tip, str]:
    tip = await world.tip(world.alice, amount)
    return tip, await world.tips.payment_link(tip.id, world.alice)


async def expires(world: World, payment: UUID) -> None:
    """The rail says so to the sweep."""
    closed = event(EventKind.CANCELLED, payment, f"found_{payment.hex}_closed").decode()
    await world.sweep.sweep()
    world.rail.found[payment] = Found(PaymentState.CANCELLED, f"pay_{payment.hex}", events=(closed,))
    world.time.passes(minutes=11)
    assert await world.sweep.sweep() >= 1


async def paid(world: World, payment: UUID, charge: str, minor: int = 500) -> None:
    body = event(EventKind.PAID, payment, f"evt_{charge}", their_id=charge, charge=charge, minor=minor)
    await world.payments.receive("paper", body, {"Signature": "paper"})
    await world.payments.settle_pending()


async def credited(world: World) -> str:
    return str(-(await world.balance(f"project:{world.library.id}:credited")).minor)


async def told(world: World) -> list[NoticeKind]:
    return [notice.kind for notice in await world.outbox.claim()]


async def test_a_link_that_is_over_is_made_anew_with_the_same_rail(world: World):
    tip, url = await asked(world)
    former = payment_of(tip)
    await expires(world, former)
    links = await asyncio.gather(*(world.tips.payment_link(tip.id, world.alice) for _ in range(3)))
    fresh = await world.fresh(tip)
    assert set(links) == {f"https://pay.example/{payment_of(fresh).hex}"} != {url}
    assert (fresh.state, payment_of(fresh) != former) == (TipState.OFFERED, True)
    assert len(world.rail.asked) >= 2
    assert {key for key, _ in world.rail.asked} == {f"payment:{former}", f"payment:{fresh.payment}"}
    assert await world.tips.payment_link(tip.id, world.alice) == links[0], "and stays until that one is over"


async def test_a_code_scanned_after_expiry_is_booked_and_the_second_payment_is_an_extra_that_goes_back(world: World):
    tip, _ = await asked(world)
    former = payment_of(tip)
    await expires(world, former)
    await world.tips.payment_link(tip.id, world.alice)
    again = payment_of(await world.fresh(tip))
    assert again != former

    await paid(world, former, "ch_1")
    assert ((await world.fresh(tip)).state, (await world.fresh(tip)).charge) == (TipState.PAID, "ch_1")
    assert (await credited(world), str((await world.balance("rail:paper:clearing")).minor)) == ("500", "500")
    assert NoticeKind.RECEIPT in await told(world)

    await paid(world, again, "ch_2")
    assert await credited(world) == "1000", "what was paid twice is booked twice, until it went back"
    (extra,) = [card.tip for card in (await world.tips.gifts(world.alice)).items if card.tip.extra_of == tip.id]
    assert NoticeKind.EXTRA in await told(world)
    world.time.passes(minutes=2)
    await world.refunds.sweep()
    assert [(charge, amount) for charge, amount, _ in world.rail.refunds] == [("ch_2", cny("5"))]
    body = event(EventKind.REFUNDED, again, "evt_r", their_id="re_1", charge="ch_2", minor=500)
    await world.payments.receive("paper", body, {"Signature": "paper"})
    assert ((await world.fresh(extra)).state, await credited(world)) == (TipState.REFUNDED, "500")
    assert str((await world.balance("rail:paper:clearing")).minor) == "500"


async def test_a_code_scanned_after_expiry_and_paid_before_another_was_made_is_an_ordinary_gift(world: World):
    tip, _ = await asked(world)
    await expires(world, payment_of(tip))
    await paid(world, payment_of(tip), "ch_1")
    assert ((await world.fresh(tip)).state, await credited(world)) == (TipState.PAID, "500")
    assert sorted(await told(world)) == [NoticeKind.RECEIPT]


@pytest.mark.parametrize("which", ["the former page", "the page made anew"])
async def test_paid_after_the_tip_was_cancelled_is_booked_told_and_can_be_undone(world: World, which: str):
    tip, _ = await asked(world)
    former = payment_of(tip)
    await expires(world, former)
    await world.tips.payment_link(tip.id, world.alice)
    again = payment_of(await world.fresh(tip))
    assert again != former
    await world.tips.cancel(tip.id, world.alice)
    assert world.rail.cancelled[-1] == f"pay_{again.hex}"

    await paid(world, former if which == "the former page" else again, "ch_1")
    late = await world.fresh(tip)
    assert (late.state, late.returnable, await credited(world)) == (TipState.PAID, True, "500")
    assert NoticeKind.RECEIPT in await told(world)
    await world.refunds.take_back(tip.id, world.alice)
    assert [(charge, amount) for charge, amount, _ in world.rail.refunds] == [("ch_1", cny("5"))]


async def test_a_code_whose_time_is_up_is_closed_and_made_anew_although_its_rail_never_says_so(codes: World):
    tip, url = await asked(codes)
    codes.time.passes(minutes=119)
    code = await codes.tips.payment_code(tip.id, codes.alice)
    assert (code.address, code.rail, code.amount, code.left) == (url, "paper", cny("5"), timedelta(minutes=1))
    codes.time.passes(minutes=1)
    anew = await codes.tips.payment_code(tip.id, codes.alice)
    assert (anew.address != url, anew.left) == (True, LASTS)
    assert codes.rail.cancelled == [f"pay_{payment_of(tip).hex}"]


async def test_a_code_that_was_paid_in_the_last_moment_is_not_asked_for_twice(codes: World):
    tip, url = await asked(codes)
    assert isinstance(codes.rail, CodeRail)
    codes.rail.paid.add(payment_of(tip))
    codes.time.passes(hours=3)
    assert await codes.tips.payment_link(tip.id, codes.alice) == url
    assert (await codes.fresh(tip)).payment == tip.payment
    await paid(codes, payment_of(tip), "ch_1")
    assert await credited(codes) == "500"


async def test_while_the_rail_is_away_or_switched_off_nothing_is_made_anew(codes: World):
    tip, _ = await asked(codes)
    codes.time.passes(hours=3)
    codes.rail.down = True
    with pytest.raises(RailUnavailable):
        await codes.tips.payment_link(tip.id, codes.alice)
    assert (await codes.fresh(tip)).payment == tip.payment
    codes.rail.down = False
    await expires(codes, payment_of(tip))
    off = TipService(
        codes.unit, Rails(), codes.tips.pay._links, limits=codes.tips.limits, presets=(), language="en", now=codes.time
    )
    with pytest.raises(RailUnavailable):
        await off.payment_link(tip.id, codes.alice)


async def charged(world: World) -> tuple[Tip, UUID, TabView]:
    """A promise that is asked for: the tip, the tab, and the tab as its donor sees it."""
    tip = await world.tip(world.alice, "2")
    await world.tabs.promise(tip.id, world.alice)
    more = await world.tip(world.alice, "3", key="q2")
    await world.tabs.promise(more.id, world.alice)
    ((card,),) = [(await world.tabs.view(world.alice)).cards]
    await world.charges.settle(card.tab.id, world.alice)
    return tip, card.tab.id, await world.tabs.view(world.alice)


@pytest.mark.parametrize("how", ["the rail says so", "its time is up"])
async def test_a_charge_whose_page_is_over_is_shown_without_its_link_and_begun_anew(codes: World, how: str):
    tip, tab, view = await charged(codes)
    former, url = payment_of(await codes.fresh(tip)), view.cards[0].pay_url
    found = await codes.charges.code(tab, codes.alice)
    assert found is not None
    assert (found[0].address, found[0].amount, view.cards[0].page_over) == (url, cny("5"), False)

    if how == "its time is up":
        codes.time.passes(hours=2)
    else:
        await expires(codes, former)
    (card,) = (await codes.tabs.view(codes.alice)).cards
    assert (card.pay_url, card.page_over) == (None, True)
    assert await codes.charges.code(tab, codes.alice) is None
    with pytest.raises(NotYours):
        await codes.charges.code(tab, codes.bob)

    amount, anew = await codes.charges.settle(tab, codes.alice)
    assert (amount, anew != url) == (cny("5"), True)
    (card,) = (await codes.tabs.view(codes.alice)).cards
    assert (card.pay_url, card.page_over) == (anew, False)
    await paid(codes, former, "ch_1")
    assert (await credited(codes), (await codes.fresh(tip)).state) == ("500", TipState.PAID), "scanned after all"
    await paid(codes, payment_of(await codes.fresh(tip)), "ch_2")
    extras = [card for card in (await codes.tips.gifts(codes.alice)).items if card.tip.extra_of is not None]
    assert (len(extras), await credited(codes)) == (2, "1000")
