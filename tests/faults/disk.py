"""A disk that remembers and that fails: disk.c preloaded into the service, steered and read from here."""

import errno
import mmap
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

WRITE, TRUNCATE, SYNC, UNLINK, CREATE = 1, 2, 3, 4, 5
_COUNTED, _FIRST, _HOW_MANY, _KINDS, _ERRNO, _LOGGING = range(6)
_HEAD: Final = struct.Struct("<IIIQ")
FOR_EVER: Final = 1 << 40


class NoCompiler(RuntimeError):
    """There is neither cc nor gcc: the library that fails can't be made."""


@dataclass(frozen=True, slots=True)
class Record:
    """Something done to a file: `data` at `offset`, a new length (`offset`), a sync, its end, its beginning."""

    op: int
    name: str
    offset: int
    data: bytes


class Disk:
    """Everything below `folder`, as a program sees it that is started with `env`."""

    def __init__(self, place: Path) -> None:
        """Compile the library into this folder. Raises: NoCompiler."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise NoCompiler("no C compiler: apt install gcc")
        self.folder = place / "disk"
        self.folder.mkdir()
        library, page, self._log = place / "disk.so", place / "control", place / "log"
        source = Path(__file__).with_name("disk.c")
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library, source, "-ldl"],
            check=True,
        )
        page.write_bytes(bytes(mmap.PAGESIZE))
        self._log.touch()
        with page.open("r+b") as file:
            self._control = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.env = {
            "LD_PRELOAD": str(library),
            "YIZAN_DISK_FOLDER": str(self.folder),
            "YIZAN_DISK_CONTROL": str(page),
            "YIZAN_DISK_LOG": str(self._log),
        }

    def record(self, on: bool) -> None:
        """Log what is done, from here on or no longer."""
        self._set(_LOGGING, int(on))

    def forget(self) -> None:
        """An empty log."""
        os.truncate(self._log, 0)

    def records(self) -> Iterator[Record]:
        """What was done, in order."""
        log, at = self._log.read_bytes(), 0
        while at < len(log):
            op, named, length, offset = _HEAD.unpack_from(log, at)
            start = at + _HEAD.size
            name, at = log[start : start + named].decode(), start + named + length
            yield Record(op, name, offset, log[start + named : at])

    def fail(self, *kinds: int, first: int = 1, how_many: int = FOR_EVER, error: int = errno.EIO) -> None:
        """The `first` call of these kinds from here, and those after it, fail."""
        for place, value in ((_FIRST, 0), (_COUNTED, 0), (_HOW_MANY, how_many), (_ERRNO, error)):
            self._set(place, value)
        self._set(_KINDS, sum(1 << kind for kind in kinds))
        self._set(_FIRST, first)

    def heal(self) -> int:
        """Nothing fails any more; how many calls of the kinds were counted."""
        self._set(_FIRST, 0)
        return int(struct.unpack_from("<Q", self._control, 8 * _COUNTED)[0])

    def close(self) -> None:
        """Let go of the page."""
        self._control.close()

    def _set(self, place: int, value: int) -> None:
        struct.pack_into("<Q", self._control, 8 * place, value)
