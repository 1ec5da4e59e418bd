"""Messages from locales/<language>/*.ftl: every word a person reads, in their language, with their figures."""

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import structlog
from fluent.runtime import FluentBundle, resolver
from fluent.runtime.types import FluentType
from fluent.syntax import FluentParser, ast

from giving.money import Money
from texts import figures
from texts.markup import Html, escaped, uncontrolled

log = structlog.get_logger()

# Fluent stops at 2,500 characters an argument, against messages that multiply themselves; ours are our own files.
resolver.MAX_PART_LENGTH = 100_000


class TextMissing(LookupError):
    """A message or one of its arguments is missing: a mistake in the program."""


class _Word(FluentType):
    """A finished piece of text: Fluent neither changes it nor chooses by it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def format(self, locale: object) -> str:
        return self.text


class Texts:
    """Messages in every language; immutable, one for the whole program."""

    def __init__(self, bundles: Mapping[str, FluentBundle], *, default: str, zone: ZoneInfo, strict: bool) -> None:
        if default not in bundles:
            raise TextMissing(f"no locales/{default}")
        self._bundles = dict(bundles)
        self.default = default
        self.zone = zone
        self.strict = strict
        self.languages = (default, *sorted(language for language in bundles if language != default))

    @classmethod
    def load(
        cls, locales_dir: Path, default: str = "zh-CN", zone: ZoneInfo | None = None, *, strict: bool = False
    ) -> Self:
        """Read every locales_dir/<language>/*.ftl. `strict` raises where a running bot would fall back and log.

        Raises: TextMissing (no such language), ValueError (broken file, or a key twice).
        """
        bundles = {
            folder.name: _bundle(folder.name, sorted(folder.glob("*.ftl")))
            for folder in sorted(locales_dir.iterdir())
            if folder.is_dir()
        }
        return cls(bundles, default=default, zone=zone or ZoneInfo("Asia/Shanghai"), strict=strict)

    def chat(self, language: str, key: str, **args: object) -> Html:
        """A message as HTML for Telegram: str arguments are escaped and isolated, Html ones are not."""
        return Html(self._format(language, key, {name: self._for_chat(language, args[name]) for name in args}))

    def plain(self, language: str, key: str, **args: object) -> str:
        """A message without markup: buttons, alerts, titles, and templates that escape by themselves."""
        return self._format(language, key, {name: self._for_plain(language, args[name]) for name in args})

    def named(self, language: str, prefix: str, name: str) -> str:
        """The words `<prefix>-<name>`, or the name itself where there are none: names that others choose."""
        key = f"{prefix}-{name.replace('_', '-')}"
        return self.plain(language, key) if self._bundles[self.default].has_message(key) else name

    def money(self, language: str, amount: Money) -> str:
        """`¥1`, `¥1.50`."""
        return figures.money(self._known(language), amount)

    def number(self, language: str, value: int) -> str:
        """`12,845`."""
        return figures.number(self._known(language), value)

    def short_day(self, language: str, at: dt.datetime, zone: ZoneInfo | None = None) -> str:
        """The day in the operator's zone (or the reader's), without its year: for what was lately, or comes soon."""
        return figures.short_day(self._known(language), at.astimezone(zone or self.zone).date())

    def month(self, language: str, date: dt.date) -> str:
        """The month of this day."""
        return figures.month(self._known(language), date)

    def moment(self, language: str, at: dt.datetime) -> str:
        """Day and time in the operator's zone."""
        return figures.moment(self._known(language), at, self.zone)

    def about(self, language: str, at: dt.datetime) -> str:
        """The day with its weekday, and its part, in the operator's zone: as people name what is in a few days."""
        return figures.about(self._known(language), at, self.zone)

    def day(self, language: str, at: dt.datetime) -> str:
        """The day in the operator's zone."""
        return figures.day(self._known(language), at.astimezone(self.zone).date())

    def _known(self, language: str) -> str:
        return language if language in self._bundles else self.default

    def _for_chat(self, language: str, value: object) -> object:
        if isinstance(value, str) and not isinstance(value, Html | StrEnum):
            return _Word(escaped(value))
        return self._figure(language, value)

    def _for_plain(self, language: str, value: object) -> object:
        if isinstance(value, Html):
            raise TypeError("HTML in a plain message")
        if isinstance(value, str) and not isinstance(value, StrEnum):
            return _Word(uncontrolled(value))
        return self._figure(language, value)

    def _figure(self, language: str, value: object) -> object:
        match value:
            case Money():
                return _Word(self.money(language, value))
            case tuple():  # sums of several currencies: side by side, never added up
                return _Word(" · ".join(self.money(language, amount) for amount in value))
            case dt.datetime():
                return _Word(self.moment(language, value))
            case dt.date():
                return _Word(figures.day(self._known(language), value))
            case Html():
                return _Word(str(value))
            case StrEnum():  # for selectors: [on] … [off] …
                return str(value)
            case int() if not isinstance(value, bool):
                return value
        raise TypeError(f"no way to write a {type(value).__name__}")

    def _format(self, language: str, key: str, args: Mapping[str, object]) -> str:
        nearest = ""
        for candidate in dict.fromkeys((language, *self.languages)):
            text, problem = self._try(candidate, key, args)
            if problem is None:
                return text
            if self.strict:
                raise TextMissing(f"{candidate}: {problem}")
            log.error("text_missing", key=key, language=candidate, problem=problem)
            nearest = nearest or text
        return nearest or key

    def _try(self, language: str, key: str, args: Mapping[str, object]) -> tuple[str, str | None]:
        bundle = self._bundles.get(language)
        message = bundle.get_message(key) if bundle is not None and bundle.has_message(key) else None
        if bundle is None or message is None or message.value is None:
            return "", f"no message {key}"
        text, errors = bundle.format_pattern(message.value, dict(args))
        return str(text), f"{key}: {errors[0]}" if errors else None


def _bundle(language: str, files: Iterable[Path]) -> FluentBundle:
    # Where each word stood in its file is remembered by nobody: a third of what the messages take in memory.
    parser = FluentParser(with_spans=False)
    bundle = FluentBundle([language], use_isolating=False)
    seen: dict[str, Path] = {}
    for file in files:
        resource: Any = parser.parse(file.read_text(encoding="utf-8"))
        for entry in resource.body:
            if isinstance(entry, ast.Junk):
                raise ValueError(f"{file}: not Fluent: {str(entry.content).strip()[:80]!r}")
            if isinstance(entry, ast.Message | ast.Term):
                if entry.id.name in seen:
                    raise ValueError(f"{file}: {entry.id.name} is in {seen[entry.id.name]} already")
                seen[entry.id.name] = file
        bundle.add_resource(resource)
    return bundle
