"""The rail with the real library in it, and the gateway of ours it talks to."""

from collections.abc import AsyncIterator

import pytest

from giving.money import Money
from payments.alipay_rail import AlipayRail, Merchant
from payments.provider import PaymentIntent, RefundAsk
from storage.ids import new_id
from tests.payments.alipay.gateway import APP_ID, NOTIFY, SELLER_ID, AlipayGateway
from tests.payments.china import Clock, key_of, served


def merchant() -> Merchant:
    return Merchant(
        app_id=APP_ID, seller_id=SELLER_ID, public_key=key_of("Alipay").public_pem,
        app_key=key_of("app of Alipay").private_pem,
    )  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def gateway(clock: Clock) -> AsyncIterator[AlipayGateway]:
    """Stands in for Alipay on loopback."""
    gateway = AlipayGateway(clock)
    async with served(gateway.app()) as gateway.base:
        yield gateway


@pytest.fixture
async def rail(gateway: AlipayGateway, clock: Clock) -> AsyncIterator[AlipayRail]:
    rail = AlipayRail(merchant(), notify_url=NOTIFY, api_base=f"{gateway.base}/gateway.do", now=clock)
    yield rail
    await rail.close()


@pytest.fixture
def door(clock: Clock) -> AlipayRail:
    """Asks nobody."""
    return AlipayRail(merchant(), notify_url=NOTIFY, api_base="http://127.0.0.1:9/gateway.do", now=clock)


def intent(minor: int = 500) -> PaymentIntent:
    title = "给山里的孩子一座“乡村图书馆”,`三期` {=} 📚"
    return PaymentIntent(new_id(), Money(minor, "CNY"), title, "https://t.me/yizan_bot?start=t_x", "zh-CN")


def ask(wish: PaymentIntent, charge: str, minor: int) -> RefundAsk:
    return RefundAsk(new_id(), charge, Money(minor, "CNY"), wish.amount, wish.reference)


async def paid(rail: AlipayRail, gateway: AlipayGateway, minor: int = 500) -> tuple[PaymentIntent, str]:
    """An order that somebody paid, and its charge."""
    wish = intent(minor)
    link = await rail.create_payment(wish, key="k")
    charge = rail.read_event(gateway.pay(gateway.scan(link.url)), {}).charge
    assert charge is not None
    return wish, charge
