"""Asking a bot from the input field of any chat, and choosing of what it offers. Runs inside one `state.change()`."""

from __future__ import annotations

import secrets
from typing import Any

import orjson

from sandbox import chats, messages
from sandbox.chats import Chat, User
from sandbox.messages import Message
from sandbox.people.errors import PeopleError
from sandbox.people.views import can_write
from sandbox.state import State
from sandbox.telegram import feed, updates
from sandbox.telegram.objects import user_json

LONGEST_QUERY = 256


def ask(state: State, person: User, bot: User, chat: Chat | None, query: str, offset: str) -> str:
    """Type `@bot query`; the id of the query the bot has to answer."""
    if not chats.bot_settings(state, bot.id).inline_mode:
        raise PeopleError(409, f"{bot.name} has inline mode switched off; PUT /api/bots/{bot.id} can switch it on.")
    if len(query) > LONGEST_QUERY:
        raise PeopleError(400, f"query takes up to {LONGEST_QUERY} characters.")
    query_id = str(secrets.randbits(62) + 2**62)
    state.run(
        "INSERT INTO inline_queries (id, bot, user, query, created_at) VALUES (?, ?, ?, ?, ?)",
        query_id,
        bot.id,
        person.id,
        query,
        state.now(),
    )
    where = {} if chat is None else {"chat_type": "sender" if chat.bot == bot.id else chat.type}
    body = {"id": query_id, "from": user_json(person), "query": query, "offset": offset}
    updates.put(state, bot.id, "inline_query", body | where)
    return query_id


def choose(state: State, person: User, query_id: str, result_id: str, chat: Chat) -> Message:
    """Send one of the results, in the person's name via the bot."""
    row = state.row("SELECT * FROM inline_queries WHERE id = ? AND user = ?", query_id, person.id)
    results = orjson.loads(row["answer"])["results"] if row and row["answer"] else []
    chosen: dict[str, Any] | None = next((one for one in results if one["id"] == result_id), None)
    if row is None or chosen is None:
        raise PeopleError(404, "There is no such result; ask the bot again.")
    if not can_write(state, person, chat):
        raise PeopleError(403, f"{person.name} may not post in {chat.title}; act as one of its administrators.")
    message = messages.add(
        state,
        chat,
        sender=person.id,
        text=chosen["text"],
        entities=chosen["entities"],
        markup=chosen["markup"],
        markup_bot=row["bot"],
        signature=person.name if chat.signed else None,
        meta={"via": row["bot"]},
    )
    named = {}
    if chosen["markup"]:  # only a message with buttons can be changed later
        inline_id = secrets.token_urlsafe(20)
        state.run("INSERT INTO inline_messages VALUES (?, ?, ?, ?)", inline_id, row["bot"], chat.key, message.id)
        named = {"inline_message_id": inline_id}
    if chat.bot is not None:
        chats.set_flags(state, chat, started=True, blocked=chat.blocked)
    feed.posted(state, chat, message)
    if chats.bot_settings(state, row["bot"]).inline_feedback:
        body = {"result_id": result_id, "from": user_json(person), "query": row["query"]}
        updates.put(state, row["bot"], "chosen_inline_result", body | named)
    return message
