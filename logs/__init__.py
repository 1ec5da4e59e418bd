"""One stream of log lines, readable in a terminal and JSON elsewhere, in which no secret survives.

`configure` once at start; then `log = structlog.get_logger()` anywhere, and `log.info("tip_paid", tip_id=…)`: the event
is a constant, all else is a field. A log call never raises, whatever it is given and wherever the stream has gone.
"""

import logging
import os
import sys
from typing import BinaryIO, TextIO, cast

import structlog

from logs.limit import ALIKE_S, MOST_ERRORS, MOST_KINDS, MOST_TRACEBACKS, Limit
from logs.masking import DEEPEST, HIDDEN, mask_event, mask_text
from logs.writing import Sink, bridge_the_standard_library, console, logger_that_never_raises, to_json

__all__ = [
    "ALIKE_S", "DEEPEST", "HIDDEN", "MOST_ERRORS", "MOST_KINDS", "MOST_TRACEBACKS",
    "configure", "flush", "left_out", "mask_text",
]  # fmt: skip
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(
    format: str = "auto",  # noqa: A002 (its setting's name)
    level: str = "info",
    stream: TextIO | None = None,
    *,
    most_alike: int = 0,
) -> None:
    """Send structlog's events, and the standard library's at warning and above, to `stream` (default: stderr).

    `format`: console, json, or auto: console when the stream is a terminal. `level`: debug, info, warning or error.
    `most_alike`: how many lines of one event, below error, are written in ALIKE_S seconds, and of errors at least
    MOST_ERRORS, MOST_TRACEBACKS of them with a traceback; 0 for all.
    May be called again: every logger follows.
    """
    global _limit
    _limit = Limit(most_alike)
    stream = stream or sys.stderr
    terminal = stream.isatty()
    if format not in ("auto", "console", "json"):
        raise ValueError("format must be auto, console or json")
    readable = format == "console" or (format == "auto" and terminal)
    structlog.configure(
        processors=[
            _limit,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            mask_event,
            *(console(colors=terminal and "NO_COLOR" not in os.environ) if readable else [to_json]),
        ],
        wrapper_class=logger_that_never_raises(_LEVELS[level], _limit),
        logger_factory=structlog.BytesLoggerFactory(cast(BinaryIO, Sink(stream))),
        cache_logger_on_first_use=False,  # 4 µs an event buy that loggers follow when this is called again
    )
    bridge_the_standard_library(max(_LEVELS[level], logging.WARNING))


_limit = Limit(0)


def left_out() -> int:
    """How many lines were not written since the start, since there were too many alike."""
    return _limit.total


def flush() -> None:
    """Say what was left out and is not said yet: at the end."""
    _limit.flush()
