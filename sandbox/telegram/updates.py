"""The queue of updates of each bot: kept until confirmed or 24 hours old, read by one long poll at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from sandbox import chats
from sandbox.state import State
from sandbox.telegram.errors import ApiError

KEPT_S = 24 * 3600
LONGEST_POLL_S = 50
NOT_BY_DEFAULT = ("chat_member", "message_reaction", "message_reaction_count")


def put(state: State, bot: int, kind: str, body: dict[str, Any]) -> None:
    """Queue an update, unless the bot asked not to get its kind."""
    row = state.row("SELECT allowed_updates FROM bots WHERE id = ?", bot)
    allowed = orjson.loads(row["allowed_updates"]) if row and row["allowed_updates"] else []
    if kind not in allowed if allowed else kind in NOT_BY_DEFAULT:
        return
    state.run(
        "INSERT INTO updates (bot, kind, body, created_at) VALUES (?, ?, ?, ?)",
        bot,
        kind,
        orjson.dumps(body).decode(),
        state.now(),
    )
    state.tell(("updates", bot))


def put_for_members(state: State, chat: chats.Chat, kind: str, body: dict[str, Any]) -> None:
    for user, _ in chats.members(state, chat):
        if user.is_bot:
            put(state, user.id, kind, body)


def allow(state: State, bot: int, kinds: list[str]) -> None:
    """What to queue from now on; an empty list means the default."""
    state.run("UPDATE bots SET allowed_updates = ? WHERE id = ?", orjson.dumps(kinds).decode(), bot)


def allowed(state: State, bot: int) -> list[str]:
    row = state.row("SELECT allowed_updates FROM bots WHERE id = ?", bot)
    return orjson.loads(row["allowed_updates"]) if row and row["allowed_updates"] else []


def pending(state: State, bot: int) -> int:
    row = state.row("SELECT count(*) AS n FROM updates WHERE bot = ?", bot)
    return row["n"] if row else 0


def drop(state: State, bot: int) -> None:
    state.run("DELETE FROM updates WHERE bot = ?", bot)


class Polls:
    """At most one `getUpdates` a bot: a newer one ends the one that waits with 409, as Telegram does."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._current: dict[int, asyncio.Event] = {}

    async def get(self, bot: int, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        ended = asyncio.Event()
        previous = self._current.get(bot)
        if previous:
            previous.set()
            self._state.signals.publish(("updates", bot), None)
        self._current[bot] = ended
        try:
            return await self._wait(bot, parameters, ended)
        finally:
            if self._current.get(bot) is ended:
                del self._current[bot]

    async def _wait(self, bot: int, parameters: dict[str, Any], ended: asyncio.Event) -> list[dict[str, Any]]:
        state = self._state
        limit = min(max(parameters.get("limit", 100), 1), 100)
        timeout = min(max(parameters.get("timeout", 0), 0), LONGEST_POLL_S)
        deadline = asyncio.get_running_loop().time() + timeout
        with state.signals.listen(("updates", bot)) as news:
            with state.change():
                if "allowed_updates" in parameters:
                    allow(state, bot, parameters["allowed_updates"])
                offset = _confirm(state, bot, parameters.get("offset", 0))
            while True:
                found = _read(state, bot, offset, limit)
                left = deadline - asyncio.get_running_loop().time()
                if found or left <= 0 or state.signals.closed:
                    return found
                await news.next(left)
                if ended.is_set():
                    raise ApiError(
                        409,
                        "Conflict: terminated by other getUpdates request;"
                        " make sure that only one bot instance is running",
                    )


def _confirm(state: State, bot: int, offset: int) -> int:
    """Forget what the offset confirms and what is too old; where to read from. A negative one counts from the end."""
    state.run("DELETE FROM updates WHERE bot = ? AND created_at < ?", bot, state.now() - KEPT_S)
    if offset < 0:
        row = state.row("SELECT id FROM updates WHERE bot = ? ORDER BY id DESC LIMIT 1 OFFSET ?", bot, -offset - 1)
        offset = row["id"] if row else 0
    state.run("DELETE FROM updates WHERE bot = ? AND id < ?", bot, offset)
    return offset


def _read(state: State, bot: int, offset: int, limit: int) -> list[dict[str, Any]]:
    rows = state.rows(
        "SELECT id, kind, body FROM updates WHERE bot = ? AND id >= ? ORDER BY id LIMIT ?", bot, offset, limit
    )
    return [{"update_id": row["id"], row["kind"]: orjson.loads(row["body"])} for row in rows]
