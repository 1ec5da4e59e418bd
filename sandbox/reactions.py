"""Who reacted to which message, and with what."""

from __future__ import annotations

from typing import Any

import orjson

from sandbox.chats import Chat
from sandbox.state import State

# What everyone may use. Source: core.telegram.org/bots/api#reactiontypeemoji.
EVERYONES = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓
🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
EMOJI = frozenset(EVERYONES.split())

Reaction = dict[str, Any]


def of(state: State, chat: Chat, message_id: int, user: int) -> list[Reaction]:
    row = state.row(
        "SELECT reaction FROM reactions WHERE chat = ? AND message = ? AND user = ?", chat.key, message_id, user
    )
    return orjson.loads(row["reaction"]) if row else []


def put(state: State, chat: Chat, message_id: int, user: int, wanted: list[Reaction]) -> None:
    """An empty list takes it back."""
    if not wanted:
        state.run("DELETE FROM reactions WHERE chat = ? AND message = ? AND user = ?", chat.key, message_id, user)
        return
    state.run(
        "INSERT INTO reactions VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET reaction = excluded.reaction",
        chat.key,
        message_id,
        user,
        orjson.dumps(wanted).decode(),
    )


def counts(state: State, chat: Chat, message_id: int) -> dict[str, int]:
    """How many gave each emoji, in the order they first came."""
    found: dict[str, int] = {}
    for row in state.rows("SELECT reaction FROM reactions WHERE chat = ? AND message = ?", chat.key, message_id):
        for reaction in orjson.loads(row["reaction"]):
            found[reaction["emoji"]] = found.get(reaction["emoji"], 0) + 1
    return found
