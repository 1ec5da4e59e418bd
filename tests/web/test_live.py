"""A giving day's page and its stream: what they say, what moves, whom they turn away, and how they end."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse

from giving.giving_days import DayState
from giving.matching import Lottery, Ratio
from services.giving_days.live import LiveDays
from tests.web.conftest import Open, Site
from tests.web.test_pools import opened
from tests.web.world import World, cny
from web import live as pages
from web.security import POLICY, SCRIPTED


@pytest.fixture
async def looked(world: World) -> LiveDays:
    """Looks as often as a test has patience for."""
    return LiveDays(world.unit, every_s=0.05)


@pytest.fixture
async def site(open_site: Open, looked: LiveDays) -> Site:
    """The site with days that move."""
    return await open_site(live=looked)


@contextlib.asynccontextmanager
async def stream(site: Site, slug: str = "2026-11-11", **headers: str) -> AsyncIterator["Stream"]:
    """Listen to a day."""
    asked = {"Accept-Language": "en", "Accept": "text/event-stream"} | headers
    response = await site.client.get(f"/d/{slug}/live", headers=asked)
    yield Stream(response)
    response.close()


class Stream:
    """What a browser's EventSource would hear."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def event(self) -> str:
        """The data of the next event; heartbeats and the time to come back are none."""
        async with asyncio.timeout(10):
            while line := await self.response.content.readline():
                if line.startswith(b"data: "):
                    return line[6:].decode()
        raise AssertionError("the stream ended")

    async def until(self, words: str) -> str:
        """The first event that says so."""
        while words not in (said := await self.event()):
            pass
        return said


async def test_the_first_page_leads_to_the_day_that_is_on_and_to_the_report_of_the_last(site, world):
    library = await world.project()
    assert "/d/" not in (await site.get("/", accept="en")).text
    day = await world.day(library, begun=timedelta(minutes=90))
    await asyncio.sleep(0.06)
    home = (await site.get("/", accept="en")).text
    for words in ('href="/d/2026-11-11"', "One yuan day", "On now"):
        assert words in home, words
    async with world.unit() as work:
        await work.giving_days.change(replace(day, state=DayState.REPORTED, version=day.version + 1), day.version)
    await asyncio.sleep(0.06)
    home = (await site.get("/")).text
    for words in ('href="/d/2026-11-11/report"', "一元公益日", "圆满结束"):
        assert words in home, words


async def test_the_page_says_how_the_day_goes_without_a_script(site, world):
    library = await world.project()
    meals = await world.project("meals", target=cny("10"))
    await world.day(library, meals, begun=timedelta(minutes=90))
    await world.gift(library, cny("12"))
    await world.gift(meals, cny("10"))

    page = await site.get("/d/2026-11-11", accept="en")
    assert page.status == 200
    for words in ("One yuan day", "#一元公益日", "¥22", "22 h", "2% of the ¥1,010", "One project has reached"):
        assert words in page.text, words
    assert page.text.index("¥12 today") < page.text.index("¥10 today")  # who still needs help comes first
    assert "t.me/yizan_bot" in page.text
    assert page.headers["Content-Security-Policy"] == SCRIPTED
    chinese = await site.get("/d/2026-11-11")
    for words in ("一元公益日", "¥22", "进行中", "目标达成"):
        assert words in chinese.text, words


async def test_other_pages_may_run_no_script(site, world):
    await world.project()
    assert (await site.get("/p/library")).headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("state", [DayState.DRAFT, DayState.CANCELLED])
async def test_drafts_and_what_was_cancelled_cant_be_found(site, world, state):
    await world.day(await world.project(), state=state)
    for path in ("/d/2026-11-11", "/d/2026-11-11.json", "/d/2026-11-11/live", "/d/none", "/d/%00"):
        assert (await site.get(path)).status == 404, path


async def test_a_gift_moves_the_figures_of_who_looks_on(site, world):
    library = await world.project()
    await world.day(library)
    async with stream(site) as mine:
        assert mine.response.headers["Cache-Control"] == "no-store"
        assert "¥0" in await mine.event()
        await world.gift(library, cny("12.34"))
        assert "¥12.34" in await mine.event()


async def test_everybody_hears_in_their_language(site, world):
    library = await world.project()
    await world.day(library)
    async with stream(site) as english, stream(site, **{"Accept-Language": "zh-CN"}) as chinese:
        await world.gift(library, cny("5"))
        assert "left" in await english.until("¥5")
        assert "还剩" in await chinese.until("¥5")


async def test_who_comes_back_hears_the_newest_first(site, world, looked):
    """However long the reader had rested: what was read before they came is not new enough."""
    library = await world.project()
    await world.day(library)
    looked._every_s = 3.0
    async with stream(site) as first:
        assert "¥0" in await first.event()
        await world.gift(library, cny("7"))
        async with stream(site) as second:
            assert "¥7" in await second.event()


