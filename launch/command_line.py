"""What every command of main.py stands on: the settings, the database, and one clear line for wrong use (exit 2)."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from settings import Settings, SettingsError, load
from settings.words import without_password

if TYPE_CHECKING:
    from storage.engines import Engines

WRONG_USE = 2
T = TypeVar("T")


class Refused(click.ClickException):
    """Wrong use or configuration: one clear line per problem, exit 2."""

    exit_code = WRONG_USE

    def show(self, file: object = None) -> None:
        """Print the lines, nothing else."""
        for line in self.message.splitlines():
            click.echo(f"yizan: {line}", err=True)


def settings_of(context: click.Context) -> Settings:
    """The settings, read once per command. Raises: Refused."""
    try:
        return load(context.find_root().obj, os.environ)
    except SettingsError as error:
        raise Refused(str(error)) from None


def say_database(settings: Settings) -> None:
    """One line on stderr: which database is meant; of a file its whole path, no password. Raises: Refused (no URL)."""
    from storage.engines import database_url

    url = checked(lambda: database_url(settings.database.url))
    sqlite = url.get_backend_name() == "sqlite" and url.database
    shown = f"sqlite:///{Path(url.database or '').absolute()}" if sqlite else without_password(settings.database.url)
    click.echo(f"database: {shown}", err=True)


def on_database(settings: Settings, work: Callable[["Engines"], Awaitable[T]], *, migrated: bool = False) -> T:
    """Open the database, do the work, close it; `migrated`: only one of this version. Raises: Refused."""
    from storage import revision
    from storage.engines import is_missing, open_engines

    async def go() -> T:
        engines = open_engines(settings.database.url, patient=True)
        try:
            if migrated and (at := await revision.current(engines)) != revision.HEAD:
                raise Refused(f"the database is at {at or 'nothing'}: run python main.py db upgrade first")
            return await work(engines)
        finally:
            await engines.close()

    if checked(lambda: is_missing(settings.database.url)) and migrated:
        raise Refused("there is no database yet: run python main.py db upgrade first")
    with database_trouble():
        return asyncio.run(go())


@contextlib.contextmanager
def database_trouble() -> Iterator[None]:
    """What the database's driver says becomes one line. Raises: Refused."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, OSError, TimeoutError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()
        raise Refused(f"the database can't be used: {reason[0] if reason else type(error).__name__}") from None


def checked(look: Callable[[], T]) -> T:
    """What `look` finds. Raises: Refused (a database URL that is none)."""
    from storage.engines import DatabaseUrlWrong

    try:
        return look()
    except DatabaseUrlWrong as error:
        raise Refused(str(error)) from None
