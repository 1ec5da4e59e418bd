"""Alipay's bills: what they list is what our books should say, and what can't be read is never left out."""

import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from giving.money import Money
from giving.payments import EventKind
from payments.alipay_rail import AlipayRail, bills
from payments.provider import RailDown, RailRefused, Record
from tests.payments.alipay.conftest import ask, paid
from tests.payments.alipay.gateway import END, HEADER, AlipayGateway, bill, line, no
from tests.payments.china import CHINA, Clock

METHOD = "alipay.data.dataservice.bill.downloadurl.query"


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def shop(**changes: str) -> str:
    """A payment of somebody else's shop."""
    about = {"支付宝交易号": "20261", "商户订单号": "shop-7", "完成时间": "2026-11-21 08:00:00"} | changes
    return line(amount=100, fee=-1, **about)


async def listed(rail: AlipayRail, since: datetime, until: datetime) -> list[Record]:
    return [record async for record in rail.records(since, until)]


async def test_a_days_bill_has_its_payments_refunds_and_fees(rail: AlipayRail, gateway: AlipayGateway, clock: Clock):
    wish, charge = await paid(rail, gateway)
    _, small = await paid(rail, gateway, 1)
    back = ask(wish, charge, 200)
    await rail.refund(back, key="r")
    gateway.more_lines = [shop()]
    at = clock()
    start = at.astimezone(CHINA).replace(hour=0, minute=0, second=0)
    clock.move(timedelta(days=2))

    found = await listed(rail, start, start + timedelta(days=1))

    of_ours = [record for record in found if record.reference is not None]
    assert [(r.kind, r.their_id, r.amount) for r in of_ours] == [
        (EventKind.PAID, charge, cny(500)), (EventKind.FEE, charge, cny(3)),
        (EventKind.PAID, small, cny(1)),
        (EventKind.REFUNDED, back.refund.hex, cny(200)), (EventKind.FEE, back.refund.hex, cny(-1)),
    ]  # fmt: skip
    assert {r.at for r in of_ours} == {at}
    assert {r.reference for r in of_ours if r.their_id != small} == {wish.reference}
    assert await listed(rail, start, at) == await listed(rail, at + timedelta(seconds=1), start + timedelta(days=1))
    assert await listed(rail, start, at) == []  # half open
    assert {r.at for r in await listed(rail, at, at + timedelta(seconds=1))} == {at}
    fees = [rail.fee_event(record) for record in found]
    fee, given_back = [rail.event_of(body) for body in fees if body]
    assert (fee.kind, fee.their_id, fee.reference, fee.amount, fee.occurred_at) == (
        EventKind.FEE, charge, wish.reference, cny(3), at,
    )  # fmt: skip
    assert (given_back.their_id, given_back.amount) == (back.refund.hex, cny(-1))


async def test_a_day_on_which_nobody_paid_has_no_lines(rail: AlipayRail, gateway: AlipayGateway, clock: Clock):
    end = clock()
    clock.move(timedelta(days=2))
    assert await listed(rail, end - timedelta(days=3), end) == []
    assert {content["bill_type"] for _, content in gateway.asked} == {"trade"}


async def test_a_bill_that_is_not_out_yet_is_no_empty_one(rail: AlipayRail, clock: Clock):
    start = clock().astimezone(CHINA).replace(hour=0, minute=0, second=0)
    clock.at = start + timedelta(hours=33, minutes=59)
    with pytest.raises(RailDown):
        await listed(rail, start, start + timedelta(days=1))


async def test_a_bill_is_never_a_file_of_this_machine(
    rail: AlipayRail, gateway: AlipayGateway, clock: Clock, tmp_path: Path
):
    await paid(rail, gateway)
    at = clock()
    clock.move(timedelta(days=2))
    file = tmp_path / "bill.zip"
    file.write_bytes(gateway.packed(at.astimezone(CHINA).date().isoformat()))
    gateway.fault = gateway.answer(METHOD, {"code": "10000", "msg": "Success", "bill_download_url": file.as_uri()})
    with pytest.raises(RailDown):
        await listed(rail, at, at + timedelta(seconds=1))


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/bill", "http://127.0.0.1:9/bill", "bill", ""])
async def test_a_bill_that_can_not_be_fetched_is_no_answer(
    rail: AlipayRail, gateway: AlipayGateway, clock: Clock, address: str
):
    at = clock()
    clock.move(timedelta(days=2))
    gateway.fault = gateway.answer(METHOD, {"code": "10000", "msg": "Success", "bill_download_url": address})
    with pytest.raises(RailDown):
        await listed(rail, at, at + timedelta(seconds=1))


