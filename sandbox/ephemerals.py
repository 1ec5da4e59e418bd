"""Ephemeral messages: in a group, seen by one member and the bot. Their ids count in each chat by themselves."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import Any

import orjson

from sandbox.chats import Chat
from sandbox.messages import Message
from sandbox.state import State

KEPT_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Ephemeral:
    """`message` has the id 0; it is shown behind message `after`, or in the place of message `replaces`."""

    id: int
    receiver: int
    after: int
    replaces: int | None
    message: Message


def add(state: State, chat: Chat, receiver: int, message: Message, replaces: int | None) -> Ephemeral:
    state.run("UPDATE chats SET last_ephemeral = last_ephemeral + 1 WHERE key = ?", chat.key)
    row = state.row("SELECT last_ephemeral, last_message FROM chats WHERE key = ?", chat.key)
    if row is None:
        raise LookupError(chat.key)
    new = Ephemeral(row["last_ephemeral"], receiver, row["last_message"], replaces, message)
    state.run(
        "INSERT INTO ephemerals (chat, id, receiver, bot, after, replaces, date, text, entities, markup, extra)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        chat.key,
        new.id,
        receiver,
        message.sender,
        new.after,
        replaces,
        message.date,
        *_content(message),
    )
    _tell(state, chat, receiver, "new")
    return new


def save(state: State, chat: Chat, changed: Ephemeral) -> None:
    state.run(
        "UPDATE ephemerals SET text = ?, entities = ?, markup = ?, extra = ?, edit_date = ? WHERE chat = ? AND id = ?",
        *_content(changed.message),
        changed.message.edit_date,
        chat.key,
        changed.id,
    )
    _tell(state, chat, changed.receiver, "edit")


def delete(state: State, chat: Chat, gone: Ephemeral) -> None:
    state.run("DELETE FROM ephemerals WHERE chat = ? AND id = ?", chat.key, gone.id)
    _tell(state, chat, gone.receiver, "delete")


def find(state: State, chat: Chat, receiver: int, ephemeral_id: int) -> Ephemeral | None:
    row = state.row(
        "SELECT * FROM ephemerals WHERE chat = ? AND id = ? AND receiver = ? AND date > ?",
        chat.key,
        ephemeral_id,
        receiver,
        state.now() - KEPT_S,
    )
    return _ephemeral(row) if row else None


def seen_by(state: State, chat: Chat, receiver: int) -> list[Ephemeral]:
    """Those of the last day, oldest first."""
    rows = state.rows(
        "SELECT * FROM ephemerals WHERE chat = ? AND receiver = ? AND date > ? ORDER BY id",
        chat.key,
        receiver,
        state.now() - KEPT_S,
    )
    return [_ephemeral(row) for row in rows]


def _tell(state: State, chat: Chat, receiver: int, kind: str) -> None:
    state.tell(("user", receiver), {"chat": chat.id, "kind": kind})


def _content(message: Message) -> tuple[str, str, str | None, str]:
    markup = orjson.dumps(message.markup).decode() if message.markup else None
    return message.text, orjson.dumps(message.entities).decode(), markup, orjson.dumps(message.extra).decode()


def _ephemeral(row: sqlite3.Row) -> Ephemeral:
    markup = orjson.loads(row["markup"]) if row["markup"] else None
    message = Message(
        id=0,
        sender=row["bot"],
        signature=None,
        date=row["date"],
        edit_date=row["edit_date"],
        text=row["text"],
        entities=orjson.loads(row["entities"]),
        markup=markup,
        markup_bot=row["bot"] if markup else None,
        reply_to=None,
        extra=orjson.loads(row["extra"]),
    )
    return Ephemeral(row["id"], row["receiver"], row["after"], row["replaces"], message)


def with_content(old: Ephemeral, **changes: Any) -> Ephemeral:
    return replace(old, message=replace(old.message, **changes))
