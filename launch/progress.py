"""How far a long command has come: a bar that is redrawn in a terminal, a line now and then elsewhere; on stderr."""

import sys
import time
from types import TracebackType
from typing import Final

import click

REDRAW_EVERY_S: Final = 0.1
LINE_EVERY_S: Final = 5.0
WIDTH: Final = 30


class Progress:
    """`progress(done, total)` as often as one likes; standard output stays clean. As a block it ends by itself."""

    def __init__(self, unit: str = "entries", *, doing: str = "", scale: int = 1) -> None:
        """Nothing is drawn before it takes a while. `scale`: how many of what is counted make one `unit`."""
        self._terminal = sys.stderr.isatty()
        self._drawn_at = time.monotonic()
        self._bar = False
        self._unit, self._doing, self._scale = unit, f"{doing}: " if doing else "", scale

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total`; both may be 0."""
        now = time.monotonic()
        if now - self._drawn_at < (REDRAW_EVERY_S if self._terminal else LINE_EVERY_S) and done < total:
            return
        self._drawn_at = now
        said = f"{done // self._scale:,} of {total // self._scale:,} {self._unit}"
        if self._terminal:
            full = WIDTH * done // max(1, total)
            self._bar = True
            click.echo(f"\r{self._doing}[{'#' * full}{'-' * (WIDTH - full)}] {said}", err=True, nl=False)
        elif done < total:
            click.echo(f"{self._doing}{said}", err=True)

    def end(self) -> None:
        """Leave the bar's line."""
        if self._bar:
            click.echo(err=True)
            self._bar = False

    def __enter__(self) -> "Progress":
        """For what is done in the block."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self.end()


def megabytes(doing: str) -> Progress:
    """Of bytes, shown as MB."""
    return Progress("MB", doing=doing, scale=1_000_000)
