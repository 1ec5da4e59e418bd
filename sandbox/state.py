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

VERSION = 1
SCHEMA = """
CREATE TABLE users (
    id INTEGER PRIMARY KEY, is_bot INTEGER NOT NULL, first_name TEXT NOT NULL, last_name TEXT,
    username TEXT UNIQUE COLLATE NOCASE, language TEXT, persona TEXT
);
CREATE TABLE bots (id INTEGER PRIMARY KEY REFERENCES users, token TEXT NOT NULL UNIQUE, allowed_updates TEXT);
CREATE TABLE chats (                      -- a private chat is a row too: id is the person's, bot is whom they talk to
    key INTEGER PRIMARY KEY, id INTEGER NOT NULL, type TEXT NOT NULL, title TEXT, username TEXT UNIQUE COLLATE NOCASE,
    bot INTEGER REFERENCES bots, started INTEGER NOT NULL DEFAULT 0, blocked INTEGER NOT NULL DEFAULT 0,
    signed INTEGER NOT NULL DEFAULT 0, last_message INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX chats_id ON chats (id, coalesce(bot, 0));
CREATE TABLE members (
    chat INTEGER NOT NULL REFERENCES chats, user INTEGER NOT NULL REFERENCES users, status TEXT NOT NULL,
    rights TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (chat, user)
) WITHOUT ROWID;
CREATE TABLE messages (
    chat INTEGER NOT NULL REFERENCES chats, id INTEGER NOT NULL, sender INTEGER REFERENCES users, signature TEXT,
    date INTEGER NOT NULL, edit_date INTEGER, text TEXT NOT NULL, entities TEXT NOT NULL DEFAULT '[]',
    markup TEXT, markup_bot INTEGER, reply_to INTEGER, extra TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (chat, id)
) WITHOUT ROWID;
CREATE TABLE updates (
    id INTEGER PRIMARY KEY AUTOINCREMENT, bot INTEGER NOT NULL REFERENCES bots, kind TEXT NOT NULL, body TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
INSERT INTO sqlite_sequence (name, seq) VALUES ('updates', 500000000);  -- like Telegram's, they do not begin at 1
CREATE INDEX updates_bot ON updates (bot, id);
CREATE TABLE callback_queries (
    id TEXT PRIMARY KEY, bot INTEGER NOT NULL REFERENCES bots, user INTEGER NOT NULL REFERENCES users,
    created_at INTEGER NOT NULL, answer TEXT
);
CREATE TABLE commands (
    bot INTEGER NOT NULL REFERENCES bots, scope TEXT NOT NULL, language TEXT NOT NULL, commands TEXT NOT NULL,
    PRIMARY KEY (bot, scope, language)
);
CREATE TABLE profiles (
    bot INTEGER NOT NULL REFERENCES bots, field TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (bot, field, key)
);
CREATE TABLE payments (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
    reference TEXT NOT NULL, description TEXT NOT NULL, return_url TEXT NOT NULL, language TEXT NOT NULL,
    created_at INTEGER NOT NULL, settles_at REAL
);
CREATE INDEX payments_settles ON payments (settles_at) WHERE settles_at IS NOT NULL;
CREATE TABLE charges (
    id TEXT PRIMARY KEY, payment TEXT NOT NULL REFERENCES payments, amount_minor INTEGER NOT NULL,
    fee_minor INTEGER NOT NULL, refunded_minor INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
);
CREATE INDEX charges_payment ON charges (payment);
CREATE TABLE refunds (
    id TEXT PRIMARY KEY, charge TEXT NOT NULL REFERENCES charges, amount_minor INTEGER NOT NULL, reason TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE idempotency (key TEXT PRIMARY KEY, request TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE events (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, body BLOB NOT NULL, created_at REAL NOT NULL, last_status INTEGER
);
CREATE TABLE deliveries (                 -- one row for each time an event is to arrive; duplicates are more rows
    id INTEGER PRIMARY KEY, event TEXT NOT NULL REFERENCES events, due_at REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE done = 0;
CREATE INDEX deliveries_event ON deliveries (event);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class StateError(Exception):
    """The file can't be used; the text says why, for the person who started the sandbox."""


class State:
    """The file and the readers who wait for changes in it. One process owns it: SQLite's own lock keeps others out."""

    def __init__(self, path: Path | str, clock: Callable[[], float] = time.time) -> None:
        self.path = str(path)
        self.clock = clock
        self.signals = Signals()
        self._untold: list[tuple[Topic, Any]] = []
        try:
            self._db = _open(self.path)
            self.is_new = self._prepare()
        except sqlite3.OperationalError as error:
            raise StateError(f"{path}: {error}; does another sandbox use it?") from error
        except sqlite3.DatabaseError as error:
            raise StateError(f"{path} is no sandbox state ({error}); name another file with --data") from error

    def _prepare(self) -> bool:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise StateError(f"{self.path} was made by another version of the sandbox; delete it to start anew")
        return bool(version == 0)

    def now(self) -> int:
        return int(self.clock())

    @contextmanager
    def create(self) -> Iterator[None]:
        """Make the tables and whatever the block adds, all or nothing: a killed first start is a first start again."""
        with self.change():
            for statement in re.sub(r"--.*", "", SCHEMA).split(";"):
                if statement.strip():
                    self._db.execute(statement)
            yield
            self._db.execute(f"PRAGMA user_version = {VERSION}")
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


def _open(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=0.2)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA locking_mode = EXCLUSIVE")  # a second sandbox on the same file would answer with half the truth
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")  # NORMAL may lose what was already answered
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("BEGIN IMMEDIATE")  # takes the lock now, not at the first change
    db.execute("COMMIT")
    return db
