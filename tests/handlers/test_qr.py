"""Codes as pictures in private, read back by a program that others wrote; and what is said of codes that are over."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import zxingcpp
from aiogram.methods import SendPhoto
from aiogram.types import BufferedInputFile

from bot import callbacks as cb
from bot import code_cards, keyboards, notices
from giving.ids import token_of
from giving.money import Money
from giving.rails import Shown
from giving.tips import Tip
from payments.provider import PaymentIntent, PaymentLink
from services.links import Links
from services.tips import PayCode
from storage.work import UnitOfWork
from tests.handlers.chat import Chat, answers, buttons, check_keyboard, texts_of, urls
from tests.rails import PaperRail
from tests.services.test_expired_pages import expires, paid, payment_of
from tests.services.test_qr import Picture
from tests.texts.words import TEXTS
from tests.world import World, cny, make_world

SCANNER, BROWSER = "weixin://wxpay/bizpayurl?pr=", "https://qr.alipay.com/"
OPEN, LASTS = "Open on this phone", timedelta(hours=2)


class CodeRail(PaperRail):
    """Its links are for a scanner, as WeChat Pay's are."""

    capabilities = replace(PaperRail.capabilities, shown=Shown.QR, lasts=LASTS)
    begins = SCANNER

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        link = await super().create_payment(intent, key=key)
        return PaymentLink(link.their_id, f"{self.begins}{intent.reference.hex}")


class BrowserRail(CodeRail):
    """A phone's browser opens its links, too, as it does Alipay's."""

    begins = BROWSER


class LargeRail(CodeRail):
    """Carries ¥4 at the least."""

    capabilities = replace(CodeRail.capabilities, limits={"CNY": (cny("4"), cny("50000"))})


@pytest.fixture
def rail() -> type[CodeRail]:
    return CodeRail


