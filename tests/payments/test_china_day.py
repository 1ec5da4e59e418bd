"""A day of each of both rails, by our own services: refunds found, fees from the bill, and books that agree with it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from giving.errors import AlreadyReturned, NotRefundable
from giving.money import Money, sum_of
from giving.payments import EventKind
from giving.reconcile import What, key_for
from giving.reconcile_times import Window, days
from giving.tips import Tip, TipState
from payments.china import bills_until
from payments.provider import BooksByDay, FeesLater
from services.alerts import AlertService
from services.rails import Rails
from services.reconcile import NotFinished, ReconcileService
from services.refunds import RefundService
from storage.refunds import RefundState
from tests.payments.alipay.gateway import AlipayGateway
from tests.payments.china import CHINA
from tests.payments.test_china_way import Way, way
from tests.payments.wechat.gateway import WeChatGateway
from tests.world import SHANGHAI, cny

__all__ = ["way"]  # a fixture


@dataclass
class Day:
    """Tomorrow at noon in China, so that nothing stands at the day's edges; and our services on it."""

    way: Way
    refunds: RefundService

    def until(self, at: time, days_later: int = 0) -> None:
        to = datetime.combine(self.way.clock().astimezone(CHINA).date() + timedelta(days=days_later), at, CHINA)
        self.way.later(to - self.way.clock())

    @property
    def window(self) -> Window:
        """The day before this one."""
        yesterday = self.way.clock().astimezone(CHINA).date() - timedelta(days=1)
        return days(yesterday, yesterday, SHANGHAI)

    def reconcile(self, zone: ZoneInfo = SHANGHAI, **when: Any) -> ReconcileService:
        way = self.way
        alerts = AlertService(owners=[], now=way.world.time)
        rails = {way.rail.name: way.rail}
        return ReconcileService(
            way.world.unit, rails, alerts, zone=zone, payments=way.payments, now=way.world.time, **when
        )  # fmt: skip

    async def paid(self, amount: str) -> Tip:
        tip = await self.way.world.tip(self.way.world.alice, amount, key=f"q{amount}")
        url = await self.way.tips.payment_link(tip.id, self.way.world.alice)
        assert (await self.way.told(self.way.paid(url)))[0] == 200
        return await self.way.world.fresh(tip)

    async def refund(self, tip: Tip) -> str:
        """The number of its refund, at the provider."""
        async with self.way.world.unit.read() as work:
            return (await work.refunds.of([tip.id]))[tip.id].id.hex

    async def taken_back(self, tip: Tip) -> str:
        """It went back, and no notification told us."""
        await self.refunds.take_back(tip.id, self.way.world.alice)
        number = await self.refund(tip)
        self.way.refunded(number)
        return number


@pytest.fixture
def day(way: Way) -> Day:
    refunds = RefundService(
        way.world.unit, Rails([way.rail]), way.tips, payments=way.payments, now=way.world.time
    )  # fmt: skip
    day = Day(way, refunds)
    day.until(time(12), days_later=1)
    return day


async def lived(day: Day) -> tuple[list[Tip], list[str]]:
    """Five gifts, of which two went back; and it is eleven on the next day."""
    tips = [await day.paid(amount) for amount in ("1", "50", "20", "7.77", "3.21")]
    numbers = [await day.taken_back(tip) for tip in tips[2:4]]
    day.way.later(timedelta(minutes=5))
    await day.refunds.sweep()
    day.until(time(11), days_later=1)
    return tips, numbers


def corrupt(day: Day, monkeypatch: pytest.MonkeyPatch, mark: str, was: str, then: str) -> None:
    """In the bill's line with this mark in it, something is another."""

    def wrong(line: str) -> str:
        assert mark not in line or was in line
        return line.replace(was, then) if mark in line else line

    gateway = day.way.gateway
    if isinstance(gateway, WeChatGateway):
        bill = gateway.bill
        monkeypatch.setattr(gateway, "bill", lambda day: "\r\n".join(map(wrong, bill(day).split("\r\n"))))
    else:
        lines = gateway.lines
        monkeypatch.setattr(gateway, "lines", lambda day: [wrong(line) for line in lines(day)])


async def test_a_refund_that_nothing_told_us_of_is_found_and_booked(day: Day):
    tip = await day.paid("5")
    at_once = isinstance(day.way.gateway, AlipayGateway)  # there a refund is done when it was asked for
    await day.taken_back(tip)
    assert (await day.way.world.fresh(tip)).state is (TipState.REFUNDED if at_once else TipState.PAID)
    day.way.later(timedelta(minutes=5))
    await day.refunds.sweep()
    assert await day.way.books(tip) == (TipState.REFUNDED, cny("0"), cny("0"))
    day.way.later(timedelta(days=1))
    assert await day.refunds.sweep() == 0


