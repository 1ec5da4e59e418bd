"""A saved card was asked for and nothing was heard: nobody is asked to pay the same again until it is known."""

from typing import Any

import pytest

from giving.errors import RailUnavailable, TabBusy
from giving.payments import PaymentState, SavedMethod
from giving.tabs import ChargeState
from giving.tips import TipState
from payments.provider import Found, PaymentLink, PaymentRef, RailRefused
from storage.tabs import ChargeRow
from tests.services.test_tabs import Tabs, house

__all__ = ["house"]


async def unheard(house: Tabs, monkeypatch: pytest.MonkeyPatch) -> ChargeRow:
    """Alice's card is charged, and the answer gets lost; Stripe's search does not know of it yet."""
    asked: dict[str, SavedMethod] = {}

    async def charge(intent: Any, method: SavedMethod, *, key: str) -> PaymentLink:
        if asked.setdefault(key, method) != method:
            raise RailRefused("idempotency_error")
        raise RailUnavailable

    await house.announced(house.world.alice)
    house.world.time.passes(days=3)
    monkeypatch.setattr(house.card, "charge_saved", charge)
    await house.charges.sweep()
    charging: ChargeRow = (await house.open())[0]
    assert charging.charge.state is ChargeState.CHARGING
    house.card.found[charging.payment] = Found(PaymentState.CREATED)
    house.world.time.passes(minutes=1)
    return charging


async def forget(house: Tabs) -> None:
    alice = house.world.alice
    async with house.world.unit() as work:
        for kept in await work.methods.of(alice.id):
            await work.methods.forget(kept.id, now=house.world.time())


async def another(house: Tabs) -> None:
    """She saves a new card in its place."""
    await forget(house)
    async with house.world.unit() as work:
        method = await work.methods.ask(
            house.world.alice.id, house.world.library.organisation.id, "card", now=house.world.time()
        )  # fmt: skip
        assert await work.methods.saved(method, SavedMethod("cus_2", "pm_2", "Visa …0005"), now=house.world.time())


@pytest.mark.parametrize("act", [forget, another])
async def test_a_card_that_is_gone_since_is_no_reason_to_ask_for_the_money_again(
    house: Tabs, act: Any, monkeypatch: pytest.MonkeyPatch
):
    charging = await unheard(house, monkeypatch)
    await act(house)
    for _ in range(3):
        await house.charges.sweep()
        house.world.time.passes(minutes=1)
    ((still),) = await house.open()
    assert (still.charge.id, still.charge.state) == (charging.charge.id, ChargeState.CHARGING)
    assert await house.told() == [], "nobody says that the card was declined"
    await house.paid(charging.payment, 3_000, charge="pi_1")
    await house.charges.sweep()
    assert await house.open() == []
    assert [(card.tip.state, card.tip.extra_of) for card in (await house.tips.gifts(house.world.alice)).items] == [
        (TipState.PAID, None)
    ]


@pytest.mark.parametrize("act", [forget, another])
async def test_what_was_never_made_is_asked_for_by_a_link_a_day_later(
    house: Tabs, act: Any, monkeypatch: pytest.MonkeyPatch
):
    await unheard(house, monkeypatch)
    await act(house)
    house.world.time.passes(hours=24)
    await house.charges.sweep()
    ((asked),) = await house.open()
    assert asked.charge.state is ChargeState.ASKED


async def test_a_rail_that_may_not_be_asked_any_more_keeps_no_tab_for_ever(
    house: Tabs, monkeypatch: pytest.MonkeyPatch
):
    """The organisation disconnected its account while the answer was waited for."""
    charging = await unheard(house, monkeypatch)

    async def refused(ref: PaymentRef) -> Found:
        raise RailRefused("account_invalid")

    monkeypatch.setattr(house.card, "fetch", refused)
    house.world.time.passes(days=1)
    await house.charges.sweep()
    with pytest.raises(TabBusy):
        await house.charges.settle(charging.charge.tab, house.world.alice)
    house.world.time.passes(days=7)
    await house.charges.sweep()
    ((asked),) = await house.open()
    assert asked.charge.state is ChargeState.ASKED
