"""The pages around monthly donors: an organisation's own, and what everybody sees on a slot's and a project's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from giving.people import Person, Role, Visibility, Visitor
from giving.pledges import PledgeState, Why, cancelled
from giving.project_updates import ProjectUpdate
from giving.projects import Project
from giving.whys import Sentence, WhyState
from services.circles import CircleService
from services.members import MemberService
from services.people import PeopleService
from services.project_updates import NewsService
from services.wake import Wakes
from services.whys import WhyService
from storage.ids import new_id
from tests.services.monthly import changed, noted, promised
from tests.web.conftest import Open, Site
from tests.web.world import World, cny

OWNER = 77


async def donor(world: World, number: int, name: str, visibility: Visibility = Visibility.NAMED) -> Person:
    person = await world.people.meet(Visitor(20_000 + number, name), started=True)
    async with world.unit() as work:
        return await work.people.set(person.id, visibility=visibility)


def months_ago(count: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=30 * count + 1)


async def a_year(world: World, project: Project) -> None:
    """Some begin each month, some of them stop later."""
    number = 0
    for ago in range(11, -1, -1):
        for each in range(3 + (11 - ago) % 4):
            number += 1
            person = await donor(world, number, f"捐赠人{number}")
            pledge = await promised(world.unit, person, project, months_ago(ago))
            if (stops := ago - 1 - (number * 7) % 11) >= 0 and each != 1:
                why = [*Why, None][number % 6]
                pledge = await changed(world.unit, cancelled(pledge, months_ago(stops), why))
            if number % 9 == 0 and pledge.open:
                await changed(world.unit, replace(pledge, state=PledgeState.PAUSED))


class Circles:
    """The services behind these pages."""

    def __init__(self, world: World) -> None:
        self.people = PeopleService(world.unit, owners=[OWNER])
        self.members = MemberService(world.unit, self.people)
        self.circles = CircleService(world.unit, self.members, zone=world.zone)
        self.whys = WhyService(world.unit, self.people, wakes=Wakes())
        self.news = NewsService(world.unit, self.members, zone=world.zone, wakes=Wakes())

    async def token(self, project: Project) -> tuple[str, Person]:
        owner = await self.people.meet(Visitor(OWNER, "Owner"), started=True)
        member = await self.people.meet(Visitor(78, "Member"), started=True)
        await self.members.add(owner, project.organisation.slug, 78)
        return await self.circles.page_token(member, project.organisation.id), owner


@pytest.fixture
def circles(world: World) -> Circles:
    return Circles(world)


@pytest.fixture
async def full(open_site: Open, circles: Circles) -> Site:
    return await open_site(circles=circles.circles, whys=circles.whys, news=circles.news)


async def test_a_member_sees_charts_and_tables_and_no_search_engine_does(full: Site, world: World, circles: Circles):
    project = await world.project()
    await a_year(world, project)
    token, owner = await circles.token(project)
    page = await full.get(f"/o/{token}")
    assert page.status == 200
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "微光公益的月捐" in page.text
    _, circle = await circles.circles.of_organisation(owner, project.organisation.id)
    assert page.text.count("<svg") >= 3
    assert page.text.count("<rect") == 12 + sum(len(row.left) for row in circle.cohorts)
    assert page.text.count('<th scope="row">') == 12 + len(circle.cohorts) + len(circle.standing.ended)
    assert "捐赠人" not in page.text.replace("捐赠人可以", "").replace("等捐赠人另选", ""), "nobody is named"
    english = await full.get(f"/o/{token}?lang=en")
    assert "Monthly giving to Glimmer" in english.text


async def test_before_anybody_gives_it_says_so(full: Site, world: World, circles: Circles):
    token, _ = await circles.token(await world.project())
    page = await full.get(f"/o/{token}")
    assert page.status == 200
    assert "还没有人月捐" in page.text


async def test_an_address_of_nobodys_and_of_a_former_member_lead_nowhere(full: Site, world: World, circles: Circles):
    project = await world.project()
    token, owner = await circles.token(project)
    wrong = [await full.get(path) for path in ("/o/" + "x" * 24, "/o/x", "/o/%00", "/o/" + "长" * 20)]
    await circles.people.revoke(owner, 78, Role.ORGANISATION)
    wrong.append(await full.get(f"/o/{token}"))
    assert [page.status for page in wrong] == [404] * 5
    assert len({page.text.partition("<main")[2] for page in wrong}) == 1, "one does not look other than another"


async def test_a_slot_tells_how_many_and_nobodys_name(full: Site, world: World):
    project = await world.project()
    creator = await world.people.meet(Visitor(30, "林晓雯"), started=True)
    slot = (await world.slots.open(creator, project.id, "晓雯")).slot
    none = await full.get(f"/c/{slot.slug}")
    assert "每月都捐" not in none.text
    for number in (1, 2):
        person = await donor(world, number, f"捐赠人{number}")
        await promised(world.unit, person, project, months_ago(1), creator=creator.id)
    page = await full.get(f"/c/{slot.slug}")
    assert "2 人跟着 晓雯 每月都捐" in page.text
    assert "捐赠人1" not in page.text


async def test_a_project_shows_its_news_and_why_people_give(full: Site, world: World):
    project = await world.project()
    now = datetime.now(UTC)
    named = await donor(world, 1, "小<林>")
    hidden = await donor(world, 2, "阿宽", Visibility.ANONYMOUS)
    reader = await world.people.meet(Visitor(79, "Reader"), started=True)
    async with world.unit() as work:
        for person, words in ((named, "为了<孩子>"), (hidden, "书是好东西")):
            sentence = Sentence(new_id(), person.id, project.id, words, WhyState.WAITING, now, name=person.name)
            await work.whys.put(sentence)
            await work.whys.decide(sentence.id, WhyState.SHOWN, reason=None, by=reader.id, now=now)
        await work.project_updates.add(ProjectUpdate(new_id(), project.id, "三间<图书室>", "zh-CN", named.id, now))
    assert "为了" not in (await full.get("/p/library")).text, "only while they give"
    for person in (named, hidden):
        pledge = await promised(world.unit, person, project, months_ago(2))
        await noted(world.unit, pledge, "2026-11", await world.gift(project, cny("10")))
    page = await full.get("/p/library")
    assert "为了&lt;孩子&gt;" in page.text
    assert "小&lt;林&gt;" in page.text
    assert "书是好东西" in page.text
    assert "阿宽" not in page.text
    assert "一位爱心人士" in page.text
    assert "三间&lt;图书室&gt;" in page.text


async def test_a_project_without_any_has_no_empty_sections(full: Site, world: World):
    await world.project()
    page = await full.get("/p/library")
    assert "他们为什么每月捐" not in page.text
    assert "<h2>进展" not in page.text


async def test_what_instalments_brought_is_there(full: Site, world: World, circles: Circles):
    project = await world.project()
    pledge = await promised(world.unit, await donor(world, 1, "一"), project, months_ago(3))
    last = str((await circles.circles.of_creator(await donor(world, 2, "二"))).now.plus(-1))
    await noted(world.unit, pledge, last, await world.gift(project, cny("43.21")))
    token, _ = await circles.token(project)
    assert "¥43.21" in (await full.get(f"/o/{token}")).text


async def test_it_says_where_a_gift_that_was_moved_is_counted(full: Site, world: World, circles: Circles):
    here, there = await world.project(), await world.project("wells")
    moved = await promised(world.unit, await donor(world, 1, "一"), here, months_ago(2))
    token, person = await circles.token(here)
    assert (await circles.circles.of_organisation(person, here.organisation.id))[1].standing.open == 1
    await changed(world.unit, replace(moved, project=there.id))
    page = (await full.get(f"/o/{token}")).text
    assert (await circles.circles.of_organisation(person, here.organisation.id))[1].standing.open == 0
    assert "中途换了机构的月捐" in page
