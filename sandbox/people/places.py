"""The user API's calls about chats as a whole, over HTTP."""

from __future__ import annotations

import re

from aiohttp import web

from sandbox import chats
from sandbox.chats import Chat, User
from sandbox.people import acts, groups
from sandbox.people.errors import PeopleError
from sandbox.people.requests import (
    PERSON,
    answer,
    body_of,
    chat_of,
    person_of,
    text_of,
)
from sandbox.people.views import chat_view, find_chat
from sandbox.state import State


class Places:
    """Making, joining, leaving, linking, renaming."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        chat = f"{PERSON}/chats/{{chat}}"
        return [
            web.post(f"{PERSON}/chats", self.create),
            web.post(f"{chat}/join", self.join),
            web.post(f"{chat}/leave", self.leave),
            web.post(f"{chat}/migrate", self.migrate),
            web.put(f"{chat}/link", self.link),
            web.put(f"{chat}/title", self.rename),
        ]

    async def create(self, request: web.Request) -> web.Response:
        person, body = person_of(self._state, request), await body_of(request)
        refs = body.get("members", [])
        others = [chats.find_user(self._state, ref) for ref in refs if isinstance(ref, int | str)]
        if not isinstance(refs, list) or len(others) != len(refs) or None in others:
            raise PeopleError(404, "members is a list of ids or @usernames of somebody here.")
        username = text_of(body, "username").removeprefix("@") if body.get("username") else None
        with self._state.change():
            chat = groups.create(self._state, person, text_of(body, "type"), text_of(body, "title"), username)
            for user in others:
                if user is not None and user.id != person.id:
                    acts.set_member(self._state, person, chat, user, "member", {})
        return answer({"chat": chat_view(self._state, person, chat)})

    async def join(self, request: web.Request) -> web.Response:
        person, ref = person_of(self._state, request), request.match_info["chat"]
        chat = chats.find_chat(self._state, int(ref) if re.fullmatch(r"-?\d{1,18}", ref) else ref)
        if chat is None or chat.migrated_to is not None:
            raise PeopleError(404, f"There is no group or channel {ref}.")
        with self._state.change():
            groups.join(self._state, person, chat)
        return answer({"chat": chat_view(self._state, person, chat)})

    async def leave(self, request: web.Request) -> web.Response:
        person, chat = self._of(request)
        with self._state.change():
            acts.set_member(self._state, person, chat, person, "left", {})
        return answer({"user": person.id, "status": "left"})

    async def migrate(self, request: web.Request) -> web.Response:
        person, chat = self._of(request)
        with self._state.change():
            new = groups.migrate(self._state, person, chat)
        return answer({"chat": chat_view(self._state, person, new), "from": chat.id})

    async def link(self, request: web.Request) -> web.Response:
        """`group: null` takes the link away."""
        person, channel = self._of(request)
        body = await body_of(request)
        group = None if body.get("group") is None else chat_of(self._state, person, body, "group")
        for chat in (channel, group):
            if chat is not None and not chats.member(self._state, chat, person.id).administers:
                raise PeopleError(403, f"{person.name} does not administer {chat.title}.")
        with self._state.change():
            if group is None:
                groups.unlink(self._state, channel)
            else:
                groups.link(self._state, channel, group)
        return answer({"channel": channel.id, "group": group.id if group else None})

    async def rename(self, request: web.Request) -> web.Response:
        person, chat = self._of(request)
        title = text_of(await body_of(request), "title")
        with self._state.change():
            groups.rename(self._state, person, chat, title)
        return answer({"chat": chat_view(self._state, person, chats.chat_by_key(self._state, chat.key))})

    def _of(self, request: web.Request) -> tuple[User, Chat]:
        person = person_of(self._state, request)
        chat = find_chat(self._state, person, request.match_info["chat"])
        if chat.is_private:
            raise PeopleError(400, "This is a private chat; name a group or a channel.")
        return person, chat
