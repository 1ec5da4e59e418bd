"""Debits that were not made on the day their donor was told, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete

from bot.notices import render
from giving.notices import NoticeKind
from giving.pledges import LEAST_NOTICE, InstalmentState, Pledge, PledgeState, Way
from services.links import Links
from storage.tables import look_ups, payments, tips
from tests.services.months import Monthly, monthly_of
from tests.world import TEXTS, World, cny

ANNOUNCED, ASKED, CHARGING = InstalmentState.ANNOUNCED, InstalmentState.ASKED, InstalmentState.CHARGING
PAID, RETRY, SKIPPED = InstalmentState.PAID, InstalmentState.RETRY, InstalmentState.SKIPPED
LINKS = Links("http://127.0.0.1:8081", "yizan_bot")


@pytest.fixture
async def monthly(world: World) -> Monthly:
    return monthly_of(world)


async def words(monthly: Monthly) -> str:
    """What is told now, and sent."""
    monthly.world.time.passes(minutes=5)
    notices = await monthly.claimed()
    message = await render(notices, monthly.house.outbox, TEXTS, LINKS)
    assert message is not None
    await monthly.house.outbox.sent(notices, 1)
    return message.text.replace("\u2068", "").replace("\u2069", "")


async def test_a_leader_that_was_away_for_weeks_takes_nothing_of_a_month_that_is_past(monthly: Monthly):
    pledge = await monthly.announced(monthly.world.alice)
    await monthly.until(12, 24)
    told = await monthly.turn()
    assert sorted(told) == [NoticeKind.PLEDGE_ANNOUNCED, NoticeKind.PLEDGE_LEFT_OUT], "of December, and of November"
    assert monthly.card.charged == []
    assert await monthly.states(pledge) == [SKIPPED, ANNOUNCED]
    await monthly.until(12, 30)
    await monthly.turn()
    assert len(monthly.card.charged) == 1


async def test_away_for_some_days_they_are_told_another_day_and_debited_on_that(monthly: Monthly):
    pledge = await monthly.announced(monthly.world.alice)
    await monthly.until(12, 4)
    await monthly.steps.sweep()
    assert (monthly.card.charged, await monthly.states(pledge)) == ([], [ANNOUNCED])
    assert "<b>¥20 for library project</b> on Dec 9" in await words(monthly)
    await monthly.until(12, 9)
    await monthly.turn()
    assert monthly.card.charged == [], "not five days ago yet"
    await monthly.until(12, 9, 11)
    await monthly.turn()
    assert len(monthly.card.charged) == 1
    await monthly.pays(pledge)
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID]


async def test_a_day_late_it_is_debited_all_the_same(monthly: Monthly):
    await monthly.announced(monthly.world.alice)
    await monthly.until(12, 2)
    await monthly.turn()
    assert len(monthly.card.charged) == 1


async def test_told_twice_and_away_again_it_is_left_out(monthly: Monthly):
    pledge = await monthly.announced(monthly.world.alice)
    await monthly.until(12, 4)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ANNOUNCED]
    await monthly.until(12, 13)
    assert await monthly.turn() == [NoticeKind.PLEDGE_LEFT_OUT]
    assert (monthly.card.charged, await monthly.states(pledge)) == ([], [SKIPPED])


async def test_a_rail_that_was_away_for_days_debits_on_another_day_that_is_told(monthly: Monthly):
    pledge = await monthly.announced(monthly.world.alice)
    monthly.card.down = True
    await monthly.turn()
    await monthly.until(12, 4)
    monthly.card.down = False
    assert await monthly.turn() == [NoticeKind.PLEDGE_ANNOUNCED]
    assert (monthly.card.charged, await monthly.states(pledge)) == ([], [ANNOUNCED])
    await monthly.until(12, 10)
    await monthly.turn()
    assert len(monthly.card.charged) == 1


async def test_a_second_try_that_was_missed_is_told_again_with_the_reason_and_its_new_day(monthly: Monthly):
    pledge = await monthly.announced(monthly.world.alice)
    monthly.card.code = "expired_card"
    assert await monthly.turn() == [NoticeKind.PLEDGE_DECLINED]
    monthly.card.code = None
    await monthly.until(12, 7)
    await monthly.steps.sweep()
    assert (len(monthly.card.charged), await monthly.states(pledge)) == (1, [RETRY])
    assert "Your card has expired. Nothing was taken. I’ll try again on Dec 8." in await words(monthly)
    await monthly.until(12, 8, 11)
    await monthly.turn()
    assert (len(monthly.card.charged), await monthly.states(pledge)) == (2, [CHARGING])


@pytest.mark.parametrize("why", ["closed", "no card"])
async def test_what_cannot_be_debited_any_more_is_not_told_anew(monthly: Monthly, why: str):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    await monthly.until(12, 4)
    if why == "closed":
        await monthly.close_project(world.library)
        assert await monthly.turn() == [NoticeKind.PLEDGE_WAITING]
        assert (await monthly.states(pledge), (await monthly.now(pledge)).state) == ([SKIPPED], PledgeState.WAITING)
        return
    async with world.unit.read() as work:
        (kept,) = await work.methods.of(world.alice.id)
    async with world.unit() as work:
        await work.methods.forget(kept.id, now=world.time())
    assert await monthly.turn() == [NoticeKind.PLEDGE_ASKED]
    assert await monthly.states(pledge) == [ASKED]


async def test_told_anew_after_a_backup_was_taken_back_it_is_looked_up_before_it_is_debited(monthly: Monthly):
    """The first debit by this key was made, and lost with the database; the rail has forgotten the key since."""
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    before = await monthly.last(pledge)
    await monthly.turn()
    one = await monthly.last(pledge)
    async with world.unit() as work:
        assert await work.instalments.move(before, one.state, before.due_at)
        await work.connection.execute(delete(tips).where(tips.c.id == one.tip))
        await work.connection.execute(delete(look_ups).where(look_ups.c.payment_id == one.payment))
        await work.connection.execute(delete(payments).where(payments.c.id == one.payment))
    await monthly.until(12, 4)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ANNOUNCED]
    anew = await monthly.last(pledge)
    assert anew.due_at - datetime(2026, 12, 4, 2, tzinfo=UTC) == LEAST_NOTICE
    world.time.now = anew.due_at + timedelta(hours=1)
    await monthly.turn()
    assert (len(monthly.card.charged), len(monthly.card.fetched)) == (1, 1), "found there"
    await monthly.pays(pledge)
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID]
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("20")


async def test_a_notice_that_was_not_so_when_it_would_have_left_is_told_once_its_pledge_goes_on(monthly: Monthly):
    """Paused by us in the minute between: that nobody was told must not count as told."""
    world = monthly.world
    pledge = await monthly.pledge(world.alice)
    await monthly.until(11, 23)
    await monthly.steps.sweep()
    await paused(monthly, pledge)
    assert await sent(monthly) == []
    await monthly.until(11, 26)
    await monthly.changes.resume(pledge.id, world.alice)
    await monthly.steps.sweep()
    assert "<b>¥20 for library project</b> on Dec 1" in await words(monthly), "told now, so five days from now"
    await monthly.until(11, 30)
    await monthly.turn()
    assert monthly.card.charged == []
    await monthly.until(12, 1, 11)
    await monthly.turn()
    assert len(monthly.card.charged) == 1


async def test_of_two_in_one_message_the_one_that_was_not_so_was_not_told(monthly: Monthly):
    world = monthly.world
    there = await monthly.pledge(world.alice)
    pledge = await monthly.pledge(world.alice, project=world.meals.id)
    await monthly.until(11, 23)
    await monthly.steps.sweep()
    await paused(monthly, pledge)
    assert await sent(monthly) == [there.id]
    async with world.unit() as work:
        await work.pledges.save(pledge, due_at=None)  # nobody looks again before its day
    await monthly.until(11, 30)
    await monthly.steps.sweep()
    assert [intent.reference for _, intent, _ in monthly.card.charged] == [(await monthly.last(there)).payment]
    assert "<b>¥20 for meals project</b> on Dec 5" in await words(monthly)


async def test_what_is_paid_by_a_link_by_now_is_not_announced_as_a_debit(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice)
    await monthly.until(11, 23)
    await monthly.steps.sweep()
    await monthly.changes.change_way(pledge.id, world.alice, "card")
    assert (await monthly.last(pledge)).way is Way.LINK
    assert await sent(monthly) == []
    await monthly.until(11, 30)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ASKED]


async def paused(monthly: Monthly, pledge: Pledge) -> None:
    """By the third decline of another month: what is open of it stays as it is."""
    async with monthly.world.unit() as work:
        held = await work.pledges.lock(pledge.id)
        assert held is not None
        await work.pledges.save(replace(held, state=PledgeState.PAUSED), due_at=None)


async def sent(monthly: Monthly) -> list[UUID]:
    """As the sender does it (bot/outbox.py); whose pledges were told of."""
    monthly.world.time.passes(minutes=5)
    outbox = monthly.house.outbox
    notices = await monthly.claimed()
    message = await render(notices, outbox, TEXTS, LINKS)
    told = [one for one in notices if message is not None and (message.tells is None or one.id in message.tells)]
    if told:
        await outbox.sent(told, 1)
    await outbox.unsaid([one for one in notices if one not in told])
    async with monthly.world.unit.read() as work:
        about = await work.instalments.by_ids([one.subject for one in told])
    return [about[one.subject].pledge for one in told]
