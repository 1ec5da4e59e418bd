"""No secret in what the command line says: refusals of wrong use, and what nobody caught."""

import contextlib
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import click


class SafeGroup(click.Group):
    """A group of commands whose refusals repeat no token, key or password, wherever it was typed."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Read the command line."""
        with _masked():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Do what it says."""
        with _masked():
            return super().invoke(ctx)


@contextlib.contextmanager
def _masked() -> Iterator[None]:
    try:
        yield
    except click.ClickException as error:
        from logs import mask_text  # loads structlog, which commands that go well need not wait for

        vars(error)["message"] = mask_text(error.message)
        raise


def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """For `sys.excepthook`: a mistake of ours, as Python would write it but for what is secret."""
    from logs import mask_text

    sys.stderr.write(mask_text("".join(traceback.format_exception(kind, error, trace))))
