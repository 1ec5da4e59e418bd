"""The page of ours before WeChat Pay's own: it says what is paid, leads on with the donor's address, and back."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from giving.payments import PaymentState
from giving.tips import Limits, Tip
from payments.wechat_rail import WeChatRail
from services.guard import AddressRules
from services.links import Links
from services.payments import PaymentService
from services.rails import Rails
from services.rails.pay_pages import PayPages
from services.settlement import Settler
from services.sweep import PaymentSweep
from services.tips import TipService
from storage.ids import new_id
from tests.payments.china import Clock, served
from tests.payments.wechat.conftest import merchant
from tests.payments.wechat.gateway import NOTIFY, WeChatGateway
from tests.rails import PaperRail
from tests.world import SHANGHAI, World, at_once, cny
from texts import Texts
from web.app import WebParts, create_app

LOCALES = Path(__file__).parents[3] / "locales"
THERE = {"X-Forwarded-For": "203.0.113.7", "Accept-Language": "en"}


@dataclass
class Browser:
    """Asks our site as a phone would, through one proxy, and follows nothing by itself."""

    world: World
    gateway: WeChatGateway
    rail: WeChatRail
    session: aiohttp.ClientSession
    site: str
    tips: TipService

    async def tip(self, key: str = "q1") -> tuple[Tip, str]:
        tip = await self.world.tip(self.world.alice, "1", key=key)
        return tip, (await self.tips.payment_link(tip.id, self.world.alice)).removeprefix("https://give.example")

    async def get(self, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        async with self.session.get(
            self.site + path, headers=THERE | headers, allow_redirects=False
        ) as response:  # fmt: skip
            return response.status, await response.text(), response.headers


@pytest.fixture
async def browser(world: World, gateway: WeChatGateway, clock: Clock) -> AsyncIterator[Browser]:
    rail = WeChatRail(
        merchant(), notify_url=NOTIFY, api_base=gateway.base, pages="https://give.example/pay/wechat", now=clock
    )
    links = Links("https://give.example", "yizan_bot")
    tips = TipService(
        world.unit, Rails([rail]), links, limits=Limits(cny("1"), cny("50")), presets=[cny("1")], language="zh-CN",
        now=world.time,
    )  # fmt: skip
    parts = WebParts(
        world.projects, world.slots, world.rankings, tips, world.payments,
        Texts.load(LOCALES, default="zh-CN", zone=SHANGHAI), links, "zh-CN",
        pay=PayPages(world.unit, {"wechat": rail, "other": rail}, now=world.time),
        addresses=replace(AddressRules(), proxies=1),
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(served(create_app(parts)))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        stack.push_async_callback(rail.close)
        world.tips = tips
        yield Browser(world, gateway, rail, session, site, tips)


async def test_it_says_what_is_paid_and_leads_on_with_the_donors_address(browser: Browser):
    tip, path = await browser.tip()
    status, page, headers = await browser.get(path)
    assert (status, headers["Referrer-Policy"], headers["Cache-Control"]) == (200, "origin", "no-store")
    assert ">¥1<" in page
    assert "library project" in page
    assert f'href="{path}/go"' in page
    assert browser.gateway.asked == []

    status, _, headers = await browser.get(f"{path}/go")

    assert (status, headers["Referrer-Policy"]) == (303, "origin")
    assert headers["Location"].startswith("https://wx.tenpay.com/")
    (_, words) = browser.gateway.asked[-1]
    assert words["scene_info"]["payer_client_ip"] == "203.0.113.7"
    assert tip.payment is not None
    assert words["out_trade_no"] == tip.payment.hex
    assert (await browser.get("/"))[2]["Referrer-Policy"] == "no-referrer"


async def test_from_another_address_than_it_was_ordered_for_nothing_opens_and_nothing_is_charged(browser: Browser):
    _, path = await browser.tip()
    await browser.get(f"{path}/go")
    status, page, _ = await browser.get(f"{path}/go", **{"X-Forwarded-For": "203.0.113.8"})
    assert status == 503
    assert "nothing was charged" in page.lower()


async def test_what_is_paid_or_closed_leads_nowhere(browser: Browser):
    tip, path = await browser.tip()
    assert tip.payment is not None
    for state, words in ((PaymentState.PAID, "has been paid"), (PaymentState.CANCELLED, "no longer good")):
        async with browser.world.unit() as work:
            await work.payments.lock_many([tip.payment])
            await work.payments.set_states({tip.payment: state})
        status, page, _ = await browser.get(path)
        assert status == 200
        assert words in page
        assert "/go" not in page
        status, _, headers = await browser.get(f"{path}/go")
        assert (status, headers["Location"]) == (303, path)
    assert browser.gateway.asked == []


async def test_what_was_cancelled_leads_nowhere_though_no_rail_has_a_page_to_close(browser: Browser):
    """Neither before it was ordered nor after: the page in the donor's hand is ours."""
    for key, ordered in (("q1", False), ("q2", True)):
        tip, path = await browser.tip(key)
        if ordered:
            assert (await browser.get(f"{path}/go"))[2]["Location"].startswith("https://wx.tenpay.com/")
        asked = len(browser.gateway.asked)
        await browser.tips.cancel(tip.id, browser.world.alice)
        status, page, _ = await browser.get(path)
        assert status == 200
        assert "no longer good" in page
        assert "/go" not in page
        status, _, headers = await browser.get(f"{path}/go")
        assert (status, headers["Location"]) == (303, path)
        assert [path for path, _ in browser.gateway.asked[asked:] if path.endswith("/h5")] == []


