"""A backup's file: what the database's own program wrote, then what it is, in JSON, then a last line of fixed length.

So `sqlite3` opens a backup of SQLite as it is, and `pg_restore` one of PostgreSQL. A file without that end is cut off
or not ours; the checksum finds every changed byte before it.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from storage.backup import BackupRefused, Progress

MAGIC: Final = b"yizan-backup-1 "
FOOTER: Final = len(MAGIC) + 16 + 1
MOST_JSON: Final = 64 * 1024
CHUNK: Final = 1024 * 1024
_STARTS: Final = (b"SQLite format 3\0", b"PGDMP")


@dataclass(frozen=True, slots=True)
class About:
    """What a backup is: of which engine, at which migration, made when, by which Yizan, on which server, its size.

    `server` and `tool` are versions: SQLite's own for both, PostgreSQL's major version and that of its pg_dump.
    """

    engine: str
    migration: str
    made_at: datetime
    version: str
    commit: str
    server: str
    tool: str
    size: int
    sha256: str

    def as_json(self) -> dict[str, object]:
        """For the file's end, and for programs."""
        return dataclasses.asdict(self) | {"made_at": self.made_at.isoformat(timespec="seconds")}


@contextlib.contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Where to write: it gets its name at the end of the block, when all is on the disk. Raises: BackupRefused."""
    if target.exists():
        raise BackupRefused(f"{target}: is there already; choose another name, nothing was overwritten")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # it holds people's names
        yield part
        to_disk(part)
        part.rename(target)
        to_disk(target.parent)
    except OSError as error:
        raise BackupRefused(f"{target}: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)


def seal(path: Path, about: About) -> None:
    """Add the end. Raises: OSError."""
    with path.open("ab") as stream:
        stream.write(json.dumps(about.as_json()).encode() + MAGIC + b"%016x\n" % about.size)


def read(path: Path) -> About:
    """What the file says that it is. Raises: BackupRefused (not there, foreign, cut off)."""
    try:
        with path.open("rb") as stream:
            start = stream.read(len(_STARTS[0]))
            length = stream.seek(0, os.SEEK_END)
            size = _payload_size(stream, length)
            if size is None or length - FOOTER - size > MOST_JSON:
                raise _no_backup(path, start)
            stream.seek(size)
            said = json.loads(stream.read(length - FOOTER - size))
        about = About(**said | {"made_at": datetime.fromisoformat(said["made_at"])})
    except OSError as error:
        raise BackupRefused(f"{path}: {error.strerror or error}") from None
    except (ValueError, TypeError, KeyError):
        raise BackupRefused(f"{path}: is damaged: what it says about itself can't be read") from None
    if about.size != size:
        raise BackupRefused(f"{path}: is damaged: it is not as long as it says")
    return about


def _payload_size(stream: BinaryIO, length: int) -> int | None:
    if length < FOOTER:
        return None
    stream.seek(length - FOOTER)
    footer = stream.read(FOOTER)
    if not footer.startswith(MAGIC) or not footer.endswith(b"\n"):
        return None
    size = int(footer[len(MAGIC) : -1], 16)
    return size if size <= length - FOOTER else None


def _no_backup(path: Path, start: bytes) -> BackupRefused:
    if start.startswith(_STARTS):
        return BackupRefused(f"{path}: is cut off, or was not made by `db backup`: its end is missing")
    return BackupRefused(f"{path}: is no backup of Yizan")


def digest(path: Path, size: int, progress: Progress) -> str:
    """SHA-256 of the first `size` bytes. Raises: OSError."""
    found, done = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(min(CHUNK, size - done)):
            found.update(chunk)
            done += len(chunk)
            progress(done, size)
    return found.hexdigest()


def check(path: Path, about: About, progress: Progress) -> None:
    """Raises: BackupRefused (a byte is not as it was written)."""
    try:
        same = digest(path, about.size, progress) == about.sha256
    except OSError as error:
        raise BackupRefused(f"{path}: {error.strerror or error}") from None
    if not same:
        raise BackupRefused(f"{path}: is damaged: its checksum is not that of what was written")


def unpack(path: Path, about: About, target: Path, progress: Progress) -> None:
    """Write what the database's program wrote to a new file, checked. Raises: BackupRefused, OSError."""
    found, done = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with path.open("rb") as stream, os.fdopen(descriptor, "wb") as out:
        while chunk := stream.read(min(CHUNK, about.size - done)):
            found.update(chunk)
            out.write(chunk)
            done += len(chunk)
            progress(done, about.size)
        out.flush()
        os.fsync(out.fileno())
    if found.hexdigest() != about.sha256:
        raise BackupRefused(f"{path}: is damaged: its checksum is not that of what was written")


def to_disk(path: Path) -> None:
    """Whatever was written there (in a folder: names) outlives a power cut. Raises: OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
