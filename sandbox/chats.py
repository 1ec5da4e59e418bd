"""Users, chats and members as the file holds them; no rule of Telegram's is decided here."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

import orjson

from sandbox.state import State

Status = Literal["creator", "administrator", "member", "left", "kicked"]
Kind = Literal["new", "edit", "delete", "member"]
PRESENT = ("creator", "administrator", "member")


@dataclass(frozen=True, slots=True)
class User:
    id: int
    is_bot: bool
    first_name: str
    last_name: str | None
    username: str | None
    language: str | None
    persona: str | None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name


@dataclass(frozen=True, slots=True)
class Chat:
    """`id` is what the Bot API calls the chat; for a private one that is the person, and `bot` whom they talk to.

    `linked` is the key of a channel's discussion group (and there, of the channel), `migrated_to` that of the
    supergroup a group became.
    """

    key: int
    id: int
    type: str
    title: str | None
    username: str | None
    bot: int | None
    started: bool
    blocked: bool
    signed: bool
    linked: int | None = None
    migrated_to: int | None = None

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    @property
    def is_group(self) -> bool:
        return self.type in ("group", "supergroup")


@dataclass(frozen=True, slots=True)
class Member:
    status: Status
    rights: dict[str, bool]

    @property
    def present(self) -> bool:
        return self.status in PRESENT

    @property
    def administers(self) -> bool:
        return self.status in ("creator", "administrator")

    @property
    def is_anonymous(self) -> bool:
        return self.administers and self.rights.get("is_anonymous", False)

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, False))


def _user(row: sqlite3.Row) -> User:
    return User(
        row["id"],
        bool(row["is_bot"]),
        row["first_name"],
        row["last_name"],
        row["username"],
        row["language"],
        row["persona"],
    )


def _chat(row: sqlite3.Row) -> Chat:
    flags = bool(row["started"]), bool(row["blocked"]), bool(row["signed"])
    links = row["linked"], row["migrated_to"]
    return Chat(row["key"], row["id"], row["type"], row["title"], row["username"], row["bot"], *flags, *links)


def find_user(state: State, ref: int | str) -> User | None:
    """By numeric id or `@username`."""
    row = (
        state.row("SELECT * FROM users WHERE id = ?", ref)
        if isinstance(ref, int)
        else state.row("SELECT * FROM users WHERE username = ?", ref.removeprefix("@"))
    )
    return _user(row) if row else None


def get_user(state: State, user_id: int) -> User:
    found = find_user(state, user_id)
    if found is None:
        raise LookupError(user_id)
    return found


def persons(state: State) -> list[User]:
    return [_user(row) for row in state.rows("SELECT * FROM users WHERE NOT is_bot ORDER BY rowid")]


def main_bot(state: State) -> User:
    """The bot the pages speak of: the first one of the seed."""
    row = state.row("SELECT users.* FROM bots JOIN users USING (id) ORDER BY bots.rowid LIMIT 1")
    if row is None:
        raise LookupError("no bot")
    return _user(row)


@dataclass(frozen=True, slots=True)
class BotSettings:
    """What its owner chose: `privacy` keeps a bot from reading groups, `inline_mode` lets people ask it anywhere."""

    privacy: bool
    inline_mode: bool
    inline_feedback: bool


def bot_settings(state: State, bot: int) -> BotSettings:
    row = state.row("SELECT privacy, inline_mode, inline_feedback FROM bots WHERE id = ?", bot)
    if row is None:
        raise LookupError(bot)
    return BotSettings(*map(bool, row))


def set_bot_settings(state: State, bot: int, new: BotSettings) -> None:
    state.run(
        "UPDATE bots SET privacy = ?, inline_mode = ?, inline_feedback = ? WHERE id = ?",
        new.privacy,
        new.inline_mode,
        new.inline_feedback,
        bot,
    )


def find_chat(state: State, ref: int | str) -> Chat | None:
    """A channel or group, by id or `@username`."""
    row = (
        state.row("SELECT * FROM chats WHERE id = ? AND bot IS NULL", ref)
        if isinstance(ref, int)
        else state.row("SELECT * FROM chats WHERE username = ?", ref.removeprefix("@"))
    )
    return _chat(row) if row else None


def chat_by_key(state: State, key: int) -> Chat:
    row = state.row("SELECT * FROM chats WHERE key = ?", key)
    if row is None:
        raise LookupError(key)
    return _chat(row)


def private_chat(state: State, person: int, bot: int) -> Chat | None:
    row = state.row("SELECT * FROM chats WHERE id = ? AND bot = ?", person, bot)
    return _chat(row) if row else None


def chats_of(state: State, user: int) -> list[Chat]:
    """Every chat the person sees, the one with the newest message first."""
    rows = state.rows(
        """SELECT chats.* FROM chats WHERE migrated_to IS NULL AND ((bot IS NOT NULL AND id = ?1)
           OR key IN (SELECT chat FROM members WHERE user = ?1 AND status IN ('creator', 'administrator', 'member')))
           ORDER BY (SELECT date FROM messages WHERE chat = key ORDER BY id DESC LIMIT 1) DESC, key""",
        user,
    )
    return [_chat(row) for row in rows]


def set_flags(state: State, chat: Chat, *, started: bool, blocked: bool) -> None:
    state.run("UPDATE chats SET started = ?, blocked = ? WHERE key = ?", started, blocked, chat.key)


def member(state: State, chat: Chat, user: int) -> Member:
    """Who was never in the chat has left it, as Telegram puts it."""
    row = state.row("SELECT * FROM members WHERE chat = ? AND user = ?", chat.key, user)
    return Member(row["status"], orjson.loads(row["rights"])) if row else Member("left", {})


def members(state: State, chat: Chat) -> list[tuple[User, Member]]:
    """Who is in the chat now, the creator first."""
    rows = state.rows(
        """SELECT users.*, status, rights FROM members JOIN users ON users.id = members.user
           WHERE chat = ? AND status IN ('creator', 'administrator', 'member') ORDER BY status != 'creator', user""",
        chat.key,
    )
    return [(_user(row), Member(row["status"], orjson.loads(row["rights"]))) for row in rows]


def count_members(state: State, chat: Chat) -> int:
    return 2 if chat.is_private else len(members(state, chat))


def set_member(state: State, chat: Chat, user: int, new: Member) -> None:
    state.run(
        "INSERT INTO members (chat, user, status, rights) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET status = excluded.status, rights = excluded.rights",
        chat.key,
        user,
        new.status,
        orjson.dumps(new.rights).decode(),
    )


def tell(state: State, chat: Chat, kind: Kind, *, also: int | None = None) -> None:
    """Let the pages of everyone in the chat know; each person knows a private chat by the bot's id."""
    if chat.is_private:
        state.tell(("user", chat.id), {"chat": chat.bot, "kind": kind})
        return
    audience = {user.id for user, _ in members(state, chat) if not user.is_bot}
    for user in audience | ({also} if also is not None else set()):
        state.tell(("user", user), {"chat": chat.id, "kind": kind})
