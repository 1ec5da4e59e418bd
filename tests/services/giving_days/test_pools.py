"""A draft's matching pools: put on and taken off in one commit with the day's change, shown, told, and told truly."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from giving.errors import DayNotNow, NotAllowed, PoolCurrency, PoolNotOpen, PoolOffDay, PoolUnknown, PreviewStale
from giving.giving_days import Audience, DayState
from giving.matching import Fixed, Pool, Ratio, Scope, Window
from giving.money import Money
from giving.people import Visitor
from giving.subscriptions import Often, SubscriptionKind
from services.giving_days.invitations import invitation, invitation_id
from services.links import Links
from services.matching import NewPool
from storage.ids import new_id
from tests.services.giving_days.town import HOUR, an_admin, drafted_day, on, scheduled, seconds
from tests.world import TEXTS, World, cny
from texts.day_pools import rule


async def a_pool(
    world: World, *, scope: Scope | None = None, amount: str = "500", signed: bool = True, begins: timedelta = -HOUR,
    currency: str = "CNY", ends: timedelta | None = None,
) -> Pool:  # fmt: skip
    """By Morning Star, one for one, from before now on; for days it names, none so far."""
    start = world.time() + begins
    committed = Money(cny(amount).minor, currency)
    windows = (Window(1, start, start + ends if ends else None, committed.minor),)
    world.pools._currency = currency
    pool = await world.pools.create(
        NewPool("晨星", True, {"en": "Morning fund"}, committed, Ratio(1, 1), windows, scope=scope or Scope())
    )
    if scope is None:  # of days only, and of none yet
        async with world.unit() as work:
            await work.matching.set_scope(replace(pool, scope=Scope(only_days=True)))
    return await world.pools.sign(pool.id, signed_by="晨星") if signed else pool


async def names(world: World, pool: Pool) -> Scope:
    async with world.unit.read() as work:
        return (await work.matching.by_ids([pool.id]))[pool.id].scope


async def test_a_pool_is_put_on_a_draft_and_taken_off_in_one_commit_with_the_days_change(world: World):
    admin = await an_admin(world)
    day, pool = await drafted_day(world), await a_pool(world)
    (beside,) = await world.giving_days.pools(day.id)
    assert (beside.named, beside.matches, beside.sponsor) == (False, False, "晨星")
    assert (await world.giving_days.preview(day.id)).pools == ()
    changed = await world.giving_days.pool(day.id, pool.id, admin, on=True)
    again = await world.giving_days.pool(day.id, pool.id, admin, on=True)
    assert (changed.version, again.version) == (day.version + 1, day.version + 1), "two taps are one"
    assert (await names(world, pool)).days == {day.id}
    (seen,) = (await world.giving_days.preview(day.id)).pools
    assert (seen.named, seen.matches) == (True, True)
    await world.giving_days.pool(day.id, pool.id, admin, on=False)
    assert await names(world, pool) == Scope(only_days=True), "for no gift at all, not for every one"
    async with world.unit.read() as work:
        acts = [act.record for act in await work.audit.list(limit=4)]
    assert [(act.action, act.actor) for act in acts] == [
        ("giving_day.matched", admin.id), ("pool.day_removed", admin.id),
        ("giving_day.matched", admin.id), ("pool.day_added", admin.id),
    ]  # fmt: skip
    assert acts[3].after is not None
    assert acts[3].after["scope"]["days"] == [str(day.id)]


async def test_gifts_of_the_day_are_matched_by_what_was_put_on_it_and_by_nothing_that_was_taken_off(world: World):
    world.time.passes(days=30)  # everybody has been known for long
    day = await drafted_day(world)
    kept, gone = await a_pool(world), await a_pool(world)
    for pool in (kept, gone):
        await world.giving_days.pool(day.id, pool.id, None, on=True)
    await world.giving_days.pool(day.id, gone.id, None, on=False)
    await world.giving_days.schedule(day.id, None, (await world.giving_days.preview(day.id)).digest)
    await world.pay(await world.tip(world.bob, "3", key="early"), world.bob, charge="c0", at=seconds(world.time()))
    world.time.now = day.starts_at
    world.days_on.changed()
    await world.pay(await world.tip(world.alice, "5", key="on"), world.alice, charge="c1", at=seconds(world.time()))
    async with world.unit.read() as work:
        used = {id_: pool.used for id_, pool in (await work.matching.by_ids([kept.id, gone.id])).items()}
    assert used == {kept.id: cny("5"), gone.id: cny("0")}


async def test_what_was_looked_at_without_the_pool_is_refused(world: World):
    admin = await an_admin(world)
    day, pool = await drafted_day(world), await a_pool(world)
    before = (await world.giving_days.preview(day.id)).digest
    await world.giving_days.pool(day.id, pool.id, admin, on=True)
    with pytest.raises(PreviewStale):
        await world.giving_days.schedule(day.id, admin, before)
    seen = (await world.giving_days.preview(day.id)).digest
    await world.pools.withdraw(pool.id)
    with pytest.raises(PreviewStale):
        await world.giving_days.schedule(day.id, admin, seen)


async def test_a_fund_signed_after_the_preview_makes_it_stale_and_a_gift_does_not(world: World):
    admin = await an_admin(world)
    world.time.passes(days=30)
    day = await drafted_day(world)
    pool = await a_pool(world, scope=Scope(projects=frozenset([world.library.id])), signed=False)
    unsigned = (await world.giving_days.preview(day.id)).digest
    await world.pools.sign(pool.id, signed_by="晨星")
    with pytest.raises(PreviewStale):
        await world.giving_days.schedule(day.id, admin, unsigned)
    seen = (await world.giving_days.preview(day.id)).digest
    await world.pay(await world.tip(world.alice, "5", key="g"), world.alice, charge="c1", at=seconds(world.time()))
    done = await world.giving_days.schedule(day.id, admin, seen)
    assert done.state is DayState.SCHEDULED


async def test_a_pool_on_a_scheduled_day_makes_it_a_draft_again_and_one_that_is_on_stays_as_it_is(world: World):
    pool = await a_pool(world)
    day = await scheduled(world)
    assert (await world.giving_days.pool(day.id, pool.id, None, on=True)).state is DayState.DRAFT
    live = await on(world, starts_at=world.time() + 48 * HOUR, ends_at=world.time() + 72 * HOUR)
    with pytest.raises(DayNotNow):
        await world.giving_days.pool(live.id, pool.id, None, on=True)


async def test_what_can_not_be_is_refused_and_nothing_is_changed(world: World):
    day = await drafted_day(world)
    dollars, over = await a_pool(world, currency="USD"), await a_pool(world, begins=HOUR * 48 + HOUR * 24)
    gone = await a_pool(world)
    await world.pools.withdraw(gone.id)
    refused = {dollars.id: PoolCurrency, over.id: PoolOffDay, gone.id: PoolNotOpen, new_id(): PoolUnknown}
    for pool, error in refused.items():
        with pytest.raises(error):
            await world.giving_days.pool(day.id, pool, None, on=True)
    with pytest.raises(NotAllowed):
        await world.giving_days.pool(day.id, gone.id, world.alice, on=True)
    assert (await world.giving_days.one(day.id)).version == day.version
    assert await world.giving_days.pools(day.id) == ()


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


async def told(world: World, day: UUID, language: str) -> str:
    preview = await world.giving_days.preview(day)
    content = invitation(TEXTS, Links("http://x"), preview.day, preview.projects, preview.pools, now=preview.now)
    return plain(content.text(language))


async def test_readers_are_told_who_adds_how_much_by_which_rule_and_when(world: World):
    day = await drafted_day(world)
    pool = await a_pool(world, amount="50000", begins=10 * HOUR)
    assert "Matched" not in await told(world, day.id, "en")
    await world.giving_days.pool(day.id, pool.id, None, on=True)
    at = f"{(world.time() + 10 * HOUR + 8 * HOUR):%H:%M}"
    assert f"🤝 Matched: ¥50,000 by 晨星, 1:1, from {at}" in await told(world, day.id, "en")
    assert f"🤝 配捐：晨星出 ¥50,000，1:1，{at} 起" in await told(world, day.id, "zh-CN")
    await a_pool(world, scope=Scope(projects=frozenset([world.meals.id])), signed=False)
    assert (await told(world, day.id, "en")).count("Matched") == 1, "nobody signed for it"


async def test_the_invitation_that_goes_out_says_what_is_left_then(world: World):
    world.time.passes(days=30)
    reader = await world.people.meet(Visitor(7000, "R", None, "en"), started=True)
    await world.subscriptions.choose(reader, SubscriptionKind.GIVING_DAYS, Often.ALL)
    pool = await a_pool(world, scope=Scope(projects=frozenset([world.library.id])), amount="100")
    day = await scheduled(world, audience=Audience.SUBSCRIBERS)
    await world.pay(await world.tip(world.alice, "5", key="g"), world.alice, charge="c1", at=seconds(world.time()))
    world.time.now = day.starts_at
    await world.day_steps.sweep()
    async with world.unit.read() as work:
        made = await work.broadcasts.by_id(invitation_id(day.id))
        assert (await work.matching.by_ids([pool.id]))[pool.id].used == cny("5")
    assert made is not None
    library = world.library.title("en")
    assert f"Matched: ¥95 by 晨星, 1:1, for {library}" in plain(made.content.text("en"))


async def test_a_creators_post_tells_of_what_adds_to_gifts_in_their_channel(world: World):
    mine = await a_pool(world, scope=Scope(creators=frozenset([world.creator.id])))
    await a_pool(world, scope=Scope(projects=frozenset([world.meals.id])))
    await a_pool(world, scope=Scope(creators=frozenset([world.alice.id])))
    await on(world)
    day = (await world.giving_days.list())[0]
    found = await world.day_posts.seen(day.id, world.creator)
    chat, project = found.channels[0]
    assert [each.pool.id for each in found.matched(chat, project)] == [mine.id]


def test_rules_are_said_in_few_words():
    def said(what: object, language: str = "en") -> str:
        pool = Pool(new_id(), new_id(), {"en": "P"}, cny("5"), what, ())  # type: ignore[arg-type]
        return plain(rule(TEXTS, language, pool))

    assert [said(Ratio(1, 1)), said(Ratio(2, 1)), said(Ratio(1, 2)), said(Fixed(150))] == [
        "1:1", "¥2 for every ¥1", "¥1 for every ¥2", "¥1.50 to every gift"
    ]  # fmt: skip
    assert said(Ratio(2, 1), "zh-CN") == "每捐 ¥1 配 ¥2"