async def test_a_bill_that_is_refused_says_why(rail: AlipayRail, gateway: AlipayGateway, clock: Clock):
    at = clock()
    clock.move(timedelta(days=2))
    gateway.fault = gateway.answer(METHOD, no("isv.insufficient-isv-permissions", "40006"))
    with pytest.raises(RailRefused, match="insufficient"):
        await listed(rail, at, at + timedelta(seconds=1))


def test_odd_lines_of_others_are_taken_as_they_are():
    fruit = shop(商品名称="一斤苹果,两斤梨,三斤桃")
    rows = [shop(), fruit, shop(业务类型="其它"), shop(业务类型="交易(花呗分期)")]
    assert [(r.kind, r.amount, r.reference) for r in bills.records(bill(*rows))] == [
        (EventKind.PAID, cny(100), None), (EventKind.FEE, cny(1), None),
    ] * 3  # fmt: skip


@pytest.mark.parametrize("words", [
    {"商品名称": '"大促'}, {"商品名称": '"大促", 第"二"件'}, {"商品名称": '"甲,乙"'},
    {"备注": "坏了,退一件"}, {"备注": '"不要了'}, {"商品名称": "一斤苹果,两斤梨", "备注": "坏了,退,谢谢"},
])  # fmt: skip
def test_words_of_others_take_no_column_along(words: dict[str, str]):
    """A day on which a shop of the same account wrote so could never be compared."""
    assert [(r.kind, r.amount) for r in bills.records(bill(shop(), shop(**words), shop()))] == [
        (EventKind.PAID, cny(100)), (EventKind.FEE, cny(1)),
    ] * 3  # fmt: skip


def test_a_bill_with_other_brackets_in_its_names_is_the_same():
    text = bill(shop()).replace(HEADER, HEADER.replace("（", "(").replace("）", ")"))
    assert [r.amount for r in bills.records(text)] == [cny(100), cny(1)]


@pytest.mark.parametrize("row", [
    "", "20261,only", shop().replace(",1.00,1.00,", ",x,1.00,"), shop(完成时间=""),
    shop(业务类型="其它", 商户订单号="0" * 32),
])  # fmt: skip
def test_a_line_that_can_not_be_read_stops_the_reading(row: str):
    with pytest.raises(RailDown) as stop:
        [*bills.records(bill(shop(), row))]
    assert "line 7 of the bill" in str(stop.value.args_for_message["reason"])


def test_a_bill_without_its_end_or_its_beginning_is_no_bill():
    for text in (bill(shop()).partition(END)[0], "", "#支付宝业务明细查询\r\n"):
        with pytest.raises(RailDown):
            [*bills.records(text)]
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as files:
        files.writestr("a.csv", b"\xff\xff")
    nothing = io.BytesIO()
    with zipfile.ZipFile(nothing, "w"):
        pass
    for packed in (b"", b"PK", empty.getvalue(), nothing.getvalue()):
        with pytest.raises(RailDown):
            bills.unpacked(packed)


async def test_a_fault_in_the_middle_is_said_in_the_middle(rail: AlipayRail, gateway: AlipayGateway, clock: Clock):
    await paid(rail, gateway)
    at = clock()
    clock.move(timedelta(days=3))
    records = rail.records(at, at + timedelta(days=1, seconds=1))
    assert [(await anext(records)).kind, (await anext(records)).kind] == [EventKind.PAID, EventKind.FEE]
    gateway.fault = web.Response(status=500)
    with pytest.raises(RailDown):
        await anext(records)
