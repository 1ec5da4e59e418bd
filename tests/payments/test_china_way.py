"""A tip's way by each of both rails: the real libraries, gateways of ours, our own door over HTTP, the books."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from giving.money import Money
from giving.payments import EventKind
from giving.tips import Limits, Tip, TipState
from payments.alipay_rail import AlipayRail
from payments.provider import PaymentRef, RefundAsk
from payments.wechat_rail import WeChatRail
from services.links import Links
from services.payments import PaymentService
from services.rails import Rails
from services.settlement import Settler
from services.sweep import PaymentSweep
from services.tips import TipService
from storage.ids import new_id
from tests.payments.alipay import conftest as alipay
from tests.payments.alipay.gateway import NOTIFY as ALIPAY_NOTIFY
from tests.payments.alipay.gateway import AlipayGateway
from tests.payments.china import Clock, served
from tests.payments.wechat import conftest as wechat
from tests.payments.wechat.gateway import NOTIFY as WECHAT_NOTIFY
from tests.payments.wechat.gateway import WeChatGateway
from tests.world import World, at_once, cny
from web.payments import PaymentHooks

Told = tuple[bytes, dict[str, str]]


@dataclass
class Way:
    """One rail with services of ours on it; what differs between both is here and nowhere below."""

    world: World
    clock: Clock
    rail: WeChatRail | AlipayRail
    gateway: WeChatGateway | AlipayGateway
    session: aiohttp.ClientSession
    hook: str = ""
    payments: PaymentService = field(init=False)

    def __post_init__(self) -> None:
        world, rails = self.world, {self.rail.name: self.rail}
        links, limits = Links("http://127.0.0.1:8081", "yizan_bot"), Limits(cny("1"), cny("50000"))
        settler = Settler(
            world.unit, rails, wakes=world.wakes, digest_every=timedelta(minutes=10), now=world.time
        )  # fmt: skip
        self.payments = PaymentService(world.unit, [self.rail], settler)
        self.sweep = PaymentSweep(world.unit, rails, self.payments, now=world.time, sleep=at_once)
        self.tips = TipService(
            world.unit, Rails([self.rail]), links, limits=limits, presets=[cny("1")], language="zh-CN", now=world.time
        )
        world.tips, world.time.now = self.tips, self.clock()

    def later(self, by: timedelta) -> None:
        self.clock.move(by)
        self.world.time.now = self.clock()

    async def asked(self, amount: str = "1") -> tuple[Tip, str]:
        """A tip, and where to pay it."""
        tip = await self.world.tip(self.world.alice, amount)
        return tip, await self.tips.payment_link(tip.id, self.world.alice)

    def paid(self, url: str, minor: int | None = None) -> Told:
        """Somebody scans and pays (another sum, as no real one would let them): the notification of it."""
        if isinstance(self.gateway, WeChatGateway):
            if minor is not None:
                (order,) = self.gateway.orders.values()
                order["amount"] = {"total": minor}
            return self.gateway.scan_and_pay(url)
        number = self.gateway.scan(url)
        if minor is not None:
            self.gateway.orders[number]["total_amount"] = f"{minor / 100:.2f}"
        return self.gateway.pay(number), {}

    def paid_to_another(self, tip: Tip) -> Told:
        """Signed by the same hand as ours, about our number, but another merchant was paid."""
        assert tip.payment is not None
        if isinstance(self.gateway, WeChatGateway):
            order = self.gateway.transaction(tip.payment.hex) | {"mchid": "1900000999"}
            return self.gateway.notify("TRANSACTION.SUCCESS", order)
        return self.gateway.notify(self.gateway.trade(tip.payment.hex) | {"seller_id": "2088999"}), {}

    def refunded(self, refund: str) -> None:
        if isinstance(self.gateway, WeChatGateway):
            self.gateway.refund_done(refund)

    async def told(self, notification: Told) -> tuple[int, str]:
        """Their notification, posted to our door: what we answer."""
        body, headers = notification
        async with self.session.post(f"{self.hook}/hooks/{self.rail.name}", data=body, headers=headers) as response:
            return response.status, await response.text()

    async def books(self, tip: Tip) -> tuple[TipState, Money, Money]:
        """The tip, what the project was credited, and what is on its way through us."""
        fresh = await self.world.fresh(tip)
        credited = await self.world.balance(f"project:{self.world.library.id}:credited")
        return fresh.state, -credited, await self.world.balance(f"rail:{self.rail.name}:clearing")


def of_wechat(clock: Clock) -> tuple[Any, Callable[[], Any]]:
    gateway = WeChatGateway(clock)
    return gateway, lambda: WeChatRail(
        wechat.merchant(), notify_url=WECHAT_NOTIFY, api_base=gateway.base, now=clock
    )  # fmt: skip


def of_alipay(clock: Clock) -> tuple[Any, Callable[[], Any]]:
    gateway = AlipayGateway(clock)
    return gateway, lambda: AlipayRail(
        alipay.merchant(), notify_url=ALIPAY_NOTIFY, api_base=f"{gateway.base}/gateway.do", now=clock
    )


@pytest.fixture(params=[of_wechat, of_alipay])
async def way(request: pytest.FixtureRequest, world: World) -> AsyncIterator[Way]:
    """On both databases, by both rails."""
    clock = Clock()
    gateway, make = request.param(clock)
    async with AsyncExitStack() as stack:
        gateway.base = await stack.enter_async_context(served(gateway.app()))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        way = Way(world, clock, make(), gateway, session)
        stack.push_async_callback(way.rail.close)
        door = web.Application()
        door.add_routes(PaymentHooks(way.payments).routes())
        way.hook = await stack.enter_async_context(served(door))
        yield way


async def test_one_yuan_is_paid_at_once_and_booked_once_however_it_is_heard_of(way: Way):
    tip, url = await way.asked()
    notification = way.paid(url)
    wanted = {"wechat": "", "alipay": "success"}[way.rail.name]

    for _ in range(2):
        assert await way.told(notification) == (200, wanted)
    assert tip.payment is not None
    for event in (await way.rail.fetch(PaymentRef(tip.payment, None))).events:
        await way.payments.found(way.rail.name, event)
    await way.payments.settle_pending()

    assert await way.books(tip) == (TipState.PAID, cny("1"), cny("1"))


async def test_what_we_were_not_told_the_sweep_finds(way: Way):
    tip, url = await way.asked()
    await way.sweep.sweep()
    way.paid(url)
    way.later(timedelta(minutes=11))
    assert await way.sweep.sweep() == 1
    assert await way.books(tip) == (TipState.PAID, cny("1"), cny("1"))


async def test_what_was_paid_to_another_merchant_is_refused_with_its_reason_and_leaves_nothing(way: Way):
    tip, url = await way.asked()
    way.paid(url)
    with capture_logs() as logs:
        assert await way.told(way.paid_to_another(tip)) == (400, "")
    (refused,) = [line for line in logs if line["event"] == "hook_refused"]
    assert "we are" in refused["detail"]
    assert await way.books(tip) == (TipState.OFFERED, cny("0"), cny("0"))
    async with way.world.unit() as work:
        assert await work.inbox.claim(10) == []


async def test_what_is_not_signed_by_them_is_refused(way: Way):
    _, url = await way.asked()
    body, headers = way.paid(url)
    assert await way.told((body.replace(b"1", b"2"), headers)) == (401, "")


async def test_another_sum_than_was_asked_for_is_kept_for_a_person(way: Way):
    tip, url = await way.asked()
    assert (await way.told(way.paid(url, minor=99)))[0] == 200
    assert await way.books(tip) == (TipState.OFFERED, cny("0"), cny("0"))


async def test_what_is_paid_after_the_code_ran_out_is_booked_all_the_same(way: Way):
    tip, url = await way.asked()
    assert tip.payment is not None
    if isinstance(way.gateway, AlipayGateway):
        way.gateway.scan(url)
    await way.sweep.sweep()
    way.later(timedelta(hours=3))
    await way.sweep.sweep()
    closed = (await way.rail.fetch(PaymentRef(tip.payment, None))).events
    assert [way.rail.event_of(body).kind for body in closed] == [EventKind.CANCELLED]
    assert (await way.told(way.paid(url)))[0] == 200
    assert await way.books(tip) == (TipState.PAID, cny("1"), cny("1"))


async def test_a_refund_is_looked_up_with_its_payment_and_booked_once(way: Way):
    tip, url = await way.asked("5")
    await way.told(way.paid(url))
    paid = await way.world.fresh(tip)
    assert paid.payment is not None
    assert paid.charge is not None
    ask = RefundAsk(new_id(), paid.charge, cny("2"), cny("5"), paid.payment)
    await way.rail.refund(ask, key=f"refund:{ask.refund}")
    way.refunded(ask.refund.hex)
    for _ in range(2):
        for event in (await way.rail.fetch(PaymentRef(paid.payment, None, refunds=(ask.refund,)))).events:
            await way.payments.found(way.rail.name, event)
    assert await way.books(tip) == (TipState.PAID, cny("3"), cny("3"))


async def test_the_fees_that_only_the_bill_tells_are_the_operators_expense(way: Way):
    tip, url = await way.asked("5")
    await way.told(way.paid(url))
    at = way.clock()
    way.later(timedelta(days=2))
    for _ in range(2):
        async for record in way.rail.records(at, at + timedelta(seconds=1)):
            if (event := way.rail.fee_event(record)) is not None:
                await way.payments.found(way.rail.name, event)
    assert await way.books(tip) == (TipState.PAID, cny("5"), cny("4.97"))
    assert await way.world.balance(f"expense:fees:{way.rail.name}") == cny("0.03")
