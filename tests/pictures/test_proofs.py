"""Certificates, years and statements as drawn: no boxes, nothing beyond its place, on paper as on the screen."""

import re
import time
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from giving.money import Money
from giving.recaps import RecapOf
from pictures import CertificateCard, Pictures, RecapCard, StatementCard, StatementRow
from pictures.composing import Composing
from pictures.proofs import NAME_ROOM, certificate_values, recap_values, statement_pages
from pictures.setting import fitted
from tests.pictures.ink import size_of
from tests.pictures.test_share import Counted

LINK = "https://give.example/certificates/YC-7K3QF-9M2XT-4BD"
NAMES = {
    "rare": "喆堃镕珺玥昇",
    "latin": "Zoë Åkesson-Nuñez",
    "arabic": "محمد الفارسي",
    "mixed": "喆堃 · محمد · Ada",
    "thai": "สมชาย ใจดี",
    "long": "Maximiliana Wolfeschlegelsteinhausen-Bergerdorff von Hohenlo",
    "one word": "W" * 60,
    "sixty": "喆堃镕珺玥昇" * 10,
}


def card(**changed: Any) -> CertificateCard:
    values: dict[str, Any] = {
        "language": "zh-CN", "name": "喆堃", "project": "乡村图书馆", "organisation": "阳光阅读", "months": 12,
        "in_a_row": 9, "total": Money(24000, "CNY"), "number": "YC-7K3QF-9M2XT-4BD",
        "made_at": datetime(2026, 11, 22, tzinfo=UTC), "link": LINK,
    }  # fmt: skip
    return CertificateCard(**values | changed)


def pixels(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


async def test_its_code_leads_to_where_it_is_checked(pictures: Pictures):
    png = await pictures.certificate(card())
    assert size_of(png) == (1080, 1440)
    assert [code.text for code in zxingcpp.read_barcodes(pixels(png))] == [LINK]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("which", NAMES)
async def test_every_name_has_ink_of_its_own_and_stays_inside_the_frame(pictures: Pictures, which: str, language: str):
    drawn = pixels(await pictures.certificate(card(name=NAMES[which], language=language)))
    other = pixels(await pictures.certificate(card(name="一", language=language)))
    place = (0, 470, 1080, 608)
    assert drawn.crop(place).tobytes() != other.crop(place).tobytes()
    ink = [x for x in range(1080) for y in range(470, 608, 3) if sum(drawn.getpixel((x, y))) < 300]  # type: ignore[arg-type]
    assert min(ink) >= 110
    assert max(ink) <= 970
    assert len(ink) > 60


def test_every_character_of_a_name_is_set_in_a_face_that_has_it(texts):
    for name in NAMES.values():
        values = certificate_values(texts, card(name=name))
        lines = fitted(values["name"], size=values["name_size"], least=32, room=NAME_ROOM, lines=2, weight=500)
        said = "".join(run.text for line in lines for segment in line.segments for run in segment.runs)
        assert len(lines) <= 2
        assert "".join(name.split()).startswith("".join(said.split()).rstrip("…"))


async def test_a_name_without_a_letter_that_can_be_drawn_is_no_empty_place(texts):
    drawing = Counted()
    for name in ("", "\ue000\ue001", "\u200b"):
        await Pictures(texts, drawing=drawing).certificate(card(name=name))
    assert all("爱心人士" in svg for svg in drawing.drawn)


async def test_a_hidden_sum_stands_nowhere_in_it(texts):
    drawing = Counted()
    await Pictures(texts, drawing=drawing).certificate(card(total=None))
    assert "¥" not in drawing.drawn[0]
    assert "累计捐出" not in drawing.drawn[0]


async def test_on_paper_it_is_a_page_of_a4_at_300_dots_an_inch(pictures: Pictures):
    pdf = await pictures.certificate_pdf(card())
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    (box,) = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf)
    assert [round(float(side)) for side in box] == [595, 842]
    start = pdf.index(b"\xff\xd8")
    page = Image.open(BytesIO(pdf[start : pdf.index(b"endstream", start)]))
    assert page.size == (2480, 3507)
    assert [code.text for code in zxingcpp.read_barcodes(page)] == [LINK]


