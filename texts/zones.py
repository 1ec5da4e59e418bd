"""The world's clocks as people name them: cities and countries in their language, and which country a clock is of."""

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from texts.figures import locale_of

# Offered before anybody types: where most of those who write Chinese or English live, from east to west.
COMMON: Final = (
    "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Europe/London", "Europe/Berlin",
    "America/New_York", "America/Los_Angeles",
)  # fmt: skip
MOST_FOUND: Final = 8
_NO_COUNTRY: Final = "ZZ"
# What people type though the tz database names another city of the same clock.
_ALSO: Final = {
    "Asia/Shanghai": ("beijing", "北京", "guangzhou", "广州", "shenzhen", "深圳", "hangzhou", "杭州", "成都"),
    "Asia/Kolkata": ("mumbai", "孟买", "delhi", "new delhi", "新德里", "bangalore", "calcutta"),
    "America/Los_Angeles": ("san francisco", "旧金山", "seattle", "西雅图", "las vegas"),
    "America/New_York": ("washington", "华盛顿", "boston", "波士顿", "philadelphia", "atlanta", "miami"),
    "America/Chicago": ("houston", "休斯敦", "dallas", "austin"),
    "America/Toronto": ("ottawa", "渥太华", "montreal", "蒙特利尔"),
    "Europe/Berlin": ("munich", "慕尼黑", "hamburg", "汉堡", "frankfurt", "法兰克福", "cologne"),
    "Europe/London": ("manchester", "曼彻斯特", "edinburgh", "爱丁堡"),
    "Europe/Zurich": ("geneva", "日内瓦"),
    "Europe/Rome": ("milan", "米兰"),
    "Asia/Tokyo": ("osaka", "大阪", "kyoto", "京都"),
    "Australia/Sydney": ("canberra", "堪培拉"),
}


@cache
def _all() -> dict[str, str]:
    """Every clock, by its name in small letters: reading them takes a while."""
    return {name.casefold(): name for name in available_timezones()}


def country_of(zone: str) -> str | None:
    """The country (`CN`) of a clock by its name in the tz database; None for those of no country (`UTC`)."""
    territories = get_global("zone_territories")
    found = territories.get(zone) or territories.get(get_global("zone_aliases").get(zone, ""))
    return str(found) if found and found != _NO_COUNTRY else None


@cache
def zones_of(country: str) -> frozenset[str]:
    """Every name of every clock of a country."""
    return frozenset(zone for zone in _all().values() if country_of(zone) == country)


@cache
def countries() -> frozenset[str]:
    """The countries that have a clock."""
    return frozenset(code for zone in _all().values() if (code := country_of(zone)))


def is_zone(name: str) -> bool:
    """Whether the tz database has a clock of that name."""
    return _all().get(name.casefold()) == name


def country(language: str, code: str) -> str:
    """`德国`, `Germany`."""
    return str(locale_of(language).territories.get(code, code))


@cache
def city(language: str, zone: str) -> str:
    """`柏林`, `Berlin`; of no city, the clock's own name (`UTC`)."""
    if country_of(zone) is None:
        return zone
    names = locale_of(language).time_zones
    known = names.get(zone) or names.get(get_global("zone_aliases").get(zone, ""), {})
    return str(known.get("city") or zone.rsplit("/", 1)[-1].replace("_", " "))


def place(language: str, zone: str) -> str:
    """`柏林（德国）`, `Berlin (Germany)`."""
    code, name = country_of(zone), city(language, zone)
    if code is None or (its := country(language, code)) == name:
        return name
    return f"{name}（{its}）" if language.startswith("zh") else f"{name} ({its})"


def offset(zone: str, at: dt.datetime) -> str:
    """How far it is from UTC at that moment: `UTC+8`, `UTC-3:30`."""
    minutes = int((at.astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02d}' if rest else ''}" if minutes else "UTC"


def found(words: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Clocks for what somebody typed: a clock's name, a city or a country in any of our languages; the best first."""
    typed = _plain(words)
    if not typed:
        return ()
    if (exact := _all().get(words.strip().casefold())) and "/" in exact:
        return (exact,)
    same = [zone for names, zone in _named(languages) if typed in names]
    begun = [zone for names, zone in _named(languages) if any(name.startswith(typed) for name in names)]
    return tuple(dict.fromkeys((*same, *(begun if len(typed) > 1 else ()))))[:MOST_FOUND]


@cache
def _named(languages: tuple[str, ...]) -> tuple[tuple[frozenset[str], str], ...]:
    """What each clock is called: those that many live by first, one name for each of them."""
    every = dict.fromkeys(
        (*COMMON, "UTC", *sorted(name for name in get_global("zone_territories") if not name.startswith("Etc/")))
    )
    return tuple((frozenset(_names(zone, languages)), zone) for zone in every if is_zone(zone))


def _names(zone: str, languages: tuple[str, ...]) -> Iterator[str]:
    yield _plain(zone)
    yield _plain(zone.rsplit("/", 1)[-1])
    yield from _ALSO.get(zone, ())
    code = country_of(zone)
    if code is not None:
        yield code.casefold()
    for language in languages:
        yield _plain(city(language, zone))
        if code is not None:
            yield _plain(country(language, code))


def _plain(words: str) -> str:
    return " ".join(words.replace("_", " ").casefold().split())
