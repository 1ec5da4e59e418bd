"""Where an export goes: a file that is there whole or not at all, or standard output."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from launch.command_line import Refused


class CannotWrite(Exception):
    """What was to be written could not be; __cause__ is the system's word for it."""


@contextlib.contextmanager
def opened(out: Path | None, *, option: str = "--out") -> Iterator[Callable[[str], None]]:
    """What to write with; `option` named the file, which gets its name at the end, when all is on the disk.

    Raises: Refused.
    """
    try:
        with _to_file(out, option) if out is not None else _to_standard_output() as stream:

            def write(text: str) -> None:
                try:
                    stream.write(text.encode("utf-8"))
                except OSError as error:
                    raise CannotWrite from error

            yield write
    except (CannotWrite, OSError) as failure:
        error = failure.__cause__ if isinstance(failure, CannotWrite) else failure
        if isinstance(error, BrokenPipeError):  # as in `… | head`: the reader has what they wanted
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(0) from None
        where = f"{option} {out}" if out is not None else "standard output"
        raise Refused(f"{where}: {getattr(error, 'strerror', None) or error}") from None


@contextlib.contextmanager
def _to_file(out: Path, option: str) -> Iterator[BinaryIO]:
    try:
        target = out.resolve()  # behind a link, the file it means
    except RuntimeError:  # Python's word, up to 3.12, for a link that leads to itself
        raise Refused(f"{option} {out}: is a link that leads to itself") from None
    if target.is_dir():
        raise Refused(f"{option} {out}: is a folder: write a file's name")
    if target.exists() and not target.is_file():
        raise Refused(f"{option} {out}: is no plain file: leave {option} away to write to standard output")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def _to_standard_output() -> Iterator[BinaryIO]:
    yield sys.stdout.buffer
    sys.stdout.flush()
