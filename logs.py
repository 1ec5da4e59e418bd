"""One stream of log lines, readable in a terminal and JSON elsewhere, in which no secret survives.

`configure` once at start; then `log = structlog.get_logger()` anywhere, and `log.info("tip_paid", tip_id=…)`: the event
is a constant, all else is a field. A log call never raises, whatever it is given and wherever the stream has gone.
"""

import contextlib
import datetime as dt
import functools
import json
import logging
import os
import re
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, BinaryIO, TextIO, cast

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "••••"
DEEPEST = 8
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_METHODS = ("debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log")


def configure(
    format: str = "auto",  # noqa: A002 (its setting's name)
    level: str = "info",
    stream: TextIO | None = None,
    *,
    most_alike: int = 0,
) -> None:
    """Send structlog's events, and the standard library's at warning and above, to `stream` (default: stderr).

    `format`: console, json, or auto: console when the stream is a terminal. `level`: debug, info, warning or error.
    `most_alike`: how many lines of one event, below error, are written in ALIKE_S seconds; 0 for all.
    May be called again: every logger follows.
    """
    global _limit
    _limit = _Limit(most_alike)
    stream = stream or sys.stderr
    terminal = stream.isatty()
    if format not in ("auto", "console", "json"):
        raise ValueError("format must be auto, console or json")
    console = format == "console" or (format == "auto" and terminal)
    structlog.configure(
        processors=[
            _limit,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            _mask_event,
            *(_console(colors=terminal and "NO_COLOR" not in os.environ) if console else [_to_json]),
        ],
        wrapper_class=_logger_that_never_raises(_LEVELS[level]),
        logger_factory=structlog.BytesLoggerFactory(cast(BinaryIO, _Sink(stream))),
        cache_logger_on_first_use=False,  # 4 µs an event buy that loggers follow when this is called again
    )
    _bridge_the_standard_library(max(_LEVELS[level], logging.WARNING))


# --- How many --------------------------------------------------------------------------------------------------------

ALIKE_S = 10.0
MOST_KINDS = 1000
_NEVER_LEFT_OUT = {"error", "exception", "critical", "fatal"}
_SAID = "log_lines_left_out"


