"""Answering taps."""

from __future__ import annotations

import re

import orjson

from sandbox.telegram.entities import units
from sandbox.telegram.errors import bad_request
from sandbox.telegram.methods.call import Call, Table

METHODS = Table()
ANSWERABLE_S = 150
LONGEST_TEXT = 200


@METHODS.method("answerCallbackQuery", "callback_query_id text show_alert url cache_time")
def answer_callback_query(call: Call) -> bool:
    """A query can be answered once, for 150 seconds."""
    query = call.state.row(
        "SELECT * FROM callback_queries WHERE id = ? AND bot = ?", call["callback_query_id"], call.bot.id
    )
    if query is None or query["answer"] or call.state.now() - query["created_at"] > ANSWERABLE_S:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if units(call.get("text", "")) > LONGEST_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    url = call.get("url")
    if url and not re.fullmatch(rf"(?i)https?://t\.me/{call.bot.username}(\?\S*)?", url):
        raise bad_request("URL_INVALID")
    answer = {"text": call.get("text"), "alert": bool(call.get("show_alert")), "url": url}
    call.state.run("UPDATE callback_queries SET answer = ? WHERE id = ?", orjson.dumps(answer).decode(), query["id"])
    call.state.tell(("query", query["id"]), answer)
    return True