async def test_a_page_whose_gift_is_paid_by_another_rail_leads_nowhere(browser: Browser):
    tip, path = await browser.tip()
    other = PaperRail()
    browser.tips = TipService(
        browser.world.unit, Rails([browser.rail, other]), Links("https://give.example", "yizan_bot"),
        limits=Limits(cny("1"), cny("50")), presets=[cny("1")], language="zh-CN", now=browser.world.time,
    )  # fmt: skip
    await browser.tips.choose_rail(tip.id, browser.world.alice, other.name)
    _, page, _ = await browser.get(path)
    assert "no longer good" in page
    assert (await browser.get(f"{path}/go"))[2]["Location"] == path
    assert browser.gateway.orders == {}


@pytest.mark.parametrize("path", [
    f"/pay/wechat/{'0' * 32}", "/pay/wechat/x", "/pay/nobody/" + "0" * 32, "/pay/wechat/" + "A" * 32,
])  # fmt: skip
async def test_what_is_no_payment_has_no_page(browser: Browser, path: str):
    assert (await browser.get(path))[0] == 404


async def test_a_payment_of_another_rail_has_no_page(browser: Browser):
    tip, path = await browser.tip()
    assert (await browser.get(path.replace("wechat", "other")))[0] == 404
    assert (await browser.get(path.replace(tip.payment.hex if tip.payment else "", new_id().hex)))[0] == 404


async def test_an_order_that_ran_out_is_looked_up_at_once_and_the_chat_has_another_page(
    browser: Browser, clock: Clock
):  # fmt: skip
    """Who comes back to the page of yesterday is not told for hours that WeChat Pay does not answer."""
    world, rails = browser.world, {"wechat": browser.rail}
    world.time.now = clock()
    tip, path = await browser.tip()
    settler = Settler(
        world.unit, rails, wakes=world.wakes, digest_every=timedelta(minutes=10), now=world.time
    )  # fmt: skip
    payments = PaymentService(world.unit, [browser.rail], settler)
    sweep = PaymentSweep(world.unit, rails, payments, now=world.time, sleep=at_once)
    await sweep.sweep()
    clock.move(timedelta(hours=20))
    world.time.now = clock()
    await sweep.sweep()
    assert (await browser.get(f"{path}/go"))[0] == 303
    clock.move(timedelta(hours=2, minutes=1))
    world.time.now = clock()
    assert (await browser.get(f"{path}/go"))[0] == 503
    await sweep.sweep()
    assert "no longer good" in (await browser.get(path))[1]
    again = (await browser.tips.payment_link(tip.id, world.alice)).removeprefix("https://give.example")
    assert again != path
    assert (await browser.get(f"{again}/go"))[0] == 303


async def test_when_wechat_is_silent_that_is_said(browser: Browser):
    _, path = await browser.tip()
    browser.gateway.fault = web.Response(status=500)
    assert (await browser.get(f"{path}/go"))[0] == 503
    assert (await browser.get(f"{path}/go"))[0] == 303
