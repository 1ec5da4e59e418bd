"""Kinds of value: what a setting may look like, and what is said when it does not."""

import re
import zoneinfo
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
)

from settings.words import CURRENCIES, LANGUAGES, nearest


def _whole(value: object) -> object:
    """Digits from the environment are a whole number; YAML's `yes` and 1.0 are not."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value.strip()):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("must be a whole number")


def _truth(value: object) -> object:
    """Words from the environment are a yes or no; YAML's 1 is not."""
    words = {"true": True, "yes": True, "false": False, "no": False}
    if isinstance(value, str) and value.strip().lower() in words:
        return words[value.strip().lower()]
    if isinstance(value, bool):
        return value
    raise ValueError("must be true or false")


def web_address(value: str) -> str:
    """http or https, with no slash at the end; a user, a query or a fragment would break what is put behind it."""
    try:
        parts = urlsplit(value)
        plain = parts.port != 0 and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        plain = False
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address such as https://example.org")
    return value.rstrip("/")


def database_address(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    return value


def each_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) < len(values):
        raise ValueError("holds the same value twice")
    return values


def timezone_name(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        near = nearest(value, {name: name for name in zoneinfo.available_timezones()}, 0.75)
        hint = f"did you mean {near}?" if near else "it must be a name such as Asia/Shanghai"
        raise ValueError(f"unknown timezone, {hint}") from None
    return value


def language_name(value: str) -> str:
    if value not in LANGUAGES:
        near = nearest(value, {name: name for name in LANGUAGES}, 0.5)
        hint = f"did you mean {near}?" if near else f"known: {', '.join(LANGUAGES)}"
        raise ValueError(f"unknown language, {hint}")
    return value


def currency_code(value: str) -> str:
    if value not in CURRENCIES:
        raise ValueError(f"unknown currency, known: {', '.join(CURRENCIES)}")
    return value


def money_code(value: str) -> str:
    if currency_code(value) == "XTR":
        raise ValueError("must be a currency, not Stars")
    return value


def hours(value: str) -> str:
    clock = r"([01][0-9]|2[0-3]):[0-5][0-9]"
    if value and (not re.fullmatch(f"{clock}-{clock}", value) or value[:5] == value[6:]):
        raise ValueError('must look like 22:00-08:00, or be "" for none')
    return value


def account_modes(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each an account and how it is charged, and no account twice."""
    if not all(re.fullmatch("acct_[A-Za-z0-9]+=(direct|destination|transfers)", value) for value in values):
        raise ValueError("must be like acct_1Ab2Cd=destination (direct, destination or transfers)")
    each_once(tuple(value.partition("=")[0] for value in values))
    return values


def like_secret(pattern: str, words: str) -> AfterValidator:
    """A secret of this shape; its words are never repeated."""

    def shaped(value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(pattern, value.get_secret_value()):
            raise ValueError(f"must be {words}")
        return value

    return AfterValidator(shaped)


Flag = Annotated[bool, BeforeValidator(_truth)]
Whole = Annotated[int, BeforeValidator(_whole)]
Positive = Annotated[Whole, Field(ge=1)]
Text = Annotated[str, Field(strict=True)]
Address = Annotated[Text, AfterValidator(web_address)]
Secret = SecretStr | None
