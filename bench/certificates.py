"""The row `certificates`: pictures and PDFs of certificates as the service draws them, each another one.

Seconds of the processor, of whoever composes and of the process that draws: the clock on the wall says how busy the
machine is with something else, and stands beside them.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

from giving.money import Money
from giving.pledges import certificate_number
from pictures import CertificateCard, Pictures
from pictures.drawing import Drawing
from pictures.faces import files
from texts import Texts

ROOT: Final = Path(__file__).parent.parent
DRAWN: Final = 60
PRINTED: Final = 5
NAMES: Final = ("喆堃镕珺玥昇", "Ada Lovelace", "محمد الفارسي", "喆堃 · Ada", "林晓雯")


class TooSlow(RuntimeError):
    """The process that draws is gone."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """Seconds for one; how many a second that is on one core; the most that the process that draws held."""

    name: str
    cpu_s: float
    rate: float
    p50_ms: float
    p99_ms: float
    pdf_s: float
    png_kb: int
    pdf_kb: int
    rss_mb: float


async def measure_certificates() -> Certificates:
    """The typefaces are read and the process is up before. Raises: PictureFailed, TooSlow."""
    drawing = Drawing(files)
    pictures, cards = Pictures(Texts.load(ROOT / "locales"), drawing=drawing, kept_bytes=0), _cards()
    try:
        await pictures.certificate(next(cards))
        cpu, walls, png = await _each(DRAWN, drawing, lambda: pictures.certificate(next(cards)))
        peak = _peak_mb(drawing)
        pdf_cpu, _, pdf = await _each(PRINTED, drawing, lambda: pictures.certificate_pdf(next(cards)))
        peak = max(peak, _peak_mb(drawing))
    finally:
        await pictures.close()
    ordered = sorted(walls)
    return Certificates(
        name="certificates",
        cpu_s=round(cpu, 3),
        rate=round(1 / cpu, 1),
        p50_ms=round(statistics.median(ordered) * 1000, 1),
        p99_ms=round(ordered[int(len(ordered) * 0.99)] * 1000, 1),
        pdf_s=round(pdf_cpu, 2),
        png_kb=png // 1000,
        pdf_kb=pdf // 1000,
        rss_mb=round(peak, 1),
    )


async def _each(
    many: int, drawing: Drawing, draw: Callable[[], Awaitable[bytes]]
) -> tuple[float, list[float], int]:  # fmt: skip
    """Seconds of the processor for one, on the wall for each, and the bytes of the last."""
    before, walls, size = _cpu_s(drawing), [], 0
    for _ in range(many):
        began = time.perf_counter()
        size = len(await draw())
        walls.append(time.perf_counter() - began)
    return (_cpu_s(drawing) - before) / many, walls, size


def _cards() -> Iterator[CertificateCard]:
    def card(number: int) -> CertificateCard:
        return CertificateCard(
            language=("zh-CN", "en")[number % 2], name=NAMES[number % len(NAMES)], project="乡村图书馆",
            organisation="阳光阅读", months=12 + number, in_a_row=number % 12 + 1, total=Money(2000 + number, "CNY"),
            number=certificate_number(number), made_at=datetime(2026, 11, 22, tzinfo=UTC),
            link=f"https://give.example/certificates/{certificate_number(number)}",
        )  # fmt: skip

    return map(card, count(1))


def _cpu_s(drawing: Drawing) -> float:
    """Both processes'. Source: proc_pid_stat(5)"""
    fields = _read(drawing, "stat").rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / 100


def _peak_mb(drawing: Drawing) -> float:
    return int(_read(drawing, "status").split("VmHWM:")[1].split()[0]) / 1000


def _read(drawing: Drawing, what: str) -> str:
    process = drawing._process
    if process is None:
        raise TooSlow
    return Path(f"/proc/{process.pid}/{what}").read_text()


def measure() -> Certificates:
    """In a loop of its own."""
    return asyncio.run(measure_certificates())
