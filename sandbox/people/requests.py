"""What a call of the user API says, checked; and how it is answered."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

from sandbox import chats, messages
from sandbox.chats import Chat, User
from sandbox.messages import Message
from sandbox.people.errors import PeopleError
from sandbox.people.views import find_chat
from sandbox.state import State

PERSON = r"/api/users/{id:\d+}"


def answer(body: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")


def find_person(state: State, user_id: int) -> User:
    found = chats.find_user(state, user_id)
    if found is None or found.is_bot:
        raise PeopleError(404, f"There is no person {user_id}; GET /api/users lists them.")
    return found


def person_of(state: State, request: web.Request) -> User:
    return find_person(state, int(request.match_info["id"]))


def chat_of(state: State, person: User, body: dict[str, Any], name: str = "chat") -> Chat:
    ref = body.get(name)
    if not isinstance(ref, int | str) or isinstance(ref, bool):
        raise PeopleError(400, f"{name} is a numeric id or an @username.")
    return find_chat(state, person, ref)


def message_of(state: State, chat: Chat, message_id: Any) -> Message:
    if not isinstance(message_id, int) or isinstance(message_id, bool):
        raise PeopleError(400, "Name the message by its id.")
    found = messages.find(state, chat, message_id)
    if found is None:
        raise PeopleError(404, f"There is no message {message_id} in this chat; it may have been deleted.")
    return found


async def body_of(request: web.Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise PeopleError(400, "Send a JSON object.")
    return body


def text_of(body: dict[str, Any], name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise PeopleError(400, f"{name} is missing; it is a text.")
    return value


def number_of(body: dict[str, Any], name: str, default: int | None = None) -> int | None:
    value = body.get(name, default)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise PeopleError(400, f"{name} is a number.")
    return value


def flag_of(body: dict[str, Any], name: str, default: bool | None = None) -> bool:
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise PeopleError(400, f"{name} is true or false.")
    return value


def query_number(request: web.Request, name: str, default: int) -> int:
    try:
        number = int(request.query.get(name, default))
    except ValueError:
        number = 2**63
    if abs(number) >= 2**63:
        raise PeopleError(400, f"{name} is a number.")
    return number


def bot_of(state: State, body: dict[str, Any]) -> User:
    ref = body.get("bot")
    found = chats.main_bot(state) if ref is None else None
    if isinstance(ref, int | str) and not isinstance(ref, bool):
        found = chats.find_user(state, ref)
    if found is None or not found.is_bot:
        raise PeopleError(404, f"There is no bot {ref}; GET /api/bots lists them.")
    return found
