"""Statements: every gift of the dates on one's own clock, with what came back; no formula in the table."""

import csv
import io
from datetime import UTC, datetime

import pytest

from giving.errors import DatesNotUnderstood, NothingInDates
from giving.payments import EventKind
from giving.people import Person
from giving.tips import Tip
from services.statements import COLUMNS, LISTED, Statement
from tests.services.giving_days.town import seconds
from tests.services.paid_months import month, promised
from tests.world import World, cny


async def gift(world: World, who: Person, amount: str, name: str, at: datetime | None = None) -> Tip:
    tip = await world.tip(who, amount, key=name)
    return await world.pay(tip, who, charge=f"ch_{name}", at=seconds(at or world.time()))


def rows(world: World, statement: Statement) -> list[dict[str, str]]:
    text = world.statements.table(statement, "zh-CN").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), COLUMNS))[1:]


async def test_it_lists_what_was_paid_in_the_dates_and_nothing_of_anybody_else(world: World):
    await gift(world, world.alice, "1", "before", datetime(2026, 5, 31, 15, 59, 59, tzinfo=UTC))
    first = await gift(world, world.alice, "5", "first", datetime(2026, 5, 31, 16, tzinfo=UTC))
    back = await gift(world, world.alice, "10", "back", datetime(2026, 6, 10, tzinfo=UTC))
    part = await gift(world, world.alice, "20", "part", datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC))
    await gift(world, world.alice, "1", "after", datetime(2026, 6, 30, 16, tzinfo=UTC))
    await gift(world, world.bob, "50", "bob", datetime(2026, 6, 10, tzinfo=UTC))
    await world.tip(world.alice, "7", key="unpaid")
    await world.deliver(EventKind.REFUNDED, back, "e1", their_id="re_1", charge="ch_back")
    await world.deliver(EventKind.REFUNDED, part, "e2", their_id="re_2", charge="ch_part", minor=300)
    await world.payments.settle_pending()

    found = await world.statements.of(world.alice, "2026-06-01 2026-06-30")
    assert [line.code for line in found.lines] == [first.receipt_code, back.receipt_code, part.receipt_code]
    assert [line.kept for line in found.lines] == [cny("5"), cny("0"), cny("17")]
    table = rows(world, found)
    heads = [world.statements.table(found, one).decode("utf-8-sig").splitlines()[0] for one in ("zh-CN", "en")]
    assert heads == [
        "付款时间,收据号,项目,机构,金额,退回,实际捐出,币种,付款方式,月捐月份,配捐",
        "paid,receipt,project,organisation,amount,returned,kept,currency,paid by,monthly gift of,added by sponsors",
    ]
    assert [row["kept"] for row in table] == ["5.00", "0.00", "17.00"]
    assert table[0]["paid"] == "2026-06-01T00:00:00+08:00"
    assert {row["rail"] for row in table} == {"paper"}


async def test_a_monthly_gift_says_so_in_the_table(world: World):
    pledge = await promised(world, world.alice)
    await month(world, pledge, 3)
    await gift(world, world.alice, "1", "once")
    found = await world.statements.of(world.alice, "")
    assert sorted(row["month"] for row in rows(world, found)) == ["", "2026-03"]


async def test_its_dates_are_of_ones_own_clock(world: World):
    await gift(world, world.alice, "5", "night", datetime(2026, 6, 1, 2, tzinfo=UTC))
    await world.subscriptions.choose_timezone(world.alice, "America/New_York")
    with pytest.raises(NothingInDates):
        await world.statements.of(world.alice, "2026-06-01 2026-06-30")
    found = await world.statements.of(world.alice, "2026-05-31 2026-05-31")
    assert rows(world, found)[0]["paid"] == "2026-05-31T22:00:00-04:00"


async def test_bad_dates_and_empty_ones_are_refused(world: World):
    with pytest.raises(DatesNotUnderstood):
        await world.statements.of(world.alice, "june")
    with pytest.raises(NothingInDates):
        await world.statements.of(world.alice, "2025")


async def test_no_cell_is_a_formula(world: World):
    await gift(world, world.alice, "5", "a")
    found = await world.statements.of(world.alice, "")
    (line,) = found.lines
    evil = found.projects[line.project]
    text = evil.texts["zh-CN"]
    object.__setattr__(text, "title", "=HYPERLINK(1)")
    assert rows(world, found)[0]["project"] == "'=HYPERLINK(1)"


async def test_on_paper_it_is_a_pdf_and_what_is_not_listed_is_said(world: World):
    await gift(world, world.alice, "5", "a")
    found = await world.statements.of(world.alice, "")
    many = Statement(found.person, found.dates, found.lines * (LISTED + 6), found.projects)
    card = world.statements._card(many, "en")
    assert (len(card.rows), card.left_out, card.whole) == (LISTED, 6, "¥660")
    pdf = await world.statements.paper(found, "zh-CN")
    assert pdf.startswith(b"%PDF-")
    await world.pictures.close()
