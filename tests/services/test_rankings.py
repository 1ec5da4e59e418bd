"""Rankings through the real books: consent, places, the close, refunds after it, and who takes their name back."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from giving.errors import RankingUnknown
from giving.giving_days import DayState, GivingDay
from giving.payments import EventKind
from giving.people import Person, Visibility, Visitor
from giving.rankings import Board, Reach, Span
from giving.tips import OfferRequest, Tip
from services.leadership import NotLeading
from services.rankings import Ranking, RankingService, RankingSteps
from storage.ids import new_id
from storage.tables import chats
from storage.work import UnitOfWork
from tests.services.giving_days.town import on, state_of
from tests.world import CHANNEL, SHANGHAI, World, cny

SUNDAY_NIGHT = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)  # a second before Monday in Shanghai


async def gave(
    world: World, person: Person, key: str, *, visibility: Visibility = Visibility.NAMED, **target: Any
) -> Tip:
    """A gift that is booked now."""
    wish = OfferRequest(key, person.id, cny("1"), **(target or {"post": world.post.id}))
    tip = await world.tips.offer(wish)
    await world.tips.choose_visibility(tip.id, person, visibility)
    return await world.pay(tip, person, charge=f"ch_{key}", at=int(world.time().timestamp()))


async def gave_back(world: World, tip: Tip, key: str) -> None:
    await world.deliver(EventKind.REFUNDED, tip, f"evt_r{key}", their_id=f"re_{key}", charge=f"ch_{key}")
    await world.payments.settle_pending()


async def board(world: World, which: Board = Board.CREATORS, span: Span = Span.WEEK, back: int = 0) -> Ranking:
    return await world.rankings.current(which, span, back)


def names(ranking: Ranking) -> list[tuple[int, str | None]]:
    return [(line.place, line.shown.name) for line in ranking.lines]


async def test_nobody_is_ranked_who_did_not_ask_to_be(world: World):
    await gave(world, world.alice, "1")
    await world.ranking_steps.count()
    for which in (Board.CREATORS, Board.CHATS, Board.DONORS):
        ranking = await board(world, which)
        assert (ranking.lines, ranking.total) == ((), 0)
    projects = await board(world, Board.PROJECTS)
    assert [(line.shown.slug, line.shown.standing.reach) for line in projects.lines] == [
        ("library", Reach(15, 1, 1, 1, 0))
    ]


async def test_who_asks_is_there_at_once_and_gone_at_once(world: World):
    await gave(world, world.alice, "1")
    await world.ranking_steps.count()
    assert await world.rankings.consents(world.creator) == frozenset()
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    assert names(await world.rankings.current(Board.CREATORS, Span.WEEK)) == [(1, "林晓雯")]
    assert names(await world.rankings.current(Board.CHATS, Span.WEEK)) == [(1, "晓雯的阅读时光")]
    await world.rankings.choose(world.creator, Board.CREATORS, False)
    for which in (Board.CREATORS, Board.CHATS):
        assert (await world.rankings.current(which, Span.WEEK)).lines == ()


async def test_a_chat_that_only_its_members_know_is_never_named(world: World):
    async def called(username: str | None) -> None:
        async with world.unit() as work:
            await work.connection.execute(update(chats).values(username=username))
        world.time.passes(minutes=1)

    await gave(world, world.alice, "1")
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    await called(None)
    await world.ranking_steps.count()
    ranking = await board(world, Board.CHATS)
    assert (ranking.lines, ranking.total) == ((), 0)
    assert names(await board(world)) == [(1, "林晓雯")]
    own, total, _ = await world.rankings.of_chat(CHANNEL, Span.WEEK)
    assert (own is not None, total) == (True, 0), "its own figures, and no place"
    await called("xiaowen_reads")
    assert names(await board(world, Board.CHATS)) == [(1, "晓雯的阅读时光")]
    world.time.passes(days=3)
    await world.ranking_steps.count()
    await called(None)
    closed = await board(world, Board.CHATS, back=1)
    assert (closed.closed, names(closed)) == (True, [(1, None)]), "nor when it lost its public name since"


async def test_a_creator_is_ranked_by_the_name_of_their_open_slot_and_gifts_there_count(world: World):
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    slot = (await world.slots.open(world.creator, world.meals.id, "晓雯读书会")).slot
    await gave(world, world.alice, "1", slot=slot.id)
    await gave(world, world.bob, "2")
    await gave(world, world.creator, "3")  # no answer to her own call
    await world.ranking_steps.count()
    (line,) = (await board(world)).lines
    assert (line.shown.name, line.shown.slug, line.shown.standing.reach) == (
        "晓雯读书会", "晓雯读书会", Reach(30, 2, 2, 2, 0),
    )  # fmt: skip
    await world.slots.close(world.creator)
    assert names(await board(world)) == [(1, "林晓雯")]


async def test_donors_are_ranked_by_days_of_gifts_that_show_their_name(world: World):
    for person in (world.alice, world.bob):
        await world.rankings.choose(person, Board.DONORS, True)
    await gave(world, world.alice, "1", visibility=Visibility.ANONYMOUS)
    await gave(world, world.bob, "2", visibility=Visibility.AMOUNT_HIDDEN)
    await world.ranking_steps.count()
    assert names(await board(world, Board.DONORS)) == [(1, "Bob")]
    await gave(world, world.alice, "3")
    await world.ranking_steps.count()
    ranking = await board(world, Board.DONORS)
    assert [place for place, _ in names(ranking)] == [1, 1], "who has as many points shares the place"
    assert [line.shown.standing.subject for line in ranking.lines] == sorted([world.alice.id, world.bob.id])
    world.time.now = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)  # another local day, the same day in UTC as …
    await gave(world, world.bob, "4")
    world.time.now = datetime(2026, 11, 21, 16, 1, tzinfo=UTC)  # … this
    await gave(world, world.bob, "5")
    await world.ranking_steps.count()
    assert [line.shown.standing.reach.points for line in (await board(world, Board.DONORS)).lines] == [23, 11]


async def test_the_week_ends_at_midnight_of_the_operators_clock(world: World):
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    world.time.now = SUNDAY_NIGHT
    await gave(world, world.alice, "1")
    world.time.passes(seconds=1)
    await gave(world, world.bob, "2")
    await gave(world, world.alice, "3")
    await world.ranking_steps.count()
    this, last = await board(world), await board(world, back=1)
    assert (last.period.name, last.lines[0].shown.standing.reach) == ("2026-W47", Reach(15, 1, 1, 1, 0))
    assert (this.period.name, this.lines[0].shown.standing.reach) == ("2026-W48", Reach(30, 2, 2, 1, 1))
    assert (await board(world, span=Span.MONTH)).lines[0].shown.standing.reach.donors == 2


async def test_a_closed_week_stays_and_says_what_was_refunded_since(world: World):
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    await world.ranking_steps.count()  # what was before
    world.time.now = SUNDAY_NIGHT
    early, late = await gave(world, world.alice, "1"), await gave(world, world.bob, "2")
    await gave_back(world, early, "1")  # before the close: it never counted
    world.time.passes(minutes=9)
    assert await world.ranking_steps.count() == 0, "somebody may still be booking"
    assert (await board(world, back=1)).closed is False
    world.time.passes(minutes=2)
    assert await world.ranking_steps.count() == 1
    before = await board(world, back=1)
    assert (before.closed, before.lines[0].shown.standing.reach, before.lines[0].refunded) == (
        True, Reach(15, 1, 1, 1, 0), 0,
    )  # fmt: skip
    await gave_back(world, late, "2")
    for _ in range(2):
        world.time.passes(hours=1)
        assert await world.ranking_steps.count() == 0
    after = await board(world, back=1)
    assert (after.counted_at, after.lines[0].shown) == (before.counted_at, before.lines[0].shown)
    assert after.lines[0].refunded == 1
    projects = await board(world, Board.PROJECTS, back=1)
    assert projects.lines[0].refunded == 1
    assert (await world.rankings.past(Span.WEEK))[0].name == "2026-W47"


async def test_a_refund_before_the_close_lowers_what_is_open(world: World):
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    tip = await gave(world, world.alice, "1")
    await world.ranking_steps.count()
    assert (await board(world)).total == 1
    await gave_back(world, tip, "1")
    await world.ranking_steps.count()
    assert (await board(world)).lines == ()
    assert (await board(world)).counted_at == world.time()


async def test_a_name_that_is_taken_back_is_gone_from_closed_rankings_too_and_its_row_stays(world: World):
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    await world.rankings.choose(world.alice, Board.DONORS, True)
    await gave(world, world.alice, "1")
    world.time.passes(days=1)
    await world.ranking_steps.count()
    assert names(await board(world, back=1)) == [(1, "林晓雯")]
    await world.rankings.choose(world.creator, Board.CREATORS, False)
    assert names(await world.rankings.current(Board.CREATORS, Span.WEEK, 1)) == [(1, None)]
    assert names(await board(world, Board.CHATS, back=1)) == [(1, None)]
    await world.privacy.leave(world.alice)
    assert names(await board(world, Board.DONORS, back=1)) == [(1, None)]
    async with world.unit.read() as work:
        assert await work.rankings.consents(world.alice.id) == frozenset()


async def test_who_asks_after_the_close_is_in_the_next_one(world: World):
    await gave(world, world.alice, "1")
    world.time.passes(days=1)
    await world.ranking_steps.count()
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    assert (await board(world, back=1)).lines == ()


async def test_whoever_closes_second_changes_nothing(world: World):
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    tip = await gave(world, world.alice, "1")
    world.time.passes(days=1)
    both = [RankingSteps(world.unit, zone=SHANGHAI, now=world.time) for _ in range(2)]
    await asyncio.gather(*(steps.count() for steps in both))
    closed = await board(world, back=1)
    assert closed.closed
    await gave_back(world, tip, "1")
    await asyncio.gather(*(steps.count() for steps in both))
    assert (await board(world, back=1)).lines[0].shown == closed.lines[0].shown


async def test_weeks_nobody_counted_are_closed_when_somebody_does(world: World):
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    await gave(world, world.alice, "1")
    await world.ranking_steps.count()
    world.time.passes(days=40)
    assert await world.ranking_steps.count() == 4, "the week and the month it was left in, and the last of each"
    old = await world.rankings.named(Board.CREATORS, "2026-W47")
    assert (old.closed, names(old)) == (True, [(1, "林晓雯")])


async def test_only_a_leader_writes_and_long_counts_are_followed_by_a_rest(world: World):
    steps = RankingSteps(world.unit, zone=SHANGHAI, write=_refusing, now=world.time)
    with pytest.raises(NotLeading):
        await steps.sweep()
    await world.ranking_steps.sweep()
    async with world.unit() as work:
        await work.rankings.consent(world.creator.id, Board.CREATORS, now=world.time())
    await gave(world, world.alice, "1")
    await world.ranking_steps.sweep()
    assert (await board(world)).lines == (), "it has just counted"


def _refusing() -> Any:
    raise NotLeading


async def test_addresses_that_lead_nowhere_are_refused(world: World):
    for name in ("x", "2026-W99", "2027-01", "day-x"):
        with pytest.raises(RankingUnknown):
            await world.rankings.named(Board.CREATORS, name)
    with pytest.raises(RankingUnknown):
        await world.rankings.choose(world.alice, Board.PROJECTS, True)
    uncounted = await board(world)
    assert (uncounted.counted_at, uncounted.closed, uncounted.lines) == (None, False, ())


async def test_a_chat_knows_its_own_figures_and_its_place_only_if_it_is_shown(world: World):
    group = (await world.group()).chat
    await gave(world, world.alice, "1")
    await world.ranking_steps.count()
    own, total, _ = await world.rankings.of_chat(group.telegram_id, Span.WEEK)
    assert (own, total) == (None, 0)
    own, total, _ = await world.rankings.of_chat(world.chat.chat.telegram_id, Span.WEEK)
    assert own is not None
    assert (own.place, own.reach.donors, total) == (1, 1, 0)
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    _, total, _ = await world.rankings.of_chat(world.chat.chat.telegram_id, Span.WEEK)
    assert total == 1
    assert await world.rankings.of_chat(-1, Span.WEEK) == (
        None,
        1,
        await world.rankings.current(Board.CHATS, Span.WEEK),
    )


async def test_ones_own_place_is_known_without_being_shown(world: World):
    other = await world.people.meet(Visitor(1007, "Dan"), started=True)
    await gave(world, world.alice, "1")
    await world.ranking_steps.count()
    period = world.rankings.period(Span.WEEK)
    own = await world.rankings.own(Board.CREATORS, period, world.creator.id)
    assert own is not None
    assert (own.place, own.reach.points) == (1, 15)
    assert await world.rankings.own(Board.CREATORS, period, other.id) is None


async def test_consents_and_standings_are_in_ones_export(world: World):
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    await gave(world, world.alice, "1")
    await world.ranking_steps.count()
    held = json.loads((await world.privacy.export(world.creator)).content)
    assert [row["board"] for row in held["rankings_you_are_shown_on"]] == ["creators"]
    assert {(row["period"], row["board"], row["points"]) for row in held["your_places_in_rankings"]} == {
        ("2026-W47", "creators", 15), ("2026-11", "creators", 15), ("2026-W47", "chats", 15), ("2026-11", "chats", 15),
    }  # fmt: skip


async def test_what_many_ask_for_is_a_moment_old_but_not_ones_own_wish(world: World):
    cached = RankingService(world.unit, zone=SHANGHAI, cached_s=600, now=world.time)
    await gave(world, world.alice, "1")
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    assert (await cached.current(Board.CREATORS, Span.WEEK)).lines == ()
    await world.ranking_steps.count()
    assert (await cached.current(Board.CREATORS, Span.WEEK)).lines == ()
    await cached.choose(world.creator, Board.CREATORS, True)
    assert names(await cached.current(Board.CREATORS, Span.WEEK)) == [(1, "林晓雯")]
    await cached.choose(world.creator, Board.CREATORS, False)
    assert (await cached.current(Board.CREATORS, Span.WEEK)).lines == ()


async def test_a_giving_day_has_a_ranking_of_its_own_that_closes_with_it(world: World):
    """What was tapped on it and paid before it closed; not what was given beside it."""
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    await world.rankings.choose(world.alice, Board.DONORS, True)
    now = world.time()
    day = GivingDay(
        id=new_id(), slug="day", titles={"en": "Day"}, hashtag="#day", projects=(world.library.id,), starts_at=now,
        ends_at=now + timedelta(hours=2), closes_at=now + timedelta(hours=26), amounts=(cny("1"),),
        state=DayState.LIVE,
    )  # fmt: skip
    await gave(world, world.bob, "0", project=world.meals.id)
    async with world.unit() as work:
        await work.giving_days.add(day, now=now)
    world.days_on.changed()
    world.time.passes(minutes=1)
    await gave(world, world.alice, "1")
    tapped = await world.tip(world.bob, "1", key="2")
    with pytest.raises(RankingUnknown):
        await world.rankings.of_day(Board.CREATORS, day.id)
    await world.ranking_steps.count()
    ranking = await world.rankings.of_day(Board.CREATORS, day.id)
    assert ranking.lines[0].shown.standing.reach == Reach(15, 1, 1, 1, 0)
    world.time.passes(hours=20)
    await world.pay(tapped, world.bob, charge="ch_late", at=int(world.time().timestamp()))
    world.time.passes(hours=7)
    await gave(world, world.alice, "3")
    assert await world.ranking_steps.count() >= 1
    closed = await world.rankings.of_day(Board.CREATORS, day.id)
    assert (closed.closed, closed.lines[0].shown.standing.reach) == (True, Reach(25, 2, 2, 1, 0))
    donors = await world.rankings.of_day(Board.DONORS, day.id)
    assert names(donors) == [(1, "Alice")]


async def test_a_day_that_nobody_counted_while_it_lasted_is_ranked_when_somebody_does(world: World):
    day = await on(world)
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    await gave(world, world.alice, "1")
    world.time.now = day.closes_at + timedelta(minutes=11)
    for _ in range(3):
        await world.day_steps.sweep()
    assert await state_of(world, day) is DayState.REPORTED
    await gave(world, world.bob, "2")  # not the day's any more
    async with world.unit() as work:  # many came and went meanwhile
        for number in range(12):
            later = day.starts_at + timedelta(minutes=number)
            other = replace(day, id=new_id(), slug=f"later-{number}", starts_at=later, state=DayState.REPORTED)
            await work.giving_days.add(other, now=world.time())
    await world.ranking_steps.count()
    ranking = await world.rankings.of_day(Board.CREATORS, day.id)
    assert ranking.closed
    assert [line.shown.standing.reach for line in ranking.lines] == [Reach(15, 1, 1, 1, 0)]
    assert await world.ranking_steps.count() == 0


async def test_those_beyond_what_is_listed_are_counted(world: World, monkeypatch: pytest.MonkeyPatch):
    for person in (world.alice, world.bob):
        await world.rankings.choose(person, Board.DONORS, True)
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    await gave(world, world.alice, "1")
    await gave(world, world.bob, "2", project=world.meals.id)
    await world.ranking_steps.count()
    monkeypatch.setattr("services.rankings.SHOWN", 1)
    for back in (0, 1):
        totals = {which: await board(world, which, back=back) for which in Board}
        assert {which: ranking.total for which, ranking in totals.items()} == {
            Board.CREATORS: 1, Board.PROJECTS: 2, Board.CHATS: 1, Board.DONORS: 2,
        }  # fmt: skip
        assert {len(ranking.lines) for ranking in totals.values()} == {1}
        world.time.passes(days=1)
        await world.ranking_steps.count()
    await world.rankings.choose(world.bob, Board.DONORS, False)
    assert (await board(world, Board.DONORS, back=1)).total == 2, "a closed row stays, without its name"


async def test_the_page_of_a_period_that_has_just_begun_is_empty(world: World, work: UnitOfWork):
    await gave(world, world.alice, "1")
    await world.ranking_steps.count()
    world.time.now = datetime(2026, 11, 30, 16, 0, tzinfo=UTC) + timedelta(seconds=1)
    for span in (Span.WEEK, Span.MONTH):
        assert (await board(world, Board.PROJECTS, span)).lines == ()