async def test_a_refund_takes_it_off_again(site, world):
    library = await world.project()
    await world.day(library)
    tip = await world.gift(library, cny("5"))
    async with stream(site) as mine:
        assert "¥5" in await mine.event()
        await world.give_back(tip)
        assert 'data-live="raised">¥0<' in await mine.event()


async def test_nobody_looks_while_nobody_listens(site, world, looked, until):
    library = await world.project()
    await world.day(library)
    async with stream(site) as one, stream(site) as other:
        await one.event()
        await other.event()
        assert looked.listeners == 2
        assert len(looked._watched) == 1  # one reader for both
        task = next(iter(looked._watched.values())).task
    await world.gift(library, cny("1"))  # it is at the next word that a stream notices that nobody reads it
    await until(lambda: looked.listeners == 0)
    assert task is not None
    await until(task.done)
    assert not looked._watched


async def test_a_quiet_stream_beats_now_and_then(site, world, monkeypatch):
    monkeypatch.setattr(pages, "HEARTBEAT_S", 0.1)
    await world.day(await world.project())
    async with stream(site) as mine:
        await mine.event()
        async with asyncio.timeout(10):
            while await mine.response.content.readline() != b":\n":
                pass


async def test_more_than_are_kept_open_are_turned_away(open_site, world, looked):
    site = await open_site(live=looked, most_listeners=1)
    await world.day(await world.project())
    async with stream(site) as mine:
        await mine.event()
        async with stream(site) as other:
            assert other.response.status == 503
            assert other.response.headers["Retry-After"]


async def test_streams_end_when_the_site_stops(site, world):
    await world.day(await world.project())
    async with stream(site) as mine, stream(site) as other:
        await mine.event()
        await other.event()
        before = asyncio.get_running_loop().time()
        await site.client.server.close()
        assert asyncio.get_running_loop().time() - before < 2
        for each in (mine, other):
            assert await each.response.content.read() is not None
            assert each.response.content.at_eof()


async def test_a_closed_day_has_no_stream_and_stays_to_be_read(site, world):
    library = await world.project()
    over = {"begun": timedelta(days=3), "state": DayState.REPORTED}
    await world.day(library, **over)
    async with stream(site) as mine:
        assert mine.response.status == 204  # no browser asks again after that
    page = await site.get("/d/2026-11-11", accept="en")
    assert "Thank you, everyone" in page.text
    assert "<script" not in page.text


async def test_figures_for_programs(site, world):
    library = await world.project()
    day = await world.day(library)
    await world.gift(library, cny("12"))
    said: dict[str, Any] = json.loads((await site.get("/d/2026-11-11.json")).text)
    assert (said["raised_minor"], said["currency"], said["donors"], said["state"]) == (1200, "CNY", 1, "live")
    assert said["starts_at"] == day.starts_at.isoformat()
    assert said["projects"] == [
        {"slug": "library", "given_minor": 1200, "raised_minor": 1200, "target": {"minor": 100_000, "currency": "CNY"},
         "open": True}
    ]  # fmt: skip


async def test_the_days_pools_can_be_looked_at(site, world):
    library = await world.project()
    await world.day(library)
    assert "/pools/" not in (await site.get("/d/2026-11-11")).text
    pool = await opened(world, Ratio(1, 1), project=library)
    await asyncio.sleep(0.3)  # the last look is over
    page = await site.get("/d/2026-11-11", accept="en")
    assert f'<a href="/pools/{pool.id}" lang="en">Morning Star</a>' in page.text
    assert "&lt;b&gt;晨星" in (await site.get("/d/2026-11-11")).text


async def test_each_pool_says_whose_it_is_by_which_rule_and_what_is_left(site, world):
    library, meals = await world.project(), await world.project("meals")
    await world.day(library, meals)
    named = await opened(world, Ratio(1, 1), project=library)
    nameless = await opened(world, Lottery(10, 88, "2026-11-11"), named=False)
    async with stream(site, **{"Accept-Language": "en"}) as mine:
        first = await mine.event()
        for words in ("Funded by 晨星 &amp; 公司", "Funded by a sponsor who wants no name said"):
            assert first.count(words) == 1, words
        assert f'data-live="fund-{named.id}">¥100 left<' in first
        await world.gift(library, cny("3"))
        assert f'data-live="fund-{named.id}"' in await mine.until("¥97 left")
    assert f'href="/pools/{nameless.id}"' in first
    chinese = (await site.get("/d/2026-11-11")).text
    for words in ("1:1", "每笔抽签配 ¥0.10 到 ¥0.88", "由 晨星 &amp; 公司 资助", "还剩 ¥97"):
        assert words in chinese, words
    said = json.loads((await site.get("/d/2026-11-11.json")).text)
    assert {"id": str(named.id), "left_minor": 9700} in said["pools"]


async def test_titles_and_names_are_no_markup(site, world):
    evil = {"zh-CN": "<script>alert(1)</script>", "en": "<b>x</b>"}
    await world.day(await world.project(), titles=evil, hashtag='#"><img>')
    page = await site.get("/d/2026-11-11")
    assert "<script>alert" not in page.text
    assert "<img>" not in page.text
