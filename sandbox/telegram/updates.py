"""The queue of updates of each bot: kept until confirmed or too old, for one long poll or one webhook."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from sandbox import chats
from sandbox.state import State
from sandbox.telegram.errors import ApiError

KEPT_S = 24 * 3600
# What nobody waits for any longer is dropped earlier. Source: telegram-bot-api, Client.cpp, add_update.
KEPT_SHORTER_S = {
    "callback_query": 150,
    "pre_checkout_query": 150,
    "shipping_query": 150,
    "inline_query": 30,
    "chosen_inline_result": 600,
}
LONGEST_POLL_S = 50
NOT_BY_DEFAULT = ("chat_member", "message_reaction", "message_reaction_count")
MESSAGES = ("message", "edited_message", "channel_post", "edited_channel_post")
PAYMENTS = ("pre_checkout_query", "shipping_query")


def put(state: State, bot: int, kind: str, body: dict[str, Any]) -> None:
    """Queue an update, unless the bot asked not to get its kind."""
    listed = allowed(state, bot)
    if kind not in listed if listed else kind in NOT_BY_DEFAULT:
        return
    now = state.now()
    state.run(
        "INSERT INTO updates (bot, kind, body, created_at, queue, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
        bot,
        kind,
        orjson.dumps(body).decode(),
        now,
        queue_of(kind, body),
        now + KEPT_SHORTER_S.get(kind, KEPT_S),
    )
    state.tell(("updates", bot))
    state.tell(("webhooks", "due"))


def queue_of(kind: str, body: dict[str, Any]) -> str:
    """A webhook gets what is in one queue one after the other: by chat for messages, by person for what people ask."""
    if kind in MESSAGES:
        return f"chat:{body['chat']['id']}"
    if kind in PAYMENTS:
        return f"payments:{body['from']['id']}"
    if kind == "subscription":
        return f"payments:{body['user']['id']}"
    return f"{kind}:{body['chat']['id'] if 'chat' in body else body['from']['id']}"


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
    row = state.row("SELECT count(*) AS n FROM updates WHERE bot = ? AND expires_at > ?", bot, state.now())
    return row["n"] if row else 0


def waiting_taps(state: State, bot: int) -> set[str]:
    """The ids of the callback queries that wait."""
    query = "SELECT body ->> 'id' AS id FROM updates WHERE bot = ? AND kind = 'callback_query' AND expires_at > ?"
    return {row["id"] for row in state.rows(query, bot, state.now())}


def drop(state: State, bot: int) -> None:
    state.run("DELETE FROM updates WHERE bot = ?", bot)


def has_webhook(state: State, bot: int) -> bool:
    return state.row("SELECT 1 FROM webhooks WHERE bot = ?", bot) is not None


class Polls:
    """At most one `getUpdates` a bot, and none beside a webhook: the one that waits ends with 409."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._current: dict[int, list[str]] = {}

    async def get(self, bot: int, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        if has_webhook(self._state, bot):
            raise _conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        ended: list[str] = []
        self.end(bot, "other getUpdates request; make sure that only one bot instance is running")
        self._current[bot] = ended
        try:
            return await self._wait(bot, parameters, ended)
        finally:
            if self._current.get(bot) is ended:
                del self._current[bot]

    def end(self, bot: int, by: str) -> None:
        """The poll that waits now is answered with a conflict."""
        previous = self._current.get(bot)
        if previous is not None:
            previous.append(by)
            self._state.signals.publish(("updates", bot), None)

    async def _wait(self, bot: int, parameters: dict[str, Any], ended: list[str]) -> list[dict[str, Any]]:
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
                if ended:
                    raise _conflict(f"terminated by {ended[0]}")


def _conflict(text: str) -> ApiError:
    return ApiError(409, f"Conflict: {text}")


def _confirm(state: State, bot: int, offset: int) -> int:
    """Forget what the offset confirms and what is too old; where to read from. A negative one counts from the end."""
    state.run("DELETE FROM updates WHERE bot = ? AND expires_at <= ?", bot, state.now())
    if offset < 0:
        row = state.row("SELECT id FROM updates WHERE bot = ? ORDER BY id DESC LIMIT 1 OFFSET ?", bot, -offset - 1)
        offset = row["id"] if row else 0
    state.run("DELETE FROM updates WHERE bot = ? AND id < ?", bot, offset)
    return offset


def _read(state: State, bot: int, offset: int, limit: int) -> list[dict[str, Any]]:
    rows = state.rows(
        "SELECT id, kind, body FROM updates WHERE bot = ? AND id >= ? AND expires_at > ? ORDER BY id LIMIT ?",
        bot,
        offset,
        state.now(),
        limit,
    )
    return [{"update_id": row["id"], row["kind"]: orjson.loads(row["body"])} for row in rows]
