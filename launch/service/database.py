"""The service's database: of this version when it starts, closed when all is done."""

import contextlib
from collections.abc import AsyncIterator

import structlog
from sqlalchemy.exc import DBAPIError

from launch.failures import StartFailed
from settings import Settings
from storage import revision
from storage.engines import DatabaseUrlWrong, Engines, open_engines

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Engines]:
    """The database, ready; closed last of all, when whatever was in hand has been committed. Raises: StartFailed."""
    try:
        engines = open_engines(settings.database.url)
    except DatabaseUrlWrong as error:
        raise StartFailed(str(error)) from None
    except OSError as error:
        raise StartFailed(f"database.url: can't be used: {error}") from None
    try:
        await prepare_database(engines)
        yield engines
    finally:
        await engines.close()


async def prepare_database(engines: Engines) -> None:
    """A new database gets its schema; one of another version is refused. Raises: StartFailed."""
    try:
        at = await revision.current(engines)
        if at is None:
            from storage import migrate  # loads Alembic, for a new database only

            await migrate.upgrade(engines)
            log.info("database_made", revision=revision.HEAD)
        elif at not in revision.REVISIONS:
            raise StartFailed(f"the database is at {at}, made by a newer Yizan: start that one, or restore a backup")
        elif at != revision.HEAD:
            raise StartFailed(
                f"the database is at {at}, this Yizan needs {revision.HEAD}: run python main.py db upgrade"
            )
    except (DBAPIError, OSError, TimeoutError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()
        raise StartFailed(f"database.url: can't be used: {reason[0] if reason else type(error).__name__}") from None
