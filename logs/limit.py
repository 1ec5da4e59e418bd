"""How many lines: of one event only so many in ten seconds are written; how many were left out is always said."""

import sys
import threading
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

import structlog
from structlog.typing import EventDict, WrappedLogger

ALIKE_S = 10.0
MOST_KINDS = 1000
# Of errors, per event and kind of exception: so many with their traceback, so many altogether.
MOST_TRACEBACKS = 50
MOST_ERRORS = 250
_ERRORS = {"error", "exception", "critical", "fatal"}
_SAID = "log_lines_left_out"


class _Kind(NamedTuple):
    """What makes lines alike: the event, the library that says it, and of an error what was raised ("" if nothing)."""

    event: str
    logger: str
    error: str | None

    def named(self) -> dict[str, str]:
        """As fields of a line."""
        fields = {"of": f"{self.event} {self.logger}" if self.logger else self.event}
        return {**fields, "error": self.error} if self.error else fields


@dataclass(slots=True)
class _Count:
    since: float
    written: int = 0
    left_out: int = 0


class Limit:
    """Leaves out lines of an event that came too often, and says how many: with its next line, or on its own.

    An error loses its traceback first, and is left out only where that was not enough.
    """

    def __init__(self, most: int) -> None:
        """`most` lines of one event below error, 0 for all; of errors at least MOST_ERRORS."""
        self._most, self._most_errors, self._lock = most, max(most, MOST_ERRORS), threading.Lock()
        self._kinds: dict[_Kind, _Count] = {}
        self._look_at = 0.0
        self.total = 0

    def __call__(self, _: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """The event, if it is to be written. Raises: structlog.DropEvent."""
        name = str(event.get("event", ""))
        if not self._most or name == _SAID:
            return event
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + ALIKE_S
            self._say(before=now - ALIKE_S)
        raised = _raised(event) if method in _ERRORS else None
        with self._lock:
            return self._counted(_Kind(name, str(event.get("logger", "")), raised), event, now)

    def _counted(self, kind: _Kind, event: EventDict, now: float) -> EventDict:
        if kind not in self._kinds and len(self._kinds) >= MOST_KINDS:
            kind = _Kind("other", "", None if kind.error is None else "")
        count = self._kinds.setdefault(kind, _Count(now))
        if now - count.since >= ALIKE_S:
            if count.left_out:
                event["left_out_before"] = count.left_out
            count.since, count.written, count.left_out = now, 0, 0
        if count.written >= (self._most if kind.error is None else self._most_errors):
            count.left_out += 1
            self.total += 1
            raise structlog.DropEvent
        count.written += 1
        if kind.error is not None and count.written > MOST_TRACEBACKS:
            _shorten(event)
        return event

    def _say(self, *, before: float) -> None:
        """Of events that have come no more since: how many of them were left out."""
        with self._lock:
            over = {kind: count.left_out for kind, count in self._kinds.items() if count.since <= before}
            for kind in over:
                del self._kinds[kind]
        log = structlog.get_logger()
        for kind, count in over.items():
            if count:  # errors as an error: a log that is told to hold nothing else says it too
                (log.warning if kind.error is None else log.error)(_SAID, count=count, **kind.named())

    def flush(self) -> None:
        """Say what was left out and is not said yet."""
        self._say(before=time.monotonic())


def _exception(event: EventDict) -> Any:
    """What the event carries: an exception, or its class; None if neither."""
    info = event.get("exc_info")
    if isinstance(info, tuple):
        return info[0] if info else None
    return info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None


def _raised(event: EventDict) -> str:
    found = _exception(event)
    return "" if found is None else (found if isinstance(found, type) else type(found)).__name__


def _shorten(event: EventDict) -> None:
    """What was raised stays, in a word; where, is in the lines before."""
    raised = _raised(event)
    for long in ("exc_info", "exception", "stack_info", "stack"):
        event.pop(long, None)
    if raised:
        event.setdefault("error", raised)
        event["traceback"] = "left out"
