"""What the parts of the settings share: names of variables, the error, and the nearest right word."""

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

PREFIX = "YIZAN_"
CONFIG_VARIABLE = "YIZAN_CONFIG"
DEFAULT_FILE = Path(__file__).parent.parent / "config.yaml"
# Known currencies; a test holds them equal to giving.money.DECIMALS.
CURRENCIES = (
    "AED", "AUD", "BGN", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "GHS", "GIP", "HKD", "HUF", "IDR",
    "ILS", "INR", "JPY", "KES", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "SEK", "SGD", "THB", "TRY",
    "TWD", "USD", "VND", "XOF", "XTR", "ZAR",
)  # fmt: skip
LANGUAGES = ("zh-CN", "en")  # settings know nothing of ours: a test holds this equal to giving.people.LANGUAGES
HIDDEN = "••••"


class SettingsError(Exception):
    """The settings can't be used: `lines` says why, one problem each, and never repeats text that may be a secret."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


def nearest(word: str, names: Mapping[str, str], cutoff: float = 0.6) -> str | None:
    """What the name most like `word` stands for."""
    near = difflib.get_close_matches(word, names, 1, cutoff)
    return names[near[0]] if near else None


def without_password(url: str) -> str:
    """A database URL that may be shown."""
    return re.sub(r"([?&]password=)[^&]*", rf"\1{HIDDEN}", re.sub(r"(://[^:/@?]*:).+@", rf"\1{HIDDEN}@", url))