class _Limit:
    """Leaves out lines of an event that came too often, and says how many: with its next line, or on its own."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._kinds: dict[str, list[float]] = {}  # event → since when, written and left out since then
        self._look_at = 0.0
        self.total = 0

    def __call__(self, _: WrappedLogger, method: str, event: EventDict) -> EventDict:
        name = str(event.get("event", ""))
        if not self._most or method in _NEVER_LEFT_OUT or name == _SAID:
            return event
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + ALIKE_S
            self._say(before=now - ALIKE_S)
        with self._lock:
            return self._counted(f"{name} {event['logger']}" if "logger" in event else name, event, now)

    def _counted(self, name: str, event: EventDict, now: float) -> EventDict:
        if name not in self._kinds and len(self._kinds) >= MOST_KINDS:
            name = "other"
        kind = self._kinds.setdefault(name, [now, 0, 0])
        if now - kind[0] >= ALIKE_S:
            if kind[2]:
                event["left_out_before"] = int(kind[2])
            kind[:] = now, 0, 0
        if kind[1] >= self._most:
            kind[2] += 1
            self.total += 1
            raise structlog.DropEvent
        kind[1] += 1
        return event

    def _say(self, *, before: float) -> None:
        """Of events that have come no more since: how many of them were left out."""
        with self._lock:
            over = {name: int(kind[2]) for name, kind in self._kinds.items() if kind[0] <= before}
            for name in over:
                del self._kinds[name]
        for name, count in over.items():
            if count:
                structlog.get_logger().warning(_SAID, of=name, count=count)

    def flush(self) -> None:
        self._say(before=time.monotonic())


_limit = _Limit(0)


def left_out() -> int:
    """How many lines were not written since the start, since there were too many alike."""
    return _limit.total


def flush() -> None:
    """Say what was left out and is not said yet: at the end."""
    _limit.flush()


# --- Masking ---------------------------------------------------------------------------------------------------------

_UUID = r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
_ONE_UUID = re.compile(_UUID)
# Cheap first looks: only what has such digits can hold a bot token or a card, only what has such a word another secret.
_MANY_DIGITS = re.compile(r"[0-9](?:[0-9]{3}|[ -][0-9])")
_SIGNS = ("token", "secret", "passw", "api_key", "apikey", "bearer", "://", "k_live_", "k_test_", "whsec_")
_BOT_TOKEN = re.compile(rf"({_UUID})|(?<![0-9])[0-9]{{6,}}(?:(?::|%3[Aa])[A-Za-z0-9_-]{{7,}})+")
_PREFIXED = re.compile(r"(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9+/=_-]+")
_DATABASE_URL = re.compile(r"(postgres(?:ql)?(?:\+\w+)?://[^\s:/@?]*:)\S{1,256}@", re.IGNORECASE)
_URL = re.compile(r"(://[^\s:/@?#]*:)[^\s/@?#]+@")
_ASSIGNED = re.compile(
    r"""((?:passw(?:or)?d|token|secret|api_?key)(?:=|['"]:\s*))('[^']*'|"[^"]*"|[^&\s'",;)}]+)""", re.IGNORECASE
)
_BEARER = re.compile(r"(bearer\s+)[A-Za-z0-9._~+/=-]{12,}", re.IGNORECASE)
_DIGITS = re.compile(rf"({_UUID})|(?<![0-9A-Za-z])[0-9]+(?:[ -][0-9]+)*(?![0-9A-Za-z])")

_SECRET_WORDS = {"token", "tokens", "secret", "secrets", "password", "passwords", "passwd", "pwd", "passphrase"}
_SECRET_WORDS |= {"authorization", "cookie", "cookies", "credential", "credentials"}
_SECRET_NAMES = ("api_key", "apikey", "private_key", "secret_key", "access_key", "signing_key", "init_data")


def mask_text(text: str) -> str:
    """The text without bot tokens, Stripe's keys, passwords in addresses and card numbers."""
    if len(text) < 7 or (len(text) == 36 and _ONE_UUID.fullmatch(text)):
        return text
    digits = _MANY_DIGITS.search(text)
    if digits:  # before the cards, which could take a token's first half and leave the other
        text = _BOT_TOKEN.sub(lambda found: found[1] or HIDDEN, text)
    lowered = text.lower()
    if any(sign in lowered for sign in _SIGNS):
        text = _DATABASE_URL.sub(rf"\1{HIDDEN}@", _PREFIXED.sub(HIDDEN, text))
        for pattern, shown in ((_URL, rf"\1{HIDDEN}@"), (_ASSIGNED, rf"\1{HIDDEN}"), (_BEARER, rf"\1{HIDDEN}")):
            text = pattern.sub(shown, text)
    return _DIGITS.sub(_without_cards, text) if digits else text


def _without_cards(found: re.Match[str]) -> str:
    """Groups of digits in a row that make a card number are hidden; a Telegram group's id (-100…) is none."""
    run = found[0]
    supergroup = run.startswith("100") and len(run) == 13 and found.string[: found.start()].endswith("-")
    if found[1] or len(run) < 13 or supergroup:
        return run
    groups = list(re.finditer("[0-9]+", run))
    shown, done, at = "", 0, 0  # `done` characters of the run are shown or hidden, `at` is the next group
    while at < len(groups):
        length = _card_length(groups[at : at + 19])
        if length:
            shown += run[done : groups[at].start()] + HIDDEN
            done = groups[at + length - 1].end()
        at += length or 1
    return shown + run[done:]


def _card_length(groups: list[re.Match[str]]) -> int:
    """How many of the groups, from the first, make a card's number: the most that do, or none."""
    digits, length = "", 0
    for count, group in enumerate(groups, 1):
        digits += group[0]
        if len(digits) > 19:
            break
        if len(digits) >= 13 and _is_luhn(digits):
            length = count
    return length


_DOUBLED = str.maketrans("0123456789", "0246813579")


def _is_luhn(digits: str) -> bool:
    """Source: ISO/IEC 7812-1, annex B."""
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0


@functools.lru_cache(maxsize=1024)
def _judged(key: str) -> tuple[str, bool]:
    """The key as it may be shown, and whether its value may not.

    `webhook_secret`, `X-Api-Key`, `botToken` hide theirs; `event_key`, `dedupe_key` and `key` name facts.
    """
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).replace("-", "_").lower()
    ends = name.endswith(("token", "secret", "password"))
    secret = ends or not _SECRET_WORDS.isdisjoint(name.split("_")) or any(known in name for known in _SECRET_NAMES)
    return mask_text(key), secret


