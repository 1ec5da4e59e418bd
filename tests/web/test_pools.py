"""A matching fund for anyone: the rule, what is used and left, every matched gift, on its page and on receipts."""

import csv
import hashlib
import io
import re
from datetime import UTC, datetime, timedelta

from giving.matching import Caps, Lottery, Pool, Ratio, Rule, Scope, Window
from giving.people import Visibility, Visitor
from giving.projects import Project
from giving.tips import OfferRequest, Tip
from services.matching import NewPool, PoolService
from storage.ids import new_id
from tests.web.conftest import Site
from tests.web.world import World, cny


def end(tip: Tip) -> str:
    """The last two groups of its code."""
    return "-".join(tip.receipt_code.split("-")[2:])


async def opened(world: World, rule: Rule, *, named: bool = True, project: Project | None = None) -> Pool:
    windows = (Window(1, datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(days=1), 10_000),)
    scope = Scope(projects=frozenset([project.id])) if project else Scope()
    titles = {"zh-CN": "<b>晨星</b>配捐", "en": "Morning Star"}
    new = NewPool("晨星 & 公司", named, titles, cny("100"), rule, windows, Caps(gift_minor=500), scope)
    pools = PoolService(world.unit)
    return await pools.sign((await pools.create(new)).id, signed_by="王经理")


async def gave(world: World, project: Project, yuan: str, visibility: Visibility = Visibility.NAMED) -> Tip:
    number = next(world._numbers)
    person = await world.people.meet(Visitor(30_000 + number, f"Giver {number}"), started=True)
    tip = await world.tips.offer(OfferRequest(f"pool{number}", person.id, cny(yuan), project=project.id))
    await world.tips.choose_visibility(tip.id, person, visibility)
    assert tip.payment is not None
    await world.tell("payment.paid", tip.payment, cny(yuan), number=number)
    return tip


async def test_the_page_says_the_rule_what_is_used_and_left_and_every_match(world: World, site: Site):
    project = await world.project()
    pool = await opened(world, Ratio(1, 1), project=project)
    shown, hidden = await gave(world, project, "3"), await gave(world, project, "4.20", Visibility.AMOUNT_HIDDEN)
    chinese = await site.get(f"/pools/{pool.id}")
    english = await site.get(f"/pools/{pool.id}", accept="en")
    assert chinese.status == english.status == 200
    said = ("每捐 ¥1，配捐 ¥1", "每笔最多配 ¥5", "¥92.80", "+¥3", "金额保密")
    for words in (*said, end(shown), end(hidden), "时间到分钟"):
        assert words in chinese.text, words
    for words in ("For every ¥1 given, ¥1 is added", "at most ¥5 to one gift", "¥92.80", "晨星 &amp; 公司"):
        assert words in english.text, words
    assert "<b>晨星</b>" not in chinese.text
    assert "+¥4.20" not in chinese.text
    assert f'href="/p/{project.slug}"' in chinese.text


async def test_the_page_says_in_which_order_gifts_are_matched(world: World, site: Site):
    pool = await opened(world, Ratio(1, 1))
    assert "先入账的先配；同一批入账的，先付的先配。" in (await site.get(f"/pools/{pool.id}")).text
    english = (await site.get(f"/pools/{pool.id}", accept="en")).text
    assert "Whose payment is booked first is matched first, and of those booked together whoever paid first." in english


async def test_the_lottery_on_the_page_can_be_drawn_again_by_hand(world: World, site: Site):
    project = await world.project()
    rule = Lottery(10, 88, "2026-11-11 白云")
    pool = await opened(world, rule)
    tip = await gave(world, project, "1")
    page = await site.get(f"/pools/{pool.id}", accept="en")
    assert "2026-11-11 白云" in page.text
    table = list(csv.DictReader(io.StringIO((await site.get(f"/pools/{pool.id}.csv")).text)))
    assert [row["receipt_end"] for row in table] == [end(tip)]
    number = int(hashlib.sha256(f"2026-11-11 白云:{table[0]['receipt_end']}".encode()).hexdigest(), 16)
    assert [row["matched_minor"] for row in table] == [str(10 + number % 79)]


