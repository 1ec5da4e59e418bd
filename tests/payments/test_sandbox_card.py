"""The sandbox's card rail against the real provider of sandbox/, over HTTP: what it carries, saves and charges."""

from collections.abc import AsyncIterator
from uuid import uuid4

import aiohttp
import pytest

from giving.money import Money
from giving.payments import EventKind, PaymentState, SavedMethod
from giving.rails import How, ways
from payments.provider import PaymentIntent, PaymentRef, RailRefused, Saves
from payments.sandbox import SandboxRail
from payments.sandbox_card import SandboxCardRail
from tests.payments.test_sandbox import NOW, intent, provider

__all__ = ["provider"]


@pytest.fixture
async def rail(provider: str) -> AsyncIterator[SandboxCardRail]:
    rail = SandboxCardRail(api_base=provider, key="sandbox-key", webhook_secret="s3cret", now=lambda: NOW)
    yield rail
    await rail.close()


async def saved(rail: SandboxCardRail, action: str = "save") -> SavedMethod:
    """What a look-up tells after somebody saved a card."""
    wish = intent(0)
    page = await rail.save_method(wish, key=f"method:{wish.reference}")
    assert (await rail.fetch(PaymentRef(wish.reference, None))).events == (), "asked for, not saved"
    async with aiohttp.ClientSession() as session, session.post(page.url, json={"action": action}) as answer:
        assert answer.status == 200
    found = await rail.fetch(PaymentRef(wish.reference, None))
    (event,) = [rail.event_of(body) for body in found.events]
    assert (event.rail, event.kind, event.reference) == ("sandbox_card", EventKind.SAVED, wish.reference)
    assert event.method is not None
    return event.method


async def test_one_yuan_is_paid_now_by_the_wallet_and_goes_on_the_tab_by_the_card(rail: SandboxCardRail):
    can = {"sandbox": SandboxRail.capabilities, "sandbox_card": rail.capabilities}
    one, four = (ways(Money(minor, "CNY"), can, (), Money(3000, "CNY"), None) for minor in (100, 400))
    assert [(way.rail, way.how) for way in one] == [("sandbox", How.NOW), ("sandbox_card", How.TAB)]
    assert [way.how for way in four] == [How.NOW, How.NOW]
    with pytest.raises(RailRefused, match="amount_too_small"):
        await rail.create_payment(intent(399), key="small")
    assert await rail.create_payment(intent(400), key="enough")
    assert isinstance(rail, Saves)
    assert not rail.capabilities.real_money


async def test_a_saved_card_is_charged_once_and_its_payment_is_the_cards(rail: SandboxCardRail):
    method, wish = await saved(rail), intent(400)
    link = await rail.charge_saved(wish, method, key="c1")
    assert await rail.charge_saved(wish, method, key="c1") == link
    found = await rail.fetch(PaymentRef(wish.reference, None))
    assert (found.state, found.their_id) == (PaymentState.PAID, link.their_id)
    (told,) = [rail.event_of(body) for body in found.events]
    assert (told.rail, told.kind, told.reference) == ("sandbox_card", EventKind.PAID, wish.reference)
    assert told.amount == Money(400, "CNY")


async def test_an_empty_card_and_a_deleted_one_are_refused(rail: SandboxCardRail):
    with pytest.raises(RailRefused, match="card_declined"):
        await rail.charge_saved(intent(400), await saved(rail, "save_empty"), key="c2")
    method = await saved(rail)
    await rail.forget_method(method)
    with pytest.raises(RailRefused, match="card_declined"):
        await rail.charge_saved(intent(400), method, key="c3")


async def test_the_wallet_knows_nothing_of_the_cards_payments(rail: SandboxCardRail, provider: str):
    wish = PaymentIntent(uuid4(), Money(500, "CNY"), "x", "https://t.me/yizan_bot", "en")
    await rail.create_payment(wish, key="k9")
    wallet = SandboxRail(api_base=provider, key="sandbox-key", webhook_secret="s3cret")
    assert (await wallet.fetch(PaymentRef(wish.reference, None))).their_id is None
    await wallet.close()
