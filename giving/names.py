"""Words people chose for themselves, made harmless: no control, bidi or invisible characters, capped in graphemes."""

import unicodedata
from typing import Final

import regex

NAME_GRAPHEMES: Final = 32
_GRAPHEME: Final = regex.compile(r"\X")
_JOINERS: Final = {"\u200c", "\u200d"}  # joiners shape Persian, Indic and emoji; alone they are only invisible
_MARKS_PER_GRAPHEME: Final = 4
_EMOJI_CODEPOINTS: Final = 11


def clean(text: str, *, most: int = NAME_GRAPHEMES) -> str:
    """The text on one line, at most `most` graphemes (then …); empty if nothing visible is left."""
    spaced = regex.sub(r"[\s\u2028\u2029]+", " ", unicodedata.normalize("NFC", text[:4096]))
    visible = "".join(c for c in spaced if _is_visible(c))
    graphemes = [kept for g in _GRAPHEME.findall(visible) if (kept := _tamed(g))]
    if len(graphemes) > most:
        graphemes = [*graphemes[: most - 1], "…"]
    shown = "".join(graphemes).strip()
    return shown if any(not c.isspace() and unicodedata.category(c) not in ("Mn", "Me", "Cf") for c in shown) else ""


def _is_visible(c: str) -> bool:
    if c in _JOINERS:
        return True
    # Cc control, Cf format (bidi marks, zero-width space, BOM), Cs surrogate, Co private, Cn unassigned
    return unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") and c not in "\u115f\u1160\u3164\uffa0\u2800"


def _tamed(grapheme: str) -> str:
    """One grapheme without dangling joiners, and without a tower of combining marks."""
    bare = grapheme.strip("\u200c\u200d")
    if "\u200d" in bare or regex.search(r"\p{Extended_Pictographic}|\p{RI}", bare):
        return bare[:_EMOJI_CODEPOINTS]
    return bare[: 1 + _MARKS_PER_GRAPHEME]
