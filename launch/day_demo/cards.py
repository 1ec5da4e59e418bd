"""What a giving day's card in a chat says, read out of its words: the card is all that its readers have."""

import asyncio
import re
from decimal import Decimal
from typing import Any, Final

from giving.money import DECIMALS, Money
from launch.day_demo.opening import CURRENCY, LANGUAGE
from launch.day_demo.people import Person, plain
from texts import Texts

PATIENCE_S: Final = 60
LINES: Final[dict[str, dict[str, Any]]] = {
    "day-card-raised": {"raised": Money(1111100, CURRENCY), "donors": 2222},
    "day-card-pool": {"matched": Money(3333300, CURRENCY), "left": Money(4444400, CURRENCY)},
    "day-card-here-channel": {"given": Money(5555500, CURRENCY)},
}
Figures = dict[str, int]


class CardWords:
    """Reads cards; sums in minor units."""

    def __init__(self, texts: Texts) -> None:
        """As these texts write them."""
        self._lines = [_pattern(texts, key, args) for key, args in LINES.items()]

    def read(self, text: str) -> Figures:
        """`raised`, `donors`, `matched`, `left`, and `given` here; of a line that isn't there: nothing."""
        said: Figures = {}
        for line in self._lines:
            if found := line.search(plain(text)):
                said |= {name: _figure(name, digits) for name, digits in found.groupdict().items()}
        return said

    async def of(self, creator: Person, channel: int, awaited: Figures) -> Figures:
        """The card in a channel as soon as it says this, or whatever it says after a while; without a card: nothing."""
        said: Figures = {}
        for _ in range(PATIENCE_S):
            shown = [self.read(m["text"]) for m in await creator.messages(channel) if not m["out"]]
            said = next((each for each in reversed(shown) if "raised" in each), {})
            if all(said.get(name, 0) == figure for name, figure in awaited.items()):
                break
            await asyncio.sleep(1)
        return said


def _pattern(texts: Texts, key: str, args: dict[str, Any]) -> "re.Pattern[str]":
    """The line, with a group in the place of each of its figures."""
    line = re.escape(re.sub(r"</?\w+>", "", plain(texts.plain(LANGUAGE, key, **args))))
    for name, value in args.items():
        words = texts.money(LANGUAGE, value) if isinstance(value, Money) else texts.number(LANGUAGE, value)
        digits = words.lstrip("¥")
        if re.escape(digits) not in line:
            raise ValueError(f"{key} doesn't show {name}")
        line = line.replace(re.escape(digits), rf"(?P<{name}>[\d,.]+)", 1)
    return re.compile(line)


def _figure(name: str, digits: str) -> int:
    value = Decimal(digits.replace(",", ""))
    return int(value) if name == "donors" else int(value.scaleb(DECIMALS[CURRENCY]))
