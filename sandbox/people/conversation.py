"""`/api/users/{id}/messages` and what hangs on one message, over HTTP."""

from __future__ import annotations

from aiohttp import web

from sandbox import messages, reactions
from sandbox.chats import Chat, User
from sandbox.messages import Message
from sandbox.people import posts
from sandbox.people.errors import PeopleError
from sandbox.people.requests import (
    PERSON,
    answer,
    body_of,
    chat_of,
    message_of,
    number_of,
    person_of,
    text_of,
)
from sandbox.people.views import find_chat, message_view
from sandbox.state import State
from sandbox.telegram import files


class Conversation:
    """Writing, showing, forwarding, changing, deleting, liking; and the files of it all."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        one = rf"{PERSON}/chats/{{chat}}/messages/{{message:\d+}}"
        return [
            web.post(f"{PERSON}/messages", self.write),
            web.post(f"{PERSON}/forwards", self.forward),
            web.put(one, self.edit),
            web.delete(one, self.delete),
            web.put(f"{one}/reaction", self.react),
            web.get("/api/files/{id:[A-Za-z0-9_-]+}", self.file),
        ]

    async def write(self, request: web.Request) -> web.Response:
        person, body = person_of(self._state, request), await body_of(request)
        chat = chat_of(self._state, person, body)
        reply_to = number_of(body, "reply_to")
        photos = number_of(body, "photos")
        with self._state.change():
            if "sticker" in body:
                made = [posts.show_sticker(self._state, person, chat, text_of(body, "sticker"), reply_to)]
            elif photos is not None:
                caption = text_of(body, "text", "")
                made = posts.show_photos(self._state, person, chat, photos, caption, reply_to)
            else:
                made = [posts.write(self._state, person, chat, text_of(body, "text"), reply_to=reply_to)]
        return self._shown(person, chat, *made)

    async def forward(self, request: web.Request) -> web.Response:
        person, body = person_of(self._state, request), await body_of(request)
        source, chat = chat_of(self._state, person, body, "from_chat"), chat_of(self._state, person, body)
        message = message_of(self._state, source, body.get("message"))
        with self._state.change():
            copy = posts.forward(self._state, person, source, message, chat)
        return self._shown(person, chat, copy)

    async def edit(self, request: web.Request) -> web.Response:
        person, chat, message = self._one(request)
        text = text_of(await body_of(request), "text")
        with self._state.change():
            changed = posts.edit(self._state, person, chat, message, text)
        return self._shown(person, chat, changed)

    async def delete(self, request: web.Request) -> web.Response:
        person, chat, message = self._one(request)
        with self._state.change():
            posts.delete(self._state, person, chat, message)
        return answer({"deleted": message.id})

    async def react(self, request: web.Request) -> web.Response:
        person, chat, message = self._one(request)
        body = await body_of(request)
        emoji = None if body.get("emoji") is None else text_of(body, "emoji")
        with self._state.change():
            posts.react(self._state, person, chat, message, emoji)
        return answer({"reactions": reactions.counts(self._state, chat, message.id)})

    async def file(self, request: web.Request) -> web.Response:
        """A picture is shown, anything else is saved, whatever it says it is."""
        found = files.find(self._state, request.match_info["id"])
        if found is None:
            raise PeopleError(404, "There is no such file.")
        if found.width is not None:
            return web.Response(body=found.bytes, content_type=found.mime)
        headers = {"Content-Disposition": "attachment"}
        return web.Response(body=found.bytes, content_type="application/octet-stream", headers=headers)

    def _one(self, request: web.Request) -> tuple[User, Chat, Message]:
        person = person_of(self._state, request)
        chat = find_chat(self._state, person, request.match_info["chat"])
        return person, chat, message_of(self._state, chat, int(request.match_info["message"]))

    def _shown(self, person: User, chat: Chat, *made: Message) -> web.Response:
        now = [found for found in (messages.find(self._state, chat, one.id) for one in made) if found]
        views = [message_view(self._state, person, chat, one) for one in now]
        return answer({"message": views[0], "messages": views})
