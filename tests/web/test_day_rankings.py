"""/d/<slug>/ranking: one giving day's creators, counted as every ranking is; nobody is named who did not ask for it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from giving.giving_days import DayState, GivingDay
from giving.people import Person, Visitor
from giving.projects import Project
from giving.rankings import Board
from giving.tips import OfferRequest, Tip
from services.giving_days.live import LiveDays
from services.rankings import RankingSteps
from storage.ids import new_id
from tests.web.conftest import Open, Site
from tests.web.world import World, cny


@pytest.fixture
async def site(open_site: Open, world: World) -> Site:
    return await open_site(live=LiveDays(world.unit, every_s=0))


async def caller(world: World, project: Project, number: int, name: str, *, gifts: int, shown: bool) -> list[Tip]:
    """A creator whose slot so many people give on, once each."""
    creator = await world.people.meet(Visitor(9_000 + number, name), started=True)
    slot = (await world.slots.open(creator, project.id, name)).slot
    if shown:
        await world.rankings.choose(creator, Board.CREATORS, True)
    return [await give(world, slot.id, await donor(world, 100 * number + each)) for each in range(gifts)]


async def donor(world: World, number: int) -> Person:
    return await world.people.meet(Visitor(20_000 + number, "小林"), started=True)


async def give(world: World, slot: Any, who: Person) -> Tip:
    """Tapped and paid now."""
    number = who.telegram_id
    tip = await world.tips.offer(OfferRequest(f"r{number}", who.id, cny("1"), slot=slot))
    await world.tips.payment_link(tip.id, who)
    async with world.unit.read() as work:
        stored = await work.tips.by_id(tip.id)
    assert stored is not None
    assert stored.payment is not None
    await world.tell("payment.paid", stored.payment, cny("1"), number=number)
    return stored


@pytest.fixture
async def day(world: World) -> GivingDay:
    """A day that is on, with three creators: two of them wish to be shown."""
    project = await world.project()
    day = await world.day(project)
    await caller(world, project, 1, "<林>晓雯", gifts=3, shown=True)
    await caller(world, project, 2, "第二位", gifts=1, shown=True)
    await caller(world, project, 3, "不上榜的", gifts=2, shown=False)
    return day


async def test_while_it_is_on_it_says_whose_call_reached_how_many(world: World, site: Site, day: GivingDay):
    before = await site.get(f"/d/{day.slug}/ranking")
    assert (before.status, "还在统计" in before.text) == (200, True)
    await world.ranking_steps.count()
    page = await site.get(f"/d/{day.slug}/ranking")
    assert page.status == 200
    first, second = page.text.index("<bdi>&lt;林&gt;晓雯</bdi>"), page.text.index("<bdi>第二位</bdi>")
    assert first < second
    assert "不上榜的" not in page.text
    assert "小林" not in page.text
    assert '<td class="figure">45</td>' in page.text, "10 for each of three people, 5 for their first gift"
    assert "又来了" not in page.text, "there was no day before"
    assert "一个人最多 20 分" in page.text
    assert f'href="/d/{day.slug}"' in page.text
    assert "<script" not in page.text
    english = await site.get(f"/d/{day.slug}/ranking", accept="en")
    for words in ("One yuan day · whose call reached most people", "Never more than 20 for one person", "Counted"):
        assert words in english.text, words
    told = json.loads((await site.get(f"/d/{day.slug}/ranking.json")).text)
    assert [(row["place"], row["name"], row["points"], row["donors"]) for row in told["rows"]] == [
        (1, "<林>晓雯", 45, 3), (2, "第二位", 15, 1)
    ]  # fmt: skip
    assert (told["day"], told["closed"], "again" in told["points"]) == (day.slug, False, False)


async def test_a_gift_beside_the_day_is_not_the_days(world: World, site: Site, day: GivingDay):
    async with world.unit() as work:
        early = replace(day, state=DayState.CLOSING, ends_at=datetime.now(UTC), version=2)
        assert await work.giving_days.change(early, 1)
    world.days_on.changed()
    project = (await world.projects.search("", page=0)).items[0].project
    await caller(world, project, 4, "来晚了", gifts=2, shown=True)
    await world.ranking_steps.count()
    assert "来晚了" not in (await site.get(f"/d/{day.slug}/ranking")).text
    assert "来晚了" in (await site.get("/rankings")).text


async def test_once_closed_it_stays_and_what_went_back_since_is_noted(world: World, site: Site):
    project = await world.project()
    day = await world.day(project)
    tips = await caller(world, project, 1, "林晓雯", gifts=2, shown=True)
    async with world.unit() as work:
        over = replace(day, ends_at=datetime.now(UTC), closes_at=datetime.now(UTC), version=2)
        assert await work.giving_days.change(replace(over, state=DayState.REPORTED), 1)
    await world.ranking_steps.count()
    later = RankingSteps(world.unit, zone=world.zone, now=lambda: datetime.now(UTC) + timedelta(hours=1))
    await later.count()
    closed = json.loads((await site.get(f"/d/{day.slug}/ranking.json")).text)
    assert closed["closed"]
    await world.give_back(tips[0])
    await later.count()
    after = json.loads((await site.get(f"/d/{day.slug}/ranking.json")).text)
    assert [(row["points"], row["refunded_since"]) for row in after["rows"]] == [(30, 1)]
    page = await site.get(f"/d/{day.slug}/ranking", accept="en")
    for words in ("It stays as it is", "1 gift was given back since", f"/d/{day.slug}/report"):
        assert words in page.text, words


async def test_who_takes_their_name_back_is_gone_at_once(world: World, site: Site, day: GivingDay):
    await world.ranking_steps.count()
    creator = await world.people.meet(Visitor(9_001, "<林>晓雯"), started=True)
    await world.rankings.choose(creator, Board.CREATORS, False)
    page = await site.get(f"/d/{day.slug}/ranking")
    assert "晓雯" not in page.text
    assert "第二位" in page.text


async def test_the_days_page_and_its_report_lead_there(world: World, site: Site, day: GivingDay):
    assert f'href="/d/{day.slug}/ranking"' in (await site.get(f"/d/{day.slug}")).text
    english = await site.get(f"/d/{day.slug}?lang=en")
    assert f'href="/d/{day.slug}/ranking?lang=en"' in english.text


async def test_before_the_day_there_is_nothing_to_rank_and_a_draft_is_not_there(world: World, site: Site):
    project = await world.project()
    times = {"begun": timedelta(hours=-1)}
    await world.day(project, slug="soon", state=DayState.SCHEDULED, **times)
    await world.day(project, slug="draft", state=DayState.DRAFT, id=new_id(), **times)
    page = await site.get("/d/soon/ranking")
    assert (page.status, "还没开始" in page.text) == (200, True)
    assert 'href="/d/soon/ranking"' not in (await site.get("/d/soon")).text
    for path in ("/d/draft/ranking", "/d/draft/ranking.json", "/d/never/ranking", f"/d/{'x' * 100}/ranking"):
        assert (await site.get(path)).status == 404, path
