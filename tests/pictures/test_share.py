"""The share picture: what stands on it, and that it is drawn once."""

import asyncio
from typing import Any

import pytest
import zxingcpp

from giving.money import Money
from pictures import DayBadge, Pictures, ShareCard
from pictures.composing import Composing
from pictures.drawing import Drawing
from pictures.faces import files
from tests.pictures.ink import rows_of, size_of

LINK = "https://t.me/yizan_bot?start=s_0123456789abcdefghijkl"
CARD = ShareCard(
    language="zh-CN", name="喆堃 محمد", project="乡村图书馆", given=(Money(1234550, "CNY"),), donors=1024, gifts=1381,
    link=LINK, day=DayBadge("1元公益日", "#一元公益"),
)  # fmt: skip


class Counted(Drawing):
    """Stands in for the process: says how often it was asked, and how large the answers are."""

    def __init__(self, png: bytes = b"png") -> None:
        super().__init__(files)
        self.drawn: list[str] = []
        self.png = png

    async def draw(self, svg: str) -> bytes:
        self.drawn.append(svg)
        await asyncio.sleep(0)
        return self.png

    async def close(self) -> None:
        pass


async def test_it_is_a_picture_with_a_code_that_leads_there(pictures):
    png = await pictures.share(CARD)
    assert size_of(png) == (1080, 1440)
    rows = rows_of(png)
    grey = bytes(b"".join(row[0::4] for row in rows))
    found = zxingcpp.read_barcodes(memoryview(grey).cast("B", (1440, 1080)))
    assert [code.text for code in found] == [LINK]
    assert all(row[3::4] == b"\xff" * 1080 for row in rows[::97])


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "1,024 人"), ("en", "1,024 people")])
async def test_its_words_are_the_readers(texts, language, words):
    drawing = Counted()
    await Pictures(texts, drawing=drawing).share(ShareCard(language=language, **_values(CARD)))
    assert words in drawing.drawn[0]
    assert "¥12,345.50" in drawing.drawn[0]
    assert "#一元公益" in drawing.drawn[0]


async def test_before_the_first_gift_it_asks_for_it(texts):
    drawing = Counted()
    await Pictures(texts, drawing=drawing).share(ShareCard(language="zh-CN", name="林", project="图书馆", link=LINK))
    assert "等你来捐第一笔" in drawing.drawn[0]
    assert "¥" not in drawing.drawn[0]


async def test_names_are_text_whatever_they_hold(texts):
    drawing = Counted()
    name = '</text><image href="file:///etc/passwd"/>\u202e& x'
    await Pictures(texts, drawing=drawing).share(ShareCard(language="en", name=name, project="<b>", link=LINK))
    assert "<image" not in drawing.drawn[0]
    assert "\u202e" not in drawing.drawn[0]
    assert "&lt;image" in drawing.drawn[0]


async def test_the_same_picture_is_drawn_once_also_when_it_is_asked_for_twice_at_once(texts):
    drawing = Counted()
    pictures = Pictures(texts, drawing=drawing)
    await asyncio.gather(pictures.share(CARD), pictures.share(CARD))
    await pictures.share(CARD)
    assert len(drawing.drawn) == 1


async def test_pictures_are_kept_as_long_as_there_is_room(texts):
    drawing = Counted(bytes(100))
    pictures = Pictures(texts, drawing=drawing, kept_bytes=250)
    for language in ("zh-CN", "en"):
        for donors in (1, 2):
            await pictures.share(ShareCard(language=language, **{**_values(CARD), "donors": donors}))
    assert pictures._kept._bytes == 200
    await pictures.share(ShareCard(language="en", **{**_values(CARD), "donors": 2}))
    assert len(drawing.drawn) == 4
    await pictures.share(CARD)
    assert len(drawing.drawn) == 5


def test_a_template_gives_the_same_bytes_for_the_same_card(texts):
    values = {"card": CARD, "name": "a", "project": "b", "sums": "¥1"}
    assert Composing(texts).svg("share.svg.j2", "en", **values) == Composing(texts).svg("share.svg.j2", "en", **values)


def _values(card: ShareCard) -> dict[str, Any]:
    return {name: getattr(card, name) for name in ("name", "project", "given", "donors", "gifts", "link", "day")}
