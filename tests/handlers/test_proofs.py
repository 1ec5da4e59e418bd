"""Certificates, years and statements in chat: what is sent, under which words, and by which taps it changes."""

from dataclasses import replace
from typing import Any

import pytest
from aiogram.methods import SendDocument, SendMessage, SendPhoto

from bot import callbacks as cb
from bot import proof_cards as cards
from bot.notices import render
from giving.money import Money
from giving.notices import NoticeKind
from giving.people import Visibility
from giving.pledges import Certificate
from giving.projects import ProjectText
from giving.recaps import Looked, RecapOf
from sandbox.telegram.html import parse
from services.certificates import after_paid
from services.links import Links
from services.recaps import ProjectYear, Recap
from tests.handlers.chat import Chat, answers, texts_of
from tests.pictures.ink import size_of
from tests.services.paid_months import month, promised
from tests.services.test_recaps import gift
from tests.world import TEXTS, World

LINKS = Links("https://give.example", "yizan_bot")
ALICE, BOB = 1002, 1004


@pytest.fixture
async def certificate(world: World) -> Any:
    """Alice's first."""
    pledge = await promised(world, world.alice)
    await month(world, pledge, 1)
    async with world.unit() as work:
        made = await after_paid(work, pledge, now=world.time())
    assert made is not None
    yield made
    await world.pictures.close()


def sent(done: list[Any], kind: type[Any]) -> list[Any]:
    return [call for call in done if isinstance(call, kind)]


async def test_it_arrives_as_a_picture_with_what_can_be_done_with_it(
    chat: Chat, world: World, certificate: Certificate
):
    (notice,) = [n for n in await world.outbox.claim(100) if n.kind is NoticeKind.CERTIFICATE]
    message: Any = await render([notice], world.outbox, TEXTS, LINKS)
    assert size_of(message.photo) == (1080, 1440)
    assert certificate.number in message.text
    (pdf, check), (name,) = message.keyboard.inline_keyboard
    assert check.url == f"https://give.example/certificates/{certificate.number}?lang=en"
    assert cb.CertificateDo.unpack(pdf.callback_data).deed is cb.CertificateDeed.PDF
    assert cb.CertificateDo.unpack(name.callback_data).deed is cb.CertificateDeed.NAME


async def test_where_it_can_not_be_drawn_the_words_come_with_a_button_to_try_again(
    chat: Chat, world: World, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
):
    async def none(*_: object) -> None:
        return None

    monkeypatch.setattr(world.certificates, "picture_or_none", none)
    (notice,) = [n for n in await world.outbox.claim(100) if n.kind is NoticeKind.CERTIFICATE]
    message: Any = await render([notice], world.outbox, TEXTS, LINKS)
    assert message.photo is None
    first = message.keyboard.inline_keyboard[0][0]
    assert cb.CertificateDo.unpack(first.callback_data).deed is cb.CertificateDeed.SHOW


async def test_all_of_mine_each_again_and_for_printing(chat: Chat, world: World, certificate: Certificate):
    (listed,) = texts_of(await chat.says(ALICE, "/certificates"))
    assert "certificate" in listed
    again = await chat.taps(ALICE, cb.CertificateDo(certificate=certificate.id, deed=cb.CertificateDeed.SHOW).pack())
    assert len(sent(again, SendPhoto)) == 1
    paper = await chat.taps(ALICE, cb.CertificateDo(certificate=certificate.id, deed=cb.CertificateDeed.PDF).pack())
    (file,) = sent(paper, SendDocument)
    assert file.document.filename == f"{certificate.number}.pdf"
    assert file.document.data.startswith(b"%PDF-")
    (none,) = texts_of(await chat.says(BOB, "/certificates"))
    assert "No certificate yet" in none


async def test_its_name_is_chosen_by_a_tap_or_typed(chat: Chat, world: World, certificate: Certificate):
    async def name() -> str | None:
        return (await world.certificates.checked(certificate.number)).certificate.name

    for deed, shown in ((cb.CertificateDeed.NOBODY, None), (cb.CertificateDeed.CHAT_NAME, world.alice.name)):
        await chat.taps(ALICE, cb.CertificateDo(certificate=certificate.id, deed=cb.CertificateDeed.NAME).pack())
        done = await chat.taps(ALICE, cb.CertificateDo(certificate=certificate.id, deed=deed).pack())
        assert len(sent(done, SendPhoto)) == 1
        assert await name() == shown
    await chat.taps(ALICE, cb.CertificateDo(certificate=certificate.id, deed=cb.CertificateDeed.NAME).pack())
    await chat.says(ALICE, "\u200b\u200b")
    assert await name() == world.alice.name, "nothing that can be seen is no name; the question stays"
    (long,) = sent(await chat.says(ALICE, "z" * 61), SendMessage)
    assert "60 characters at most" in long.text
    assert await name() == world.alice.name
    assert sent(await chat.says(ALICE, "喆堃"), SendPhoto)
    assert await name() == "喆堃"
    await chat.says(ALICE, "not a name any more")
    assert await name() == "喆堃"


