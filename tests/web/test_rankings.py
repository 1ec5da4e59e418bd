"""/rankings: boards, places, the formula, closed weeks by their address; nobody is named who did not ask for it."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

from giving.people import Visitor
from giving.rankings import Board, Span
from giving.tips import OfferRequest
from tests.web.conftest import Open
from tests.web.world import World, cny


async def slot_with_gifts(world: World, name: str = "林晓雯", gifts: int = 2) -> None:
    """A creator's slot that others gave on."""
    project = await world.project()
    creator = await world.people.meet(Visitor(9_000, name), started=True)
    slot = (await world.slots.open(creator, project.id, name)).slot
    for number in range(gifts):
        donor = await world.people.meet(Visitor(9_100 + number, "小林"), started=True)
        tip = await world.tips.offer(OfferRequest(f"s{number}", donor.id, cny("1"), slot=slot.id))
        await world.tips.payment_link(tip.id, donor)
        async with world.unit.read() as work:
            stored = await work.tips.by_id(tip.id)
        assert stored is not None
        assert stored.payment is not None
        await world.tell("payment.paid", stored.payment, cny("1"), number=500 + number)
    await world.rankings.choose(creator, Board.CREATORS, True)


async def test_the_page_of_this_week_in_both_languages(world: World, open_site: Open):
    await slot_with_gifts(world, "<林>晓雯")
    await world.ranking_steps.count()
    site = await open_site()
    for path in ("/rankings", f"/rankings/{world.rankings.period(Span.MONTH).name}"):
        page = await site.get(path)
        assert page.status == 200
        assert "<bdi>&lt;林&gt;晓雯</bdi>" in page.text
        assert '<td class="figure">30</td>' in page.text
        assert "一个人最多 20 分" in page.text
        assert "榜上还没有人" in page.text, "no donor asked to be shown"
        assert "小林" not in page.text
        assert "<script" not in page.text
    english = await site.get("/rankings?lang=en")
    assert "Never more than 20 for one person" in english.text
    assert "Village library" in english.text


async def test_before_anything_is_counted_it_says_so(world: World, open_site: Open):
    page = await (await open_site()).get("/rankings")
    assert (page.status, "还在统计" in page.text) == (200, True)


async def test_csv_and_json_say_the_same(world: World, open_site: Open):
    await slot_with_gifts(world, "=1+1")
    await world.ranking_steps.count()
    site, name = await open_site(), world.rankings.period(Span.WEEK).name
    told = json.loads((await site.get(f"/rankings/{name}.json")).text)
    table = await site.get(f"/rankings/{name}.csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["board"], row["points"]) for row in rows] == [
        (row["board"], str(row["points"])) for row in told["rows"]
    ]
    creators = [row["name"] for row in rows if row["board"] == "creators"]
    assert creators == ["'=1+1"], "no formula for a spreadsheet"
    assert (told["period"], told["closed"], told["points"]["most"]) == (name, False, 20)


async def test_a_closed_week_has_an_address_and_stays(world: World, open_site: Open):
    await world.ranking_steps.count()
    site = await open_site()
    last = world.rankings.period(Span.WEEK, 1)
    page = await site.get(f"/rankings/{last.name}")
    assert (page.status, "封榜" in page.text) == (200, True)
    assert f"/rankings/{last.name}" in (await site.get("/rankings")).text


async def test_addresses_that_are_none_are_not_found(world: World, open_site: Open):
    site = await open_site()
    future = (datetime.now(UTC) + timedelta(days=20)).isocalendar()
    for name in ("x", "2026-W60", f"{future.year}-W{future.week:02}", "..%2f..", "2026-11.exe", "W" * 300):
        page = await site.get(f"/rankings/{name}")
        assert page.status == 404, name
    assert "这里没有榜单" in (await site.get("/rankings/2026-W60")).text
    assert (await site.get("/rankings/2026-W60.csv")).status == 404