@pytest.mark.parametrize("end", ["ABNORMAL", "CLOSED"])
async def test_a_refund_that_failed_at_wechat_may_be_asked_for_again(day: Day, end: str):
    if not isinstance(day.way.gateway, WeChatGateway):  # a refund of Alipay's is refused, or done
        return
    tip = await day.paid("5")
    day.way.gateway.refund_ends = end
    first = await day.taken_back(tip)
    day.way.later(timedelta(minutes=5))
    await day.refunds.sweep()
    async with day.way.world.unit.read() as work:
        assert (await work.refunds.of([tip.id]))[tip.id].state is RefundState.FAILED
    assert await day.way.books(tip) == (TipState.PAID, cny("5"), cny("5"))
    del day.way.gateway.refunds[first]  # so that this gateway has the money again
    day.way.gateway.refund_ends = "SUCCESS"
    assert await day.taken_back(tip) == first, "under its own number, as WeChat Pay wants it"
    day.way.later(timedelta(minutes=5))
    await day.refunds.sweep()
    assert await day.way.books(tip) == (TipState.REFUNDED, cny("0"), cny("0"))


async def test_what_went_back_by_the_providers_own_pages_is_told_from_every_other_no(day: Day):
    tip = await day.paid("5")
    assert tip.payment is not None
    gateway, number = day.way.gateway, tip.payment.hex
    if isinstance(gateway, WeChatGateway):
        gateway.refunds["outside"] = {"out_trade_no": number, "amount": {"refund": 500}}
    else:
        gateway.refunds["outside"] = {"out_trade_no": number, "fen": 500, "at": day.way.clock.on_paper()}
    # WeChat Pay has one code for everything that breaks a rule.
    with pytest.raises(NotRefundable if isinstance(gateway, WeChatGateway) else AlreadyReturned):
        await day.refunds.take_back(tip.id, day.way.world.alice)


@pytest.mark.parametrize("part", [200, 500])
async def test_alipay_tells_of_what_went_back_by_its_own_pages_and_it_is_booked(
    day: Day, part: int, monkeypatch: pytest.MonkeyPatch
):
    """Its notification names only the sum of all refunds: what this one was is asked for by its number."""
    # Events are found by their ids, which are of the machine's clock; the day's own clock is days away from that.
    monkeypatch.setattr("services.sweep.TOLD_BEFORE", timedelta(days=30))
    tip = await day.paid("5")
    assert tip.payment is not None
    gateway, number, way = day.way.gateway, tip.payment.hex, day.way
    if isinstance(gateway, WeChatGateway):
        pytest.skip("WeChat Pay tells nobody of these: docs/rails.md")
    for id_ in ("by_hand_1", "by_hand_2")[: 2 if part == 200 else 1]:
        gateway.refunds[id_] = {"out_trade_no": number, "fen": part, "at": way.clock.on_paper()}
        assert (await way.told((gateway.refund_told(id_), {})))[0] == 200
        way.later(timedelta(minutes=2))
        await way.sweep.sweep()
        assert (await way.told((gateway.refund_told(id_), {})))[0] == 200
        await way.sweep.sweep()
    left = cny("1") if part == 200 else cny("0")
    assert (await way.world.fresh(tip)).state is (TipState.PAID if part == 200 else TipState.REFUNDED)
    assert await way.world.balance(f"project:{tip.project}:credited") == -left


async def test_after_a_day_the_fees_are_booked_and_nothing_differs(day: Day):
    tips, _ = await lived(day)
    way, name = day.way, day.way.rail.name
    assert isinstance(way.rail, FeesLater)
    assert isinstance(way.rail, BooksByDay)
    with capture_logs() as logs:
        report = await day.reconcile().run(name, day.window)
        again = await day.reconcile().run(name, day.window)

    for each in (report, again):
        assert (each.found, each.young, each.new) == (0, 0, 0)
    counts = {agreed.kind: (agreed.count, agreed.total) for agreed in report.agreed}
    given, back = sum_of((tip.amount for tip in tips), "CNY"), cny("27.77")
    assert counts[EventKind.PAID] == (5, given)
    assert counts[EventKind.REFUNDED] == (2, back)
    number, fees = counts[EventKind.FEE]
    # 0.6 % of each, rounded; of the two that went back it came back.
    assert (number, fees) == (7, cny("0.33"))
    assert await way.world.balance(f"expense:fees:{name}") == fees
    assert await way.world.balance(f"rail:{name}:clearing") == given - back - fees
    assert [line["count"] for line in logs if line["event"] == "fees_found"] == [7], "each of them once"


