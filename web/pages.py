"""From a template and its values to an answer, in the reader's language."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from aiohttp import web
from jinja2 import DictLoader, Environment, StrictUndefined

from giving.names import clean
from giving.people import LANGUAGES
from web.assets import Assets
from web.language import PARAMETER, named_language, other_language, page_language
from web.parts import WebParts
from web.security import CSP, SCRIPTED

FOLDER: Final = Path(__file__).with_name("templates")
TITLE_GRAPHEMES: Final = 120
SUMMARY_GRAPHEMES: Final = 600
# What can turn a text around or hide in it: control, bidi and invisible characters; line breaks stay.
_HARMFUL: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)


class Pages:
    """Renders templates with the words, links and figures that every page shares."""

    def __init__(self, parts: WebParts, assets: Assets) -> None:
        """Read every template now (1 ms), so that an upgrade under a running process changes no page of it.

        Compiled at first use, and kept.
        """
        self._parts = parts
        self._jinja = Environment(
            loader=DictLoader({path.name: path.read_text("utf-8") for path in FOLDER.glob("*.html")}),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.globals.update(asset=assets.path, parts=parts, contact_address=contact_address(parts.contact))
        self._jinja.filters.update(
            name=clean,
            line=partial(clean, most=TITLE_GRAPHEMES),
            summary=partial(clean, most=SUMMARY_GRAPHEMES),
            paragraphs=paragraphs,
            web_address=web_address,
            local=self.local,
            zone=zone,
        )

    def language(self, request: web.BaseRequest) -> str:
        """The language of the answer to this request."""
        return page_language(request, self._parts.default_language)

    def say(self, request: web.BaseRequest, key: str, **args: Any) -> str:
        """One message in the reader's language, as plain text."""
        return self._parts.texts.plain(self.language(request), key, **args)

    def local(self, at: datetime) -> datetime:
        """The same instant on the operator's clock."""
        return at.astimezone(self._parts.texts.zone)

    def answer(
        self,
        request: web.BaseRequest,
        template: str,
        *,
        title: str,
        description: str = "",
        status: int = 200,
        cache: str = "no-cache",
        indexed: bool = True,
        test_money: bool = False,
        scripted: bool = False,
        **values: Any,
    ) -> web.Response:
        """The page. `indexed=False` asks search engines to leave it out; so does test money. `scripted`: it has one."""
        test_money = test_money or self._parts.test_money
        indexed = indexed and status == 200 and not test_money
        body = self._jinja.get_template(template).render(
            **self._shared(request),
            title=title,
            description=description,
            indexed=indexed,
            status=status,
            test_money=test_money,
            **values,
        )
        headers = {"Cache-Control": cache, "Vary": "Accept-Language"}
        if not indexed:
            headers["X-Robots-Tag"] = "noindex"
        response = web.Response(text=body, content_type="text/html", status=status, headers=headers)
        response.headers["Content-Language"] = self.language(request)
        if scripted:
            response.headers[CSP] = SCRIPTED
        return response

    def part(self, request: web.BaseRequest, template: str, **values: Any) -> str:
        """A piece of a page, as it stands in one."""
        return self._jinja.get_template(template).render(**self._shared(request), **values)

    def _shared(self, request: web.BaseRequest) -> Mapping[str, Any]:
        language, texts = self.language(request), self._parts.texts
        other = other_language(language)
        path = quote(request.path, safe="/-._~")

        def t(key: str, **args: Any) -> str:
            return texts.plain(language, key, **args)

        def link(to: str, **query: object) -> str:
            """One of our pages, in the language the reader asked for by name."""
            if named_language(request):
                query[PARAMETER] = language
            return f"{to}?{urlencode(query)}" if query else to

        return {
            "t": t,
            "called": partial(texts.named, language),
            "money": partial(texts.money, language),
            "number": partial(texts.number, language),
            "moment": partial(texts.moment, language),
            "day": partial(texts.day, language),
            "link": link,
            "language": language,
            "other": other,
            "other_name": texts.plain(other, "web-language-name"),
            "other_path": f"?{PARAMETER}={other}",
            "address": self._parts.links.public_url + path,
            "languages": LANGUAGES,
            "language_in": partial(language_in, language=language),
            "public_name": self._parts.public_name or t("web-name"),
        }


def language_in(by_language: Mapping[str, object], *, language: str) -> str:
    """The language `giving.projects.in_language` falls back to, for a `lang` attribute."""
    return language if language in by_language else next(iter(by_language))


def paragraphs(text: str) -> list[str]:
    """A story's paragraphs, harmless, in order."""
    return [shown for part in re.split(r"\n\s*\n", _HARMFUL.sub("", text)) if (shown := part.strip())]


def web_address(address: str | None) -> str:
    """An http(s) address, else nothing: a link is never `javascript:`."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return ""
    return address or "" if parts.scheme in ("http", "https") and parts.hostname else ""


def contact_address(contact: str) -> str:
    """Where the operator's contact leads, if it is a web or mail address."""
    mail = re.fullmatch(r"[^\s@:/?&]+@[^\s@:/?&]+\.[^\s@:/?&]+", contact)
    return f"mailto:{contact}" if mail else web_address(contact)


def zone(at: datetime) -> str:
    """The offset of a local time: `UTC+08:00`."""
    return f"UTC{at.isoformat(timespec='seconds')[19:]}"
