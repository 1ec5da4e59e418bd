"""The service's database: of this version when it starts, closed when all is done."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError

from launch.failures import StartFailed
from launch.stopping import StoppedEarly, Stopping
from launch.supervisor import Supervisor
from services.leadership import own_name
from settings import Settings
from storage import revision
from storage.engines import DatabaseUrlWrong, Engines, is_away, open_engines

log = structlog.get_logger()
FIRST_PAUSE_S: Final = 0.5
MOST_PAUSE_S: Final = 5.0
MOST_TRY_S: Final = 90.0  # connecting, looking, and the schema of a new database


class DatabaseAway(StartFailed):
    """The database does not answer now, and may do so later."""


@contextlib.asynccontextmanager
async def database(settings: Settings, stopping: Stopping, supervisor: Supervisor) -> AsyncIterator[Engines]:
    """The database, ready; closed last of all, when whatever was in hand has been committed.

    One that is away is waited for. Raises: StartFailed; StoppedEarly (the signal came while it was waited for).
    """
    try:
        engines = open_engines(settings.database.url, name=own_name())
    except DatabaseUrlWrong as error:
        raise StartFailed(str(error)) from None
    except OSError as error:
        raise StartFailed(f"database.url: can't be used: {error}") from None
    try:
        await _awaited(engines, stopping, supervisor)
        yield engines
    finally:
        await engines.close()


async def _awaited(engines: Engines, stopping: Stopping, supervisor: Supervisor) -> None:
    """Prepare it as soon as it is there. Raises: StartFailed, StoppedEarly."""
    asked = asyncio.Event()
    stopping.told.append(asked.set)
    stop, preparing = asyncio.create_task(asked.wait()), asyncio.create_task(_prepared(engines, supervisor))
    try:
        await asyncio.wait({stop, preparing}, return_when=asyncio.FIRST_COMPLETED)
        if not preparing.done():
            raise StoppedEarly
        await preparing
    finally:
        for task in (stop, preparing):
            task.cancel()
        await asyncio.gather(stop, preparing, return_exceptions=True)
        stopping.told.remove(asked.set)


async def _prepared(engines: Engines, supervisor: Supervisor) -> None:
    """Try until it is there, later and later; one line in the log for each reason. Raises: StartFailed."""
    pause, said = FIRST_PAUSE_S, ""
    while True:
        try:
            await prepare_database(engines)
        except DatabaseAway as away:
            if str(away) != said:
                said = str(away)
                log.warning("database_waited_for", reason=said, hint="the start goes on as soon as it answers")
        else:
            if said:
                log.info("database_is_back")
            return
        supervisor.starting("waiting for the database", MOST_TRY_S)
        await asyncio.sleep(pause)
        pause = min(MOST_PAUSE_S, pause * 2)


async def prepare_database(engines: Engines) -> None:
    """A new database gets its schema; one of another version is refused. Raises: StartFailed, DatabaseAway."""
    try:
        await _schema(engines)
    except StartFailed:
        raise
    except Exception as error:  # asyncpg's own errors come bare while it connects
        known = isinstance(error, DBAPIError | OSError | TimeoutError) or isinstance(
            getattr(error, "sqlstate", None), str
        )
        if not known:
            raise
        lines = str(getattr(error, "orig", None) or error).splitlines()
        kind = DatabaseAway if is_away(error) else StartFailed
        raise kind(f"database.url: can't be used: {lines[0] if lines else type(error).__name__}") from None


async def _schema(engines: Engines) -> None:
    at = await revision.current(engines)
    if at is None:
        from storage import migrate  # loads Alembic, for a new database only

        await migrate.upgrade(engines)
        log.info("database_made", revision=revision.HEAD)
    elif at not in revision.REVISIONS:
        raise StartFailed(f"the database is at {at}, made by a newer Yizan: start that one, or restore a backup")
    elif at != revision.HEAD:
        raise StartFailed(f"the database is at {at}, this Yizan needs {revision.HEAD}: run python main.py db upgrade")
