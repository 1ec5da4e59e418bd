"""`/api`: the user API over HTTP, and the stream of changes pages listen to."""

from __future__ import annotations

import re
from typing import Any

import orjson
from aiohttp import web

from sandbox import chats, ephemerals, messages
from sandbox.chats import Chat, User
from sandbox.messages import Message
from sandbox.people import acts
from sandbox.people.errors import PeopleError
from sandbox.people.requests import (
    PERSON,
    answer,
    body_of,
    chat_of,
    find_person,
    flag_of,
    person_of,
    query_number,
    text_of,
)
from sandbox.people.views import chat_view, find_chat, messages_view, user_view
from sandbox.state import State
from sandbox.telegram.methods.profile import commands_for
from sandbox.telegram.objects import message_json, user_json

ANSWER_WITHIN_S = 15.0
BEAT_S = 15.0
MOST_MESSAGES = 500


class People:
    """Acts as anyone; there is no password, since only this machine can reach it."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/users", self.users),
            web.post(f"{PERSON}/language", self.set_language),
            web.get(f"{PERSON}/chats", self.chats),
            web.get(f"{PERSON}/chats/{{chat}}/messages", self.messages),
            web.post(f"{PERSON}/taps", self.tap),
            web.post(f"{PERSON}/chats/{{chat}}/members", self.set_member),
            web.post(f"{PERSON}/block", self.block),
            web.get(f"{PERSON}/commands", self.commands),
            web.get("/api/events", self.events),
        ]

    async def users(self, request: web.Request) -> web.Response:
        return answer({"users": [user_view(user) for user in chats.persons(self._state)]})

    async def set_language(self, request: web.Request) -> web.Response:
        person, body = person_of(self._state, request), await body_of(request)
        language = text_of(body, "language")
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
            raise PeopleError(400, 'language is a code such as "zh-hans" or "en".')
        with self._state.change():
            self._state.run("UPDATE users SET language = ? WHERE id = ?", language, person.id)
        return answer(user_view(chats.get_user(self._state, person.id)))

    async def chats(self, request: web.Request) -> web.Response:
        person = person_of(self._state, request)
        found = chats.chats_of(self._state, person.id)
        return answer({"chats": [chat_view(self._state, person, chat) for chat in found]})

    async def messages(self, request: web.Request) -> web.Response:
        person = person_of(self._state, request)
        chat = find_chat(self._state, person, request.match_info["chat"])
        limit = min(max(query_number(request, "limit", 100), 1), MOST_MESSAGES)
        after = query_number(request, "after", 0) if "after" in request.query else None
        found = messages.read(self._state, chat, after=after, limit=limit)
        view = chat_view(self._state, person, chat)
        return answer({"chat": view, "messages": messages_view(self._state, person, chat, found)})

    async def tap(self, request: web.Request) -> web.Response:
        """The bot has 15 seconds before the person sees nothing happen."""
        person, body = person_of(self._state, request), await body_of(request)
        chat = chat_of(self._state, person, body)
        message_id, wanted = body.get("message"), body.get("data", body.get("button"))
        if not isinstance(message_id, int) or not isinstance(wanted, int | str) or isinstance(wanted, bool):
            raise PeopleError(400, "Name the message by its id, and the button by its text, data or number.")
        message, shown = self._tapped(person, chat, message_id)
        button = acts.made_up(wanted) if "data" in body else acts.find_button(message, wanted)
        if "callback_data" not in button:
            return answer(_pressed(button))
        with self._state.change():
            query_id = acts.tap(self._state, person, chat, message, shown, button)
        # Nothing else runs between the commit and this line, so the bot's answer can't be missed.
        with self._state.signals.listen(("query", query_id)) as listener:
            answered = await listener.next(ANSWER_WITHIN_S)
        silence = {"text": None, "alert": False, "url": None}
        return answer({"kind": "callback", "answered": answered is not None} | (answered or silence))

    def _tapped(self, person: User, chat: Chat, message_id: int) -> tuple[Message, dict[str, Any]]:
        """The message, and how the bot is told of it. Ephemeral ones have negative ids here."""
        if message_id < 0:
            one = ephemerals.find(self._state, chat, person.id, -message_id)
            if one is not None:
                shown = message_json(self._state, chat, one.message)
                shown |= {"receiver_user": user_json(person), "ephemeral_message_id": one.id}
                return one.message, {"message": shown}
        message = messages.find(self._state, chat, message_id)
        if message is None:
            raise PeopleError(404, f"There is no message {message_id} in this chat; it may have been deleted.")
        row = self._state.row("SELECT id FROM inline_messages WHERE chat = ? AND message = ?", chat.key, message.id)
        if row:
            return message, {"inline_message_id": row["id"]}
        return message, {"message": message_json(self._state, chat, message)}

    async def set_member(self, request: web.Request) -> web.Response:
        person, body = person_of(self._state, request), await body_of(request)
        chat = find_chat(self._state, person, request.match_info["chat"])
        ref = body.get("user")
        user = chats.find_user(self._state, ref) if isinstance(ref, int | str) else None
        rights = body.get("rights") or {}
        if user is None or not isinstance(rights, dict):
            raise PeopleError(404, "user is the id or @username of somebody here, rights an object of true and false.")
        with self._state.change():
            new = acts.set_member(self._state, person, chat, user, text_of(body, "status"), rights)
        return answer({"user": user.id, "status": new.status, "rights": new.rights})

    async def block(self, request: web.Request) -> web.Response:
        person, body = person_of(self._state, request), await body_of(request)
        blocked = flag_of(body, "blocked")
        chat = find_chat(self._state, person, body.get("bot", person.id))
        with self._state.change():
            acts.set_blocked(self._state, person, chat, blocked=blocked)
        return answer({"blocked": blocked})

    async def commands(self, request: web.Request) -> web.Response:
        person = person_of(self._state, request)
        found = commands_for(self._state, chats.main_bot(self._state), person)
        return answer({"commands": [{"command": c["command"], "description": c["description"]} for c in found]})

    async def events(self, request: web.Request) -> web.StreamResponse:
        person = find_person(self._state, query_number(request, "user", 0))
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


def _pressed(button: dict[str, Any]) -> dict[str, Any]:
    """What a button does that asks nothing of the bot."""
    if "url" in button:
        return {"kind": "url", "url": button["url"]}
    if "pay" in button:
        raise PeopleError(409, "This is a Pay button; use POST /api/users/{id}/purchases.")
    if "copy_text" in button:
        return {"kind": "copy", "text": button["copy_text"]["text"]}
    query = next((v for k, v in button.items() if k.startswith("switch_inline_query")), "")
    return {"kind": "inline", "query": query.get("query", "") if isinstance(query, dict) else query}
