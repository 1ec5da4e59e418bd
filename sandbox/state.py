"""All the sandbox remembers, in one SQLite file: what a `change()` wrote is on disk before anyone hears of it."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.signals import Signals, Topic
from sandbox.tables import STEPS


class StateError(Exception):
    """The file can't be used; the text says why, for the person who started the sandbox."""


class State:
    """The file and the readers who wait for changes in it. One process owns it: SQLite's own lock keeps others out."""

    def __init__(self, path: Path | str, clock: Callable[[], float] = time.time, *, fsync: bool = True) -> None:
        """`fsync`: every change waits for the disk; without, a power loss may take the last ones, a kill never."""
        self.path = str(path)
        self.clock = clock
        self.signals = Signals()
        self._untold: list[tuple[Topic, Any]] = []
        try:
            self._db = _open(self.path, fsync=fsync)
            self.is_new = self._prepare()
        except sqlite3.OperationalError as error:
            raise StateError(f"{path}: {error}; does another sandbox use it?") from error
        except sqlite3.DatabaseError as error:
            raise StateError(f"{path} is no sandbox state ({error}); name another file with --data") from error

    def _prepare(self) -> bool:
        """A state of an earlier version gets what was added since."""
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(STEPS):
            raise StateError(f"{self.path} was made by a newer version of the sandbox; delete it to start anew")
        if version:
            with self.change():
                self._build(STEPS[version:])
        return bool(version == 0)

    def _build(self, steps: tuple[str, ...]) -> None:
        for step in steps:
            for statement in re.sub(r"--.*", "", step).split(";"):
                if statement.strip():
                    self._db.execute(statement)
        self._db.execute(f"PRAGMA user_version = {len(STEPS)}")

    def now(self) -> int:
        return int(self.clock())

    @contextmanager
    def create(self) -> Iterator[None]:
        """Make the tables and whatever the block adds, all or nothing: a killed first start is a first start again."""
        with self.change():
            self._build(STEPS)
            yield
        self.is_new = False

    @contextmanager
    def change(self) -> Iterator[None]:
        """All of the block is committed, or none of it; what it `tell`s is published after the commit."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._untold.clear()
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        told, self._untold = self._untold, []
        for topic, item in told:
            self.signals.publish(topic, item)

    def tell(self, topic: Topic, item: Any = True) -> None:
        """Inside `change()`: let the listeners know, once it is committed."""
        self._untold.append((topic, item))

    def run(self, sql: str, *values: Any) -> int:
        """Execute a writing statement; the number of rows it changed."""
        if not self._db.in_transaction:
            raise RuntimeError("a write outside change() would not be told to anybody")
        return self._db.execute(sql, values).rowcount

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
        return found

    def close(self) -> None:
        self._db.close()


def _open(path: str, *, fsync: bool) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=0.2)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA locking_mode = EXCLUSIVE")  # a second sandbox on the same file would answer with half the truth
    db.execute("PRAGMA journal_mode = WAL")
    # NORMAL may lose what was already answered
    db.execute(f"PRAGMA synchronous = {'FULL' if fsync else 'OFF'}")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("BEGIN IMMEDIATE")  # takes the lock now, not at the first change
    db.execute("COMMIT")
    return db