async def test_a_year_is_looked_back_at_and_shown_by_a_tap(chat: Chat, world: World):
    await gift(world, world.alice, "5", "a1")
    (photo,) = sent(await chat.says(ALICE, "/recap 2026"), SendPhoto)
    assert "¥5" in photo.caption
    assert "Only you can see this" in photo.caption
    (asked,) = sent(await chat.taps(ALICE, cb.RecapPublic(year=2026, on=True).pack()), SendMessage)
    assert "without your name" in asked.text
    assert "With my name" not in str(asked.reply_markup), "she gives without her name"
    done = await chat.taps(ALICE, asked.reply_markup.inline_keyboard[0][0].callback_data)
    (photo,) = sent(done, SendPhoto)
    page = photo.reply_markup.inline_keyboard[0][0].url
    assert page.startswith("http://127.0.0.1:8081/recap/2026/")
    assert answers(done)[0].text.startswith(TEXTS.plain("en", "recap-is-public"))
    (photo,) = sent(await chat.taps(ALICE, cb.RecapPublic(year=2026, on=False).pack()), SendPhoto)
    assert "/recap/2026/" not in str(photo.reply_markup)
    await world.privacy.choose_visibility(world.alice, Visibility.NAMED)
    (asked,) = sent(await chat.taps(ALICE, cb.RecapPublic(year=2026, on=True).pack()), SendMessage)
    assert "Alice" in asked.text
    await chat.taps(ALICE, asked.reply_markup.inline_keyboard[0][0].callback_data)
    assert (await world.recaps.mine(replace(world.alice, visibility=Visibility.NAMED), "2026")).name == "Alice"
    await world.pictures.close()


@pytest.mark.parametrize("language", TEXTS.languages)
def test_the_words_under_a_year_fit_below_its_picture(world: World, language: str):
    text = ProjectText("乡" * 200, "", "", "水" * 400)
    project = replace(world.library, texts={"zh-CN": text, "en": text})
    given = (Money(10**12, "CNY"), Money(10**12, "USD"))
    looked = Looked(10**6, 1, given, (10**12,) * 12, 12, 366, given, given, ((project.id, 1, given),) * 30)
    lines = (ProjectYear(project, 1, given),) * 30
    found = Recap(RecapOf.DONOR, 2026, "x" * 60, looked, lines, "x" * 22)
    shown = cards.recap(TEXTS, LINKS, language, found, b"png", this_year=2027, called=True)
    plain, _ = parse(shown.text + TEXTS.plain(language, "test-money"))
    assert len(plain.encode("utf-16-le")) / 2 < 1000


async def test_a_creator_sees_what_was_given_because_of_them(chat: Chat, world: World):
    await gift(world, world.alice, "5", "a1")
    number = world.creator.telegram_id
    (photo,) = sent(await chat.says(number, "/recap"), SendPhoto)
    assert "¥5" in photo.caption
    done = await chat.taps(number, cb.RecapShow(year=2026, called=True).pack())
    assert len(sent(done, SendPhoto)) == 1
    assert not sent(await chat.taps(BOB, cb.RecapShow(year=2026, called=True).pack()), SendPhoto)
    await world.pictures.close()


@pytest.mark.parametrize(
    "typed", ["/recap 1999", "/recap x", "/recap", "/statement x", "/statement", "/statement 2025"]
)
async def test_what_can_not_be_had_is_said_with_what_to_do(chat: Chat, world: World, typed: str):
    (said,) = texts_of(await chat.says(BOB, typed))
    assert said
    assert "Something went wrong" not in said


async def test_a_statement_comes_as_a_pdf_and_a_table(chat: Chat, world: World):
    await gift(world, world.alice, "5", "a1")
    typed = await chat.says(ALICE, "/statement 2026-01-01 2026-12-31")
    for done in (typed, await chat.taps(ALICE, cb.StatementFor(year=0).pack())):
        paper, table = sent(done, SendDocument)
        assert paper.document.filename == "yizan-2026-01-01-2026-11-22.pdf"
        assert table.document.filename == "yizan-2026-01-01-2026-11-22.csv"
        assert "not a tax receipt" in table.caption
        assert b"5.00,0.00,5.00,CNY" in table.document.data
    await world.pictures.close()
