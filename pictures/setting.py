"""Setting text: every run of it in a face that has its characters, no line longer than its place.

What no face has is left out: better no letter than a box.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

import regex

from pictures.faces import Face, faces

# Invisible by themselves; they shape or colour what stands beside them and need no glyph of their own.
_JOINERS: Final = frozenset("\u200c\u200d\ufe0e\ufe0f")
_GRAPHEME: Final = regex.compile(r"\X")
_EAST: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}，。、；：？！…—（）「」《》“”·"
_EMOJI: Final = r"\p{Extended_Pictographic}\uFE0F\u200D\p{EMod}\p{RI}"
# A space; a character of Chinese, between which lines may break anywhere; an emoji; a word.
_PIECE: Final = regex.compile(rf"\s+|[{_EAST}]|[{_EMOJI}]+|[^\s{_EAST}{_EMOJI}]+")
_CLAUSE: Final = regex.compile(r"[^，：；。！？]+[，：；。！？]?")
_NOT_FIRST: Final = frozenset("，。、；：？！…—）」》”·,.;:?!)%")  # never at the beginning of a line
_BREATH: Final = 0.98  # widths are sums of letters
_STEP: Final = 2  # pixels by which text gets smaller until it fits
_CLAUSES_FROM: Final = 0.7  # of the size: smaller than that isn't worth a line break at a comma


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one face."""

    family: str
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Runs that can be drawn as one; where it begins and how wide it is, in ems. Widths are at most so much."""

    runs: tuple[Run, ...]
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line at one size in pixels."""

    segments: tuple[Segment, ...]
    size: float
    width: float


def settable(text: str) -> bool:
    """Whether anything of it can be seen in a picture."""
    return any(not piece.isspace() for _, piece in _faced(text))


def width(text: str, weight: int = 400) -> float:
    """How wide it is at a size of one, at most: kerning and joined letters make it narrower."""
    return sum(face.advance(character, weight) for face, piece in _faced(text) for character in piece)


def fitted(text: str, *, size: float, least: float, room: float, lines: int = 1, weight: int = 400) -> list[Line]:
    """At most `lines` lines that are no wider than `room` pixels, as large as they can be from `size` down to `least`.

    Lines are about as long as each other, and break where a clause ends if that costs little. What doesn't fit at the
    least size ends in an ellipsis.
    """
    shown = "".join(piece for _, piece in _faced(text)).strip()
    rows, now = _rows(shown, size, least, room * _BREATH, lines, weight)
    return [_line(row, now, weight) for row in rows]


def _rows(
    text: str, size: float, least: float, room: float, lines: int, weight: int
) -> tuple[list[str], float]:  # fmt: skip
    now = size
    while len(rows := _wrapped(text, room / now, weight)) > lines and now > least:
        now = max(least, now - _STEP)
    if len(rows) > lines:
        return [*rows[: lines - 1], _cut("".join(rows[lines - 1 :]), room / now, weight)], now
    if len(rows) > 1:
        clauses = [clause.strip() for clause in _CLAUSE.findall(text)]
        fits = room / max(width(clause, weight) for clause in clauses)
        if 1 < len(clauses) <= lines and fits >= now * _CLAUSES_FROM and fits >= least:
            return clauses, min(now, fits)
        rows = _balanced(rows, text, room / now, weight)
    return rows, now


def _balanced(rows: list[str], text: str, room: float, weight: int) -> list[str]:
    """The same number of lines, as narrow as they can be."""
    for part in range(19, 9, -1):
        narrower = _wrapped(text, room * part / 20, weight)
        if len(narrower) > len(rows):
            break
        rows = narrower
    return rows


def _line(text: str, size: float, weight: int) -> Line:
    segments: list[Segment] = []
    start = 0.0
    for _, group in groupby(_faced(text), key=lambda faced: faced[0].family if faced[0].apart else ""):
        pieces = list(group)
        wide = sum(face.advance(character, weight) for face, piece in pieces for character in piece)
        segments.append(Segment(_runs(pieces), start, wide))
        start += wide
    return Line(tuple(segments), size, start)


def _runs(pieces: list[tuple[Face, str]]) -> tuple[Run, ...]:
    by_family = groupby(pieces, key=lambda faced: faced[0].family)
    return tuple(Run(family, "".join(piece for _, piece in group)) for family, group in by_family)


def _faced(text: str) -> Iterator[tuple[Face, str]]:
    """The text in pieces with the face of each; spaces stay with what is before them."""
    face = faces()[0]
    for piece in _PIECE.findall(unicodedata.normalize("NFC", text)):
        if piece.isspace():
            yield face, " "
        elif (whole := _face_of(piece)) is not None:
            face = whole
            yield face, piece
        else:
            for grapheme in _GRAPHEME.findall(piece):
                if (found := _face_of(grapheme)) is not None:
                    face = found
                    yield face, grapheme


@lru_cache(maxsize=4096)
def _face_of(piece: str) -> Face | None:
    """The first face that has every character of it."""
    needed = [character for character in piece if character not in _JOINERS]
    return next((face for face in faces() if needed and all(map(face.has, needed))), None)


def _wrapped(text: str, room: float, weight: int) -> list[str]:
    """Lines no wider than `room` ems: between words, or anywhere in Chinese; a word that is longer is broken."""
    rows: list[str] = []
    row: list[str] = []
    used = 0.0
    for piece in _pieces(text, room, weight):
        wide = width(piece, weight)
        if row and not piece.isspace() and used + wide > room:
            # A comma takes the character before it along.
            alone = piece[0] not in _NOT_FIRST or len(row) < 2 or width(row[-1], weight) + wide > room
            along = [] if alone or row[-1].isspace() else [row.pop()]
            rows.append("".join(row).rstrip())
            row, used = along, sum(width(each, weight) for each in along)
        if row or not piece.isspace():
            row.append(piece)
            used += wide
    return [*rows, "".join(row).rstrip()] if row else rows


def _pieces(text: str, room: float, weight: int) -> Iterator[str]:
    for piece in _PIECE.findall(text):
        if width(piece, weight) <= room:
            yield piece
        else:
            yield from _GRAPHEME.findall(piece)


def _cut(text: str, room: float, weight: int) -> str:
    kept, used = "", width("…", weight)
    for grapheme in _GRAPHEME.findall(text):
        used += width(grapheme, weight)
        if used > room:
            break
        kept += grapheme
    return kept.rstrip() + "…"