async def test_the_table_has_every_match_and_no_hidden_amount(world: World, site: Site):
    project = await world.project()
    pool = await opened(world, Ratio(1, 1))
    tips = [await gave(world, project, "1", v) for v in (Visibility.NAMED, Visibility.AMOUNT_HIDDEN)]
    answer = await site.get(f"/pools/{pool.id}.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = {row["receipt_end"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert {code: row["matched_minor"] for code, row in rows.items()} == {end(tips[0]): "100", end(tips[1]): ""}
    assert rows[end(tips[0])]["project"] == project.slug


async def test_nobody_finds_a_receipt_or_a_giver_through_a_fund(world: World, site: Site):
    project = await world.project()
    pool = await opened(world, Ratio(1, 1))
    tips = [await gave(world, project, "1", visibility) for visibility in Visibility]
    texts = [(await site.get(f"/pools/{pool.id}{kind}")).text for kind in ("", ".csv")]
    for text in texts:
        assert all(end(tip) in text for tip in tips)
        assert not any(tip.receipt_code in text or tip.receipt_code[3:8] in text for tip in tips)
        assert "/r/" not in text.replace('href="/r"', "")
        assert "Giver" not in text, "whoever gave, and however they chose to be seen"
    times = [row["paid_at"] for row in csv.DictReader(io.StringIO(texts[1]))]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d[+]00:00", at) for at in times), times
    assert not re.search(r"T\d\d:\d\d:\d\d", texts[0]), "to the minute"


async def test_pages_turn(world: World, site: Site):
    project = await world.project()
    pool = await opened(world, Ratio(1, 100))
    for _ in range(51):
        await gave(world, project, "1")
    first, second = await site.get(f"/pools/{pool.id}"), await site.get(f"/pools/{pool.id}?page=2")
    assert [page.text.count('<span class="code">…') for page in (first, second)] == [50, 1]
    assert "?page=2" in first.text
    for odd in ("0", "-1", "x", "999999", "1" * 30):
        assert (await site.get(f"/pools/{pool.id}?page={odd}")).status == 200


async def test_project_and_receipt_tell_of_it_and_a_hidden_gift_does_not(world: World, site: Site):
    project = await world.project()
    pool = await opened(world, Ratio(1, 1))
    tip, hidden = await gave(world, project, "3"), await gave(world, project, "4", Visibility.AMOUNT_HIDDEN)
    receipt = await site.get(f"/r/{tip.receipt_code}", accept="en")
    assert f"/pools/{pool.id}" in receipt.text
    assert "¥3 by 晨星 &amp; 公司" in receipt.text
    assert f"/pools/{pool.id}" not in (await site.get(f"/r/{hidden.receipt_code}")).text
    assert "+¥7" in (await site.get(f"/p/{project.slug}")).text


async def test_a_sponsor_who_wants_no_name_is_not_named(world: World, site: Site):
    project = await world.project()
    pool = await opened(world, Ratio(1, 1), named=False)
    tip = await gave(world, project, "3")
    for path in (f"/pools/{pool.id}", f"/r/{tip.receipt_code}", f"/pools/{pool.id}.csv"):
        assert "公司" not in (await site.get(path)).text


async def test_drafts_and_what_is_no_fund_are_not_found(world: World, site: Site):
    windows = (Window(1, datetime.now(UTC), None, 100),)
    draft = await PoolService(world.unit).create(NewPool("S", True, {"en": "T"}, cny("1"), Ratio(1, 1), windows))
    for path in (draft.id, new_id(), "x", f"{draft.id}.csv", str(draft.id).upper(), "..%2f"):
        assert (await site.get(f"/pools/{path}")).status == 404
