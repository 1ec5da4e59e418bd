"""The typefaces that pictures are set in: which characters each one has, and how wide they are.

A character without a glyph is drawn as a box, and an unknown family as nothing at all; so the faces are asked first.
"""

import importlib.util
import mmap
import struct
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_CJK: Final = ("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc")
_SIMPLIFIED: Final = 2  # of the five faces in that file: the shapes that mainland readers are used to
# Behind the Chinese face, which has Latin, Greek and Cyrillic of its own, and the Latin one, which has all of them.
_OTHERS: Final = (
    "Arabic", "Hebrew", "Thai", "Devanagari", "Armenian", "Bengali", "Ethiopic", "Georgian", "Gujarati", "Gurmukhi",
    "Kannada", "Khmer", "Lao", "Malayalam", "Myanmar", "Oriya", "Sinhala", "Tamil", "Telugu", "Symbols",
)  # fmt: skip

# How much wider a letter becomes with each unit of weight: a share of its own width, and of an em. Measured on both
# faces with Latin letters, and a little above.
_GROWS: Final = 0.00011
_SWELLS: Final = 0.000085


class FontsMissing(RuntimeError):
    """The packages with the typefaces are not installed: `make install`."""


@dataclass(frozen=True, slots=True)
class Face:
    """One family as resvg knows it, with what was read of its file."""

    family: str
    path: Path
    starts: "array[int]"  # code points in runs: the first, the last, and the glyph of the first
    ends: "array[int]"
    glyphs: "array[int]"
    advances: "array[int]"  # of each glyph, in units per em; glyphs behind the last are as wide as it
    em: int
    drawn: int = 400  # the weight whose widths are in the file
    apart: bool = False  # letters join or stack: never beside another face's in one run

    def has(self, character: str) -> bool:
        """Whether it would not be a box."""
        return self._glyph(ord(character)) > 0

    def advance(self, character: str, weight: int) -> float:
        """How far it moves the pen, in ems; what is a whole em wide is so at every weight. 0 if it has none."""
        glyph = self._glyph(ord(character))
        if not glyph:
            return 0.0
        units = self.advances[min(glyph, len(self.advances) - 1)]
        wider = max(0, weight - self.drawn) if 0 < units < self.em else 0
        return units / self.em * (1 + _GROWS * wider) + _SWELLS * wider

    def _glyph(self, point: int) -> int:
        run = bisect_right(self.starts, point) - 1
        return self.glyphs[run] + point - self.starts[run] if run >= 0 and point <= self.ends[run] else 0


@cache
def faces() -> tuple[Face, ...]:
    """Every face, the first that has a character first. Reads the files once (some 40 ms). Raises: FontsMissing."""
    chinese = _read("Noto Sans CJK SC", _file(*_CJK), index=_SIMPLIFIED, drawn=100)
    latin = _read("Noto Sans", _other(""))
    others = (_read(f"Noto Sans {name}", _other(name), apart=name != "Symbols") for name in _OTHERS)
    emoji = _read("Noto Emoji", _file("manimgx_fonts", "NotoEmoji[wght].ttf"), apart=True)
    return (chinese, latin, *others, emoji)


def files() -> tuple[Path, ...]:
    """What resvg has to load. Raises: FontsMissing."""
    return tuple(dict.fromkeys(face.path for face in faces()))


def _other(name: str) -> Path:
    return _file("manimgx_fonts", f"NotoSans{name}[wght].ttf")


def _file(package: str, name: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FontsMissing(package)
    path = Path(next(iter(spec.submodule_search_locations))) / name
    if not path.is_file():
        raise FontsMissing(str(path))
    return path


def _read(family: str, path: Path, *, index: int = 0, **how: Any) -> Face:
    """Source: the OpenType specification, tables cmap (formats 4 and 12), head, hhea, hmtx."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        tables = _Tables(content, index, (b"cmap", b"head", b"hhea", b"hmtx"))
    runs = sorted(_runs(tables.of(b"cmap")))
    (em,) = struct.unpack_from(">H", tables.of(b"head"), 18)
    (metrics,) = struct.unpack_from(">H", tables.of(b"hhea"), 34)
    advances = array("H", (width for width, _ in struct.iter_unpack(">Hh", tables.of(b"hmtx")[: 4 * metrics])))
    starts, ends, glyphs = (array("l", column) for column in zip(*runs, strict=True))
    return Face(family, path, starts, ends, glyphs, advances, em, **how)


class _Tables:
    """Some tables of one face of a font file, or of a collection of them."""

    def __init__(self, content: mmap.mmap, index: int, wanted: Sequence[bytes]) -> None:
        start = struct.unpack_from(">I", content, 12 + 4 * index)[0] if content[:4] == b"ttcf" else 0
        (count,) = struct.unpack_from(">H", content, start + 4)
        records = (struct.unpack_from(">4sIII", content, start + 12 + 16 * number) for number in range(count))
        self._tables = {tag: content[offset : offset + length] for tag, _, offset, length in records if tag in wanted}

    def of(self, tag: bytes) -> bytes:
        return self._tables[tag]


def _runs(cmap: bytes) -> list[tuple[int, int, int]]:
    """Code points in runs, from the table of all of Unicode where there is one."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    records = [struct.unpack_from(">HHI", cmap, 4 + 8 * number) for number in range(count)]
    by_kind = {(platform, kind): offset for platform, kind, offset in records}
    if (full := by_kind.get((3, 10))) is not None:
        (groups,) = struct.unpack_from(">I", cmap, full + 12)
        return list(struct.iter_unpack(">III", cmap[full + 16 : full + 16 + 12 * groups]))
    return _runs_of_the_plane(cmap[by_kind[3, 1] :])


def _runs_of_the_plane(table: bytes) -> list[tuple[int, int, int]]:
    """Format 4: segments of the basic plane; those with glyphs of their own are runs of one."""
    segments = struct.unpack_from(">H", table, 6)[0] // 2
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{segments}H", table, place)
        for place in (14, 16 + 2 * segments, 16 + 4 * segments, 16 + 6 * segments)
    )
    runs: list[tuple[int, int, int]] = []
    for number, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        if start == 0xFFFF:
            continue
        if not offset:
            runs += [(point, point, (point + delta) % 0x10000) for point in range(start, end + 1)]
            continue
        place = 16 + 6 * segments + 2 * number + offset
        for point in range(start, end + 1):
            (glyph,) = struct.unpack_from(">H", table, place + 2 * (point - start))
            runs.append((point, point, (glyph + delta) % 0x10000 if glyph else 0))
    return runs
