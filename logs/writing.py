"""Lines out of events, without ever raising; what libraries say comes the same way as our own."""

import contextlib
import datetime as dt
import functools
import json
import logging
from collections.abc import Callable
from typing import Any, TextIO, cast

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from logs.masking import mask_text

_METHODS = ("debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log")


def to_json(_: WrappedLogger, __: str, event: EventDict) -> bytes:
    """One line."""
    try:
        return orjson.dumps(event)
    except TypeError:  # a lone surrogate, a number past 64 bits
        return json.dumps(event, default=str).encode()


def console(*, colors: bool) -> list[Processor]:
    """Text is shown as Python writes it, so that nobody's name can move the cursor; tracebacks are plain."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=colors, repr_native_str=True, exception_formatter=structlog.dev.plain_traceback
    )
    return [renderer, lambda _, __, line: str(line).encode("utf-8", "backslashreplace")]


class Sink:
    """Takes bytes for a text stream, and drops them when it is closed: a log line is never worth a tip."""

    def __init__(self, stream: TextIO) -> None:
        """Write to it, as bytes where it can."""
        self._stream, self._bytes = stream, getattr(stream, "buffer", None)

    def write(self, line: bytes) -> None:
        """Best effort."""
        with contextlib.suppress(OSError, ValueError):
            if self._bytes is not None:
                self._bytes.write(line)
            else:
                self._stream.write(line.decode())

    def flush(self) -> None:
        """Best effort."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def logger_that_never_raises(level: int, limit: Processor) -> type[structlog.typing.FilteringBoundLogger]:
    """Whatever it is given; for events of this level and above. `limit`: how many it may say that it failed."""
    base = structlog.make_filtering_bound_logger(level)

    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(self: Any, /, *args: Any, **fields: Any) -> Any:
            try:
                return method(self, *args, **fields)
            except Exception as error:  # noqa: BLE001 (that is its purpose)
                return _report(self, args, error, limit)

        return call

    return type("Logger", (base,), {name: guarded(getattr(base, name)) for name in _METHODS})


def _report(logger: Any, args: tuple[Any, ...], error: Exception, limit: Processor) -> None:
    """Something of the call that failed, by the shortest way."""
    try:
        wanted = next((mask_text(arg) for arg in args if isinstance(arg, str)), "")
        now = dt.datetime.now(dt.UTC).isoformat()
        counted = cast(EventDict, limit(logger, "error", {"event": "log_call_failed"}))
        fields = {"timestamp": now, "level": "error", **counted, "wanted": wanted}
        logger._logger.msg(to_json(None, "", {**fields, "error": type(error).__name__}))
    except (Exception, structlog.DropEvent):  # noqa: BLE001, S110 (nothing is left to try)
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


def bridge_the_standard_library(level: int) -> None:
    """What libraries log at this level and above becomes events of ours."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Bridge)]:
        root.removeHandler(handler)
    bridge = _Bridge()
    bridge.setLevel(level)
    root.addHandler(bridge)
    root.setLevel(level)
