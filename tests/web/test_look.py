"""Every pair of text and ground in the stylesheet passes WCAG AA, by day and by night."""

import re
from itertools import product

import pytest

from web.assets import FOLDER

STYLE = (FOLDER / "style.css").read_text("utf-8")
GROUNDS = ("paper", "paper-low", "card", "wash")
TEXTS = ("ink", "muted", "title", "red", "link")
PAIRS = (
    *((text, ground, 4.5) for text, ground in product(TEXTS, GROUNDS)),
    ("on-button", "button", 4.5),
    ("on-button", "button-over", 4.5),
    ("test", "test-ground", 4.5),
    ("heart", "bar", 3.0),  # a figure, not a text
    ("heart", "card", 3.0),
    ("button", "card", 3.0),
)


def colours(block: str) -> dict[str, tuple[int, int, int]]:
    found = re.findall(r"--([\w-]+): #([0-9a-f]{6});", block)
    return {name: (int(rgb[:2], 16), int(rgb[2:4], 16), int(rgb[4:], 16)) for name, rgb in found}


LIGHT, DARK = (colours(block) for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL))


def luminance(colour: tuple[int, int, int]) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(scheme: str):
    palette = LIGHT if scheme == "light" else LIGHT | DARK
    weak = {}
    for text, ground, least in PAIRS:
        darker, lighter = sorted((luminance(palette[text]), luminance(palette[ground])))
        if (ratio := (lighter + 0.05) / (darker + 0.05)) < least:
            weak[text, ground] = round(ratio, 2)
    assert not weak


def test_no_colour_is_written_outside_the_palette():
    rules = re.sub(r":root \{.*?\}", "", STYLE, flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-f]{3,8}\b", rules)
