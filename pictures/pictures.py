"""Every picture of the service: drawn once, then kept as long as there is room."""

import asyncio
import hashlib
from collections import OrderedDict
from typing import Final

from giving.names import clean
from pictures.cards import ShareCard
from pictures.composing import Composing
from pictures.drawing import Drawing
from pictures.faces import files
from texts import Texts

KEPT_BYTES: Final = 16 << 20  # some 150 pictures
NAME_GRAPHEMES: Final = 60
TITLE_GRAPHEMES: Final = 120


class Pictures:
    """PNGs. One that was drawn before is the same bytes; one that is asked for twice at once is drawn once."""

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
            sums=" · ".join(self._texts.money(card.language, amount) for amount in card.given),
        )

    async def close(self) -> None:
        """End the process that draws."""
        for task in list(self._under_way.values()):
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        await self._drawing.close()

    async def _png(self, template: str, language: str, **values: object) -> bytes:
        # In a thread: the first one reads the typefaces, 90 ms; each takes a few milliseconds.
        svg = await asyncio.to_thread(self._composing.svg, template, language, **values)
        key = hashlib.sha256(svg.encode()).hexdigest()
        if (kept := self._kept.get(key)) is not None:
            return kept
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._drawn(key, svg))
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    async def _drawn(self, key: str, svg: str) -> bytes:
        png = await self._drawing.draw(svg)
        self._kept.put(key, png)
        return png


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
