"""The report of a giving day for anyone: a page without scripts, a table and a picture that say the same."""

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from giving.errors import PictureFailed
from giving.giving_days import DayState, GivingDay
from giving.matching import Ratio
from giving.money import Money
from pictures import Pictures
from services.giving_days.report import DayReports
from services.giving_days.report_views import DayPage, Since
from services.wake import Wakes
from storage.ids import new_id
from tests.pictures.ink import size_of
from tests.web.conftest import Open, Site
from tests.web.test_pools import opened
from tests.web.world import World, cny

CELLS = re.compile(r'<td class="figure">([^<]*)</td>')


@pytest.fixture
async def reports(world: World) -> AsyncIterator[DayReports]:
    pictures = Pictures(world.texts)
    yield DayReports(world.unit, world.people, pictures, world.links, wakes=Wakes(), zone=world.zone, cached_s=0)
    await pictures.close()


@pytest.fixture
async def site(open_site: Open, reports: DayReports) -> Site:
    return await open_site(day_reports=reports)


async def a_day(world: World, reports: DayReports, *amounts: str, **what: Any) -> GivingDay:
    """One that was on for the library a moment ago, with these gifts, and is reported."""
    project = await world.project("library-1", **({"texts": what.pop("texts")} if "texts" in what else {}))
    now = datetime.now(UTC)
    day = replace(
        GivingDay(
            new_id(), "one-yuan", {"zh-CN": "一元公益日", "en": "One yuan day"}, "#一元", (project.id,),
            now - timedelta(hours=2), now + timedelta(hours=2), now + timedelta(hours=2), (cny("1"),),
            state=DayState.LIVE,
        ),
        **what,
    )  # fmt: skip
    async with world.unit() as work:
        await work.giving_days.add(day, now=now)
    for amount in amounts:
        await world.gift(project, cny(amount), fee=cny("0.03"))
    async with world.unit() as work:
        await work.giving_days.change(replace(day, state=DayState.REPORTED, version=2), 1)
    await reports.sweep()
    return day


async def test_it_tells_the_figures_in_both_languages_with_a_table_beside_each_chart(world, site, reports):
    await a_day(world, reports, "5", "20", "1")
    for path, accept in (("/d/one-yuan/report", "zh-CN"), ("/d/one-yuan/report", "en")):
        page = await site.get(path, accept=accept)
        assert page.status == 200
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert page.text.count('role="img"') == 1, "the hours; each project's bar is in its row, beside its figures"
        assert page.text.count("<table>") == 3
        assert {"¥26", "¥5"} <= set(re.findall(r"¥[0-9.,]+", page.text))
        assert page.headers["Content-Language"] == accept
    assert "我们一起捐出 ¥26" in (await site.get("/d/one-yuan/report")).text
    assert "Together we gave ¥26" in page.text
    assert "¥0.09" in page.text


async def test_the_days_pools_can_be_looked_at(world, site, reports):
    pool = await opened(world, Ratio(1, 1))
    await a_day(world, reports, "5")
    assert f'href="/pools/{pool.id}"' in (await site.get("/d/one-yuan/report")).text


async def test_every_table_adds_up_to_the_whole(world, site, reports):
    await a_day(world, reports, "5", "20", "1.50")
    page = (await site.get("/d/one-yuan/report", accept="en")).text
    tables = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    assert len(tables) == 3
    for table in tables:
        given = [cell for cell in CELLS.findall(table) if cell.startswith("¥")]
        assert sum(float(cell[1:].replace(",", "")) for cell in given) == 26.5


async def test_the_table_is_for_spreadsheets_and_holds_no_formula(world, site, reports):
    await a_day(world, reports, "5", titles={"en": "=HYPERLINK(1)", "zh-CN": "+1"})
    answer = await site.get("/d/one-yuan/report.csv", accept="en")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report-one-yuan.csv"'
    assert answer.headers["Cache-Control"] == "no-cache", "a name that is taken back is gone from it at once"
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text[1:])))
    assert (rows[0]["name"], rows[0]["given"], rows[0]["currency"]) == ("'=HYPERLINK(1)", "5.00", "CNY")
    assert sum(int(row["gifts"]) for row in rows if row["section"] == "hour") == 1


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_picture_is_there_in_each_language(world, site, reports, language):
    await a_day(world, reports, "5")
    response = await site.client.get(f"/d/one-yuan/report.png?lang={language}")
    assert (response.status, response.headers["Content-Type"]) == (200, "image/png")
    assert size_of(await response.read()) == (1080, 1440)


