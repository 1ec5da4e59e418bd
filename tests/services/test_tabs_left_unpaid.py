"""Whoever presses for a page and leaves it unpaid has said "not this time": no more, and what is automatic goes on."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from giving.errors import RailUnavailable
from giving.notices import NoticeKind
from giving.payments import EventKind, SavedMethod
from giving.tabs import ChargeState
from giving.tips import TipState
from tests.rails import event
from tests.services.test_tabs_together import Street, street
from tests.world import cny

__all__ = ["street"]
MONTH_END = datetime(2026, 11, 30, 2, tzinfo=UTC)
ANNOUNCED, ASKED = NoticeKind.TAB_ANNOUNCED, NoticeKind.TAB_ASKED


async def save_with_each(street: Street) -> None:
    for each in street.projects:
        async with street.house.world.unit() as work:
            method = await work.methods.ask(
                street.alice.id, each.organisation.id, "card", now=street.house.world.time()
            )  # fmt: skip
            found = SavedMethod("cus_1", "pm_1", "Visa …4242")
            assert await work.methods.saved(method, found, now=street.house.world.time())


async def runs_out(street: Street, page: UUID) -> None:
    """The rail says that the page can't be paid any more."""
    body = event(EventKind.CANCELLED, page, f"evt_{page.hex}", their_id=f"pay_{page.hex}")
    await street.house.payments.receive("card", body, {"Signature": "paper"})
    await street.house.payments.settle_pending()


async def days(street: Street, count: int) -> list[NoticeKind]:
    """They pass, and Telegram brings what is told."""
    told: list[NoticeKind] = []
    for _ in range(count):
        street.house.world.time.passes(days=1)
        await street.house.charges.sweep()
        told += [kind for kind, _ in await street.house.told()]
    return told


async def page_of_one(street: Street) -> UUID:
    _, url = await street.house.charges.settle(await street.tab(0), street.alice)
    return UUID((url or "").rpartition("/")[2])


async def test_a_page_of_several_left_unpaid_does_not_switch_the_saved_cards_off(street: Street):
    house = street.house
    house.world.time.now = MONTH_END - timedelta(days=20)
    await save_with_each(street)
    tips = await street.promise("30", "20")
    await house.charges.sweep()
    await house.told()
    await runs_out(street, await street.pay("50"))
    assert await house.charges.sweep() == 1, "one step for all of the page"
    assert await house.open() == []
    assert await street.offered() == [(2, cny("50"))], "both can be paid again at any time"
    assert await days(street, 15) == [], "they said: not this time"
    told = await days(street, 10)
    assert told == [ANNOUNCED, ANNOUNCED]
    assert sorted(intent.amount.minor for _, intent, _ in house.card.charged) == [2_000, 3_000]
    assert await street.states(tips) == [TipState.ON_TAB] * 2


@pytest.mark.parametrize("several", [True, False])
async def test_without_a_card_it_is_asked_for_once_more_and_ends_after_sixty_days(street: Street, several: bool):
    house = street.house
    tips = await street.promise(*("20", "8")[: 1 + several])
    await runs_out(street, await (street.pay("28") if several else page_of_one(street)))
    assert await days(street, 70) == [ASKED] * len(tips)
    assert await street.states(tips) == [TipState.EXPIRED] * len(tips)
    assert await house.open() == []


async def test_what_was_asked_for_by_a_message_waits_on_though_its_page_ran_out(street: Street):
    """Pressed from that message it is a page of theirs; unpressed it is the message that stands."""
    await street.promise("30")
    assert await street.house.charges.sweep() == 1
    charge = await street.charge_of(0)
    await runs_out(street, charge.payment)
    assert await street.house.charges.sweep() == 0
    assert (await street.charge_of(0)).charge.state is ChargeState.ASKED


async def test_where_no_page_can_be_made_what_was_announced_is_announced_again(street: Street):
    house = street.house
    await save_with_each(street)
    await street.promise("30", "20")
    await house.charges.sweep()
    await house.told()
    street.rail.down = True
    with pytest.raises(RailUnavailable):
        await street.pay("50")
    street.rail.down = False
    assert await house.open() == [], "nothing waits for a page that nobody has"
    await house.charges.sweep()
    assert [kind for kind, _ in await house.told()] == [ANNOUNCED]
    await days(street, 4)
    assert [intent.amount for _, intent, _ in house.card.charged] == [cny("30")]


async def test_after_a_rail_was_away_the_same_button_is_a_page(street: Street):
    tips = await street.promise("5", "6")
    street.rail.down = True
    with pytest.raises(RailUnavailable):
        await street.pay("11")
    street.rail.down = False
    page = await street.pay("11")
    assert {one.payment for one in await street.house.open()} == {page}
    await street.house.paid(page, 1_100, charge="ch_1")
    assert await street.states(tips) == [TipState.PAID] * 2


async def test_a_page_that_another_tap_has_made_is_not_given_up(street: Street):
    """One tap of two hears that the rail is away, after the other one has its page."""
    await street.promise("5", "6")
    page = await street.pay("11")
    await street.house.charges._without_page(page, street.alice)
    assert {one.payment for one in await street.house.open()} == {page}


async def test_alone_a_page_that_was_never_made_is_given_up_after_a_day(street: Street):
    house = street.house
    await street.promise("20")
    street.rail.down = True
    with pytest.raises(RailUnavailable):
        await page_of_one(street)
    street.rail.down = False
    house.world.time.passes(hours=23)
    assert await house.charges.sweep() == 0
    house.world.time.passes(hours=1)
    assert await house.charges.sweep() == 1
    assert await house.open() == []
    house.world.time.now = MONTH_END
    await house.charges.sweep()
    assert [kind for kind, _ in await house.told()] == [ASKED]


@pytest.mark.parametrize("ends", ["paid", "left unpaid"])
async def test_a_months_end_closes_no_page_of_several_under_its_donors_hands(street: Street, ends: str):
    house, time = street.house, street.house.world.time
    time.now = MONTH_END - timedelta(minutes=30)
    tips = await street.promise("5", "6")
    page = await street.pay("11")
    tips += await street.promise("4")
    time.now = MONTH_END + timedelta(minutes=1)
    await house.charges.sweep()
    assert (house.card.cancelled, await house.told()) == ([], [])
    assert {one.payment for one in await house.open()} == {page}
    if ends == "paid":
        await house.paid(page, 1_100, charge="ch_1")
        assert await street.states(tips) == [TipState.PAID, TipState.PAID, TipState.ON_TAB]
    else:
        await runs_out(street, page)
    await house.charges.sweep()
    assert await house.open() == []
    time.now = MONTH_END + timedelta(days=31)
    await house.charges.sweep()
    asked = [kind for kind, _ in await house.told() if kind is ASKED]
    assert len(asked) == (1 if ends == "paid" else 2), "what is left is asked for at the next one"


async def test_what_comes_free_in_the_last_hour_of_a_month_does_not_miss_its_end(street: Street):
    house = street.house
    house.world.time.now = MONTH_END - timedelta(days=1)
    tips = await street.promise("6", "7", "8")
    await street.pay("21")
    house.world.time.now = MONTH_END
    await house.charges.sweep()
    assert await house.told() == [], "they have the page before them"
    house.world.time.now = MONTH_END + timedelta(hours=13, minutes=30)  # half past eleven at night
    await house.tabs.take_off(tips[0].id, street.alice)
    house.world.time.passes(hours=1)
    await house.charges.sweep()
    assert [kind for kind, _ in await house.told()] == [ASKED, ASKED]
    assert sorted(row.charge.amount.minor for row in await house.open()) == [700, 800]
