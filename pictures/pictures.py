"""Every picture of the service: drawn once, then kept as long as there is room."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from giving.money import Money
from giving.names import clean
from pictures.cards import CertificateCard, DayCard, RecapCard, ShareCard, StatementCard
from pictures.composing import Composing
from pictures.drawing import Drawing
from pictures.faces import files
from pictures.proofs import certificate_values, recap_values, statement_pages
from texts import Texts

KEPT_BYTES: Final = 16 << 20  # some 150 pictures
NAME_GRAPHEMES: Final = 60
TITLE_GRAPHEMES: Final = 120
PRINT_DPI: Final = 300  # what printers ask for
TEXT_DPI: Final = 200  # a statement is read, not hung on a wall


@dataclass(frozen=True, slots=True)
class Bar:
    """One project in a picture; `share`: of what the first one got."""

    title: str
    sums: str
    share: float


class Pictures:
    """PNGs, and PDFs for paper.

    One that was drawn before is the same bytes; one that is asked for twice at once is drawn once.
    """

    def __init__(self, texts: Texts, *, drawing: Drawing | None = None, kept_bytes: int = KEPT_BYTES) -> None:
        """Nothing is read or started before the first picture."""
        self._composing = Composing(texts)
        self._texts = texts
        self._drawing = drawing or Drawing(files)
        self._kept = _Kept(kept_bytes)
        self._under_way: dict[str, asyncio.Task[bytes]] = {}

    async def share(self, card: ShareCard) -> bytes:
        """1080×1440: who asks, for what, what was given, and a code that leads there. Raises: PictureFailed."""
        shown = clean(card.name, most=NAME_GRAPHEMES)
        return await self._png(
            "share.svg.j2",
            card.language,
            card=card,
            name=shown,
            project=clean(card.project, most=TITLE_GRAPHEMES),
            sums=self._sums(card.language, card.given),
        )

    async def day(self, card: DayCard) -> bytes:
        """1080×1440: what a giving day came to, its first projects, its hours, and a code that leads to the report.

        Raises: PictureFailed.
        """
        return await self._png(
            "day.svg.j2",
            card.language,
            card=card,
            title=clean(card.title, most=TITLE_GRAPHEMES),
            when=self._when(card),
            sums=self._sums(card.language, card.given) or self._texts.number(card.language, 0),
            matched=card.matched,
            projects=self._bars(card),
            hours=_of_most(card.hours),
        )

    async def certificate(self, card: CertificateCard) -> bytes:
        """1080×1440: a proof of monthly giving, with a code to where it is checked. Raises: PictureFailed."""
        return await self._png(
            "certificate.svg.j2", card.language, paper=False, **certificate_values(self._texts, card)
        )

    async def certificate_pdf(self, card: CertificateCard) -> bytes:
        """The same on A4, to be printed. Raises: PictureFailed."""
        page = {"paper": True, **certificate_values(self._texts, card)}
        return await self._pdf("certificate.svg.j2", card.language, [page], PRINT_DPI)

    async def recap(self, card: RecapCard) -> bytes:
        """1080×1440: a year looked back at. Raises: PictureFailed."""
        return await self._png("recap.svg.j2", card.language, **recap_values(self._texts, card))

    async def statement_pdf(self, card: StatementCard) -> bytes:
        """Pages of A4 with a line for each gift. Raises: PictureFailed."""
        return await self._pdf("statement.svg.j2", card.language, statement_pages(self._texts, card), TEXT_DPI)

    def _when(self, card: DayCard) -> str:
        """Its date, or its first and last."""
        last = card.ends_at - timedelta(microseconds=1)
        dates = dict.fromkeys(self._texts.day(card.language, at) for at in (card.starts_at, last))
        return " – ".join(dates)

    def _bars(self, card: DayCard) -> list[Bar]:
        """The first projects by what they got: of the currency that most of them got."""
        currency = card.given[0].currency if card.given else ""
        minors = [sum(amount.minor for amount in given if amount.currency == currency) for _, given in card.projects]
        order = sorted(range(len(minors)), key=lambda place: -minors[place])
        shares = _of_most(minors)
        return [
            Bar(clean(title, most=TITLE_GRAPHEMES), self._sums(card.language, given) or "–", shares[place])
            for place in order
            for title, given in (card.projects[place],)
        ]

    def _sums(self, language: str, amounts: Sequence[Money]) -> str:
        return " · ".join(self._texts.money(language, amount) for amount in amounts)

    async def close(self) -> None:
        """End the process that draws."""
        for task in list(self._under_way.values()):
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        await self._drawing.close()

    async def _png(self, template: str, language: str, **values: object) -> bytes:
        # In a thread: the first one reads the typefaces, 90 ms; each takes a few milliseconds.
        svg = await asyncio.to_thread(self._composing.svg, template, language, **values)
        return await self._once(svg, lambda: self._drawing.draw(svg))

    async def _pdf(self, template: str, language: str, pages: Sequence[Mapping[str, object]], dpi: int) -> bytes:
        def composed() -> list[str]:
            return [self._composing.svg(template, language, **values) for values in pages]

        svgs = await asyncio.to_thread(composed)
        return await self._once(f"{dpi}\0" + "\0".join(svgs), lambda: self._drawing.draw_pdf(svgs, dpi=dpi))

    async def _once(self, drawn_of: str, draw: Callable[[], Awaitable[bytes]]) -> bytes:
        key = hashlib.sha256(drawn_of.encode()).hexdigest()
        if (kept := self._kept.get(key)) is not None:
            return kept
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._drawn(key, draw))
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    async def _drawn(self, key: str, draw: Callable[[], Awaitable[bytes]]) -> bytes:
        made = await draw()
        self._kept.put(key, made)
        return made


def _of_most(minors: Sequence[int]) -> list[float]:
    """Each as a share of the largest."""
    most = max(minors, default=0)
    return [max(0, minor) / most if most > 0 else 0.0 for minor in minors]


class _Kept:
    """The newest pictures, up to a number of bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most, self._bytes = most_bytes, 0
        self._pictures: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        if (png := self._pictures.get(key)) is not None:
            self._pictures.move_to_end(key)
        return png

    def put(self, key: str, png: bytes) -> None:
        self._bytes += len(png) - len(self._pictures.pop(key, b""))
        self._pictures[key] = png
        while self._bytes > self._most and self._pictures:
            _, oldest = self._pictures.popitem(last=False)
            self._bytes -= len(oldest)
