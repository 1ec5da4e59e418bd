"""What projects told: once a month at most, to who wishes for it and has room, in the words they were written in."""

import asyncio
import datetime as dt
from dataclasses import replace
from datetime import timedelta

import pytest

from giving.errors import NewsEmpty, NewsOver, NewsTooLong, NotAllowed, ProjectUnknown
from giving.notices import NoticeKind
from giving.people import Person, Role, Visitor
from giving.pledges import cancelled
from giving.projects import Organisation
from giving.quiet import QuietHours
from giving.subscriptions import Often, SubscriptionKind
from services.outbox import Notice
from services.project_updates import NewsDraft, NewsService
from storage.ids import new_id
from tests.services.monthly import changed, paid, promised
from tests.world import SHANGHAI, World, project

NEWS, MONTHLY = SubscriptionKind.PROJECT_NEWS, SubscriptionKind.MONTHLY


@pytest.fixture
async def town(world: World) -> World:
    """The creator works for the organisation; Alice and Bob give to the library every month, and wish to hear."""
    owner = await world.people.meet(Visitor(1003, "Owner"), started=True)
    world.extras["owner"] = owner
    await world.members.add(owner, "sunshine", world.creator.telegram_id)
    world.bob = await world.people.meet(Visitor(1004, "Bob", None, "en"), started=True)
    for donor, wish in ((world.alice, NEWS), (world.bob, MONTHLY)):
        world.extras[donor.name] = await promised(world.unit, donor, world.library, world.time())
        await world.subscriptions.choose(donor, wish, Often.ALL)
    return world


async def publish(world: World, words: str = "建了三间图书室", *, slug: str = "library") -> NewsDraft:
    draft = await world.news.draft(world.creator, slug, words)
    return await world.news.publish(world.creator, slug, draft.id, words, "zh-CN")


async def queued(world: World) -> list[Notice]:
    claimed = await world.outbox.claim()
    world.outbox.let_go(claimed)
    return [notice for notice in claimed if notice.kind is NoticeKind.PROJECT_NEWS]


async def test_it_is_kept_and_reaches_the_monthly_donors_who_wish_for_it(town: World):
    carol = await town.people.meet(Visitor(1006, "Carol"), started=True)
    dan = await town.people.meet(Visitor(1007, "Dan"), started=True)
    await promised(town.unit, carol, town.library, town.time())  # asked for nothing
    await town.subscriptions.choose(dan, NEWS, Often.ALL)  # gives to it no longer
    await changed(town.unit, cancelled(await promised(town.unit, dan, town.library, town.time()), town.time()))
    done = await publish(town)
    assert (done.donors, done.readers) == (3, 2)
    told = await queued(town)
    assert {notice.recipient for notice in told} == {1002, 1004}
    for notice in told:
        news = await town.outbox.project_news(notice)
        assert news is not None
        assert (news.update.words, news.project.slug) == ("建了三间图书室", "library")
        assert news.wish is (NEWS if notice.recipient == 1002 else MONTHLY)
    (kept,) = await town.news.of_project(town.library.id, 5)
    assert (kept.words, kept.language, kept.told_at) == ("建了三间图书室", "zh-CN", town.time())


async def test_a_donor_whose_promise_chooses_hears_of_what_it_went_to(town: World):
    carol = await town.people.meet(Visitor(1006, "Carol"), started=True)
    pledge = await promised(town.unit, carol, None, town.time(), organisation=town.library.organisation.id)
    await town.subscriptions.choose(carol, NEWS, Often.ALL)
    assert (await town.news.draft(town.creator, "library")).readers == 2
    await paid(town, pledge, "2026-11", town.library)
    assert (await town.news.draft(town.creator, "library")).readers == 3


async def test_who_moved_their_gift_elsewhere_hears_no_more_of_where_it_went_before(town: World):
    await paid(town, town.extras["Alice"], "2026-11", town.library)
    assert (await town.news.draft(town.creator, "library")).readers == 2
    await changed(town.unit, replace(town.extras["Alice"], project=town.meals.id))
    there = await town.news.draft(town.creator, "library")
    assert (there.donors, there.readers) == (1, 1)
    assert (await town.news.draft(town.creator, "meals")).readers == 1


async def test_once_a_month_and_what_is_written_before_is_only_kept(town: World):
    await publish(town, "第一条")
    town.time.passes(days=10)  # 2 December there
    early = await town.news.draft(town.creator, "library", "第二条")
    assert early.not_before == town.time() + timedelta(days=11)
    assert (await publish(town, "第二条")).readers == 0
    assert len(await queued(town)) == 2, "the first alone went out"
    town.time.passes(days=11)
    assert (await publish(town, "第三条")).readers == 2
    assert len(await queued(town)) == 4
    assert [one.words for one in await town.news.of_project(town.library.id, 5)] == ["第三条", "第二条", "第一条"]
    assert (await town.news.draft(town.creator, "meals")).not_before is None, "each project for itself"