@pytest.fixture
async def world(work: UnitOfWork, rail: type[CodeRail], monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("tests.world.PaperRail", rail)
    return await make_world(work)


def photo_of(methods: list[Any]) -> SendPhoto:
    (photo,) = [method for method in methods if isinstance(method, SendPhoto)]
    return photo


def read(photo: SendPhoto) -> str:
    """What a phone reads from it."""
    assert isinstance(photo.photo, BufferedInputFile)
    picture = Picture(photo.photo.data)
    (code,) = zxingcpp.read_barcodes(memoryview(picture.grey).cast("B", (picture.height, picture.width)))
    return str(code.text)


def caption_of(photo: SendPhoto) -> str:
    return (photo.caption or "").replace("\u2068", "").replace("\u2069", "")


async def shown(chat: Chat, tip: Tip) -> list[Any]:
    return await chat.says(1002, f"/start t_{token_of(tip.id)}")


async def address(world: World, tip: Tip, begins: str = SCANNER) -> str:
    return f"{begins}{payment_of(await world.fresh(tip)).hex}"


async def said(world: World) -> list[str]:
    """What the outbox would send now."""
    links, found = Links("http://127.0.0.1:8081", "yizan_bot"), []
    for batch in notices.together(await world.outbox.claim()):
        if (rendered := await notices.render(batch, world.outbox, TEXTS, links)) is not None:
            found.append(rendered.text.replace("\u2068", "").replace("\u2069", ""))
    return found


async def test_the_code_comes_as_a_picture_and_a_scanners_address_is_never_a_button(chat, world):
    tip = await world.tip(world.alice, "1")
    (card,) = await shown(chat, tip)
    assert next(text for text, data in buttons(card) if data) == "Show the code · ¥1 · paper"
    assert urls(card) == []
    world.time.passes(minutes=30)
    made = await chat.presses(1002, "Show the code")
    photo = photo_of(made)
    assert (photo.chat_id, read(photo), photo.reply_markup) == (1002, await address(world, tip), None)
    words = caption_of(photo)
    assert "<b>¥1</b> for <b>library project</b>" in words
    assert "Scan it with paper." in words
    assert "Good for 90 more minutes" in words
    assert len(answers(made)) == 1


@pytest.mark.parametrize("rail", [BrowserRail])
async def test_where_a_phone_can_open_it_there_is_a_button_for_that_too(chat, world):
    tip = await world.tip(world.alice, "1")
    (card,) = await shown(chat, tip)
    url = await address(world, tip, BROWSER)
    assert urls(card) == [url]
    photo = photo_of(await chat.presses(1002, "Show the code"))
    assert (read(photo), urls(photo), [text for text, _ in buttons(photo)]) == (url, [url], [OPEN])


async def test_nobody_sees_the_code_of_somebody_elses_tip(chat, world):
    tip = await world.tip(world.alice, "1")
    made = await chat.taps(1004, cb.TipCode(tip=tip.id).pack())
    assert [method for method in made if isinstance(method, SendPhoto)] == []
    assert answers(made)[0].show_alert


@pytest.mark.parametrize("rail", [BrowserRail])
async def test_the_code_of_a_tip_whose_old_one_is_over_is_new_and_so_is_the_cards_button(chat, world):
    tip = await world.tip(world.alice, "5")
    await shown(chat, tip)
    old = await address(world, tip, BROWSER)
    await expires(world, payment_of(tip))
    made = await chat.presses(1002, "Show the code")
    new = await address(world, tip, BROWSER)
    assert new != old
    assert (read(photo_of(made)), [urls(method) for method in made if urls(method)]) == (new, [[new], [new]])


async def test_a_code_scanned_after_expiry_is_thanked_for_and_the_second_payment_is_told(chat, world):
    tip = await world.tip(world.alice, "5")
    await shown(chat, tip)
    await expires(world, payment_of(tip))
    await chat.presses(1002, "Show the code")
    again = payment_of(await world.fresh(tip))
    assert again != tip.payment
    await paid(world, payment_of(tip), "ch_1")
    told = "\n".join(await said(world))
    assert "Thank you ❤" in told
    assert "<b>¥5</b>, all of it credited to <b>library project</b>" in told
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")
    assert "You paid twice" not in told

    await paid(world, again, "ch_2")
    told = "\n".join(await said(world))
    assert "You paid twice" in told
    assert "The second ¥5 is being returned automatically" in told
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-10")


async def test_paid_after_the_tip_was_cancelled_is_told_and_undo_is_offered(chat, world):
    tip = await world.tip(world.alice, "5")
    await shown(chat, tip)
    photo_of(await chat.presses(1002, "Show the code"))
    await chat.presses(1002, "Cancel")
    made = await chat.taps(1002, cb.TipCode(tip=tip.id).pack())
    assert [method for method in made if isinstance(method, SendPhoto)] == [], "a cancelled tip shows no code"
    await paid(world, payment_of(tip), "ch_1")
    assert "You had cancelled, but the payment went through" in "\n".join(await said(world))
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")
    (receipt,) = await shown(chat, tip)
    assert "Take back ¥5" in [text for text, _ in buttons(receipt)]
    await chat.presses(1002, "Take back ¥5")
    assert [(charge, amount) for charge, amount, _ in world.rail.refunds] == [("ch_1", cny("5"))]


async def tab_of(world: World) -> UUID:
    """¥5 that alice promised."""
    for number, amount in enumerate(("2", "3")):
        tip = await world.tip(world.alice, amount, key=f"q{number}")
        await world.tabs.promise(tip.id, world.alice)
    (card,) = (await world.tabs.view(world.alice)).cards
    return card.tab.id


@pytest.mark.parametrize("rail", [LargeRail])
async def test_a_tab_is_paid_by_a_code_and_one_that_is_over_is_asked_for_again(chat, world):
    await tab_of(world)
    await chat.says(1002, "/tab")
    (text,) = texts_of(await chat.presses(1002, "Pay ¥5 now"))
    assert "The code for ¥5 is ready" in text
    (charge,) = (await world.tabs.view(world.alice)).cards
    photo = photo_of(await chat.presses(1002, "Show the code · ¥5"))
    assert read(photo) == charge.pay_url
    assert "<b>¥5</b> for <b>Sunshine</b>" in caption_of(photo)

    world.time.passes(hours=2)
    made = await chat.presses(1002, "Show the code · ¥5")
    assert [method for method in made if isinstance(method, SendPhoto)] == []
    assert (answers(made)[0].text or "").startswith("That code has expired.")
    assert "The last page has expired" in texts_of(made)[0]
    assert "The last page has expired" in texts_of(await chat.says(1002, "/tab"))[0]
    await chat.presses(1002, "Pay ¥5 now")
    again = photo_of(await chat.presses(1002, "Show the code · ¥5"))
    assert read(again) not in (charge.pay_url, "")


@pytest.mark.parametrize(("rail", "app", "language"), [
    ("wechat", "Scan it with WeChat.", "en"), ("wechat", "用微信扫一扫", "zh-CN"),
    ("alipay", "Scan it with Alipay.", "en"), ("alipay", "用支付宝扫一扫", "zh-CN"),
])  # fmt: skip
def test_the_words_under_it_name_the_app_in_both_languages(rail: str, app: str, language: str):
    amount, url = Money(100, "CNY"), SCANNER if rail == "wechat" else BROWSER
    one_minute = timedelta(minutes=1, seconds=59)
    with_end, without = (
        code_cards.caption(TEXTS, language, PayCode(url, rail, amount, left), "<图书馆>") for left in (one_minute, None)
    )
    words = with_end.text.replace("\u2068", "").replace("\u2069", "")
    assert app in words
    assert "&lt;图书馆&gt;" in words
    assert ("1 more minute." in words) if language == "en" else ("1 分钟" in words)
    assert without.text != with_end.text
    assert (with_end.keyboard is None) == (rail == "wechat")
    if with_end.keyboard is not None:
        check_keyboard(with_end.keyboard)


def test_an_address_for_a_scanner_is_no_page():
    opened = {url: keyboards.leads_to_page(url) for url in (SCANNER, BROWSER, "https://t.me/$x", "alipays://x", "")}
    assert [url for url, page in opened.items() if page] == [BROWSER, "https://t.me/$x"]
    assert keyboards.pay(TEXTS, "en", Money(100, "CNY"), SCANNER, None) == []