async def test_drawing_certificates_is_quick_and_needs_little_memory(pictures: Pictures, drawing):
    await pictures.certificate(card())  # the process starts, the typefaces are read
    took = []
    for months in range(2, 8):
        began = time.process_time()
        before = cpu_of(drawing)
        await pictures.certificate(card(months=months))
        took.append(cpu_of(drawing) - before + time.process_time() - began)
    assert sorted(took)[len(took) // 2] < 0.2, "five a second on one core"
    assert max(took) < 0.3, took
    await pictures.certificate_pdf(card())
    status = Path(f"/proc/{drawing._process.pid}/status").read_text()
    assert int(status.split("VmHWM:")[1].split()[0]) < 150_000


def cpu_of(drawing: Any) -> float:
    """Seconds of the processor that the drawing process used: however busy the machine is with something else."""
    fields = Path(f"/proc/{drawing._process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def a_year(of: RecapOf, language: str, **changed: Any) -> RecapCard:
    values: dict[str, Any] = {
        "language": language, "of": of, "name": "喆堃 محمد", "year": 2026, "given": (Money(36600, "CNY"),), "gifts": 23,
        "donors": 4, "given_in": 11, "days": 1, "given_on_days": (Money(1500, "CNY"),),
        "matched": (Money(1200, "CNY"),), "months": (100, *(0,) * 10, 900),
        "projects": (("乡村图书馆", (Money(36600, "CNY"),)),), "projects_in_all": 1, "did": "建起 3 间图书室",
        "link": "https://give.example/recap/2026",
    }  # fmt: skip
    return RecapCard(**values | changed)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("of", list(RecapOf))
async def test_a_year_is_drawn_for_whoever_it_is_of(pictures: Pictures, of: RecapOf, language: str):
    png = await pictures.recap(a_year(of, language))
    assert size_of(png) == (1080, 1440)
    assert [code.text for code in zxingcpp.read_barcodes(pixels(png))] == ["https://give.example/recap/2026"]


@pytest.mark.parametrize("extras", [0, 1, 2])
@pytest.mark.parametrize("projects", [0, 1, 3])
def test_nothing_of_a_year_lies_over_anything_else(texts, projects: int, extras: int):
    """The bars end above their months, these above the projects, and those above the code."""
    made = a_year(
        RecapOf.CREATOR, "en", projects=(("A", (Money(1, "CNY"),)),) * projects,
        days=1 if extras else 0, matched=(Money(5, "CNY"),) if extras > 1 else (),
    )  # fmt: skip
    svg = Composing(texts).svg("recap.svg.j2", "en", **recap_values(texts, made))
    bars = [(float(y), float(high)) for y, high in re.findall(r'y="([\d.]+)" width="51" height="([\d.]+)"', svg)]
    lows = {round(y + high) for y, high in bars}
    assert len(bars) == 12
    assert max(lows) - min(lows) <= 1
    panel = float(re.findall(r'<rect x="90" y="([\d.]+)" width="900" height="136"', svg)[-1]) + 136
    assert min(y for y, _ in bars) > panel + 46 * extras
    tracks = [float(y) for y in re.findall(r'<rect x="105" y="([\d.]+)" width="870"', svg)]
    assert all(max(lows) + 34 < track < 1164 for track in tracks)


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "已经 6 年"), ("en", "6 whole years")])
def test_years_are_said_as_years_however_many(texts, language: str, said: str):
    words = Composing(texts).svg(
        "certificate.svg.j2", language, paper=False, **certificate_values(texts, card(months=72))
    )
    assert said in words


def test_only_a_donor_took_part_in_giving_days(texts):
    for of, said in ((RecapOf.DONOR, "参加了 1 个公益日"), (RecapOf.SERVICE, "1 个公益日，一共捐出")):
        assert recap_values(texts, a_year(of, "zh-CN"))["extras"][0].startswith(said)


def statement(rows: int, organisations: int = 1) -> StatementCard:
    row = StatementRow(
        "2026-03-01", "YZ-7K3QF-9M2XT-4BD", "Clean water for the schools of the valley" * 2, "¥20", "退回"
    )
    sums = tuple((f"机构 {n}", "¥20") for n in range(organisations))
    return StatementCard(
        language="zh-CN", name="喆堃 محمد", dates="2026-01-01 – 2026-06-30", made="2026-11-22 12:00", operator="基金会",
        rows=(row,) * rows, sums=sums, whole="¥20", check="https://give.example/r",
    )  # fmt: skip


@pytest.mark.parametrize("organisations", [1, 2, 30])
@pytest.mark.parametrize("rows", [1, 17, 23, 24, 25, 58, 194])
def test_a_statement_has_every_row_once_and_its_sums_on_the_last_page(texts, rows: int, organisations: int):
    pages = statement_pages(texts, statement(rows, organisations))
    assert sum(len(page["rows"]) for page in pages) == rows
    composing = Composing(texts)
    svgs = [composing.svg("statement.svg.j2", "zh-CN", **page) for page in pages]
    assert [svg.count(">一共<") for svg in svgs] == [0] * (len(pages) - 1) + [1]
    lowest = max(float(y) for svg in svgs for y in re.findall(r' y="([\d.]+)" font-size', svg))
    assert lowest <= 1706
    bodies = [float(y) for svg in svgs for y in re.findall(r' y="([\d.]+)" font-size', svg) if float(y) < 1706]
    assert max(bodies) < 1680, "nothing stands in the line at the foot"


def test_organisations_that_do_not_fit_are_announced(texts):
    composing = Composing(texts)
    for organisations, said in ((20, None), (21, "另有 1 家机构"), (30, "另有 10 家机构")):
        pages = statement_pages(texts, statement(3, organisations))
        words = "".join(composing.svg("statement.svg.j2", "zh-CN", **page) for page in pages)
        assert words.count("机构 ") == min(organisations, 20)
        assert (said in words) if said else ("家机构" not in words)


async def test_a_statement_of_two_pages_is_a_pdf_of_two(pictures: Pictures):
    pdf = await pictures.statement_pdf(statement(30))
    assert re.findall(rb"/Count (\d+)", pdf)[-1] == b"2"
