"""SIGTERM to a command is as Ctrl-C: what it left half-made is removed; and what must not be broken off is not."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Final

STOPS: Final = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM in the block does what SIGINT does at that moment: it raises, or cancels asyncio's task."""

    def interrupt(_number: int, frame: FrameType | None) -> None:
        told = signal.getsignal(signal.SIGINT)
        if not callable(told):  # a shell's background job, which hears no Ctrl-C
            raise KeyboardInterrupt
        told(signal.SIGINT, frame)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def too_late() -> Iterator[None]:
    """Neither signal breaks off the block: for the moment between two names. It is then as if none had come."""
    before = {number: signal.signal(number, lambda *_: None) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