async def test_published_once_however_often_it_is_tapped(town: World):
    draft = await town.news.draft(town.creator, "library", "一次")
    taps = [town.news.publish(town.creator, "library", draft.id, "一次", "zh-CN") for _ in range(4)]
    done = await asyncio.gather(*taps, return_exceptions=True)
    assert sum(isinstance(one, NewsDraft) for one in done) == 1
    assert sum(isinstance(one, NewsOver) for one in done) == 3
    assert len(await queued(town)) == 2


async def test_two_members_at_once_tell_donors_once(town: World):
    drafts = [await town.news.draft(town.creator, "library", words) for words in ("甲", "乙")]
    taps = [town.news.publish(town.creator, "library", draft.id, draft.words, "zh-CN") for draft in drafts]
    done = await asyncio.gather(*taps)
    assert sorted(draft.readers for draft in done) == [0, 2]
    assert len(await queued(town)) == 2


async def test_only_for_projects_of_their_own_organisation_but_admins_for_all(town: World):
    other = Organisation(new_id(), "moon", {"en": "Moon"}, None, town.time())
    elsewhere = project("books", other, "书")
    async with town.unit() as work:
        await work.projects.put_organisation(other)
        await work.projects.put(elsewhere, town.time())
    for slug in ("books", "nothing"):
        with pytest.raises(ProjectUnknown):
            await town.news.draft(town.creator, slug)
    for somebody in (town.alice, town.bob):
        for slug in ("library", "nothing"):
            with pytest.raises(NotAllowed):
                await town.news.draft(somebody, slug)
    assert {one.slug for one in await town.news.projects(town.creator)} == {"library", "meals"}
    await town.people.grant(town.extras["owner"], 1002, Role.ADMIN)
    assert (await town.news.draft(town.alice, "books")).project.slug == "books"
    await town.members.remove(town.extras["owner"], "sunshine", town.creator.telegram_id)
    with pytest.raises(NotAllowed):
        await publish(town)


async def test_what_cannot_be_read_or_does_not_fit_is_refused(town: World):
    with pytest.raises(NewsTooLong):
        await town.news.draft(town.creator, "library", "长" * 601)
    with pytest.raises(NewsEmpty):
        await publish(town, "\u200b")
    assert await town.news.of_project(town.library.id, 5) == []


async def test_it_counts_in_the_week_and_is_left_out_where_that_is_full(town: World):
    async with town.unit() as work:
        for _ in range(2):
            await work.subscriptions.told([town.alice.id], SubscriptionKind.THANKS, new_id(), now=town.time())
    await publish(town)
    told = await town.outbox.claim()
    by_reader = {notice.recipient: notice for notice in told if notice.kind is NoticeKind.PROJECT_NEWS}
    assert await town.outbox.project_news(by_reader[1002]) is None
    assert not await town.outbox.begin([by_reader[1002]])
    assert await town.outbox.begin([by_reader[1004]])
    await town.outbox.sent([by_reader[1004]], 7)
    async with town.unit.read() as work:
        room = await work.subscriptions.may_be_told([town.bob.id], MONTHLY, now=town.time(), per_week=1)
    assert room == set(), "it counts as what they wished for"
    assert not await town.outbox.begin([by_reader[1004]]), "and never goes twice"


async def test_who_wants_none_any_more_gets_none_even_if_it_was_on_its_way(town: World):
    await publish(town)
    await town.subscriptions.choose(town.alice, NEWS, Often.NONE)
    told = {notice.recipient: notice for notice in await queued(town)}
    assert await town.outbox.project_news(told[1002]) is None
    assert await town.outbox.project_news(told[1004]) is not None


async def test_it_waits_for_its_readers_morning(town: World):
    quiet = QuietHours(dt.time(22), dt.time(8), SHANGHAI)
    news = NewsService(
        town.unit, town.members, zone=SHANGHAI, wakes=town.wakes, quiet=quiet, now=town.time
    )  # fmt: skip
    town.time.passes(hours=11)  # 23:00 in Shanghai, 15:00 in London
    await town.subscriptions.choose_timezone(town.bob, "Europe/London")
    draft = await news.draft(town.creator, "library", "夜里写的")
    await news.publish(town.creator, "library", draft.id, "夜里写的", "zh-CN")
    assert [notice.recipient for notice in await queued(town)] == [1004]
    town.time.passes(hours=9)
    assert {notice.recipient for notice in await queued(town)} >= {1002}


async def test_what_reminders_and_years_ask_for(town: World):
    await publish(town, "旧")
    since = town.time()
    town.time.passes(days=3)
    await publish(town, "新")
    async with town.unit.read() as work:
        newest = await work.project_updates.newest_of([town.library.id, town.meals.id])
        assert {one: update.words for one, update in newest.items()} == {town.library.id: "新"}
        assert (await work.project_updates.newest(town.meals.id)) is None
        both = await work.project_updates.between([town.library.id], since, town.time() + timedelta(days=1))
        first = await work.project_updates.between([town.library.id], since, town.time())
    assert [update.words for update in both] == ["旧", "新"]
    assert [update.words for update in first] == ["旧"]


async def test_who_told_it_leaves_and_it_stays_told(town: World):
    await publish(town)
    creator: Person = town.creator
    await town.privacy.leave(creator)
    (kept,) = await town.news.of_project(town.library.id, 5)
    assert kept.words == "建了三间图书室"
