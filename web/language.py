"""Which language a page is in: `?lang=` beats Accept-Language beats the operator's default."""

from typing import Final

from aiohttp import web

from giving.people import LANGUAGES, language_of

PARAMETER: Final = "lang"


def page_language(request: web.BaseRequest, default: str) -> str:
    """The language to answer in."""
    return named_language(request) or accepted_language(request.headers.get("Accept-Language", "")) or default


def named_language(request: web.BaseRequest) -> str | None:
    """The one the address names; None if it names none that we have."""
    return language_of(request.query.get(PARAMETER))


def accepted_language(header: str) -> str | None:
    """The first of ours that an Accept-Language header asks for, by weight, then by order.

    Source: RFC 9110, 12.5.4
    """
    wanted: list[tuple[float, str]] = []
    for item in header.split(","):
        tag, _, weight = item.partition(";")
        language = language_of(tag.strip())
        if language and (quality := _quality(weight)) > 0:
            wanted.append((quality, language))
    return max(wanted, key=lambda pair: pair[0])[1] if wanted else None


def other_language(language: str) -> str:
    """The one the language link leads to."""
    return next(known for known in LANGUAGES if known != language)


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