@pytest.mark.parametrize("what", ["payment", "refund", "fee"])
async def test_one_corrupted_record_is_found_and_nothing_else(
    day: Day, monkeypatch: pytest.MonkeyPatch, what: str
):  # fmt: skip
    tips, numbers = await lived(day)
    name, of_wechat = day.way.rail.name, isinstance(day.way.gateway, WeChatGateway)
    assert (await day.reconcile().run(name, day.window)).found == 0
    charge, mark = tips[1].charge, numbers[0]
    assert charge is not None
    refund = day.way.gateway.refunds[mark].get("refund_id", mark)
    wrong: dict[str, tuple[str, str, str, EventKind, str, tuple[Money, Money]]] = {
        "payment": (charge, "50.00", "51.00", EventKind.PAID, charge, (cny("51"), cny("50"))),
        "refund": (mark, "20.00", "21.00", EventKind.REFUNDED, refund, (cny("21"), cny("20"))),
        "fee": (
            charge, *(("0.30000", "0.31000") if of_wechat else ("-0.30", "-0.31")), EventKind.FEE, charge,
            (cny("0.31"), cny("0.30")),
        ),
    }  # fmt: skip
    mark, was, then, kind, id_, amounts = wrong[what]
    corrupt(day, monkeypatch, mark, was, then)

    report = await day.reconcile().run(name, day.window)

    assert [(d.what, d.key, (d.theirs, d.ours)) for d in report.differences] == [
        (What.AMOUNT, key_for(name, kind, id_), amounts)
    ]
    again = await day.reconcile().run(name, day.window)
    assert (again.found, again.new) == (1, 0)
    assert await day.way.world.balance(f"expense:fees:{name}") == cny("0.33")


@pytest.mark.parametrize("zone", [SHANGHAI, ZoneInfo("UTC")])
async def test_the_daily_one_does_not_wait_for_bills_that_are_not_written(day: Day, zone: ZoneInfo):
    await lived(day)
    day.way.later(timedelta(hours=8, minutes=30))  # past eleven by both clocks
    with capture_logs() as logs:
        assert await day.reconcile(zone).daily() == 1
        assert await day.reconcile(zone).daily() == 0
    (done,) = [line for line in logs if line["event"] == "reconciled"]
    assert done["differences"] == 0
    assert datetime.fromisoformat(done["until"]) == bills_until(day.way.clock()), "all of yesterday in China"
    assert await day.way.world.balance(f"expense:fees:{day.way.rail.name}") == cny("0.33")


async def test_days_on_which_nothing_could_be_compared_are_made_up_for(day: Day):
    """The program was away for longer than the days a comparison looks back: fees stand in those bills alone."""
    way, fees = day.way, f"expense:fees:{day.way.rail.name}"
    day.until(time(11), days_later=1)
    assert await day.reconcile().daily() == 1
    await lived(day)
    day.until(time(11), days_later=5)
    with capture_logs() as logs:
        assert await day.reconcile().daily() == 1
    assert await way.world.balance(fees) == cny("0.33")
    (done,) = [line for line in logs if line["event"] == "reconciled"]
    assert (done["differences"], done["agreed"]) == (0, 14)


async def test_a_comparison_of_one_day_alone_that_is_made_before_the_bill_is_out_misses_none(
    day: Day, monkeypatch: pytest.MonkeyPatch
):
    """At three, yesterday's is not out: each day is compared on the next but one."""
    tip = await day.paid("5")
    corrupt(day, monkeypatch, tip.charge or "", "5.00", "6.00")
    with capture_logs() as logs:
        for _ in range(3):
            day.until(time(3, 30), days_later=1)
            assert await day.reconcile(hour=3, days=1).daily() == 1
    assert [line["differences"] for line in logs if line["event"] == "reconciled"] == [0, 1, 0]


async def test_a_bill_that_can_not_be_read_holds_up_the_days_after_it_for_a_day_only(
    day: Day, monkeypatch: pytest.MonkeyPatch
):
    day.until(time(11), days_later=1)
    assert await day.reconcile().daily() == 1
    await lived(day)  # its bill is broken
    corrupt(day, monkeypatch, "7.77", "7.77", "?")
    day.until(time(11), days_later=5)
    tip = await day.paid("5")
    day.until(time(11), days_later=1)
    ended = []
    for _ in range(4):
        ended.append(await day.reconcile().daily())
        day.way.later(timedelta(minutes=31))
    assert ended == [0, 0, 0, 1], "whoever looks after the money was told of the third"
    assert await day.way.world.balance(f"expense:fees:{day.way.rail.name}") == cny("0.03")
    assert tip.charge is not None


async def test_a_day_whose_bill_is_not_out_is_not_compared(day: Day):
    await lived(day)
    day.until(time(9, 59))
    with pytest.raises(NotFinished, match="not out"):
        await day.reconcile().run(day.way.rail.name, day.window)


async def test_what_was_paid_last_before_midnight_is_left_for_the_next_day(day: Day):
    """Our notification says 23:59, the bill lists it minutes later, on the day whose bill is not out."""
    day.until(time(23, 59, 30))
    tip = await day.paid("5")
    assert tip.payment is not None
    order = day.way.gateway.orders[tip.payment.hex]
    for name in ("success_time", "send_pay_date"):
        if name in order:
            at = day.way.clock() + timedelta(minutes=2)
            order[name] = at.astimezone(CHINA).isoformat() if name == "success_time" else day.way.clock.on_paper(at)
    day.until(time(11), days_later=1)
    window, name = day.window, day.way.rail.name
    report = await day.reconcile().run(name, window)
    assert (report.found, report.young) == (0, 1)
    day.way.later(timedelta(days=1))
    assert (await day.reconcile().run(name, window)).found == 0
