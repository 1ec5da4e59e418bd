"""Is it the database, or is it us? What is asked of a database that is away may be asked again."""

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnection

from storage.engines import is_trouble
from storage.work import DatabaseTrouble


def is_away(error: BaseException) -> bool:
    """Whether an error out of a unit of work says that the database can't work now (gone, locked, full).

    A bare TimeoutError says nothing: it may be the database's, or anybody's.
    """
    if isinstance(error, DBAPIError):
        # Without a statement it happened while connecting, or at the commit: no row was at fault.
        return is_trouble(error) or (error.statement is None and not isinstance(error, IntegrityError))
    if isinstance(error, DatabaseTrouble | NoConnection):
        return True
    if isinstance(error, OSError):
        return not isinstance(error, TimeoutError)
    # asyncpg's own errors come bare only while it connects: starting up, shutting down, refusing, full
    return isinstance(getattr(error, "sqlstate", None), str)