async def test_where_it_can_not_be_drawn_the_page_says_so_and_stays(world, site, reports, monkeypatch):
    async def fails(*_: object) -> bytes:
        raise PictureFailed

    await a_day(world, reports, "5")
    monkeypatch.setattr(reports, "picture", fails)
    answer = await site.get("/d/one-yuan/report.png")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert (await site.get("/d/one-yuan/report")).status == 200


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (Since((Money(-300, "CNY"),)), "Since this report ¥3 went back."),
        (Since((Money(300, "CNY"),)), "Since this report ¥3 more arrived."),
        (Since((Money(-300, "CNY"), Money(5, "XTR"))), "Changed since: -¥3 · ⭐5."),
        (Since((), (Money(-200, "CNY"),)), "Matching changed since: -¥2."),
    ],
)
async def test_what_became_different_since_is_noted_and_the_figures_stay(
    world, site, reports, monkeypatch, since, said
):
    await a_day(world, reports, "5")
    page: DayPage = await reports.page("one-yuan")
    assert "since" not in (await site.get("/d/one-yuan/report", accept="en")).text.lower()

    async def later(_: str) -> DayPage:
        changed: DayPage = replace(page, since=since)
        return changed

    monkeypatch.setattr(reports, "page", later)
    answer = (await site.get("/d/one-yuan/report", accept="en")).text
    assert said in answer
    assert "Together we gave ¥5" in answer


@pytest.mark.parametrize(
    "path", ["/d/nothing/report", "/d/nothing/report.csv", "/d/" + "x" * 80 + "/report", "/d/a%00b/report"]
)
async def test_what_is_not_there_is_not_found(world, site, path):
    assert (await site.get(path)).status == 404


async def test_a_day_that_is_on_has_no_report_yet(world, site, reports):
    day = await a_day(world, reports, "5", slug="now")
    async with world.unit() as work:
        await work.giving_days.change(replace(day, state=DayState.LIVE, version=3), 2)
        await work.giving_days.add(replace(day, id=new_id(), slug="later", state=DayState.LIVE), now=datetime.now(UTC))
    answer = await site.get("/d/later/report", accept="en")
    assert answer.status == 404
    assert "isn't ready yet" in answer.text.replace("&#39;", "'")


async def test_a_day_of_nothing_says_so(world, site, reports):
    await a_day(world, reports)
    page = await site.get("/d/one-yuan/report")
    assert page.status == 200
    assert "这一天没有收到捐款" in page.text


async def test_however_many_ask_it_is_read_once(world, open_site, monkeypatch):
    pictures = Pictures(world.texts)
    cached = DayReports(
        world.unit, world.people, pictures, world.links, wakes=Wakes(), zone=world.zone, cached_s=600
    )  # fmt: skip
    site = await open_site(day_reports=cached)
    day = await a_day(world, cached, "5")
    looks = []
    read = cached._page

    async def counted(work: Any, day: GivingDay) -> DayPage:
        looks.append(day.id)
        return await read(work, day)

    monkeypatch.setattr(cached, "_page", counted)
    for path in ("/d/one-yuan/report", "/d/one-yuan/report?lang=en", "/d/one-yuan/report.csv"):
        for _ in range(3):
            assert (await site.get(path)).status == 200
    assert looks == [day.id]
    async with world.unit() as work:
        over = day.ends_at + timedelta(hours=1)
        soon = replace(day, id=new_id(), slug="soon", state=DayState.LIVE, version=1, ends_at=over, closes_at=over)
        await work.giving_days.add(soon, now=soon.starts_at)
    answers = [await site.get("/d/soon/report") for _ in range(3)]
    assert len({answer.status for answer in answers}) == 1
    assert all("报告" in answer.text for answer in answers)
    assert looks == [day.id, soon.id], "that there is none yet is remembered too"
    assert (await site.get("/d/never/report")).status == 404
    await pictures.close()
