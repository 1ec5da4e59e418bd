"""Debits that are declined, refused or not heard of: tried again, looked up, asked for by a link; never made twice."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from giving.budgets import PaymentRules
from giving.errors import TipNotOpen
from giving.notices import NoticeKind
from giving.payments import EventKind, PaymentState, SavedMethod
from giving.people import Person, Visitor
from giving.pledges import Instalment, InstalmentState, Pledge, PledgeState
from giving.tips import TipState
from payments.provider import Found
from services.alerts import AlertService
from services.guard_payments import PaymentGuard
from services.payments import PaymentService
from services.settlement import Settler
from storage.tables import look_ups, payments, tips
from tests.rails import event
from tests.services.months import Monthly, monthly_of, steps_of
from tests.services.months import event as event_of
from tests.world import World, cny

ASKED, CHARGING, RETRY = InstalmentState.ASKED, InstalmentState.CHARGING, InstalmentState.RETRY
PAID, FAILED, SKIPPED = InstalmentState.PAID, InstalmentState.FAILED, InstalmentState.SKIPPED


@pytest.fixture
async def monthly(world: World) -> Monthly:
    return monthly_of(world)


async def declined(monthly: Monthly, code: str = "card_declined", donor: Person | None = None) -> Pledge:
    """Its first debit was."""
    pledge = await monthly.announced(donor or monthly.world.alice)
    monthly.card.code = code
    assert await monthly.turn() == [NoticeKind.PLEDGE_DECLINED]
    return pledge


async def test_tried_again_on_day_three_and_seven_and_then_paused_with_one_message(monthly: Monthly):
    world = monthly.world
    pledge = await declined(monthly)
    told: list[NoticeKind] = []
    for _ in range(40):
        world.time.passes(days=1)
        told += await monthly.turn()
    assert told == [NoticeKind.PLEDGE_DECLINED, NoticeKind.PLEDGE_PAUSED]
    assert len(monthly.card.charged) == 3
    assert len({key for key, _, _ in monthly.card.charged}) == 3, "a new try is a new payment"
    assert await monthly.states(pledge) == [FAILED]
    assert (await monthly.now(pledge)).state is PledgeState.PAUSED
    one = await monthly.last(pledge)
    assert one.tip is not None
    async with world.unit.read() as work:
        gift = await work.tips.by_id(one.tip)
    assert gift is not None
    assert gift.state is TipState.CANCELLED


async def test_the_second_try_comes_three_days_later_and_may_go_through(monthly: Monthly):
    world = monthly.world
    pledge = await declined(monthly)
    monthly.card.code = None
    world.time.passes(days=2, hours=23)
    await monthly.turn()
    assert len(monthly.card.charged) == 1
    world.time.passes(hours=1)
    await monthly.turn()
    assert await monthly.states(pledge) == [CHARGING]
    await monthly.pays(pledge)
    assert await monthly.turn() == [NoticeKind.RECEIPT]
    assert await monthly.states(pledge) == [PAID]
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("20")


async def test_it_is_not_tried_again_before_its_donor_heard_of_it_and_that_is_a_day_ago(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    monthly.card.code = "card_declined"
    await monthly.steps.sweep()
    monthly.card.code = None
    world.time.passes(days=4)
    await monthly.steps.sweep()
    assert len(monthly.card.charged) == 1, "Telegram was away all the time"
    assert await monthly.told() == [NoticeKind.PLEDGE_DECLINED]
    world.time.passes(hours=23)
    await monthly.turn()
    assert len(monthly.card.charged) == 1
    world.time.passes(hours=2)
    await monthly.turn()
    assert (len(monthly.card.charged), await monthly.states(pledge)) == (2, [CHARGING])


async def test_of_a_decline_that_nobody_can_be_told_of_nothing_is_tried_again(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    monthly.card.code = "card_declined"
    await monthly.steps.sweep()
    world.time.passes(minutes=5)
    await monthly.house.outbox.unreachable(await monthly.claimed())
    monthly.card.code = None
    for _ in range(10):
        world.time.passes(days=1)
        await monthly.turn()
    assert (len(monthly.card.charged), await monthly.states(pledge)) == (1, [SKIPPED])
    assert (await monthly.now(pledge)).state is PledgeState.ACTIVE, "they may come back"
    await world.people.meet(Visitor(1002, "Alice", "alice", "en"), started=True)
    world.time.passes(minutes=5)
    assert NoticeKind.PLEDGE_LEFT_OUT in [notice.kind for notice in await monthly.claimed()], "and it is said"


async def test_what_only_its_donor_can_allow_is_asked_for_by_a_link(monthly: Monthly):
    pledge = await monthly.announced(monthly.world.alice)
    monthly.card.code = "authentication_required"
    assert await monthly.turn() == [NoticeKind.PLEDGE_ASKED]
    one = await monthly.last(pledge)
    assert (one.state, one.declined) == (ASKED, "authentication_required")
    await monthly.steps.pages.page(pledge.id, monthly.world.alice)
    await monthly.pays(pledge, "ch_1")
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID]


async def test_who_pays_by_link_after_a_decline_is_not_debited_again(monthly: Monthly):
    pledge = await declined(monthly)
    monthly.card.code = None
    page = await monthly.steps.pages.page(pledge.id, monthly.world.alice)
    assert page.url
    assert await monthly.states(pledge) == [ASKED]
    monthly.world.time.passes(days=4)
    assert await monthly.turn() == [NoticeKind.PLEDGE_REMINDED]
    await monthly.pays(pledge, "ch_1")
    await monthly.turn()
    assert (await monthly.states(pledge), len(monthly.card.charged)) == ([PAID], 1)


async def test_a_first_debit_that_went_through_all_the_same_pays_the_gift_once(monthly: Monthly):
    """The rail said no, and charged; the donor paid by the link too: the second one goes back."""
    world = monthly.world
    pledge = await declined(monthly)
    first = await monthly.last(pledge)
    await monthly.steps.pages.page(pledge.id, world.alice)
    assert first.payment is not None
    await monthly.house.paid(first.payment, 2_000, charge="pi_late")
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID]
    with pytest.raises(TipNotOpen):
        await monthly.steps.pages.page(pledge.id, world.alice)


async def test_a_decline_that_is_heard_of_later_counts_like_one_at_once(monthly: Monthly):
    pledge = await monthly.announced(monthly.world.alice)
    await monthly.turn()
    one = await monthly.last(pledge)
    assert one.payment is not None
    body = event(EventKind.DECLINED, one.payment, "evt_no", their_id=f"pi_{one.payment.hex}", minor=2_000)
    await monthly.house.payments.receive("card", body, {"Signature": "paper"})
    await monthly.house.payments.settle_pending()
    monthly.world.time.passes(hours=2)
    assert await monthly.turn() == [NoticeKind.PLEDGE_DECLINED]
    assert await monthly.states(pledge) == [RETRY]


async def test_no_answer_within_a_day_the_same_key_later_a_look(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    monthly.card.silent = True
    await monthly.turn()
    world.time.passes(hours=22)
    await monthly.turn()
    assert len(monthly.card.charged) == 2
    assert (len(monthly.card.books), monthly.card.fetched) == (1, []), "one key, one charge"
    world.time.passes(hours=2)
    await monthly.turn()
    assert (len(monthly.card.charged), len(monthly.card.fetched)) == (2, 1)
    monthly.card.silent = False
    await monthly.pays(pledge)
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID]
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("20")


async def test_what_never_came_there_is_debited_by_another_key(monthly: Monthly):
    pledge = await monthly.announced(monthly.world.alice)
    monthly.card.down = True
    await monthly.turn()
    monthly.world.time.passes(hours=24)
    monthly.card.down = False
    await monthly.turn()
    await monthly.turn()
    assert await monthly.states(pledge) == [CHARGING]
    assert len(monthly.card.books) == len(monthly.card.charged) == 1
    assert (await monthly.last(pledge)).debits == 2


async def test_of_what_nobody_knows_for_a_week_its_donor_decides(monthly: Monthly):
    pledge = await monthly.announced(monthly.world.alice)
    monthly.card.silent = True
    await monthly.turn()
    one = await monthly.last(pledge)
    assert one.payment is not None
    monthly.card.found[one.payment] = Found(PaymentState.UNKNOWN)
    for _ in range(7):
        monthly.world.time.passes(days=1)
        await monthly.turn()
    assert (await monthly.states(pledge), len(monthly.card.charged)) == ([ASKED], 1)


async def test_what_the_operator_mends_waits_a_day_and_is_told_them_once(monthly: Monthly):
    world = monthly.world
    alerts = AlertService(owners=[1003], wakes=world.wakes, now=world.time)
    await world.people.meet(Visitor(1003, "Owner"), started=True)
    monthly.steps, _ = steps_of(monthly.house, world.unit, world.time, alerts=alerts)
    pledge = await monthly.announced(world.alice)
    monthly.card.refuses = "api_key_refused"
    assert await monthly.turn() == [NoticeKind.ALERT]
    one = await monthly.last(pledge)
    assert (one.state, one.tries) == (RETRY, 0), "no try of theirs"
    await monthly.turn()
    assert len(monthly.card.charged) == 1
    monthly.card.refuses = None
    world.time.passes(days=1)
    await monthly.turn()
    assert await monthly.states(pledge) == [CHARGING]


async def test_refused_for_a_week_it_is_asked_for_by_a_link(monthly: Monthly):
    pledge = await monthly.announced(monthly.world.alice)
    monthly.card.refuses = "account_invalid"
    for _ in range(9):
        await monthly.turn()
        monthly.world.time.passes(days=1)
    assert (await monthly.states(pledge))[0] is ASKED
    assert (await monthly.now(pledge)).state is PledgeState.ACTIVE


@pytest.mark.parametrize("state", [PledgeState.CANCELLED, PledgeState.PAUSED])
async def test_what_never_came_to_the_rail_is_not_charged_once_its_pledge_rests_or_is_over(
    monthly: Monthly, state: PledgeState
):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    monthly.card.down = True
    await monthly.turn()
    await monthly.change(pledge, state)
    assert await monthly.states(pledge) == [CHARGING], "nobody knows yet whether it came there"
    monthly.card.down = False
    for _ in range(30):
        await monthly.turn()
        world.time.passes(hours=1)
    assert (monthly.card.charged, monthly.card.books) == ([], {})
    assert (await monthly.states(pledge), (await monthly.now(pledge)).state) == ([SKIPPED], state)


async def test_what_was_charged_before_its_pledge_ended_is_found_and_booked(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    monthly.card.silent = True
    await monthly.turn()
    await monthly.change(pledge, PledgeState.CANCELLED)
    monthly.card.silent = False
    await monthly.turn()
    assert monthly.card.fetched == [], "a rail may not find at once what it has just made"
    world.time.passes(hours=1)
    await monthly.turn()
    assert (len(monthly.card.charged), len(monthly.card.fetched)) == (1, 1), "asked what became of it, not for money"
    await monthly.pays(pledge)
    assert await monthly.turn() == [NoticeKind.RECEIPT]
    assert (await monthly.states(pledge), (await monthly.now(pledge)).state) == ([PAID], PledgeState.CANCELLED)
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("20")


@pytest.mark.parametrize("came", ["charged", "never came", "declined"])
async def test_of_who_left_while_a_debit_had_no_answer_it_is_decided_all_the_same(monthly: Monthly, came: str):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    monthly.card.silent, monthly.card.down = came == "charged", came != "charged"
    await monthly.turn()
    one = await monthly.last(pledge)
    await world.privacy.leave(world.alice)
    monthly.card.silent = monthly.card.down = False
    assert one.payment is not None
    if came == "declined":
        monthly.card.found[one.payment] = Found(PaymentState.FAILED)
    world.time.passes(hours=1)
    await monthly.turn()
    if came == "charged":
        await monthly.pays(pledge)
    world.time.passes(days=4)
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID if came == "charged" else SKIPPED]
    assert len(monthly.card.charged) == (1 if came == "charged" else 0)
    async with world.unit.read() as work:
        later = await work.instalments.to_step(world.time() + timedelta(hours=2), 10)
    assert later == [], "not looked at for ever"


async def test_a_pledge_that_ended_while_it_was_at_the_rail_is_not_tried_again(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    await monthly.turn()
    one = await monthly.last(pledge)
    await monthly.change(pledge, PledgeState.CANCELLED)
    assert one.payment is not None
    await event_of(monthly, EventKind.DECLINED, one.payment, "evt_no", their_id=f"pi_{one.payment.hex}", minor=2_000)
    world.time.passes(hours=2)
    assert await monthly.turn() == [], "nobody is told of what does not concern them any more"
    assert await monthly.states(pledge) == [SKIPPED]
    world.time.passes(days=3)
    assert await monthly.turn() == [], "and not tried again"
    assert (await monthly.states(pledge), len(monthly.card.charged)) == ([SKIPPED], 1)
    assert (await monthly.now(pledge)).state is PledgeState.CANCELLED


async def test_a_database_taken_back_asks_by_the_same_key_and_later_looks_first(monthly: Monthly):
    """What was written is lost: the instalment stands as it was announced, and the rail has the charge."""
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    before = await monthly.last(pledge)
    await monthly.turn()
    await taken_back(monthly, pledge, before)
    await monthly.turn()
    assert len(monthly.card.charged) == 2
    assert len(monthly.card.books) == 1, "the same key"
    await taken_back(monthly, pledge, before)
    world.time.passes(days=2)
    await monthly.turn()
    assert (len(monthly.card.charged), len(monthly.card.books)) == (2, 1), "its key is forgotten there: looked first"
    await monthly.pays(pledge)
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID]


@pytest.mark.parametrize("what", ["card", "language"])
async def test_taken_back_and_asked_in_other_words_it_is_looked_up_and_nobody_is_sent_a_link(
    monthly: Monthly, what: str
):
    """The key is known there with another card, or words: that it was charged is all there is to know."""
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    before = await monthly.last(pledge)
    await monthly.turn()
    await taken_back(monthly, pledge, before)
    async with world.unit() as work:
        if what == "card":
            method = await work.methods.ask(world.alice.id, world.library.organisation.id, "card", now=world.time())
            await work.methods.saved(method, SavedMethod("cus_2", "pm_2", "Visa …5555"), now=world.time())
        else:
            await work.people.set(world.alice.id, chosen_language="zh-CN")
    assert await monthly.turn() == []
    assert (await monthly.states(pledge), len(monthly.card.fetched)) == ([CHARGING], 1)
    assert len(monthly.card.books) == 1
    await monthly.pays(pledge)
    assert await monthly.turn() == [NoticeKind.RECEIPT]
    assert await monthly.states(pledge) == [PAID]
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("20")


async def test_a_key_that_is_taken_and_nothing_found_by_it_is_believed_only_when_it_is_old(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    before = await monthly.last(pledge)
    monthly.card.down = True
    await monthly.turn()
    one = await monthly.last(pledge)
    monthly.card.words[f"payment:{one.payment}"] = ("something", "else")
    monthly.card.down = False
    for _ in range(3):
        world.time.passes(minutes=10)
        await monthly.turn()
    assert (await monthly.states(pledge), len(monthly.card.charged)) == ([CHARGING], 1), "not asked every minute"
    world.time.passes(hours=24)
    await monthly.turn()
    await monthly.turn()
    assert (await monthly.last(pledge)).debits == before.debits + 2
    assert len(monthly.card.books) == 1, "by another key"


async def taken_back(monthly: Monthly, pledge: Pledge, before: Instalment) -> None:
    """As a copy of before the debit has it (tests/faults/test_pledges.py does it with a whole file)."""
    one = await monthly.last(pledge)
    async with monthly.world.unit() as work:
        assert await work.instalments.move(before, one.state, before.due_at)
        connection = work.connection
        await connection.execute(delete(tips).where(tips.c.id == one.tip))
        await connection.execute(delete(look_ups).where(look_ups.c.payment_id == one.payment))
        await connection.execute(delete(payments).where(payments.c.id == one.payment))


async def test_declines_of_saved_cards_are_no_attack_on_the_rail(monthly: Monthly):
    """One in ten of a hundred thousand would close it for everybody."""
    world = monthly.world
    guard = PaymentGuard(world.unit, monthly.house.rails, rules=PaymentRules(), now=world.time)
    rails, gap = monthly.house.rails, timedelta(minutes=10)
    settler = Settler(world.unit, rails, wakes=world.wakes, digest_every=gap, guard=guard, now=world.time)
    monthly.house.payments = PaymentService(world.unit, rails.values(), settler)
    pledge = await monthly.announced(world.alice)
    await monthly.turn()
    one = await monthly.last(pledge)
    body = event(EventKind.DECLINED, one.payment, "evt_no", their_id="pi_1", minor=2_000)
    await monthly.house.payments.receive("card", body, {"Signature": "paper"})
    await monthly.house.payments.settle_pending()
    await guard.idle()
    async with world.unit.read() as work:
        assert await work.budgets.guards() == {}
