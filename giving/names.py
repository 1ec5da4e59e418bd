"""Words people chose for themselves, made harmless: no control, bidi or invisible characters, capped in graphemes."""

import re
import unicodedata
from typing import Final

import regex

MOST: Final = 4096  # letters of a text that are looked at
NAME_GRAPHEMES: Final = 32
_GRAPHEME: Final = regex.compile(r"\X")
# Most names: letters that are one grapheme each and nothing to clean, on one line. Every update brings one.
_PLAIN: Final = re.compile(r"[!-~\u4e00-\u9fff]+(?: [!-~\u4e00-\u9fff]+)*")
_SPACES: Final = regex.compile(r"[\s\u2028\u2029]+")
_TWO_SPACES: Final = regex.compile(r" {2,}")
_EMOJI: Final = regex.compile(r"\p{Extended_Pictographic}|\p{RI}")
# Joiners shape these scripts and emoji; anywhere else they are only invisible.
_SHAPED: Final = (
    r"[\p{Arabic}\p{Syriac}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}"
    r"\p{Malayalam}\p{Sinhala}\p{Mongolian}\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F]"
)
_IDLE_JOINER: Final = regex.compile(rf"(?<!{_SHAPED})[\u200c\u200d]|[\u200c\u200d](?!{_SHAPED})")
_MARKS_PER_GRAPHEME: Final = 4
_EMOJI_CODEPOINTS: Final = 11


def clean(text: str, *, most: int = NAME_GRAPHEMES) -> str:
    """The text on one line, at most `most` graphemes (then …); empty if nothing visible is left."""
    return text if len(text) <= most and _PLAIN.fullmatch(text) else _cleaned(text, most)


def fits(text: str, *, most: int) -> bool:
    """Whether `clean` leaves nothing of it away."""
    return clean(text, most=most) == clean(text, most=MOST)


def fitting(text: str, *, most: int, most_units: int) -> str:
    """The same, and no longer than `most_units` as Telegram counts: a grapheme can be more than ten of them."""
    while (length := units(kept := clean(text, most=most))) > most_units:
        most = max(1, min(most - 1, most * most_units // length))
    return kept


def units(text: str) -> int:
    """How long Telegram finds it: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _cleaned(text: str, most: int) -> str:
    spaced = _SPACES.sub(" ", unicodedata.normalize("NFC", text[:MOST]))
    visible = _TWO_SPACES.sub(" ", _IDLE_JOINER.sub("", "".join(c for c in spaced if _is_visible(c))))
    graphemes = [kept for g in _GRAPHEME.findall(visible) if (kept := _tamed(g))]
    shown = "".join(graphemes).strip()
    if len(graphemes) > most:
        shown = "".join(graphemes[: most - 1]).strip() + "…"
    return shown if any(not c.isspace() and unicodedata.category(c) not in ("Mn", "Me", "Cf") for c in shown) else ""


def _is_visible(c: str) -> bool:
    if c in "\u200c\u200d":
        return True
    # Cc control, Cf format (bidi marks, zero-width space, BOM), Cs surrogate, Co private, Cn unassigned
    return unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") and c not in "\u115f\u1160\u3164\uffa0\u2800"


def _tamed(grapheme: str) -> str:
    """One grapheme without a tower of combining marks."""
    if _EMOJI.search(grapheme):
        return grapheme[:_EMOJI_CODEPOINTS]
    return grapheme[: 1 + _MARKS_PER_GRAPHEME]
