"""Messages as the file holds them; ids grow by one in each chat, and a deleted one is never given again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

import orjson

from sandbox.chats import Chat, tell
from sandbox.state import State


@dataclass(frozen=True, slots=True)
class Message:
    """`sender` is the one who wrote it, also where nobody is told; `markup_bot` gets the taps.

    `text` is the caption where `extra` holds a photo or the like; `extra` is told as it is. `meta` is not told:
    `as` (key of the chat it is said in the name of), `service`, `thread` (the first message of the replies),
    `keyboard` (a reply keyboard), `via` (the bot whose inline result it is).
    """

    id: int
    sender: int | None
    signature: str | None
    date: int
    edit_date: int | None
    text: str
    entities: list[dict[str, Any]]
    markup: dict[str, Any] | None
    markup_bot: int | None
    reply_to: int | None
    extra: dict[str, Any]
    meta: dict[str, Any] = field(default_factory=dict)


def _message(row: sqlite3.Row) -> Message:
    return Message(
        row["id"],
        row["sender"],
        row["signature"],
        row["date"],
        row["edit_date"],
        row["text"],
        orjson.loads(row["entities"]),
        orjson.loads(row["markup"]) if row["markup"] else None,
        row["markup_bot"],
        row["reply_to"],
        orjson.loads(row["extra"]),
        orjson.loads(row["meta"]),
    )


def add(
    state: State,
    chat: Chat,
    *,
    sender: int | None,
    text: str = "",
    entities: list[dict[str, Any]] | None = None,
    date: int | None = None,
    signature: str | None = None,
    markup: dict[str, Any] | None = None,
    markup_bot: int | None = None,
    reply_to: int | None = None,
    extra: dict[str, Any] | None = None,
    meta: dict[str, Any] | None = None,
) -> Message:
    """A new message, with the chat's next id; now, unless it is dated."""
    answered = find(state, chat, reply_to) if reply_to is not None and chat.type == "supergroup" else None
    thread = {"thread": answered.meta.get("thread", answered.id)} if answered else {}
    message = Message(
        id=_next_id(state, chat),
        sender=sender,
        signature=signature,
        date=state.now() if date is None else date,
        edit_date=None,
        text=text,
        entities=entities or [],
        markup=markup,
        markup_bot=(markup_bot or sender) if markup else None,
        reply_to=reply_to,
        extra=extra or {},
        meta=thread | (meta or {}),
    )
    _insert(state, chat, message)
    tell(state, chat, "new")
    return message


def save_edit(state: State, chat: Chat, message: Message) -> None:
    state.run(
        "UPDATE messages SET text = ?, entities = ?, markup = ?, markup_bot = ?, edit_date = ?, extra = ?"
        " WHERE chat = ? AND id = ?",
        message.text,
        _dump(message.entities),
        _dump(message.markup),
        message.markup_bot,
        message.edit_date,
        _dump(message.extra),
        chat.key,
        message.id,
    )
    tell(state, chat, "edit")


def delete(state: State, chat: Chat, message_id: int) -> None:
    state.run("DELETE FROM messages WHERE chat = ? AND id = ?", chat.key, message_id)
    state.run("DELETE FROM reactions WHERE chat = ? AND message = ?", chat.key, message_id)
    state.run("DELETE FROM pins WHERE chat = ? AND message = ?", chat.key, message_id)
    tell(state, chat, "delete")


def find(state: State, chat: Chat, message_id: int) -> Message | None:
    row = state.row("SELECT * FROM messages WHERE chat = ? AND id = ?", chat.key, message_id)
    return _message(row) if row else None


def read(state: State, chat: Chat, *, after: int | None, limit: int) -> list[Message]:
    """The newest ones, or those after an id; oldest first."""
    if after is not None:
        rows = state.rows(
            "SELECT * FROM messages WHERE chat = ? AND id > ? ORDER BY id LIMIT ?", chat.key, after, limit
        )
    else:
        rows = state.rows("SELECT * FROM messages WHERE chat = ? ORDER BY id DESC LIMIT ?", chat.key, limit)[::-1]
    return [_message(row) for row in rows]


def _next_id(state: State, chat: Chat) -> int:
    state.run("UPDATE chats SET last_message = last_message + 1 WHERE key = ?", chat.key)
    row = state.row("SELECT last_message FROM chats WHERE key = ?", chat.key)
    if row is None:
        raise LookupError(chat.key)
    next_id: int = row["last_message"]
    return next_id


def _insert(state: State, chat: Chat, message: Message) -> None:
    state.run(
        "INSERT INTO messages (chat, id, sender, signature, date, text, entities, markup, markup_bot, reply_to, extra,"
        " meta) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        chat.key,
        message.id,
        message.sender,
        message.signature,
        message.date,
        message.text,
        _dump(message.entities),
        _dump(message.markup),
        message.markup_bot,
        message.reply_to,
        _dump(message.extra),
        _dump(message.meta),
    )


def _dump(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
