"""SQLite: copied by its own online backup while others write; put in place by a rename, the old one kept aside."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from storage.backup import BackupRefused, Progress
from storage.backup.file import to_disk

PAGES_A_STEP: Final = 2000
BESIDE: Final = ("", "-wal", "-shm")  # the files of one database
PATIENCE_S: Final = 2.0


def copy(source: Path, target: Path, progress: Progress) -> str:
    """Copy one moment of `source` into the empty file `target`; the migration it is at. Raises: BackupRefused.

    Whoever writes is not held up. The reading transaction that is held meanwhile is what keeps the moment: without it
    SQLite would start again whenever another process commits.
    """
    try:
        uri = f"{source.resolve().as_uri()}?mode=ro"
        with (
            contextlib.closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as there,
            contextlib.closing(sqlite3.connect(target, isolation_level=None)) as here,
        ):
            here.execute("PRAGMA synchronous = OFF")  # who made the file brings it to the disk at the end
            there.execute("BEGIN")
            migration = _migration(there)
            if migration is None:
                raise BackupRefused(f"{source}: holds no database of Yizan; nothing to back up")
            there.backup(here, pages=PAGES_A_STEP, progress=lambda _, left, total: progress(total - left, total))
            here.execute("PRAGMA journal_mode = DELETE")  # one file that stands alone
            found = here.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise BackupRefused(f"{source}: can't be backed up: {error}") from None
    if found != "ok":
        raise BackupRefused(f"{source}: the database is damaged ({found}); keep it, and restore an older backup")
    return migration


def _migration(connection: sqlite3.Connection) -> str | None:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def is_empty(path: Path) -> bool:
    """Whether there is nothing to lose: no file, or no table in it. One that can't be read is not empty."""
    if not path.exists():
        return True
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None
    except sqlite3.Error:
        return False


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody has the database open, and nobody can begin to, while the block lasts. Raises: BackupRefused.

    One that is damaged can't be locked; it is taken to be nobody's.
    """
    if not path.exists():
        yield
        return
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=PATIENCE_S)) as connection:
        try:
            # Leaving WAL needs that nobody else has it open, also who is idle; and what the WAL held is in the file.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise BackupRefused(f"{path}: is in use; stop Yizan and whatever else has it open") from None
            raise BackupRefused(f"{path}: {error}") from None
        except sqlite3.DatabaseError:
            pass
        yield


def put_in_place(restored: Path, path: Path, kept: Path) -> bool:
    """Give the restored file the database's name; what was there gets the name `kept`. Whether something was.

    Raises: OSError.
    """
    moved = [end for end in BESIDE if Path(f"{path}{end}").exists()]
    for end in moved:
        Path(f"{path}{end}").rename(f"{kept}{end}")
    if os.geteuid() == 0:  # whoever the service is, it must be able to open what root restored
        owner = (Path(f"{kept}") if "" in moved else path.parent).stat()
        os.chown(restored, owner.st_uid, owner.st_gid)
    try:
        restored.rename(path)
    except OSError:
        for end in moved:
            Path(f"{kept}{end}").rename(f"{path}{end}")
        raise
    to_disk(path.parent)
    return "" in moved


def remove(path: Path) -> None:
    """The files of one database."""
    for end in BESIDE:
        Path(f"{path}{end}").unlink(missing_ok=True)
