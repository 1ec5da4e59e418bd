"""Answering inline queries. What people ask and choose is in people/inline.py."""

from __future__ import annotations

import re
from typing import Any

import orjson

from sandbox.telegram.entities import read_text
from sandbox.telegram.errors import bad_request, not_played
from sandbox.telegram.keyboards import read_markup
from sandbox.telegram.methods.call import Call, Table

METHODS = Table()
ANSWERABLE_S = 30
MOST_RESULTS = 50


@METHODS.method(
    "answerInlineQuery",
    "inline_query_id results cache_time is_personal next_offset button switch_pm_parameter switch_pm_text",
)
def answer_inline_query(call: Call) -> bool:
    """At most 50 articles with a text. Results are not cached."""
    row = call.state.row("SELECT * FROM inline_queries WHERE id = ? AND bot = ?", call["inline_query_id"], call.bot.id)
    if row is None or row["answer"] or call.state.now() - row["created_at"] > ANSWERABLE_S:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    results = call["results"]
    if len(results) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    if len({result["id"] for result in results}) != len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(call.get("next_offset", "").encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    answer = {"results": [_result(result) for result in results], "button": _button(call)}
    answer["next_offset"] = call.get("next_offset", "")
    call.state.run("UPDATE inline_queries SET answer = ? WHERE id = ?", orjson.dumps(answer).decode(), row["id"])
    call.state.tell(("inline", row["id"]), answer)
    return True


def _result(result: dict[str, Any]) -> dict[str, Any]:
    """Ready to be sent: the text parsed, the keyboard checked."""
    if not 1 <= len(result["id"].encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    content = result.get("input_message_content")
    if result["type"] != "article" or not content or "message_text" not in content:
        raise not_played(f"inline results of the type {result['type']} without a text; use an article")
    if not result["title"].strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    text, entities = read_text(content["message_text"], content.get("parse_mode"), content.get("entities"))
    return {
        "id": result["id"],
        "type": "article",
        "title": result["title"],
        "description": result.get("description"),
        "text": text,
        "entities": entities,
        "markup": read_markup(result.get("reply_markup")),
    }


def _button(call: Call) -> dict[str, Any] | None:
    """A button above the results that leads into the private chat."""
    button = call.get("button") or {}
    if "web_app" in button:
        raise not_played("web_app buttons")
    text = button.get("text", call.get("switch_pm_text"))
    parameter = button.get("start_parameter", call.get("switch_pm_parameter"))
    if text is None:
        return None
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", parameter or ""):
        raise bad_request("START_PARAM_INVALID")
    return {"text": text, "start": parameter}
