"""Money, numbers and times as people write them, by Babel; `language` is one of ours (zh-CN, en)."""

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time
from babel.numbers import format_decimal, get_currency_symbol

from giving.money import DECIMALS, Money

# ¥ alone is the yuan, in every language of this bot; the yen says whose it is.
_SYMBOLS: Final = {"CNY": "¥", "JPY": "JP¥", "XTR": "⭐"}


@cache
def locale_of(language: str) -> Locale:
    """Babel's locale of one of our languages."""
    return Locale.parse(language, sep="-")


def money(language: str, amount: Money) -> str:
    """`¥1`, `¥1.50`, `US$5` (zh-CN) or `$5` (en), `JP¥500`: decimals only where they are not zero."""
    decimals = DECIMALS[amount.currency]
    value = Decimal(abs(amount.minor)).scaleb(-decimals)
    shown = decimals if amount.minor % 10**decimals else 0
    digits = format_decimal(value, format="#,##0" + ("." + "0" * shown if shown else ""), locale=locale_of(language))
    symbol = _SYMBOLS.get(amount.currency) or get_currency_symbol(amount.currency, locale_of(language))
    return f"{'-' if amount.minor < 0 else ''}{symbol}{digits}"


def number(language: str, value: int) -> str:
    """`12,845`."""
    return format_decimal(value, locale=locale_of(language))


def day(language: str, date: dt.date) -> str:
    """`2026年11月22日`, `Nov 22, 2026`; an aware datetime must be in its zone already."""
    return format_skeleton("yMMMd", date, locale=locale_of(language))


def short_day(language: str, date: dt.date) -> str:
    """`11月22日`, `Nov 22`: of this year, or of the one everybody thinks of."""
    return format_skeleton("MMMd", date, locale=locale_of(language))


def month(language: str, date: dt.date) -> str:
    """`2026年12月`, `December 2026`."""
    return format_skeleton("yMMMM", date, locale=locale_of(language))


def about(language: str, at: dt.datetime, zone: ZoneInfo) -> str:
    """`11月25日周三晚上`, `Wed, Nov 25 at night`. Raises: ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    local, locale = at.astimezone(zone), locale_of(language)
    # At twelve to the minute the part of the day would be "noon" or "midnight", which doesn't stand behind a day.
    part = format_time(local.replace(minute=1), "B", tzinfo=zone, locale=locale)
    return ("" if language.startswith("zh") else " ").join((format_skeleton("MMMEd", local, locale=locale), part))


def moment(language: str, at: dt.datetime, zone: ZoneInfo) -> str:
    """Day and time in the operator's zone: `2026年11月22日 21:05`. Raises: ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    local = at.astimezone(zone)
    return f"{day(language, local.date())} {local:%H:%M}"
