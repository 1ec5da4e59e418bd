"""Pools with real gifts: matched in the commit of the payment, unmatched with the refund; what is held, decided."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from giving.errors import (
    DayUnknown,
    MatchDecided,
    NotAllowed,
    PoolCurrency,
    PoolNotDraft,
    PoolNotOpen,
    PoolOverpaid,
    PoolUnknown,
)
from giving.matching import (
    Caps,
    Fairness,
    Fixed,
    HeldReason,
    Lottery,
    MatchState,
    Pool,
    PoolState,
    Ratio,
    Remainder,
    Rule,
    Scope,
    Window,
    amount_of,
)
from giving.money import Money
from giving.notices import NoticeKind
from giving.payments import EventKind
from giving.people import Person, Visibility, Visitor
from giving.projects import Project, ProjectState
from giving.tips import OfferRequest, Tip, TipState
from services.alerts import AlertService
from services.ledger import LedgerService
from services.matching import NewPool, PoolService, review
from services.settlement import Matcher
from storage.audit import AuditStore
from storage.ids import new_id
from storage.matching import MatchingStore
from storage.matching.rows import pool_row
from storage.tables import people, pools
from tests.services.giving_days.town import on
from tests.world import SHANGHAI, World, cny

Give = Callable[..., Awaitable[Tip]]


@pytest.fixture
async def known(world: World) -> World:
    """Everybody has been known for long."""
    world.time.passes(days=30)
    return world


def now_of(world: World, **later: float) -> datetime:
    return world.time() + timedelta(**later)


async def a_pool(
    world: World, rule: Rule, amount: str = "100", *, sign: bool = True, parts: tuple[str, ...] = (),
    remainder: Remainder = Remainder.CARRY, caps: Caps | None = None, scope: Scope | None = None,
    ends: bool = True, named: bool = True,
) -> Pool:  # fmt: skip
    """A pool that is open from now on: a day, or hour by hour for each of its parts."""
    start = world.time().replace(microsecond=0)
    windows = tuple(
        Window(n + 1, start + timedelta(hours=n), start + timedelta(hours=n + 1), cny(part).minor)
        for n, part in enumerate(parts)
    ) or (Window(1, start, start + timedelta(days=1) if ends else None, cny(amount).minor),)
    whole = Money(sum(window.part_minor for window in windows), "CNY")
    new = NewPool(
        "晨星公司", named, {"zh-CN": "晨星配捐", "en": "Morning Star"}, whole, rule, windows,
        caps=caps or Caps(), scope=scope or Scope(), remainder=remainder,
    )  # fmt: skip
    pool = await world.pools.create(new)
    return await world.pools.sign(pool.id, signed_by="王经理") if sign else pool


async def give(
    world: World, amount: str, n: int, *, donor: Person | None = None, visibility: Visibility | None = None,
    payer: str | None = None,
) -> Tip:  # fmt: skip
    """A gift of this amount, paid now."""
    donor = donor or world.alice
    offer = OfferRequest(f"k{n}", donor.id, cny(amount), post=world.post.id)
    tip = await world.tips.offer(replace(offer, visibility=visibility) if visibility else offer)
    return await world.pay(tip, donor, charge=f"ch_{n}", at=int(world.time().timestamp()), payer=payer)


async def refund(world: World, tip: Tip, amount: str, n: int, kind: EventKind = EventKind.REFUNDED) -> Tip:
    await world.deliver(
        kind, tip, f"evt_re_{kind}_{n}", their_id=f"re_{n}", charge=tip.charge, minor=cny(amount).minor,
        at=int(world.time().timestamp()),
    )  # fmt: skip
    await world.payments.settle_pending()
    return await world.fresh(tip)


async def fresh(world: World, pool: Pool) -> Pool:
    return (await world.pool_views.card(pool.id, drafts=True)).pool


async def matches(world: World, tip: Tip) -> list[tuple[MatchState, int]]:
    async with world.unit.read() as work:
        found = (await work.matching.of_tips([tip.id])).get(tip.id, [])
    return [(match.state, match.stands_minor) for match in found]


async def test_a_gift_is_matched_in_the_commit_that_books_it(known: World):
    pool = await a_pool(known, Ratio(1, 1))
    tip = await give(known, "5", 1)
    assert tip.state is TipState.PAID
    after = await fresh(known, pool)
    assert (after.used, after.left) == (cny("5"), cny("95"))
    assert await known.balance(f"project:{known.library.id}:matched") == cny("-5")
    assert await known.balance(f"project:{known.library.id}:credited") == cny("-5"), "what donors gave is apart"
    assert await known.balance(f"pool:{pool.id}:committed") == cny("-95")
    assert await known.balance(f"sponsor:{pool.sponsor}:receivable") == cny("100")
    async with known.unit.read() as work:
        entry = await work.ledger.by_key(f"match:{tip.id}:{pool.id}")
    assert entry is not None
    assert entry.occurred_at == tip.paid_at


async def test_an_event_delivered_twice_matches_once(known: World):
    pool = await a_pool(known, Ratio(1, 1))
    tip = await give(known, "5", 1)
    await known.deliver(EventKind.PAID, tip, "evt_again", their_id="ch_1", fee=3, at=int(known.time().timestamp()))
    assert (await fresh(known, pool)).used == cny("5")


async def test_a_draft_adds_nothing_and_what_was_paid_before_it_was_signed_neither(known: World):
    pool = await a_pool(known, Ratio(1, 1), sign=False)
    await give(known, "5", 1)
    await known.pools.sign(pool.id, signed_by="王经理")
    assert (await fresh(known, pool)).used == cny("0")
    await give(known, "1", 2)
    assert (await fresh(known, pool)).used == cny("1")
    with pytest.raises(PoolNotDraft):
        await known.pools.sign(pool.id, signed_by="王经理")


async def test_several_pools_add_to_one_gift_each_by_its_rule(known: World):
    one = await a_pool(known, Ratio(1, 2))
    other = await a_pool(known, Lottery(10, 99, "11.11"))
    elsewhere = await a_pool(known, Fixed(500), scope=Scope(projects=frozenset([known.meals.id])))
    tip = await give(known, "5", 1)
    drawn = amount_of(Lottery(10, 99, "11.11"), 500, tip.receipt_code)
    assert (await fresh(known, one)).used == cny("2.50")
    assert (await fresh(known, other)).used == Money(drawn, "CNY")
    assert (await fresh(known, elsewhere)).used == cny("0")


async def test_caps_hold_over_many_payments(known: World):
    caps = Caps(gift_minor=300, donor_day_minor=500, project_minor=700)
    pool = await a_pool(known, Ratio(2, 1), caps=caps)
    added = []
    for n, donor in enumerate([known.alice, known.alice, known.alice, known.bob, known.bob]):
        before = (await fresh(known, pool)).used
        await give(known, "5", n, donor=donor)
        added.append(((await fresh(known, pool)).used - before).minor)
    assert added == [300, 200, 0, 200, 0]


async def test_the_pool_ends_to_the_cent_and_gifts_go_on(known: World):
    pool = await a_pool(known, Ratio(1, 1), "8")
    for n in range(3):
        tip = await give(known, "5", n, donor=known.bob)
        assert tip.state is TipState.PAID
    assert (await fresh(known, pool)).left == cny("0")
    assert await known.balance(f"project:{known.library.id}:matched") == cny("-8")


# --- Back ------------------------------------------------------------------------------------------------------------


async def test_a_refund_takes_the_match_along_in_proportion_and_the_pool_has_it_again(known: World):
    pool = await a_pool(known, Ratio(2, 1), "10")
    tip = await give(known, "5", 1)
    await refund(known, tip, "2", 1)
    assert await matches(known, tip) == [(MatchState.MATCHED, 600)]
    assert (await fresh(known, pool)).left == cny("4")
    await refund(known, tip, "3", 2)
    assert await matches(known, tip) == [(MatchState.MATCHED, 0)]
    assert (await fresh(known, pool)).left == cny("10")
    assert await known.balance(f"project:{known.library.id}:matched") == cny("0")


async def test_a_dispute_that_is_lost_takes_it_along_and_one_that_is_won_does_not(known: World):
    pool = await a_pool(known, Ratio(1, 1))
    tip, other = await give(known, "5", 1), await give(known, "5", 2, donor=known.bob)
    for kind in (EventKind.DISPUTED, EventKind.DISPUTE_LOST):
        await known.deliver(kind, tip, f"evt_{kind}", their_id="dp_1", charge="ch_1")
    for kind in (EventKind.DISPUTED, EventKind.DISPUTE_WON):
        await known.deliver(kind, other, f"evt_{kind}_2", their_id="dp_2", charge="ch_2")
    assert (await fresh(known, pool)).used == cny("5")


async def test_a_refund_that_failed_brings_the_match_again_as_far_as_the_pool_has_it(known: World):
    pool = await a_pool(known, Ratio(1, 1), "6")
    tip = await give(known, "5", 1)
    await refund(known, tip, "5", 1)
    await give(known, "4", 2, donor=known.bob)
    tip = await refund(known, tip, "5", 1, EventKind.REFUND_FAILED)
    assert tip.state is TipState.PAID
    assert await matches(known, tip) == [(MatchState.MATCHED, 200)]
    assert (await fresh(known, pool)).left == cny("0")


@pytest.mark.parametrize("caps", [Caps(project_minor=500), Caps(donor_day_minor=500)])
async def test_a_refund_that_failed_brings_no_more_than_the_caps_have_room_for(known: World, caps: Caps):
    pool = await a_pool(known, Ratio(1, 1), caps=caps)
    tip = await give(known, "5", 1)
    await refund(known, tip, "5", 1)
    other = await give(known, "3", 2)
    tip = await refund(known, tip, "5", 1, EventKind.REFUND_FAILED)
    assert tip.state is TipState.PAID
    assert (await fresh(known, pool)).used == cny("5"), "the other one took of what was free meanwhile"
    assert (await matches(known, tip), await matches(known, other)) == (
        [(MatchState.MATCHED, 200)], [(MatchState.MATCHED, 300)],
    )  # fmt: skip
    await refund(known, other, "3", 2)
    tip = await refund(known, tip, "1", 3)
    assert await matches(known, tip) == [(MatchState.MATCHED, 200)], "what goes back brings nothing, whatever is free"
    tip = await refund(known, tip, "1", 3, EventKind.REFUND_FAILED)
    assert await matches(known, tip) == [(MatchState.MATCHED, 500)]


async def test_refunds_that_failed_together_share_the_room_under_a_cap(known: World):
    pool = await a_pool(known, Ratio(1, 1), caps=Caps(project_minor=600))
    tips = [await give(known, "3", 1), await give(known, "3", 2, donor=known.bob)]
    for n, tip in enumerate(tips):
        await refund(known, tip, "3", n)
    await give(known, "2", 3)
    at = int(known.time().timestamp())
    for n, tip in enumerate(tips):
        about = {"their_id": f"re_{n}", "charge": tip.charge, "minor": 300, "at": at}
        await known.keep(EventKind.REFUND_FAILED, await known.fresh(tip), f"evt_failed_{n}", **about)
    await known.payments.settle_pending()
    assert (await fresh(known, pool)).used == cny("6")
    assert [await matches(known, tip) for tip in tips] == [[(MatchState.MATCHED, 300)], [(MatchState.MATCHED, 100)]]


@pytest.mark.parametrize(
    ("lower", "check"),
    [
        (Caps(project_minor=700), "a project gets no more of a pool than its cap"),
        (Caps(donor_day_minor=400), "a donor's day gets no more of a pool than its cap"),
    ],
)
async def test_what_is_over_a_cap_is_found_in_the_books(known: World, lower: Caps, check: str):
    pool = await a_pool(known, Ratio(1, 1), caps=Caps(gift_minor=500, donor_day_minor=500, project_minor=800))
    await give(known, "5", 1)
    await give(known, "3", 2, donor=known.bob)
    await put_caps(known, pool, lower)
    (wrong,) = (await LedgerService(known.unit).verify()).findings
    cap = lower.project_minor or lower.donor_day_minor
    of = known.library.slug if lower.project_minor else f"{known.time().astimezone(SHANGHAI):%Y-%m-%d}"
    assert (wrong.check, wrong.expected_minor, wrong.found_minor) == (check, cap, 800 if lower.project_minor else 500)
    assert wrong.subject.endswith(f", {of}")
    await put_caps(known, pool, pool.caps)


async def put_caps(world: World, pool: Pool, caps: Caps) -> None:
    """Other caps than it was signed with, past the program."""
    async with world.unit() as work:
        row = pool_row(replace(pool, caps=caps))
        await work.connection.execute(update(pools).where(pools.c.id == pool.id).values(caps=row["caps"]))


async def test_what_was_paid_and_given_back_in_one_batch_stays_with_the_pool(known: World):
    pool = await a_pool(known, Ratio(1, 1))
    tip = await known.tip(known.alice, "5")
    await known.tips.payment_link(tip.id, known.alice)
    tip = await known.fresh(tip)
    at = int(known.time().timestamp())
    await known.keep(EventKind.PAID, tip, "evt_1", their_id="ch_1", at=at)
    await known.keep(EventKind.REFUNDED, tip, "evt_2", their_id="re_1", charge="ch_1", at=at)
    await known.payments.settle_pending()
    assert (await known.fresh(tip)).state is TipState.REFUNDED
    assert (await fresh(known, pool)).used == cny("0")


# --- Sponsors --------------------------------------------------------------------------------------------------------


async def test_a_sponsor_who_withdraws_keeps_what_is_left_and_what_is_matched_stays(known: World):
    pool = await a_pool(known, Ratio(1, 1))
    tip = await give(known, "5", 1)
    await known.pools.paid(pool.id, cny("100"), proof="bank-1 transfer")
    after = await known.pools.withdraw(pool.id)
    assert (after.state, after.used, after.returned, after.left) == (
        PoolState.WITHDRAWN, cny("5"), cny("95"), cny("0"),
    )  # fmt: skip
    await give(known, "5", 2, donor=known.bob)
    assert (await fresh(known, pool)).used == cny("5")
    assert await known.balance(f"sponsor:{pool.sponsor}:receivable") == cny("-95"), "owed back to them"
    with pytest.raises(PoolOverpaid) as refused:
        await known.pools.paid_back(pool.id, cny("96"), proof="bank-2")
    assert refused.value.args_for_message == {"most": cny("95")}
    await refund(known, tip, "5", 1)
    assert (await fresh(known, pool)).returned == cny("100"), "what comes back later is theirs too"
    await known.pools.paid_back(pool.id, cny("100"), proof="bank-2")
    assert await known.balance(f"sponsor:{pool.sponsor}:receivable") == cny("0")
    assert await known.balance("operator:sponsored") == cny("0")
    with pytest.raises(PoolNotOpen):
        await known.pools.withdraw(pool.id)


async def test_a_sponsors_payment_is_booked_once_and_never_more_than_is_owed(known: World):
    pool = await a_pool(known, Ratio(1, 1))
    assert (await known.pools.paid(pool.id, cny("60"), proof="bank-1")).is_new
    assert not (await known.pools.paid(pool.id, cny("60"), proof="bank-1 again")).is_new
    for wrong in (cny("41"), Money(0, "CNY"), Money(1, "USD")):
        with pytest.raises(PoolOverpaid):
            await known.pools.paid(pool.id, wrong, proof="bank-2")
    assert await known.balance(f"sponsor:{pool.sponsor}:receivable") == cny("40")
    draft = await a_pool(known, Ratio(1, 1), sign=False)
    with pytest.raises(PoolNotOpen):
        await known.pools.paid(draft.id, cny("1"), proof="bank-3")
    with pytest.raises(PoolUnknown):
        await known.pools.paid(new_id(), cny("1"), proof="bank-3")


async def test_a_pool_in_another_currency_than_its_project_is_refused(known: World):
    dollars: Project = replace(
        known.library, id=new_id(), slug="dollars", target=Money(100, "USD"), state=ProjectState.OPEN
    )
    async with known.unit() as work:
        await work.projects.put(dollars, known.time())
    with pytest.raises(PoolCurrency):
        await a_pool(known, Ratio(1, 1), scope=Scope(projects=frozenset([dollars.id])))


async def test_a_pool_in_another_currency_than_its_day_or_than_all_gifts_is_refused(known: World):
    day = await on(known)
    window = Window(1, known.time(), None, 100)
    new = NewPool("S", True, {"en": "T"}, Money(100, "USD"), Ratio(1, 1), (window,))
    with pytest.raises(PoolCurrency):
        await known.pools.create(replace(new, scope=Scope(days=frozenset([day.id]))))
    with pytest.raises(PoolCurrency):
        await PoolService(known.unit, currency="CNY", now=known.time).create(new)


async def test_every_act_is_in_the_audit_log(known: World):
    pool = await a_pool(known, Ratio(1, 1))
    await known.pools.paid(pool.id, cny("1"), proof="bank-1")
    await known.pools.withdraw(pool.id)
    async with known.unit.read() as work:
        acts = [a.record.action for a in await work.audit.list(limit=50) if a.record.subject_id == str(pool.id)]
    assert acts[::-1] == ["pool.created", "pool.signed", "pool.paid", "pool.withdrawn"]


# --- Windows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remainder", "second", "returned", "project"),
    [(Remainder.CARRY, 9, 0, 10), (Remainder.BACK, 5, 4, 6), (Remainder.SHARED, 5, 0, 10)],
)
async def test_what_a_window_leaves_goes_where_it_was_said(
    known: World, remainder: Remainder, second: int, returned: int, project: int
):
    pool = await a_pool(known, Ratio(1, 1), parts=("5", "5"), remainder=remainder)
    await give(known, "1", 1)
    known.time.passes(hours=1)
    await give(known, "50", 2, donor=known.bob)
    assert (await fresh(known, pool)).used == Money(100 * (1 + second), "CNY")
    assert await known.pool_steps.settle() == 0, "a late payment may still come"
    known.time.passes(hours=26)
    assert await known.pool_steps.settle() == 1
    assert await known.pool_steps.settle() == 0
    after = await fresh(known, pool)
    assert after.state is PoolState.ENDED
    assert after.returned == Money(100 * returned, "CNY")
    assert await known.balance(f"project:{known.library.id}:matched") == Money(-100 * project, "CNY")
    assert (after.left, await known.balance(f"pool:{pool.id}:committed")) == (cny("0"), cny("0"))


async def test_what_is_shared_keeps_to_the_cap_of_a_project_and_the_rest_goes_back(known: World):
    caps = Caps(project_minor=700)
    pool = await a_pool(known, Ratio(1, 1), parts=("5", "5"), remainder=Remainder.SHARED, caps=caps)
    await give(known, "1", 1)
    known.time.passes(hours=1)
    await give(known, "1", 2, donor=known.bob)
    known.time.passes(hours=50)
    assert await known.pool_steps.settle() == 1
    after = await fresh(known, pool)
    assert (after.state, after.used, after.returned) == (PoolState.ENDED, cny("7"), cny("3"))
    assert await known.balance(f"project:{known.library.id}:matched") == cny("-7")
    assert await known.balance(f"pool:{pool.id}:committed") == cny("0")


async def test_a_window_waits_for_what_is_held_of_it(world: World):
    pool = await a_pool(world, Ratio(1, 1), parts=("5", "5"), remainder=Remainder.BACK)
    tip = await give(world, "1", 1)
    assert await matches(world, tip) == [(MatchState.HELD, 0)]
    world.time.passes(hours=50)
    assert await world.pool_steps.settle() == 1
    after = await fresh(world, pool)
    assert (after.state, after.returned) == (PoolState.OPEN, cny("5"))
    owner = await world.people.meet(Visitor(1003, "Owner"), started=True)
    ((held,), _) = await world.match_review.held(owner, limit=5)
    await world.match_review.release(held.match.id, owner)
    assert await world.pool_steps.settle() == 1
    after = await fresh(world, pool)
    assert (after.state, after.used, after.returned) == (PoolState.ENDED, cny("1"), cny("9"))


async def test_a_gift_that_is_booked_late_counts_for_the_window_it_was_paid_in(known: World):
    pool = await a_pool(known, Ratio(1, 1), parts=("5", "5"), remainder=Remainder.BACK)
    paid_at = int(known.time().timestamp())
    known.time.passes(hours=5)
    tip = await known.tip(known.alice, "3")
    await known.pay(tip, known.alice, at=paid_at)
    assert [window.used_minor for window in (await fresh(known, pool)).windows] == [300, 0]


# --- Held ------------------------------------------------------------------------------------------------------------


async def test_a_new_donors_gift_is_held_reaches_its_project_and_is_matched_once_released(world: World):
    pool = await a_pool(world, Ratio(1, 1))
    tip = await give(world, "5", 1)
    assert await matches(world, tip) == [(MatchState.HELD, 0)]
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")
    assert await world.balance(f"project:{world.library.id}:matched") == cny("0")
    owner = await world.people.meet(Visitor(1003, "Owner"), started=True)
    with pytest.raises(NotAllowed):
        await world.match_review.held(world.bob, limit=5)
    ((held,), total) = await world.match_review.held(owner, limit=5)
    assert (held.match.reason, held.receipt_code, total) == (HeldReason.NEW_ACCOUNT, tip.receipt_code, 1)
    with pytest.raises(NotAllowed):
        await world.match_review.release(held.match.id, world.bob)
    await world.match_review.release(held.match.id, owner)
    assert await matches(world, tip) == [(MatchState.MATCHED, 500)]
    assert (await fresh(world, pool)).used == cny("5")
    with pytest.raises(MatchDecided):
        await world.match_review.release(held.match.id, owner)
    with pytest.raises(MatchDecided):
        await world.match_review.refuse(held.match.id, owner)
    async with world.unit.read() as work:
        (act,) = [a.record for a in await work.audit.list(limit=50) if a.record.action == "match.released"]
    assert (act.actor, act.subject_id, act.way) == (owner.id, str(held.match.id), "chat")


async def test_what_is_refused_or_went_back_is_never_matched(world: World):
    pool = await a_pool(world, Ratio(1, 1))
    first, second = await give(world, "5", 1), await give(world, "5", 2)
    owner = await world.people.meet(Visitor(1003, "Owner"), started=True)
    (held, _) = await world.match_review.held(owner, limit=5)
    await world.match_review.refuse(held[0].match.id, owner)
    await refund(world, second, "5", 1)
    with pytest.raises(MatchDecided):
        await world.match_review.release(held[1].match.id, owner)
    await refund(world, first, "5", 2)
    assert (await fresh(world, pool)).used == cny("0")


async def test_nobody_is_asked_about_what_went_back_or_whose_pool_was_withdrawn(world: World):
    pool = await a_pool(world, Ratio(1, 1))
    back, stays = await give(world, "1", 1), await give(world, "2", 2)
    await refund(world, back, "1", 3)
    assert await matches(world, back) == [(MatchState.REFUSED, 0)]
    assert await matches(world, stays) == [(MatchState.HELD, 0)]
    await world.pools.withdraw(pool.id)
    assert await matches(world, stays) == [(MatchState.REFUSED, 0)]
    assert await world.match_review.held(None, limit=5) == ([], 0)


async def test_part_of_a_held_gift_went_back_the_rest_is_matched(world: World):
    pool = await a_pool(world, Ratio(1, 1))
    tip = await give(world, "5", 1)
    await refund(world, tip, "2", 1)
    assert await world.match_review.release_all(None, pool=pool.id, reason=HeldReason.NEW_ACCOUNT) is not None
    assert await matches(world, tip) == [(MatchState.MATCHED, 300)]
    await refund(world, tip, "1.50", 2)
    assert await matches(world, tip) == [(MatchState.MATCHED, 150)]
    await refund(world, tip, "1.50", 2, EventKind.REFUND_FAILED)
    assert await matches(world, tip) == [(MatchState.MATCHED, 300)]


async def test_what_is_held_is_counted_by_the_fund_that_is_asked_about(world: World, monkeypatch: pytest.MonkeyPatch):
    one, other = await a_pool(world, Ratio(1, 1)), await a_pool(world, Fixed(1), scope=Scope(creators=frozenset()))
    await world.pools.withdraw(other.id)
    await give(world, "5", 1)
    third = await a_pool(world, Ratio(1, 2))
    await give(world, "4", 2)
    totals = [(await world.match_review.held(None, limit=1, pool=pool))[1] for pool in (None, one.id, third.id)]
    assert totals == [3, 2, 1]

    async def loaded(*_: object, **__: object) -> None:
        pytest.fail("a page only tells how many")

    monkeypatch.setattr(MatchingStore, "held", loaded)
    assert [(await world.pool_views.card(pool.id)).held for pool in (one, other, third)] == [2, 0, 1]


async def test_what_would_be_added_is_what_a_release_adds(world: World):
    pool = await a_pool(world, Ratio(1, 1), "7", caps=Caps(project_minor=600))
    part, whole, last = [await give(world, amount, n) for n, amount in enumerate(("5", "4", "1"))]
    await refund(world, part, "2", 1)
    (found, _) = await world.match_review.held(None, limit=5)
    assert [(one.receipt_code, one.would) for one in found] == [
        (part.receipt_code, cny("3")), (whole.receipt_code, cny("4")), (last.receipt_code, cny("1")),
    ]  # fmt: skip
    for one, added in zip(found[:2], (300, 300), strict=True):
        ((now, *_), _) = await world.match_review.held(None, limit=5)
        assert (await world.match_review.release(one.match.id, None)).stands == now.would == Money(added, "CNY")
    ((nothing,), _) = await world.match_review.held(None, limit=5)
    assert (nothing.would, (await fresh(world, pool)).left) == (cny("0"), cny("1"))


async def test_all_that_waits_is_released_at_once_in_order_of_payment_as_far_as_the_pool_goes(world: World):
    pool = await a_pool(world, Ratio(1, 1), "7")
    gifts = [await give(world, "3", n) for n in range(4)]
    done = await world.match_review.release_all(None, pool=pool.id)
    assert (done.released, done.empty) == (3, 1)
    assert [await matches(world, tip) for tip in gifts] == [
        [(MatchState.MATCHED, 300)], [(MatchState.MATCHED, 300)], [(MatchState.MATCHED, 100)], [(MatchState.HELD, 0)],
    ]  # fmt: skip


async def test_what_was_asked_about_is_released_and_nothing_that_is_held_later(world: World):
    pool = await a_pool(world, Ratio(1, 1), "7")
    first, second = await give(world, "3", 1), await give(world, "3", 2)
    asked = await world.match_review.asked(None, HeldReason.NEW_ACCOUNT)
    ((its, count, amount),) = asked.pools
    assert (its.id, count, amount, asked.count) == (pool.id, 2, cny("6"), 2)
    world.time.passes(seconds=1)
    later = await give(world, "3", 3)
    assert await world.match_review.by_reason(None) == {HeldReason.NEW_ACCOUNT: 3}
    done = await world.match_review.release_all(None, reason=asked.reason, until=asked.at)
    assert (done.released, done.empty, done.amounts) == (2, 0, (cny("6"),))
    states = [(await matches(world, tip))[0][0] for tip in (first, second, later)]
    assert states == [MatchState.MATCHED, MatchState.MATCHED, MatchState.HELD]
    again = await world.match_review.release_all(None, reason=asked.reason, until=asked.at)
    assert (again.released, again.empty, again.amounts) == (0, 0, ()), "none of them waits any more"


async def test_what_is_asked_about_is_what_will_be_added_and_not_what_was_noted(world: World):
    """Refunds, caps and what the pool has left by then: the sum that is confirmed is the one that is booked."""
    pool = await a_pool(world, Ratio(1, 1), "7", caps=Caps(project_minor=600))
    gifts = [await give(world, "3", n) for n in range(4)]
    await refund(world, gifts[0], "2", 1)
    asked = await world.match_review.asked(None, HeldReason.NEW_ACCOUNT)
    ((_, count, amount),) = asked.pools
    assert (count, amount, asked.count) == (3, cny("6"), 4)
    done = await world.match_review.release_all(None, reason=asked.reason, until=asked.at)
    assert (done.released, done.empty, done.amounts) == (count, 1, (amount,))
    assert (await fresh(world, pool)).left == cny("1")


async def test_what_would_be_added_is_counted_on_however_many_are_looked_at_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(review, "AT_ONCE", 2)
    await a_pool(world, Ratio(1, 1), "100", caps=Caps(donor_day_minor=500))
    for n in range(5):
        await give(world, "2", n)
    asked = await world.match_review.asked(None, HeldReason.NEW_ACCOUNT)
    ((_, count, amount),) = asked.pools
    done = await world.match_review.release_all(None, reason=asked.reason, until=asked.at)
    assert (count, amount) == (done.released, done.amounts[0]) == (3, cny("5"))


async def test_releasing_for_one_reason_leaves_the_others(world: World):
    await a_pool(world, Ratio(1, 1))
    tip = await give(world, "3", 1)
    done = await world.match_review.release_all(None, reason=HeldReason.RING)
    assert (done.released, done.empty) == (0, 0)
    assert await matches(world, tip) == [(MatchState.HELD, 0)]
    assert (await world.match_review.asked(None, HeldReason.RING)).count == 0


async def test_who_may_not_decide_is_not_asked_about_several_either(world: World):
    await a_pool(world, Ratio(1, 1))
    await give(world, "3", 1)
    for refused in (
        world.match_review.by_reason(world.bob),
        world.match_review.asked(world.bob, HeldReason.NEW_ACCOUNT),
        world.match_review.release_all(world.bob, reason=HeldReason.NEW_ACCOUNT),
    ):
        with pytest.raises(NotAllowed):
            await refused


async def test_two_who_release_the_same_at_once_release_it_once(world: World):
    pool = await a_pool(world, Ratio(1, 1), "7")
    for n in range(4):
        await give(world, "3", n)
    both = await asyncio.gather(*(world.match_review.release_all(None, pool=pool.id) for _ in range(2)))
    assert sum(done.released for done in both) == 3
    assert {done.empty for done in both} == {1}
    assert (await fresh(world, pool)).used == cny("7")


async def test_what_is_released_together_is_read_written_and_recorded_together(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    async def one_by_one(*_: object, **__: object) -> None:
        pytest.fail("the pool is held meanwhile")

    pool = await a_pool(world, Ratio(1, 1))
    gifts = [await give(world, "3", n) for n in range(3)]
    for store, name in ((MatchingStore, "match_by_id"), (MatchingStore, "decide"), (AuditStore, "add")):
        monkeypatch.setattr(store, name, one_by_one)
    assert (await world.match_review.release_all(None, pool=pool.id)).released == 3
    async with world.unit.read() as work:
        acts = [act.record for act in await work.audit.list(limit=9) if act.record.action == "match.released"]
        found = await work.matching.of_tips([tip.id for tip in gifts])
    assert {act.subject_id for act in acts} == {str(match.id) for (match,) in found.values()}
    assert [match.decided_at for (match,) in found.values()] == [world.time()] * 3


async def test_one_payment_method_to_many_identities_is_held_across_payments(known: World):
    await a_pool(known, Ratio(1, 1))
    donors = [await known.people.meet(Visitor(2000 + n, f"D{n}"), started=True) for n in range(5)]
    known.time.passes(days=8)
    pool = await a_pool(known, Fixed(1))
    found = []
    for n, donor in enumerate(donors):
        tip = await give(known, "3", n, donor=donor, payer="hash-of-a-card")
        found.append((await matches(known, tip))[-1][0])
    assert found == [MatchState.MATCHED] * 3 + [MatchState.HELD] * 2
    async with known.unit.read() as work:
        assert {m.reason for m in await work.matching.held(limit=9, pool=pool.id)} == {HeldReason.SHARED_PAYER}


async def test_a_ring_is_seen_across_payments(known: World):
    await a_pool(known, Ratio(1, 1))
    donors = [await known.people.meet(Visitor(2000 + n, f"D{n}"), started=True) for n in range(6)]
    known.time.passes(days=8)
    await a_pool(known, Fixed(1))
    found = []
    for n, donor in enumerate(donors):
        known.time.passes(seconds=1)
        tip = await give(known, "1.37", n, donor=donor)
        found.append((await matches(known, tip))[-1][0])
    assert found == [MatchState.MATCHED] * 4 + [MatchState.HELD] * 2


async def test_those_who_decide_are_told_once_an_hour(world: World):
    alerts = AlertService(owners=[1003], now=world.time)
    owner = await world.people.meet(Visitor(1003, "Owner"), started=True)
    world.payments._settler._matcher = Matcher(zone=SHANGHAI, fairness=Fairness(), alerts=alerts)
    await a_pool(world, Ratio(1, 1))
    for n in range(3):
        await give(world, "1", n)
    world.time.passes(hours=1)
    await give(world, "1", 9)
    told = [n for n in await world.outbox.claim() if n.kind is NoticeKind.ALERT]
    assert [n.person for n in told] == [owner.id] * 2


# --- At once ---------------------------------------------------------------------------------------------------------


async def test_a_release_beside_a_refund_and_a_payment_leaves_nothing_over(world: World):
    pool = await a_pool(world, Ratio(1, 1), "5")
    tip = await give(world, "5", 1)
    other = await world.tip(world.bob, "5", key="b")
    await world.tips.payment_link(other.id, world.bob)
    ((held,), _) = await world.match_review.held(None, limit=5)
    at = int(world.time().timestamp())
    await asyncio.gather(
        world.match_review.release(held.match.id, None),
        world.deliver(EventKind.REFUNDED, tip, "evt_re", their_id="re_1", charge="ch_1", at=at),
        world.deliver(EventKind.PAID, other, "evt_b", their_id="ch_b", at=at),
        return_exceptions=True,
    )
    await world.payments.settle_pending()
    assert (await fresh(world, pool)).left.minor >= 0
    assert (await LedgerService(world.unit).verify()).clean


async def test_the_public_page_shows_every_match_and_no_hidden_amount(known: World):
    pool = await a_pool(known, Ratio(1, 1), named=False)
    shown = await give(known, "1", 1)
    hidden = await give(known, "5", 2, visibility=Visibility.AMOUNT_HIDDEN)
    card = await known.pool_views.card(pool.id)
    assert (card.sponsor, card.gifts) == (None, 2)
    page = await known.pool_views.entries(pool.id, page=0, size=1)
    assert (page.total, page.pages) == (2, 2)
    every = [entry async for some in known.pool_views.every_entry(pool.id) for entry in some]
    ends = [tip.receipt_code.removeprefix("YZ-").partition("-")[2] for tip in (shown, hidden)]
    assert {(e.receipt_end, e.amount) for e in every} == {(ends[0], cny("1")), (ends[1], None)}
    assert {(e.paid_at.second, e.paid_at.microsecond) for e in every} == {(0, 0)}


async def test_a_donor_who_leaves_takes_what_tells_of_their_payment_method_along(known: World):
    await a_pool(known, Ratio(1, 1))
    tip = await give(known, "1", 1, payer="hash-of-a-card")
    exported = (await known.privacy.export(known.alice)).content.decode()
    assert "hash-of-a-card" in exported
    await known.privacy.leave(known.alice)
    async with known.unit.read() as work:
        (match,) = (await work.matching.of_tips([tip.id]))[tip.id]
    assert (match.payer, match.stands_minor) == (None, 100)


# --- Giving days -----------------------------------------------------------------------------------------------------


async def test_a_pool_for_a_day_adds_to_its_gifts_alone_and_the_day_tells_of_it(known: World):
    day = await on(known)
    of_day = await a_pool(known, Ratio(1, 1), "10", scope=Scope(days=frozenset([day.id])))
    await a_pool(known, Fixed(50))
    tip = await give(known, "3", 1)
    assert tip.day == day.id
    late = await known.tip(known.bob, "5", key="late")
    known.time.now = day.closes_at + timedelta(hours=1)
    await known.pay(late, known.bob, charge="ch_late", at=int(known.time().timestamp()))
    assert (await fresh(known, of_day)).used == cny("3"), "what is paid after the close is not the day's"
    async with known.unit.read() as work:
        matched = await work.live_days.matched(day)
    assert matched == cny("3.50")
    with pytest.raises(DayUnknown):
        await a_pool(known, Ratio(1, 1), scope=Scope(days=frozenset([new_id()])))


async def test_amounts_that_a_day_suggests_make_no_ring(known: World):
    day = await on(known, amounts=(cny("1.11"),))
    await a_pool(known, Fixed(1), scope=Scope(days=frozenset([day.id])))
    donors = [await known.people.meet(Visitor(2000 + n, f"D{n}"), started=True) for n in range(12)]
    known.time.passes(days=-1)
    async with known.unit() as work:
        long_ago = known.time() - timedelta(days=30)
        await work.connection.execute(update(people).values(met_at=long_ago))
    known.time.now = day.starts_at
    suggested = [(await matches(known, await give(known, "1.11", n, donor=donors[n])))[0][0] for n in range(6)]
    odd = [(await matches(known, await give(known, "1.37", n, donor=donors[n])))[0][0] for n in range(6, 12)]
    assert suggested == [MatchState.MATCHED] * 6
    assert odd == [MatchState.MATCHED] * 4 + [MatchState.HELD] * 2
