"""`/api`: the user API over HTTP, and the stream of changes pages listen to."""

from __future__ import annotations

import re
from typing import Any

import orjson
from aiohttp import web

from sandbox import chats, messages
from sandbox.chats import Chat, User
from sandbox.people import acts
from sandbox.people.errors import PeopleError
from sandbox.people.views import chat_view, find_chat, message_view, user_view
from sandbox.state import State
from sandbox.telegram.methods.profile import commands_for

ANSWER_WITHIN_S = 15.0
BEAT_S = 15.0
MOST_MESSAGES = 500


class People:
    """Acts as anyone; there is no password, since only this machine can reach it."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        person = r"/api/users/{id:\d+}"
        return [
            web.get("/api/users", self.users),
            web.post(f"{person}/language", self.set_language),
            web.get(f"{person}/chats", self.chats),
            web.get(f"{person}/chats/{{chat}}/messages", self.messages),
            web.post(f"{person}/messages", self.write),
            web.post(f"{person}/taps", self.tap),
            web.post(f"{person}/chats/{{chat}}/members", self.set_member),
            web.post(f"{person}/block", self.block),
            web.get(f"{person}/commands", self.commands),
            web.get("/api/events", self.events),
        ]

    async def users(self, request: web.Request) -> web.Response:
        return answer({"users": [user_view(user) for user in chats.persons(self._state)]})

    async def set_language(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await _body(request)
        language = _text(body, "language")
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
            raise PeopleError(400, 'language is a code such as "zh-hans" or "en".')
        with self._state.change():
            self._state.run("UPDATE users SET language = ? WHERE id = ?", language, person.id)
        return answer(user_view(chats.get_user(self._state, person.id)))

    async def chats(self, request: web.Request) -> web.Response:
        person = self._person(request)
        found = chats.chats_of(self._state, person.id)
        return answer({"chats": [chat_view(self._state, person, chat) for chat in found]})

    async def messages(self, request: web.Request) -> web.Response:
        person = self._person(request)
        chat = find_chat(self._state, person, request.match_info["chat"])
        limit = min(max(_number(request, "limit", 100), 1), MOST_MESSAGES)
        after = _number(request, "after", 0) if "after" in request.query else None
        found = messages.read(self._state, chat, after=after, limit=limit)
        view = chat_view(self._state, person, chat)
        return answer({"chat": view, "messages": [message_view(self._state, person, chat, m) for m in found]})

    async def write(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await _body(request)
        chat = self._chat(person, body)
        with self._state.change():
            message = acts.write(self._state, person, chat, _text(body, "text"))
        return answer({"message": message_view(self._state, person, chat, message)})

    async def tap(self, request: web.Request) -> web.Response:
        """The bot has 15 seconds before the person sees nothing happen."""
        person, body = self._person(request), await _body(request)
        chat = self._chat(person, body)
        message_id, wanted = body.get("message"), body.get("button")
        if not isinstance(message_id, int) or not isinstance(wanted, int | str) or isinstance(wanted, bool):
            raise PeopleError(400, "Name the message by its id, and the button by its text, data or number.")
        message = messages.find(self._state, chat, message_id)
        if message is None:
            raise PeopleError(404, f"There is no message {message_id} in this chat; it may have been deleted.")
        button = acts.find_button(message, wanted)
        if "url" in button:
            return answer({"kind": "url", "url": button["url"]})
        with self._state.change():
            query_id = acts.tap(self._state, person, chat, message, button)
        # Nothing else runs between the commit and this line, so the bot's answer can't be missed.
        with self._state.signals.listen(("query", query_id)) as listener:
            answered = await listener.next(ANSWER_WITHIN_S)
        silence = {"text": None, "alert": False, "url": None}
        return answer({"kind": "callback", "answered": answered is not None} | (answered or silence))

    async def set_member(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await _body(request)
        chat = find_chat(self._state, person, request.match_info["chat"])
        ref = body.get("user")
        user = chats.find_user(self._state, ref) if isinstance(ref, int | str) else None
        rights = body.get("rights") or {}
        if user is None or not isinstance(rights, dict):
            raise PeopleError(404, "user is the id or @username of somebody here, rights an object of true and false.")
        with self._state.change():
            new = acts.set_member(self._state, person, chat, user, _text(body, "status"), rights)
        return answer({"user": user.id, "status": new.status, "rights": new.rights})

    async def block(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await _body(request)
        blocked = body.get("blocked")
        if not isinstance(blocked, bool):
            raise PeopleError(400, "blocked is true or false.")
        chat = find_chat(self._state, person, person.id)
        with self._state.change():
            acts.set_blocked(self._state, person, chat, blocked=blocked)
        return answer({"blocked": blocked})

    async def commands(self, request: web.Request) -> web.Response:
        person = self._person(request)
        found = commands_for(self._state, chats.main_bot(self._state), person)
        return answer({"commands": [{"command": c["command"], "description": c["description"]} for c in found]})

    async def events(self, request: web.Request) -> web.StreamResponse:
        person = self._find_person(_number(request, "user", 0))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        signals = self._state.signals
        with signals.listen(("user", person.id)) as listener:
            await response.prepare(request)
            await response.write(b": listening\n\n")
            while not signals.closed:
                change = await listener.next(BEAT_S)
                line = b"event: change\ndata: %b\n\n" % orjson.dumps(change) if change else b": still here\n\n"
                try:
                    await response.write(line)
                except ConnectionError:
                    break
        return response

    def _person(self, request: web.Request) -> User:
        return self._find_person(int(request.match_info["id"]))

    def _find_person(self, user_id: int) -> User:
        found = chats.find_user(self._state, user_id)
        if found is None or found.is_bot:
            raise PeopleError(404, f"There is no person {user_id}; GET /api/users lists them.")
        return found

    def _chat(self, person: User, body: dict[str, Any]) -> Chat:
        ref = body.get("chat")
        if not isinstance(ref, int | str) or isinstance(ref, bool):
            raise PeopleError(400, "chat is a numeric id or an @username.")
        return find_chat(self._state, person, ref)


def answer(body: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise PeopleError(400, "Send a JSON object.")
    return body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise PeopleError(400, f"{name} is missing; it is a text.")
    return value


def _number(request: web.Request, name: str, default: int) -> int:
    try:
        number = int(request.query.get(name, default))
    except ValueError:
        number = 2**63
    if abs(number) >= 2**63:
        raise PeopleError(400, f"{name} is a number.")
    return number
