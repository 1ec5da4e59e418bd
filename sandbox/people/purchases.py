"""Paying an invoice: the bot is asked first and has ten seconds. Nothing here is money."""

from __future__ import annotations

import re
import secrets
from typing import Any

import orjson

from sandbox import chats
from sandbox.chats import Chat, User
from sandbox.messages import Message
from sandbox.people.errors import PeopleError
from sandbox.state import State
from sandbox.telegram import updates
from sandbox.telegram.methods.payments import pre_checkout_json


def pay_message(state: State, person: User, chat: Chat, message: Message) -> str:
    """Press the Pay button of an invoice; the id of the question the bot is asked."""
    invoice = message.meta.get("invoice")
    if invoice is None or message.sender is None:
        raise PeopleError(409, f"Message {message.id} is no invoice.")
    return _ask(state, person, message.sender, invoice, chat, message)


def pay_link(state: State, person: User, link: str) -> str:
    """`https://t.me/$…`, as createInvoiceLink gives."""
    bot, invoice = _linked(state, link)
    return _ask(state, person, bot, invoice, None, None)


def invoice_view(state: State, link: str) -> dict[str, Any]:
    """What whoever opens an invoice link sees before paying."""
    _, invoice = _linked(state, link)
    return {k: invoice[k] for k in ("title", "description", "currency", "total_amount")}


def _linked(state: State, link: str) -> tuple[int, dict[str, Any]]:
    match = re.fullmatch(r"(?:https?://t\.me/)?\$?([\w-]+)", link)
    row = state.row("SELECT * FROM invoice_links WHERE slug = ?", match[1] if match else "")
    if row is None:
        raise PeopleError(404, "There is no such invoice.")
    return row["bot"], orjson.loads(row["invoice"])


def _ask(
    state: State, person: User, bot: int, invoice: dict[str, Any], chat: Chat | None, message: Message | None
) -> str:
    query_id = str(secrets.randbits(62) + 2**62)
    state.run(
        "INSERT INTO checkouts (id, bot, user, invoice, chat, message, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        query_id,
        bot,
        person.id,
        orjson.dumps(invoice).decode(),
        chat.key if chat else None,
        message.id if message else None,
        state.now(),
    )
    private = chats.private_chat(state, person.id, bot)
    if private is not None and not private.started:
        chats.set_flags(state, private, started=True, blocked=private.blocked)
    updates.put(state, bot, "pre_checkout_query", pre_checkout_json(query_id, person, invoice))
    return query_id
