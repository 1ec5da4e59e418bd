"""WeChat Pay's bills: what they list is what our books should say, and what can't be read is never left out."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from giving.money import Money
from giving.payments import EventKind
from payments.provider import PaymentRef, RailDown, Record
from payments.wechat_rail import WeChatRail, bills
from tests.payments.china import CHINA, Clock
from tests.payments.wechat.conftest import ask, paid
from tests.payments.wechat.gateway import APPID, HEADER, MCHID, TOTALS, WeChatGateway


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def line(**changes: str) -> str:
    """A payment of somebody else's shop."""
    values = dict(zip(HEADER.split(","), [""] * 27, strict=True)) | {
        "交易时间": "2026-11-21 08:00:00", "公众账号ID": APPID, "商户号": MCHID, "微信订单号": "42001",
        "商户订单号": "shop-7", "交易状态": "SUCCESS", "货币种类": "CNY", "商品名称": "一斤苹果,两斤梨",
        "手续费": "0.00600", "订单金额": "1.00", "申请退款金额": "0.00",
    }  # fmt: skip
    return WeChatGateway.line([*(values | changes).values()])


def bill(*lines: str, totals: bool = True) -> str:
    return "\n".join([HEADER, *lines, *([TOTALS, "`1,`1.00"] if totals else [])]) + "\n"


async def listed(rail: WeChatRail, since: datetime, until: datetime) -> list[Record]:
    return [record async for record in rail.records(since, until)]


async def test_a_days_bill_has_its_payments_refunds_and_fees(rail: WeChatRail, gateway: WeChatGateway, clock: Clock):
    wish, charge = await paid(rail, gateway)
    _, small = await paid(rail, gateway, 1)
    back = ask(wish, charge, 200)
    await rail.refund(back, key="r")
    gateway.refund_done(back.refund.hex)
    gateway.more_lines = [line()]
    at = clock()
    start = at.astimezone(CHINA).replace(hour=0, minute=0, second=0)
    clock.move(timedelta(days=2))

    found = await listed(rail, start, start + timedelta(days=1))

    refund_id = gateway.refunds[back.refund.hex]["refund_id"]
    of_ours = [record for record in found if record.reference is not None]
    assert [(r.kind, r.their_id, r.amount) for r in of_ours] == [
        (EventKind.PAID, charge, cny(500)), (EventKind.FEE, charge, cny(3)),
        (EventKind.PAID, small, cny(1)),
        (EventKind.REFUNDED, refund_id, cny(200)), (EventKind.FEE, refund_id, cny(-1)),
    ]  # fmt: skip
    assert {r.at for r in of_ours} == {at}
    assert {r.reference for r in of_ours if r.their_id != small} == {wish.reference}
    looked_up = await rail.fetch(PaymentRef(wish.reference, None, refunds=(back.refund,)))
    assert [rail.event_of(body).their_id for body in looked_up.events] == [charge, refund_id]
    assert await listed(rail, start, at) == await listed(rail, at + timedelta(seconds=1), start + timedelta(days=1))
    assert await listed(rail, start, at) == []  # half open
    assert {r.at for r in await listed(rail, at, at + timedelta(seconds=1))} == {at}
    fees = [rail.fee_event(record) for record in found]
    assert [rail.event_of(body).amount for body in fees if body] == [cny(3), cny(-1)]
    (fee, _) = (rail.event_of(body) for body in fees if body)
    assert (fee.kind, fee.their_id, fee.reference, fee.occurred_at) == (EventKind.FEE, charge, wish.reference, at)


async def test_a_day_on_which_nobody_paid_has_no_lines(rail: WeChatRail, clock: Clock):
    end = clock()
    clock.move(timedelta(days=2))
    assert await listed(rail, end - timedelta(days=3), end) == []


async def test_a_bill_that_is_not_out_yet_is_no_empty_one(rail: WeChatRail, clock: Clock):
    start = clock().astimezone(CHINA).replace(hour=0, minute=0, second=0)
    for now, out in ((timedelta(hours=33, minutes=59), False), (timedelta(hours=34), True)):
        clock.at = (start + now).astimezone(UTC)
        if out:
            assert await listed(rail, start, start + timedelta(days=1)) == []
        else:
            with pytest.raises(RailDown):
                await listed(rail, start, start + timedelta(days=1))


async def test_a_bill_that_was_changed_on_its_way_is_not_read(rail: WeChatRail, gateway: WeChatGateway, clock: Clock):
    await paid(rail, gateway)
    at = clock()
    clock.move(timedelta(days=2))
    assert await listed(rail, at, at + timedelta(seconds=1))

    class Changing(dict[str, bytes]):
        def __getitem__(self, token: str) -> bytes:
            text = gzip.decompress(super().__getitem__(token)).decode()
            return gzip.compress(text.replace("`5.00", "`6.00").encode())

    gateway.bills = Changing()
    with pytest.raises(RailDown):
        await listed(rail, at, at + timedelta(seconds=1))


def test_odd_lines_of_others_are_taken_as_they_are():
    found = [*bills.records(bill(line(), line(交易状态="REVOKED"), line(手续费="0.00")))]
    assert [(r.kind, r.amount, r.reference) for r in found] == [
        (EventKind.PAID, cny(100), None), (EventKind.FEE, cny(1), None), (EventKind.PAID, cny(100), None),
    ]  # fmt: skip


@pytest.mark.parametrize(("state", "listed"), [
    ("SUCCESS", True), ("PROCESSING", True), ("FAIL", False), ("CHANGE", False), ("ABNORMAL", False),
])  # fmt: skip
def test_a_refund_counts_from_when_it_was_asked_for_unless_it_failed(state: str, listed: bool):
    row = line(交易状态="REFUND", 退款状态=state, 微信退款单号="503", 申请退款金额="0.40", 手续费="0.00")
    found = [(r.kind, r.their_id, r.amount) for r in bills.records(bill(row))]
    assert found == ([(EventKind.REFUNDED, "503", cny(40))] if listed else [])


@pytest.mark.parametrize("row", [
    "", "`2026-11-21 08:00:00,`only", line() + ",`more", line(订单金额="abc"), line(订单金额="-1.00"),
    line(订单金额="1.001"), line(手续费="1e3"), line(货币种类="HKD"), line(交易时间="2026-11-21"),
    line(交易状态="REVOKED", 商户订单号="0" * 32),
])  # fmt: skip
def test_a_line_that_can_not_be_read_stops_the_reading(row: str):
    with pytest.raises(RailDown) as stop:
        [*bills.records(bill(line(), row))]
    assert "line 3 of the bill" in str(stop.value.args_for_message["reason"])


def test_a_bill_without_its_end_or_its_beginning_is_no_bill():
    for text in (bill(line(), totals=False).rstrip("\n"), "", "\n"):
        with pytest.raises(RailDown):
            [*bills.records(text)]
    for packed in (b"", b"PK", gzip.compress(b"x")[:-4]):
        with pytest.raises(RailDown):
            bills.unpacked(packed, "SHA1", "0")
    with pytest.raises(RailDown):
        bills.unpacked(gzip.compress(b"x"), "NONE", "0")
