"""Pledges on both databases: made once, shown, changed, with what is under way; whoever else's they are."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from giving.errors import (
    GivingError,
    NotYours,
    PledgeBelow,
    PledgeBusy,
    PledgeChanged,
    PledgeOver,
    PledgePaid,
    PledgeProjects,
    PledgesMany,
    PledgeTwice,
    PledgeWaits,
    ProjectClosed,
    ProjectReached,
    ProjectUnknown,
    TipTooLarge,
    TipTooSmall,
)
from giving.payments import EventKind, Payment, PaymentState, SavedMethod
from giving.people import Visibility
from giving.pledges import (
    MOST_OPEN,
    Instalment,
    InstalmentState,
    Month,
    Pledge,
    PledgeState,
    Way,
    Why,
    debit_at,
)
from giving.projects import Organisation, ProjectState
from giving.receipts import receipt_code
from giving.thanks_posts import PostState
from giving.tips import OfferRequest, Tip, TipState
from services.pledges import PledgeAsk, PledgeCard, PledgeService
from services.rails import Rails
from storage.ids import new_id
from storage.monthly_calls import CallPost
from storage.work import UnitOfWork
from tests.rails import PaperRail, event
from tests.world import SHANGHAI, World, cny, make_world, project

NOV, DEC, JAN = Month(2026, 11), Month(2026, 12), Month(2027, 1)


class SavingRail(PaperRail):
    """Carries ¥4 at the least, and keeps cards."""

    capabilities = replace(PaperRail.capabilities, limits={"CNY": (cny("4"), cny("50000"))}, saves=True)


@pytest.fixture
async def world(work: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("tests.world.PaperRail", SavingRail)
    return await make_world(work)


async def save(world: World) -> None:
    async with world.unit() as work:
        method = await work.methods.ask(world.alice.id, world.library.organisation.id, "paper", now=world.time())
        assert await work.methods.saved(method, SavedMethod("cus_1", "pm_1", "Visa …4242"), now=world.time())


_keys = iter(f"tap:{n}" for n in range(10_000))


async def made(world: World, amount: str = "50", **ask: object) -> PledgeCard:
    wish = replace(PledgeAsk(world.library.id, cny(amount)), **ask)  # type: ignore[arg-type]
    return await world.pledges.make(wish, world.alice, next(_keys))


async def kept(world: World, card: PledgeCard) -> Pledge:
    async with world.unit.read() as work:
        return (await work.pledges.by_ids([card.pledge.id]))[card.pledge.id]


async def due_at(world: World, card: PledgeCard) -> object:
    """When the leader looks at it: asked as the leader does."""
    async with world.unit.read() as work:
        for days in range(400):
            if card.pledge.id in await work.pledges.claim_due(world.time() + timedelta(days=days), 10):
                return days
    return None


async def under_way(world: World, card: PledgeCard, state: InstalmentState, month: Month = DEC) -> Instalment:
    """As the leader makes it: with a payment and a gift of its own once it is asked for."""
    pledge, now = card.pledge, world.time()
    one = Instalment(
        new_id(), pledge.id, pledge.donor, month, pledge.amount, world.library.id, pledge.way,
        debit_at(month, pledge.day, SHANGHAI), state, every=pledge.every,
    )  # fmt: skip
    async with world.unit() as work:
        if state is not InstalmentState.ANNOUNCED:
            payment = Payment(new_id(), pledge.donor, pledge.rail, pledge.amount, PaymentState.CREATED, now)
            await work.payments.add_many([payment])
            tip = Tip(
                new_id(), pledge.donor, world.library.id, pledge.amount, pledge.visibility,
                receipt_code(new_id().int % 2**40), now, TipState.ON_TAB, payment=payment.id,
            )  # fmt: skip
            await work.tips.add_many([tip])
            one = replace(one, tip=tip.id, payment=payment.id, asked_at=now)
        assert await work.instalments.begin_many([one], {one.id: now}) == [one]
    return one


async def instalment(world: World, one: Instalment) -> Instalment:
    async with world.unit.read() as work:
        return (await work.instalments.by_ids([one.id]))[one.id]


async def tip_of(world: World, one: Instalment) -> Tip:
    assert one.tip is not None
    async with world.unit.read() as work:
        found = await work.tips.by_id(one.tip)
    assert found is not None
    return found


# -- making --


async def test_by_a_saved_card_it_begins_a_week_ahead_and_is_looked_at_then(world: World) -> None:
    await save(world)
    card = await made(world)
    assert (card.pledge.way, card.pledge.day, card.pledge.first, card.label) == (Way.SAVED, 22, DEC, "Visa …4242")
    assert (str(card.next), str(card.notice)) == ("2026-12-22", "2026-12-15")
    assert await kept(world, card) == card.pledge
    assert await due_at(world, card) == 23
    assert world.wakes.pledges.is_set()


async def test_by_a_link_it_begins_today(world: World) -> None:
    card = await made(world)
    assert (card.pledge.way, card.pledge.first, card.due_now, card.saved) == (Way.LINK, NOV, True, None)
    assert await due_at(world, card) == 0


async def test_the_same_tap_told_again_is_the_same_pledge(world: World) -> None:
    ask = PledgeAsk(world.library.id, cny("50"))
    first = await world.pledges.make(ask, world.alice, "tap:same")
    again = await world.pledges.make(ask, world.alice, "tap:same")
    assert first.pledge == again.pledge
    with pytest.raises(NotYours):
        await world.pledges.make(ask, world.bob, "tap:same")


async def test_of_taps_at_one_moment_one_makes_it_and_the_others_are_led_to_it(world: World) -> None:
    ask = PledgeAsk(world.library.id, cny("50"))
    taps = [world.pledges.make(ask, world.alice, next(_keys)) for _ in range(5)]
    done = await asyncio.gather(*taps, return_exceptions=True)
    cards = [one for one in done if isinstance(one, PledgeCard)]
    assert len(cards) == 1
    told = [one.args_for_message["pledge"] for one in done if isinstance(one, PledgeTwice)]
    assert told == [cards[0].pledge.id] * 4
    assert len((await world.pledges.of(world.alice)).cards) == 1


async def test_a_second_for_the_same_project_leads_to_the_first(world: World) -> None:
    card = await made(world)
    with pytest.raises(PledgeTwice) as offered:
        await world.pledges.offer(PledgeAsk(world.library.id, cny("10")), world.alice)
    assert offered.value.args_for_message["pledge"] == card.pledge.id
    begun = await world.pledges.begin(world.library.id, world.alice)
    assert begun.known is not None
    assert begun.known.pledge.id == card.pledge.id
    assert (await world.pledges.begin(world.library.id, world.bob)).known is None
    await world.pledge_changes.cancel(card.pledge.id, world.alice)
    assert (await made(world, "10")).pledge.id != card.pledge.id


async def test_a_creators_call_is_credited_to_them_and_to_nobody_for_themselves(world: World) -> None:
    slot = await world.slots.open(world.creator, world.meals.id, "晓雯")
    by_slot = await made(world, what=slot.slot.id)
    assert (by_slot.pledge.project, by_slot.pledge.creator) == (world.meals.id, world.creator.id)
    by_post = await made(world, what=world.post.id)
    assert (by_post.pledge.project, by_post.pledge.creator) == (world.library.id, world.creator.id)
    own = await world.pledges.make(PledgeAsk(slot.slot.id, cny("50")), world.creator, next(_keys))
    assert own.pledge.creator is None


async def test_an_invitation_that_was_published_is_credited_to_its_creator(world: World) -> None:
    call = CallPost(
        new_id(), world.chat.chat.id, world.creator.id, world.meals.id, "", PostState.SHOWN, world.time()
    )  # fmt: skip
    async with world.unit() as work:
        await work.monthly_calls.add(call)
    with pytest.raises(ProjectUnknown):
        await made(world, what=call.id)
    async with world.unit() as work:
        assert await work.monthly_calls.begin(call.id, now=world.time())
    card = await made(world, what=call.id)
    assert (card.pledge.project, card.pledge.creator) == (world.meals.id, world.creator.id)
    assert (await world.pledges.begin(call.id, world.bob)).goal.creator_name == world.chat.chat.title


async def test_a_slot_that_has_another_project_by_now_is_shown_before_it_is_promised_to(world: World) -> None:
    slot = await world.slots.open(world.creator, world.meals.id, "晓雯")
    offer = await world.pledges.offer(PledgeAsk(slot.slot.id, cny("50")), world.alice)
    await world.slots.open(world.creator, world.library.id)
    with pytest.raises(PledgeChanged):
        await made(world, what=slot.slot.id, seen=offer.goal.seen)
    assert not (await world.pledges.of(world.alice)).cards


async def test_what_takes_no_gifts_is_no_promise(world: World) -> None:
    async with world.unit() as work:
        await work.projects.put(replace(world.meals, state=ProjectState.CLOSED), world.time())
        small = replace(project("small", world.library.organisation, "小项目"), target=cny("5"))
        await work.projects.put(small, world.time())
    with pytest.raises(ProjectClosed):
        await made(world, what=world.meals.id)
    with pytest.raises(ProjectUnknown):
        await made(world, what=new_id())
    await world.pay(await world.tips.offer(OfferRequest("q5", world.bob.id, cny("5"), project=small.id)), world.bob)
    with pytest.raises(ProjectReached):
        await made(world, what=small.id)


@pytest.mark.parametrize(("amount", "why"), [("0.50", TipTooSmall), ("50001", TipTooLarge)])
async def test_an_amount_outside_the_limits_is_refused(world: World, amount: str, why: type[GivingError]) -> None:
    with pytest.raises(why):
        await made(world, amount)
    with pytest.raises(why):
        await world.pledges.offer(PledgeAsk(world.library.id, cny(amount)), world.alice)


async def test_less_than_a_rail_carries_is_offered_quarterly_or_on_the_tab(world: World) -> None:
    offer = await world.pledges.offer(PledgeAsk(world.library.id, cny("2")), world.alice)
    assert (offer.by and offer.by.way, offer.quarter, offer.least) == (Way.TAB, cny("6"), cny("4"))
    assert (await world.pledges.offer(PledgeAsk(world.library.id, cny("1")), world.alice)).quarter is None
    card = await made(world, "6", every=3)
    assert (card.pledge.every, card.pledge.way) == (3, Way.LINK)
    assert (await world.pledges.of(world.alice)).monthly == cny("2")
    tab = await world.pledges.make(PledgeAsk(world.library.id, cny("2")), world.bob, next(_keys))
    assert tab.pledge.way is Way.TAB


async def test_where_it_is_needed_most_is_among_an_organisations_or_ticked_projects(world: World) -> None:
    whole = await made(world, what=world.library.organisation.id)
    assert whole.pledge.organisation == world.library.organisation.id
    ticked = (world.meals.id, world.library.id)
    some = await made(world, what=None, ticked=ticked)
    assert set((await kept(world, some)).choices) == set(ticked)
    with pytest.raises(PledgeTwice):
        await made(world, what=None, ticked=ticked[::-1])
    with pytest.raises(PledgeProjects):
        await made(world, what=None, ticked=ticked[:1])
    with pytest.raises(PledgeTwice):
        await made(world, what=world.library.organisation.id)
    assert len((await world.pledges.of(world.alice)).cards) == 2


async def test_nobody_has_more_than_can_be_kept(world: World) -> None:
    async with world.unit() as work:
        for n in range(MOST_OPEN):
            each = project(f"p{n}", world.library.organisation, f"项目{n}")
            await work.projects.put(each, world.time())
            world.extras[f"p{n}"] = each
    for n in range(MOST_OPEN):
        await made(world, what=world.extras[f"p{n}"].id)
    with pytest.raises(PledgesMany):
        await made(world)


async def test_a_saved_card_of_one_organisation_is_no_way_to_pay_several(world: World) -> None:
    await save(world)
    other = Organisation(new_id(), "other", {"zh-CN": "别的", "en": "Other"}, None, world.time())
    far = project("far", other, "远方")
    async with world.unit() as work:
        await work.projects.put_organisation(other)
        await work.projects.put(far, world.time())
    card = await made(world, what=None, ticked=(world.library.id, far.id))
    assert (card.pledge.way, card.saves) == (Way.LINK, False)
    here = await made(world, what=None, ticked=(world.library.id, world.meals.id))
    assert here.pledge.way is Way.SAVED


# -- leaving out, resting, going on --


async def test_a_month_to_come_is_left_out_once_and_taken_in_again(world: World) -> None:
    await save(world)
    card = await made(world)
    for _ in range(2):
        left = await world.pledge_changes.skip(card.pledge.id, world.alice, DEC)
        assert (left.left_out, left.month, str(left.next)) == (DEC, JAN, "2027-01-22")
    with pytest.raises(PledgeChanged):  # one at a time: for longer there is the pause
        await world.pledge_changes.skip(card.pledge.id, world.alice, JAN)
    assert await due_at(world, card) == 54
    back = await world.pledge_changes.unskip(card.pledge.id, world.alice, DEC)
    assert (back.left_out, back.month) == (None, DEC)
    assert await due_at(world, card) == 23


@pytest.mark.parametrize(
    "state", [InstalmentState.ANNOUNCED, InstalmentState.ASKED, InstalmentState.RETRY, InstalmentState.ON_TAB]
)
async def test_the_one_under_way_is_left_out_and_its_gift_is_nobodys_any_more(
    world: World, state: InstalmentState
) -> None:
    await save(world)
    card = await made(world)
    one = await under_way(world, card, state)
    for _ in range(2):
        left = await world.pledge_changes.skip(card.pledge.id, world.alice, DEC)
        assert (left.under_way, left.month) == ((), JAN)
    assert (await instalment(world, one)).state is InstalmentState.SKIPPED
    if state in (InstalmentState.ASKED, InstalmentState.RETRY):
        assert (await tip_of(world, one)).state is TipState.CANCELLED
    assert (await kept(world, card)).skipped is None


async def test_what_is_at_a_rail_or_paid_is_not_left_out(world: World) -> None:
    await save(world)
    card = await made(world)
    one = await under_way(world, card, InstalmentState.CHARGING)
    with pytest.raises(PledgeBusy):
        await world.pledge_changes.skip(card.pledge.id, world.alice, DEC)
    async with world.unit() as work:
        await work.instalments.move(replace(one, state=InstalmentState.PAID), InstalmentState.CHARGING, None)
    with pytest.raises(PledgePaid):
        await world.pledge_changes.skip(card.pledge.id, world.alice, DEC)
    with pytest.raises(PledgeChanged):
        await world.pledge_changes.skip(card.pledge.id, world.alice, Month(2027, 5))


async def test_a_pause_gives_up_what_is_under_way_and_ends_by_itself(world: World) -> None:
    await save(world)
    card = await made(world)
    one = await under_way(world, card, InstalmentState.ANNOUNCED)
    rests = await world.pledge_changes.pause(card.pledge.id, world.alice, 3)
    assert (rests.pledge.state, str(rests.next), rests.under_way) == (PledgeState.PAUSED, "2027-03-22", ())
    assert (await instalment(world, one)).state is InstalmentState.SKIPPED
    assert await due_at(world, card) == 113
    longer = await world.pledge_changes.pause(card.pledge.id, world.alice, 12)
    assert str(longer.next) == "2028-01-22"
    for months in (0, 13):
        with pytest.raises(ValueError, match="12"):
            await world.pledge_changes.pause(card.pledge.id, world.alice, months)
    on = await world.pledge_changes.resume(card.pledge.id, world.alice)
    assert (on.pledge.state, str(on.next)) == (PledgeState.ACTIVE, "2027-01-22")
    assert await world.pledge_changes.resume(card.pledge.id, world.alice) == on


async def test_whoever_goes_on_after_long_gives_for_no_month_that_is_past(world: World) -> None:
    card = await made(world)
    await under_way(world, card, InstalmentState.SKIPPED, NOV)
    async with world.unit() as work:
        await work.pledges.save(replace(card.pledge, state=PledgeState.PAUSED), due_at=None)
    world.time.passes(days=170)
    on = await world.pledge_changes.resume(card.pledge.id, world.alice)
    assert str(on.next) == "2027-05-22"


async def test_an_end_is_at_once_and_only_why_is_said_later(world: World) -> None:
    await save(world)
    card = await made(world)
    one = await under_way(world, card, InstalmentState.ANNOUNCED)
    over = await world.pledge_changes.cancel(card.pledge.id, world.alice)
    assert (over.pledge.state, over.pledge.ended_at, over.next) == (PledgeState.CANCELLED, world.time(), None)
    assert (await instalment(world, one)).state is InstalmentState.SKIPPED
    assert await due_at(world, card) is None
    world.time.passes(days=1)
    told = await world.pledge_changes.cancel(card.pledge.id, world.alice, Why.MONEY)
    assert (told.pledge.why, told.pledge.ended_at) == (Why.MONEY, over.pledge.ended_at)
    for act in (world.pledge_changes.resume(card.pledge.id, world.alice),
                world.pledge_changes.pause(card.pledge.id, world.alice, 1)):  # fmt: skip
        with pytest.raises(PledgeOver):
            await act
    assert not (await world.pledges.of(world.alice)).cards


# -- changing --


async def test_another_amount_is_what_is_announced_too(world: World) -> None:
    await save(world)
    card = await made(world)
    one = await under_way(world, card, InstalmentState.ANNOUNCED)
    changed = await world.pledge_changes.change_amount(card.pledge.id, world.alice, cny("20"))
    assert [changed.pledge.amount, *(open_.amount for open_ in changed.under_way)] == [cny("20")] * 2
    now = await instalment(world, one)
    assert (now.amount, now.due_at, now.state) == (cny("20"), one.due_at, InstalmentState.ANNOUNCED)


async def test_what_is_asked_for_is_asked_for_anew_with_the_new_amount(world: World) -> None:
    card = await made(world)
    one = await under_way(world, card, InstalmentState.ASKED, NOV)
    await world.pledge_changes.change_amount(card.pledge.id, world.alice, cny("20"))
    now = await instalment(world, one)
    assert (now.state, now.amount, now.tip, now.payment) == (InstalmentState.ANNOUNCED, cny("20"), None, None)
    assert (await tip_of(world, one)).state is TipState.CANCELLED


async def paid_just_now(world: World, one: Instalment) -> None:
    """Its gift of ¥50 is; it does not say so itself yet."""
    await world.tips.pay.of_payment(one.payment, world.alice)  # type: ignore[arg-type]
    body = event(EventKind.PAID, one.payment, "evt_1", minor=5000, their_id="ch_1", charge="ch_1", fee=0)
    await world.payments.receive("paper", body, {"Signature": "paper"})
    await world.payments.settle_pending()


async def test_what_was_paid_a_moment_ago_stays_as_it_was(world: World) -> None:
    card = await made(world)
    one = await under_way(world, card, InstalmentState.ASKED, NOV)
    await paid_just_now(world, one)
    assert (await tip_of(world, one)).state is TipState.PAID
    await world.pledge_changes.change_amount(card.pledge.id, world.alice, cny("20"))
    assert (await instalment(world, one)).amount == cny("50")
    await world.pledge_changes.cancel(card.pledge.id, world.alice)
    assert (await tip_of(world, one)).state is TipState.PAID


async def test_another_day_moves_what_is_announced_if_that_is_still_ahead(world: World) -> None:
    await save(world)
    card = await made(world)
    one = await under_way(world, card, InstalmentState.ANNOUNCED)
    world.time.passes(days=25)  # 17 December
    later = await world.pledge_changes.change_day(card.pledge.id, world.alice, 28)
    assert (await instalment(world, one)).due_at == debit_at(DEC, 28, SHANGHAI)
    assert str(later.next) == "2027-01-28"
    past = await world.pledge_changes.change_day(card.pledge.id, world.alice, 5)
    assert (await instalment(world, one)).due_at == debit_at(DEC, 28, SHANGHAI)
    assert str(past.next) == "2027-01-05"
    last = await world.pledge_changes.change_day(card.pledge.id, world.alice, 31)
    assert str(last.next) == "2027-01-31"


async def test_another_way_and_every_three_months_at_once(world: World) -> None:
    await save(world)
    card = await made(world)
    linked = await world.pledge_changes.change_way(card.pledge.id, world.alice, "paper")
    assert (linked.pledge.way, linked.saved and linked.saved.by) == (Way.LINK, "saved")
    with pytest.raises(PledgeBelow):
        await world.pledge_changes.change_amount(card.pledge.id, world.alice, cny("2"))
    assert (await kept(world, card)).amount == cny("50")
    quarter = await world.pledge_changes.change_way(card.pledge.id, world.alice, "saved", amount=cny("6"), every=3)
    assert (quarter.pledge.every, quarter.pledge.amount, quarter.pledge.way) == (3, cny("6"), Way.SAVED)
    assert quarter.month == DEC
    assert quarter.pledge.next_month(DEC) == Month(2027, 3)
    with pytest.raises(PledgeBelow):
        await world.pledge_changes.change_way(card.pledge.id, world.alice, "unknown")


MONTHS_UNDER_WAY = pytest.mark.parametrize("state", [InstalmentState.ANNOUNCED, InstalmentState.ASKED])


@MONTHS_UNDER_WAY
async def test_a_quarter_begins_with_the_month_that_is_announced_or_asked_for(
    world: World, state: InstalmentState
) -> None:
    await save(world)
    card = await made(world)
    one = await under_way(world, card, state)
    by = "saved" if state is InstalmentState.ANNOUNCED else "paper"
    quarter = await world.pledge_changes.change_way(card.pledge.id, world.alice, by, amount=cny("600"), every=3)
    now = await instalment(world, one)
    assert (now.amount, now.every, now.state) == (cny("600"), 3, InstalmentState.ANNOUNCED)
    assert quarter.month == Month(2027, 3), "three months after the one that became the quarter"
    assert (await kept(world, card)).next_month(DEC) == Month(2027, 3)
    if state is InstalmentState.ASKED:
        assert (await tip_of(world, one)).state is TipState.CANCELLED


@MONTHS_UNDER_WAY
async def test_back_to_every_month_the_next_follows_the_quarter_that_becomes_one(
    world: World, state: InstalmentState
) -> None:
    await save(world)
    card = await made(world, "150", every=3)
    await under_way(world, card, state)
    by = "saved" if state is InstalmentState.ANNOUNCED else "paper"
    monthly = await world.pledge_changes.change_way(card.pledge.id, world.alice, by, amount=cny("50"), every=1)
    assert [(one.amount, one.every) for one in monthly.under_way] == [(cny("50"), 1)]
    assert monthly.month == JAN


async def test_a_quarter_that_is_at_its_rail_or_paid_counts_for_its_three_months(world: World) -> None:
    await save(world)
    card = await made(world, "150", every=3)
    one = await under_way(world, card, InstalmentState.CHARGING)
    monthly = await world.pledge_changes.change_way(card.pledge.id, world.alice, "saved", amount=cny("50"), every=1)
    assert (await instalment(world, one)).amount == cny("150")
    assert monthly.month == Month(2027, 3)
    again = await world.pledge_changes.change_way(card.pledge.id, world.alice, "saved", amount=cny("150"), every=3)
    assert again.month == Month(2027, 3)


async def test_a_month_paid_a_moment_ago_is_no_part_of_the_quarter_that_follows_it(world: World) -> None:
    card = await made(world)
    one = await under_way(world, card, InstalmentState.ASKED, NOV)
    await paid_just_now(world, one)
    quarter = await world.pledge_changes.change_way(card.pledge.id, world.alice, "paper", amount=cny("150"), every=3)
    assert quarter.month == DEC
    now = await instalment(world, one)
    assert (now.amount, now.every) == (cny("50"), 1)


async def test_it_moves_to_another_project_and_a_card_of_another_organisation_pays_no_more(world: World) -> None:
    await save(world)
    card = await made(world)
    one = await under_way(world, card, InstalmentState.ANNOUNCED)
    moved = await world.pledge_changes.move(card.pledge.id, world.alice, world.meals.id)
    assert (moved.pledge.project, moved.pledge.way) == (world.meals.id, Way.SAVED)
    assert (await instalment(world, one)).project == world.meals.id
    other = Organisation(new_id(), "other", {"zh-CN": "别的", "en": "Other"}, None, world.time())
    far = project("far", other, "远方")
    async with world.unit() as work:
        await work.projects.put_organisation(other)
        await work.projects.put(far, world.time())
    away = await world.pledge_changes.move(card.pledge.id, world.alice, far.id)
    assert (away.pledge.project, away.pledge.way) == (far.id, Way.LINK)
    now = await instalment(world, one)
    assert (now.project, now.way) == (far.id, Way.LINK)
    await made(world)
    with pytest.raises(PledgeTwice):
        await world.pledge_changes.move(card.pledge.id, world.alice, world.library.id)


async def test_what_waits_goes_on_where_its_donor_says(world: World) -> None:
    await save(world)
    card = await made(world, what=world.meals.id)
    async with world.unit() as work:
        await work.projects.put(replace(world.meals, state=ProjectState.CLOSED), world.time())
        await work.pledges.save(replace(card.pledge, state=PledgeState.WAITING), due_at=None)
    for act in (world.pledge_changes.resume(card.pledge.id, world.alice),
                world.pledge_changes.pause(card.pledge.id, world.alice, 2)):  # fmt: skip
        with pytest.raises(PledgeWaits):
            await act
    with pytest.raises(ProjectClosed):
        await world.pledge_changes.move(card.pledge.id, world.alice, world.meals.id)
    world.time.passes(days=60)
    on = await world.pledge_changes.move(card.pledge.id, world.alice, world.library.id)
    assert (on.pledge.state, on.pledge.project) == (PledgeState.ACTIVE, world.library.id)
    assert str(on.next) == "2027-01-26", "it is the 21st: five days after the notice, which comes at once"
    async with world.unit() as work:  # closed by mistake, and open again: it may just go on
        await work.pledges.save(replace(on.pledge, state=PledgeState.WAITING), due_at=None)
    assert (await world.pledge_changes.resume(card.pledge.id, world.alice)).pledge.state is PledgeState.ACTIVE


async def test_what_others_see_changes_from_the_next_gift_on(world: World) -> None:
    card = await made(world)
    shown = await world.pledge_changes.show(card.pledge.id, world.alice, Visibility.NAMED)
    assert (await kept(world, card)).visibility is shown.pledge.visibility is Visibility.NAMED


async def test_by_ones_own_clock(world: World) -> None:
    await world.subscriptions.choose_timezone(world.alice, "Pacific/Auckland")
    world.time.passes(hours=9)  # already the 23rd there
    card = await made(world)
    assert (card.pledge.day, str(card.next), card.zone.key) == (23, "2026-11-23", "Pacific/Auckland")


ACTS: list[Callable[[World, Pledge], Awaitable[object]]] = [
    lambda w, p: w.pledges.card(p.id, w.bob),
    lambda w, p: w.pledge_changes.skip(p.id, w.bob),
    lambda w, p: w.pledge_changes.unskip(p.id, w.bob, DEC),
    lambda w, p: w.pledge_changes.pause(p.id, w.bob, 1),
    lambda w, p: w.pledge_changes.resume(p.id, w.bob),
    lambda w, p: w.pledge_changes.cancel(p.id, w.bob),
    lambda w, p: w.pledge_changes.cancel(p.id, w.bob, Why.OTHER),
    lambda w, p: w.pledge_changes.change_amount(p.id, w.bob, cny("1")),
    lambda w, p: w.pledge_changes.change_day(p.id, w.bob, 1),
    lambda w, p: w.pledge_changes.change_way(p.id, w.bob, "tab"),
    lambda w, p: w.pledge_changes.show(p.id, w.bob, Visibility.NAMED),
    lambda w, p: w.pledge_changes.move(p.id, w.bob, w.meals.id),
]


async def test_nobody_elses_pledge_is_shown_or_changed(world: World) -> None:
    card = await made(world)
    for act in ACTS:
        for pledge in (card.pledge, replace(card.pledge, id=new_id())):
            with pytest.raises(NotYours):
                await act(world, pledge)
    assert await kept(world, card) == card.pledge


async def test_changes_at_one_moment_all_hold(world: World) -> None:
    await save(world)
    card = await made(world)
    changes, id_ = world.pledge_changes, card.pledge.id
    await asyncio.gather(
        changes.change_amount(id_, world.alice, cny("20")),
        changes.change_day(id_, world.alice, 3),
        changes.show(id_, world.alice, Visibility.NAMED),
        changes.change_way(id_, world.alice, "paper"),
    )
    now = await kept(world, card)
    assert (now.amount, now.day, now.visibility, now.way) == (cny("20"), 3, Visibility.NAMED, Way.LINK)


async def test_without_a_rail_nothing_can_be_promised(world: World) -> None:
    none = PledgeService(
        world.unit, Rails(), limits=world.pledges.limits, presets=world.pledges.presets, zone=SHANGHAI,
        wakes=world.wakes, now=world.time,
    )  # fmt: skip
    offer = await none.offer(PledgeAsk(world.library.id, cny("50")), world.alice)
    assert offer.by is None
    with pytest.raises(PledgeBelow):
        await none.make(PledgeAsk(world.library.id, cny("50")), world.alice, next(_keys))


@pytest.mark.parametrize("state", [InstalmentState.ASKED, InstalmentState.RETRY])
@pytest.mark.parametrize(("months", "until"), [(1, "2026-12-22"), (2, "2027-01-22"), (12, "2027-11-22")])
async def test_a_pause_counts_the_month_that_was_asked_for_today(
    world: World, state: InstalmentState, months: int, until: str
) -> None:
    """Its day is past, and it is given up: of one month, one gift is left out, and not two."""
    card = await made(world)
    await under_way(world, card, state, Month(2026, 11))
    world.time.passes(hours=6)
    rests = await world.pledge_changes.pause(card.pledge.id, world.alice, months)
    assert (rests.pledge.state, str(rests.next), rests.under_way) == (PledgeState.PAUSED, until, ())


async def test_a_pause_that_would_end_on_a_day_that_is_past_ends_with_the_next(world: World) -> None:
    card = await made(world)
    await under_way(world, card, InstalmentState.ASKED, Month(2026, 10))
    world.time.passes(hours=6)
    rests = await world.pledge_changes.pause(card.pledge.id, world.alice, 1)
    assert str(rests.next) == "2026-12-22"


@pytest.mark.parametrize("state", [InstalmentState.ANNOUNCED, InstalmentState.ASKED, InstalmentState.RETRY])
@pytest.mark.parametrize("month", [Month(2026, 11), DEC])
@pytest.mark.parametrize("months", [1, 3, 12])
async def test_the_same_pause_pressed_twice_is_one(
    world: World, state: InstalmentState, month: Month, months: int
) -> None:
    card = await made(world)
    await under_way(world, card, state, month)
    world.time.passes(hours=6)
    once = await world.pledge_changes.pause(card.pledge.id, world.alice, months)
    for _ in range(2):
        world.time.passes(days=2)
        assert (await world.pledge_changes.pause(card.pledge.id, world.alice, months)).pledge == once.pledge
    other = await world.pledge_changes.pause(card.pledge.id, world.alice, months % 12 + 1)
    assert other.pledge.paused_until != once.pledge.paused_until


async def test_the_same_pause_a_month_later_is_another(world: World) -> None:
    card = await made(world)
    await under_way(world, card, InstalmentState.ASKED, Month(2026, 11))
    world.time.passes(hours=6)
    rests = await world.pledge_changes.pause(card.pledge.id, world.alice, 3)
    assert str(rests.next) == "2027-02-22"
    world.time.passes(days=40)
    rests = await world.pledge_changes.pause(card.pledge.id, world.alice, 3)
    assert str(rests.next) == "2027-04-22", "January to March"