_PLAIN = frozenset({int, float, bool, type(None), uuid.UUID, dt.datetime, dt.date, dt.time})


def _masked(value: Any, depth: int = 0) -> Any:
    """The value as plain data a line can hold, without secrets. Numbers are left as they are: ids and minor units."""
    if type(value) is str:
        return mask_text(value)
    if type(value) in _PLAIN:
        return value
    try:
        if not isinstance(value, Mapping | list | tuple | AbstractSet):
            return mask_text(value if isinstance(value, str) else repr(value))
        if depth == DEEPEST:
            return "…"
        return _fields(value, depth + 1) if isinstance(value, Mapping) else [_masked(one, depth + 1) for one in value]
    except Exception:  # noqa: BLE001 (a repr may raise anything)
        return f"<{type(value).__name__}>"


def _fields(fields: Mapping[Any, Any], depth: int = 0) -> dict[str, Any]:
    shown = {}
    for key, value in fields.items():
        name, secret = _judged(key if type(key) is str else str(key))
        hide = secret and value is not None and type(value) is not bool
        shown[name] = HIDDEN if hide else _masked(value, depth)
    return shown


def _mask_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    first = {name: event.pop(name) for name in ("timestamp", "level")}
    return {**first, "event": mask_text(str(event.pop("event", ""))), **_fields(event)}


# --- Writing ---------------------------------------------------------------------------------------------------------


def _to_json(_: WrappedLogger, __: str, event: EventDict) -> bytes:
    try:
        return orjson.dumps(event)
    except TypeError:  # a lone surrogate, a number past 64 bits
        return json.dumps(event, default=str).encode()


def _console(*, colors: bool) -> list[Processor]:
    """Text is shown as Python writes it, so that nobody's name can move the cursor; tracebacks are plain."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=colors, repr_native_str=True, exception_formatter=structlog.dev.plain_traceback
    )
    return [renderer, lambda _, __, line: str(line).encode("utf-8", "backslashreplace")]


class _Sink:
    """Takes bytes for a text stream, and drops them when it is closed: a log line is never worth a tip."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._bytes = stream, getattr(stream, "buffer", None)

    def write(self, line: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self._bytes is not None:
                self._bytes.write(line)
            else:
                self._stream.write(line.decode())

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def _logger_that_never_raises(level: int) -> type[structlog.typing.FilteringBoundLogger]:
    base = structlog.make_filtering_bound_logger(level)

    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(self: Any, /, *args: Any, **fields: Any) -> Any:
            try:
                return method(self, *args, **fields)
            except Exception as error:  # noqa: BLE001 (that is its purpose)
                return _report(self, args, error)

        return call

    return type("Logger", (base,), {name: guarded(getattr(base, name)) for name in _METHODS})


def _report(logger: Any, args: tuple[Any, ...], error: Exception) -> None:
    """Something of the call that failed, by the shortest way."""
    try:
        wanted = next((mask_text(arg) for arg in args if isinstance(arg, str)), "")
        now = dt.datetime.now(dt.UTC).isoformat()
        fields = {"timestamp": now, "level": "error", "event": "log_call_failed", "wanted": wanted}
        logger._logger.msg(_to_json(None, "", {**fields, "error": type(error).__name__}))
    except Exception:  # noqa: BLE001, S110 (nothing is left to try)
        pass


class _Bridge(logging.Handler):
    """Makes an event of what aiogram, aiohttp, SQLAlchemy and the rest say, so that it is masked like our own."""

    def __init__(self) -> None:
        super().__init__()
        self._log = structlog.get_logger()

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name}
        try:
            fields["message"] = record.getMessage()
        except Exception:  # noqa: BLE001 (its arguments don't fit its text)
            fields |= {"message": record.msg, "arguments": record.args}
        if record.exc_info:
            fields["exc_info"] = record.exc_info
        if record.stack_info:
            fields["stack"] = record.stack_info
        name = (
            "critical"
            if record.levelno >= logging.CRITICAL
            else "error"
            if record.levelno >= logging.ERROR
            else "warning"
        )
        getattr(self._log, name)("library_log", **fields)


def _bridge_the_standard_library(level: int) -> None:
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Bridge)]:
        root.removeHandler(handler)
    bridge = _Bridge()
    bridge.setLevel(level)
    root.addHandler(bridge)
    root.setLevel(level)
