"""Months of pledges on both databases: announced, debited once, asked for by hand, given up; none without a notice."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from giving.errors import NotYours, RailUnavailable, TipNotOpen
from giving.notices import NoticeKind
from giving.payments import EventKind, PaymentState, SavedMethod
from giving.people import Visitor
from giving.pledges import InstalmentState, Month, Pledge, PledgeState, Way, debit_at, look_at
from giving.projects import ProjectState
from giving.tips import TipState
from payments.provider import PaymentIntent, PaymentLink
from services.leadership import NotLeading
from services.pledges import making, wanting
from services.pledges.making import Making
from services.pledges.telling import Telling
from services.pledges.told import told
from tests.services.months import Monthly, event, monthly_of, steps_of
from tests.world import SHANGHAI, World, cny

ANNOUNCED, ASKED, CHARGING = InstalmentState.ANNOUNCED, InstalmentState.ASKED, InstalmentState.CHARGING
PAID, SKIPPED, MISSED, RETRY = (
    InstalmentState.PAID, InstalmentState.SKIPPED, InstalmentState.MISSED, InstalmentState.RETRY,
)  # fmt: skip


@pytest.fixture
async def monthly(world: World) -> Monthly:
    return monthly_of(world)


async def test_announced_a_week_before_debited_on_the_day_and_told_which_month_it_is(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice)
    assert await monthly.turn() == []
    await monthly.until(11, 23)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ANNOUNCED]
    assert await monthly.states(pledge) == [ANNOUNCED]
    await monthly.until(11, 30, 9)
    await monthly.turn()
    assert monthly.card.charged == []
    await monthly.until(11, 30)
    await monthly.turn()
    ((key, intent, method),) = monthly.card.charged
    one = await monthly.last(pledge)
    assert (one.state, intent.reference, intent.amount) == (CHARGING, one.payment, cny("20"))
    assert (key, method.method) == (f"payment:{one.payment}", "pm_1")
    assert await world.balance(f"project:{world.library.id}:credited") == cny("0"), "money is what the rail says came"
    await monthly.pays(pledge)
    assert await monthly.turn() == [NoticeKind.RECEIPT]
    assert await monthly.states(pledge) == [PAID]
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("20")
    await monthly.until(12, 23)
    await monthly.turn()
    await monthly.until(12, 30)
    await monthly.turn()
    await monthly.pays(pledge)
    assert await monthly.states(pledge) == [PAID, CHARGING]
    (notice,) = await monthly.claimed()
    (card,) = await monthly.house.outbox.tip_cards([notice])
    assert card.monthly is not None
    assert card.monthly.in_a_row == 2, "also before the sweep has noted it"


async def test_nobody_is_debited_without_the_notice_and_five_days(monthly: Monthly):
    pledge = await monthly.pledge(monthly.world.alice)
    await monthly.until(11, 23)
    await monthly.steps.sweep()
    await monthly.until(11, 30)
    await monthly.steps.sweep()
    assert monthly.card.charged == [], "Telegram was away all the time"
    await monthly.told()
    monthly.world.time.passes(days=4, hours=23)
    await monthly.turn()
    assert monthly.card.charged == []
    monthly.world.time.passes(hours=2)
    await monthly.turn()
    assert len(monthly.card.charged) == 1
    assert (await monthly.last(pledge)).state is CHARGING


async def blocked(monthly: Monthly, day: int = 23) -> Pledge:
    """Who blocked the bot before the notice came, on 23 November."""
    pledge = await monthly.pledge(monthly.world.alice)
    await monthly.until(11, day)
    await monthly.steps.sweep()
    monthly.world.time.passes(minutes=5)
    await monthly.house.outbox.unreachable(await monthly.claimed())
    return pledge


async def test_whom_no_notice_reaches_is_not_debited_and_hears_so_when_they_come_back(monthly: Monthly):
    world = monthly.world
    pledge = await blocked(monthly)
    await monthly.until(12, 8)
    assert await monthly.turn() == []
    assert (monthly.card.charged, await monthly.states(pledge)) == ([], [SKIPPED])
    assert (await monthly.now(pledge)).state is PledgeState.ACTIVE, "they may come back"
    await world.people.meet(Visitor(1002, "Alice", "alice", "en"), started=True)
    world.time.passes(minutes=5)
    notices = await monthly.claimed()
    kinds = {notice.kind for notice in notices}
    assert NoticeKind.PLEDGE_LEFT_OUT in kinds
    async with world.unit.read() as work:
        said = {kind: [one.pledge.id for one in await told(work, kind, notices, world.time(), SHANGHAI)]
                for kind in kinds}  # fmt: skip
    assert said.pop(NoticeKind.PLEDGE_LEFT_OUT) == [pledge.id]
    assert not any(said.values()), "what was to be told then is not so any more"


@pytest.mark.parametrize(("back", "debited"), [(24, "30.11"), (28, "3.12")])
async def test_who_comes_back_before_the_day_is_told_and_debited_five_days_later_at_the_least(
    monthly: Monthly, back: int, debited: str
):
    """The card says the day that is true: never that of a notice which did not arrive."""
    world = monthly.world
    pledge = await blocked(monthly)
    await monthly.until(11, back, 9)
    await world.people.meet(Visitor(1002, "Alice", "alice", "en"), started=True)
    card = await monthly.card_of(pledge, world.alice)
    shown = {f"{day.day}.{day.month}" for day in card.charged.values()}
    assert (shown, await monthly.turn()) == ({debited}, [NoticeKind.PLEDGE_ANNOUNCED])
    day, month = (int(part) for part in debited.split("."))
    await monthly.until(month, day, 8)
    assert (await monthly.turn(), monthly.card.charged) == ([], [])
    await monthly.until(month, day, 11)
    await monthly.turn()
    assert (len(monthly.card.charged), await monthly.states(pledge)) == (1, [CHARGING])


async def test_a_card_that_was_replaced_after_the_notice_is_the_one_that_is_charged(monthly: Monthly):
    world = monthly.world
    await monthly.announced(world.alice)
    async with world.unit() as work:
        method = await work.methods.ask(world.alice.id, world.library.organisation.id, "card", now=world.time())
        await work.methods.saved(method, SavedMethod("cus_2", "pm_2", "Visa …5555"), now=world.time())
    await monthly.turn()
    assert [method.method for _, _, method in monthly.card.charged] == ["pm_2"]


async def test_a_card_that_was_deleted_after_the_notice_is_asked_for_by_a_link(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    async with world.unit.read() as work:
        (kept,) = await work.methods.of(world.alice.id)
    async with world.unit() as work:
        await work.methods.forget(kept.id, now=world.time())
    assert await monthly.turn() == [NoticeKind.PLEDGE_ASKED]
    assert (monthly.card.charged, await monthly.states(pledge)) == ([], [ASKED])


async def test_two_schedulers_debit_once(monthly: Monthly):
    await monthly.announced(monthly.world.alice)
    other = monthly.steps_of()
    await asyncio.gather(monthly.steps.sweep(), other.sweep())
    await other.sweep()
    assert len(monthly.card.books) == 1
    assert len({key for key, _, _ in monthly.card.charged}) == 1


async def test_an_event_that_comes_twice_pays_once(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    await monthly.turn()
    await monthly.pays(pledge)
    await monthly.pays(pledge)
    assert await monthly.turn() == [NoticeKind.RECEIPT]
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("20")


@pytest.mark.parametrize("days", [40, -40])
async def test_a_clock_that_jumps_and_is_set_right_debits_no_month_twice(monthly: Monthly, days: int):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    right = world.time()
    world.time.passes(days=days)
    await monthly.turn()
    await monthly.turn()
    world.time.now = right
    await monthly.turn()
    for _ in range(75):
        world.time.passes(days=1)
        await monthly.turn()
        if (await monthly.last(pledge)).state is CHARGING:
            await monthly.pays(pledge)
    months = [one.month for one in await monthly.of(pledge)]
    assert months == sorted(set(months))
    assert len(monthly.card.books) == len({intent.reference for _, intent, _ in monthly.card.charged})
    assert len(monthly.card.books) <= 3, "November, December, January"
    left_out = [SKIPPED] if days > 0 else []  # by that clock November's day was long past
    assert await monthly.states(pledge) == left_out + [PAID] * (len(months) - len(left_out))


async def test_a_change_of_clock_does_not_move_what_is_announced(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    async with world.unit() as work:
        await work.subscriptions.choose_timezone(world.alice.id, "Pacific/Honolulu")
    await monthly.turn()
    one = await monthly.last(pledge)
    assert one.due_at == datetime(2026, 11, 30, 2, tzinfo=UTC)
    assert len(monthly.card.charged) == 1
    await monthly.pays(pledge)
    await monthly.until(12, 24, 12)
    await monthly.turn()
    december = await monthly.last(pledge)
    assert december.due_at == datetime(2026, 12, 30, 20, tzinfo=UTC), "ten in Honolulu"


async def test_on_the_last_day_of_a_shorter_month(monthly: Monthly):
    pledge = await monthly.pledge(monthly.world.alice, day=31, way=Way.LINK, first=Month(2027, 2))
    await monthly.until(2, 28, 9)
    assert await monthly.turn() == []
    await monthly.until(2, 28)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ASKED]
    assert await monthly.states(pledge) == [ASKED]


async def test_by_hand_it_is_asked_once_more_and_paid_by_the_page(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.LINK)
    await monthly.until(11, 30)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ASKED]
    assert monthly.card.asked == [], "no page before they tap"
    page = await monthly.steps.pages.page(pledge.id, world.alice)
    again = await monthly.steps.pages.page(pledge.id, world.alice)
    assert (page.url, page.amount) == (again.url, cny("20"))
    assert page.instalment.month == Month(2026, 11)
    ((_, intent),) = monthly.card.asked
    assert intent.return_url.endswith("monthly")
    world.time.passes(days=3)
    assert await monthly.turn() == [NoticeKind.PLEDGE_REMINDED]
    world.time.passes(days=1)
    assert await monthly.turn() == []
    await monthly.pays(pledge)
    assert await monthly.turn() == [NoticeKind.RECEIPT]
    assert await monthly.states(pledge) == [PAID]
    with pytest.raises(TipNotOpen):
        await monthly.steps.pages.page(pledge.id, world.alice)


async def test_a_page_is_nobody_elses(monthly: Monthly):
    pledge = await monthly.pledge(monthly.world.alice, way=Way.LINK)
    await monthly.until(11, 30)
    await monthly.turn()
    with pytest.raises(NotYours):
        await monthly.steps.pages.page(pledge.id, monthly.world.bob)


async def test_what_nobody_pays_is_given_up_after_a_week_and_the_third_in_a_row_pauses_it(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, day=5, way=Way.LINK, first=Month(2026, 12))
    told = []
    for month in (12, 1, 2):
        await monthly.until(month, 5)
        told += await monthly.turn()
        await monthly.until(month, 8)
        told += await monthly.turn()
        await monthly.until(month, 12)
        told += await monthly.turn()
    a_month = [NoticeKind.PLEDGE_ASKED, NoticeKind.PLEDGE_REMINDED]
    assert told == [*a_month * 3, NoticeKind.PLEDGE_PAUSED], "quietly, but for the last"
    assert await monthly.states(pledge) == [MISSED] * 3
    paused = await monthly.now(pledge)
    assert (paused.state, paused.paused_until) == (PledgeState.PAUSED, None)
    for month in (3, 4):
        await monthly.until(month, 5)
        assert await monthly.turn() == []


async def test_what_is_paid_all_the_same_after_it_was_given_up_counts(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.LINK)
    await monthly.until(11, 30)
    await monthly.turn()
    await monthly.steps.pages.page(pledge.id, world.alice)
    world.time.passes(days=8)
    await monthly.turn()
    assert await monthly.states(pledge) == [MISSED]
    assert len(monthly.card.cancelled) == 1, "its page is closed"
    await monthly.pays(pledge)
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID]
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("20")


async def test_what_no_rail_carries_alone_goes_on_their_tab_and_is_paid_there(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.TAB, amount="1")
    await monthly.until(11, 30)
    await monthly.turn()
    one = await monthly.last(pledge)
    assert one.state is InstalmentState.ON_TAB
    (card,) = (await monthly.house.tabs.view(world.alice)).cards
    assert card.whole.sum == cny("1")
    await monthly.house.promise(world.alice, "5")
    await monthly.house.charges.settle(card.tab.id, world.alice)
    ((charge),) = await monthly.house.open()
    await monthly.house.paid(charge.payment, 600, charge="ch_1")
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID]


async def test_taken_off_the_tab_it_is_skipped(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.TAB, amount="1")
    await monthly.until(11, 30)
    await monthly.turn()
    one = await monthly.last(pledge)
    assert one.tip is not None
    await monthly.house.tabs.take_off(one.tip, world.alice)
    world.time.passes(days=1)
    await monthly.turn()
    assert await monthly.states(pledge) == [SKIPPED]


async def test_a_pledge_that_ends_takes_its_month_off_the_tab(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.TAB, amount="1")
    await monthly.until(11, 30)
    await monthly.turn()
    await monthly.change(pledge, PledgeState.CANCELLED)
    await monthly.turn()
    assert (await monthly.house.tabs.view(world.alice)).cards == ()
    assert await monthly.states(pledge) == [SKIPPED]


async def test_a_pledge_that_is_paused_before_its_day_is_not_debited_and_its_page_is_closed(monthly: Monthly):
    world = monthly.world
    by_card = await monthly.announced(world.alice)
    await monthly.change(by_card, PledgeState.PAUSED)
    by_link = await monthly.pledge(world.bob, way=Way.LINK)
    await monthly.turn()
    assert (monthly.card.charged, await monthly.states(by_card)) == ([], [SKIPPED])
    await monthly.steps.pages.page(by_link.id, world.bob)
    await monthly.change(by_link, PledgeState.PAUSED)
    await monthly.turn()
    assert (await monthly.states(by_link), len(monthly.card.cancelled)) == ([SKIPPED], 1)
    with pytest.raises(TipNotOpen):
        await monthly.steps.pages.page(by_link.id, world.bob)


@pytest.mark.parametrize("why", ["closed", "reached", "not verified"])
async def test_where_it_cannot_go_nothing_is_debited_until_its_donor_chose(monthly: Monthly, why: str):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    other = await monthly.pledge(world.bob, way=Way.LINK, first=Month(2026, 12), day=1)
    library = world.library
    async with world.unit() as work:
        if why == "closed":
            await work.projects.put(replace(library, state=ProjectState.CLOSED), world.time())
        elif why == "reached":
            await work.projects.put(replace(library, target=cny("1")), world.time())
        else:
            await work.projects.put_organisation(replace(library.organisation, verified_at=None))
    if why == "reached":
        await world.pay(await world.tip(world.bob, "5"), world.bob)
        await monthly.told()
    assert await monthly.turn() == [NoticeKind.PLEDGE_WAITING]
    assert (await monthly.now(pledge)).state is PledgeState.WAITING
    assert (monthly.card.charged, await monthly.states(pledge)) == ([], [SKIPPED])
    await monthly.until(12, 1)
    assert await monthly.turn() == [NoticeKind.PLEDGE_WAITING]
    assert (await monthly.now(other)).state is PledgeState.WAITING
    assert await monthly.of(other) == []
    await monthly.until(12, 31)
    assert await monthly.turn() == [], "asked once"


async def test_where_it_is_needed_most_it_goes_elsewhere_after_another_notice(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, project=None, choices=(world.library.id, world.meals.id))
    await monthly.until(11, 23)
    await monthly.turn()
    announced = await monthly.last(pledge)
    await monthly.close_project(world.library if announced.project == world.library.id else world.meals)
    await monthly.until(11, 30)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ANNOUNCED], "the notice named a project that takes it no more"
    anew = await monthly.last(pledge)
    assert {announced.project, anew.project} == {world.library.id, world.meals.id}
    assert (anew.state, monthly.card.charged) == (ANNOUNCED, [])
    await monthly.until(12, 5, 9)
    assert (await monthly.turn(), monthly.card.charged) == ([], []), "five days lie between"
    await monthly.until(12, 5, 11)
    await monthly.turn()
    charged = await monthly.last(pledge)
    assert (charged.state, charged.project) == (CHARGING, anew.project)
    await monthly.pays(pledge)
    await monthly.turn()
    assert await world.balance(f"project:{anew.project}:credited") == -cny("20")
    await monthly.until(12, 23, 11)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ANNOUNCED], "the next month is as usual"


async def test_it_goes_where_it_was_announced_to_as_long_as_that_takes_it(monthly: Monthly):
    """Which of them needs it most may have changed since."""
    world = monthly.world
    pledge = await monthly.pledge(world.alice, project=None, choices=(world.library.id, world.meals.id))
    await monthly.until(11, 23)
    await monthly.turn()
    announced = await monthly.last(pledge)
    other = await monthly.pledge(world.bob, way=Way.LINK, project=announced.project, day=24)
    await monthly.until(11, 24)
    await monthly.turn()
    await monthly.pays(other)
    async with world.unit.read() as work:
        now_needs = (await wanting.wanted(work, [pledge]))[pledge.id]
    assert now_needs.id != announced.project
    await monthly.until(11, 30)
    await monthly.turn()
    charged = await monthly.last(pledge)
    assert (charged.state, charged.project) == (CHARGING, announced.project)


async def test_of_a_second_try_that_goes_elsewhere_they_are_told_first(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice, project=None, choices=(world.library.id, world.meals.id))
    monthly.card.code = "card_declined"
    assert await monthly.turn() == [NoticeKind.PLEDGE_DECLINED]
    tried = await monthly.last(pledge)
    monthly.card.code = None
    await monthly.close_project(world.library if tried.project == world.library.id else world.meals)
    world.time.passes(days=3)
    assert await monthly.turn() == [NoticeKind.PLEDGE_DECLINED]
    again = await monthly.last(pledge)
    assert (again.state, len(monthly.card.charged)) == (RETRY, 1)
    assert again.project != tried.project
    world.time.passes(days=1, minutes=10)
    await monthly.turn()
    assert (len(monthly.card.charged), await monthly.states(pledge)) == (2, [CHARGING])


async def test_a_month_that_nobody_was_there_for_is_left_out(monthly: Monthly):
    pledge = await monthly.pledge(monthly.world.alice, way=Way.LINK)
    await monthly.until(12, 10)
    assert await monthly.turn() == []
    assert await monthly.of(pledge) == []
    await monthly.until(12, 30)
    await monthly.turn()
    assert [one.month for one in await monthly.of(pledge)] == [Month(2026, 12)]


async def test_a_paused_pledge_goes_on_by_itself_in_its_month(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.LINK)
    async with world.unit() as work:
        paused = replace(pledge, state=PledgeState.PAUSED, paused_until=Month(2027, 1))
        await work.pledges.save(paused, due_at=debit_at(Month(2027, 1), 30, world.tabs.zone))
    await monthly.until(12, 30)
    assert await monthly.turn() == []
    await monthly.until(1, 30)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ASKED]
    assert (await monthly.now(pledge)).state is PledgeState.ACTIVE


async def test_every_three_months(monthly: Monthly):
    pledge = await monthly.pledge(monthly.world.alice, way=Way.LINK, every=3, first=Month(2026, 12), day=1)
    for month in (12, 1, 2, 3, 4):
        await monthly.until(month, 1)
        if NoticeKind.PLEDGE_ASKED in await monthly.turn():
            await monthly.pays(pledge)
            await monthly.turn()
    assert [(one.month.number, one.state) for one in await monthly.of(pledge)] == [(12, PAID), (3, PAID)]


async def test_one_that_fails_holds_up_no_others(monthly: Monthly, monkeypatch: pytest.MonkeyPatch):
    world = monthly.world
    pledges = [
        await monthly.pledge(await world.people.meet(Visitor(7_000 + n, f"P{n}"), started=True)) for n in range(5)
    ]
    await monthly.until(11, 23)
    await monthly.turn()
    await monthly.until(11, 30)
    charge_saved, seen = monthly.card.charge_saved, []

    async def odd(intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        seen.append(key)
        if key == seen[0]:
            raise KeyError("status")
        return await charge_saved(intent, method, key=key)

    monkeypatch.setattr(monthly.card, "charge_saved", odd)
    await monthly.turn()
    assert len(monthly.card.books) == 4
    monkeypatch.undo()
    await monthly.turn()
    assert len(monthly.card.books) == 5
    assert [await monthly.states(pledge) for pledge in pledges] == [[CHARGING]] * 5


async def test_one_bad_pledge_keeps_no_others_from_being_made(monthly: Monthly, monkeypatch: pytest.MonkeyPatch):
    world = monthly.world
    people = [await world.people.meet(Visitor(7_100 + n, f"P{n}"), started=True) for n in range(3)]
    bad, *good = [await monthly.pledge(person, way=Way.LINK) for person in people]
    wanted = wanting.wanted

    async def odd(work: Any, pledges: Any) -> Any:
        if any(pledge.id == bad.id for pledge in pledges):
            raise KeyError("rows nobody foresaw")
        return await wanted(work, pledges)

    monkeypatch.setattr(making, "wanted", odd)
    await monthly.until(11, 30)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ASKED] * 2
    assert await monthly.of(bad) == []
    assert [len(await monthly.of(pledge)) for pledge in good] == [1, 1]


async def test_a_rail_that_is_away_is_asked_by_one_and_not_by_a_thousand(
    monthly: Monthly, monkeypatch: pytest.MonkeyPatch
):
    world, asked = monthly.world, []
    for n in range(60):
        await monthly.pledge(await world.people.meet(Visitor(7_200 + n, f"P{n}"), started=True))
    await monthly.until(11, 23)
    await monthly.turn()
    await monthly.until(11, 30)

    async def away(intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        asked.append(key)
        raise RailUnavailable

    monkeypatch.setattr(monthly.card, "charge_saved", away)
    await monthly.steps.sweep()
    assert 0 < len(asked) <= 20, "those that were on their way, and no more before the next sweep"
    monkeypatch.undo()
    for _ in range(3):
        await monthly.turn()
    assert len(monthly.card.books) == 60


async def test_a_refund_of_a_month_is_a_refund_like_any_other(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    await monthly.turn()
    await monthly.pays(pledge)
    await monthly.turn()
    one = await monthly.last(pledge)
    assert one.payment is not None
    assert one.tip is not None
    charge = f"pi_{one.payment.hex}"
    values = {"their_id": f"re_{charge}", "charge": charge, "minor": 2_000}
    await event(monthly, EventKind.REFUNDED, one.payment, "evt_re", **values)
    assert NoticeKind.REFUNDED in await monthly.turn()
    async with world.unit.read() as work:
        gift = await work.tips.by_id(one.tip)
        payment = await work.payments.by_id(one.payment)
    assert gift is not None
    assert gift.state is TipState.REFUNDED
    assert payment is not None
    assert payment.state is PaymentState.PAID
    assert await world.balance(f"project:{world.library.id}:credited") == cny("0")


async def test_unpaid_it_is_in_no_list_of_gifts_and_in_no_total(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.LINK)
    await monthly.until(11, 30)
    await monthly.turn()
    assert (await monthly.last(pledge)).state is ASKED
    async with world.unit.read() as work:
        assert await work.tips.gifts_count(world.alice.id) == 0
        _, promised = await work.tips.sums_of(world.alice.id, "CNY")
        assert promised == cny("0")
        assert (await work.tallies.of([world.library.id], "CNY"))[world.library.id].given == cny("0")
    assert (await monthly.house.tabs.view(world.alice)).cards == (), "it stands on no tab"


async def test_what_is_asked_for_by_hand_is_not_asked_for_where_its_project_closed_meanwhile(monthly: Monthly):
    pledge = await monthly.pledge(monthly.world.alice, saved=False)
    await monthly.until(11, 23)
    await monthly.turn()
    assert (await monthly.last(pledge)).way is Way.LINK, "there is no card to announce a debit of"
    await monthly.close_project(monthly.world.library)
    await monthly.until(11, 30)
    assert await monthly.turn() == [NoticeKind.PLEDGE_WAITING]
    assert (await monthly.states(pledge), (await monthly.now(pledge)).state) == ([SKIPPED], PledgeState.WAITING)


async def test_a_pledge_that_waits_twice_in_a_month_is_told_twice(monthly: Monthly):
    world = monthly.world
    await monthly.close_project(world.library)
    pledge = await monthly.pledge(world.alice)
    await monthly.until(11, 23)
    assert await monthly.turn() == [NoticeKind.PLEDGE_WAITING]
    async with world.unit() as work:
        held = await work.pledges.lock(pledge.id)
        assert held is not None
        elsewhere = replace(held, state=PledgeState.ACTIVE, project=world.meals.id)
        await work.pledges.save(elsewhere, due_at=world.time())
    assert await monthly.turn() == [NoticeKind.PLEDGE_ANNOUNCED]
    await monthly.close_project(world.meals)
    await monthly.until(11, 30)
    assert await monthly.turn() == [NoticeKind.PLEDGE_WAITING]
    assert (await monthly.states(pledge), (await monthly.now(pledge)).state) == ([SKIPPED], PledgeState.WAITING)


async def test_of_two_months_that_are_asked_for_only_the_one_that_is_named_is_skipped(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, day=28, way=Way.LINK)
    await monthly.until(11, 28)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ASKED]
    async with world.unit() as work:
        held = await work.pledges.lock(pledge.id)
        assert held is not None
        sooner = replace(held, day=2)
        await work.pledges.save(sooner, due_at=look_at(sooner, Month(2026, 11), SHANGHAI))
    await monthly.until(12, 2)
    await monthly.turn()
    assert await monthly.states(pledge) == [ASKED, ASKED]
    await world.pledge_changes.skip(pledge.id, world.alice, Month(2026, 11))
    assert await monthly.states(pledge) == [SKIPPED, ASKED]


async def test_a_leader_that_lost_the_lead_makes_nothing_and_says_it_once(
    monthly: Monthly, monkeypatch: pytest.MonkeyPatch
):
    world = monthly.world
    for n in range(3):
        await monthly.pledge(await world.people.meet(Visitor(7_200 + n, f"P{n}"), started=True), way=Way.LINK)
    await monthly.until(11, 30)
    tried = []

    def lost() -> Any:
        tried.append(1)
        raise NotLeading

    steps, _ = steps_of(monthly.house, world.unit, world.time)
    monkeypatch.setattr(steps, "_making", Making(replace(monthly.means, write=lost), Telling(monthly.means)))
    with pytest.raises(NotLeading):
        await steps.sweep()
    assert len(tried) == 1, "not each of them alone"
