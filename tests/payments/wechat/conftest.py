"""The rail with the real library in it, and the gateway of ours it talks to."""

from collections.abc import AsyncIterator

import pytest

from giving.money import Money
from payments.provider import PaymentIntent, RefundAsk
from payments.wechat_rail import Merchant, WeChatRail
from storage.ids import new_id
from tests.payments.china import Clock, key_of, served
from tests.payments.wechat.gateway import (
    APIV3_KEY,
    APPID,
    KEY_SERIAL,
    MCHID,
    NOTIFY,
    PUBLIC_KEY_ID,
    WeChatGateway,
)


def merchant() -> Merchant:
    return Merchant(
        mchid=MCHID, appid=APPID, key_serial=KEY_SERIAL, public_key_id=PUBLIC_KEY_ID, apiv3_key=APIV3_KEY,
        public_key=key_of("WeChat Pay").public_pem, merchant_key=key_of("merchant of WeChat Pay").private_pem,
    )  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def gateway(clock: Clock) -> AsyncIterator[WeChatGateway]:
    """Stands in for WeChat Pay on loopback."""
    gateway = WeChatGateway(clock)
    async with served(gateway.app()) as gateway.base:
        yield gateway


@pytest.fixture
async def rail(gateway: WeChatGateway, clock: Clock) -> AsyncIterator[WeChatRail]:
    rail = WeChatRail(merchant(), notify_url=NOTIFY, api_base=gateway.base, now=clock)
    yield rail
    await rail.close()


def intent(minor: int = 500) -> PaymentIntent:
    title = "给山里的孩子一座“乡村图书馆”,`三期` 📚"
    return PaymentIntent(new_id(), Money(minor, "CNY"), title, "https://t.me/yizan_bot?start=t_x", "zh-CN")


def ask(wish: PaymentIntent, charge: str, minor: int) -> RefundAsk:
    return RefundAsk(new_id(), charge, Money(minor, "CNY"), wish.amount, wish.reference)


async def paid(rail: WeChatRail, gateway: WeChatGateway, minor: int = 500) -> tuple[PaymentIntent, str]:
    """An order that somebody paid, and its charge."""
    wish = intent(minor)
    link = await rail.create_payment(wish, key="k")
    charge = rail.read_event(*gateway.scan_and_pay(link.url)).charge
    assert charge is not None
    return wish, charge


@pytest.fixture
def door(clock: Clock) -> WeChatRail:
    """Asks nobody."""
    return WeChatRail(merchant(), notify_url=NOTIFY, api_base="http://127.0.0.1:9", now=clock)
