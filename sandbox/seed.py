"""Fills a new state from a YAML file: who is there, what was said, and what people do first."""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from sandbox import chats
from sandbox.chats import BotSettings, Chat, Member, User
from sandbox.people import acts, groups, posts
from sandbox.people.errors import PeopleError
from sandbox.people.views import find_chat
from sandbox.state import State

OFFSET = re.compile(r"-(\d+)([dhm])(?: (\d\d):(\d\d))?")
# What Telegram calls the languages of the pages.
LANGUAGES: dict[str | None, str] = {"zh-CN": "zh-hans", "en": "en"}
PLAYED = ("channel", "group", "supergroup")
UNITS = {"d": "days", "h": "hours", "m": "minutes"}

Json = dict[str, Any]


class SeedError(Exception):
    """The file can't be used; the text says what is wrong in it."""


def sow(state: State, path: Path, *, language: str | None = None) -> None:
    """Make the tables and all that the file describes, in one commit; `language` is then what everyone has set.

    What is said may stand there in several languages; without one, the first is taken.
    """
    try:
        plan = yaml.safe_load(path.read_text(encoding="utf-8"))
        with state.create():
            for user in plan["users"]:
                user["language"] = LANGUAGES.get(language, user.get("language"))
            _Sower(state, language).sow(plan)
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, PeopleError, sqlite3.IntegrityError) as error:
        raise SeedError(f"{path}: {type(error).__name__}: {error}") from error


def set_token(state: State, token: str) -> None:
    """Give the bot this token; its numeric part has to be the bot's id, as clients read it from there."""
    bot = chats.main_bot(state)
    if token.partition(":")[0] != str(bot.id) or not token.partition(":")[2]:
        raise SeedError(f"--token {token}: the token of this bot begins with {bot.id}:")
    with state.change():
        state.run("UPDATE bots SET token = ? WHERE id = ?", token, bot.id)


def moment(offset: str, start: datetime) -> int:
    """Unix seconds of "-3h", "-2d" or "-2d 09:30" (that time of that day, where this machine is)."""
    match = OFFSET.fullmatch(offset)
    if match is None:
        raise SeedError(f'"{offset}" is no date; write -3h, -2d or "-2d 09:30"')
    count, unit, hour, minute = match.groups()
    at = start - timedelta(**{UNITS[unit]: int(count)})
    if hour is not None:
        at = at.replace(hour=int(hour), minute=int(minute), second=0)
    return int(min(at, start).timestamp())


class _Sower:
    def __init__(self, state: State, language: str | None) -> None:
        self.state = state
        self.language = language
        self.start = datetime.fromtimestamp(state.now()).astimezone()

    def sow(self, plan: Json) -> None:
        for user in plan["users"]:
            self._user(user, is_bot=False)
        for bot in plan["bots"]:
            self._user(bot, is_bot=True)
            self.state.run("INSERT INTO bots (id, token) VALUES (?, ?)", bot["id"], bot["token"])
            flags = (bot.get("privacy", True), bot.get("inline", False), bot.get("inline_feedback", False))
            chats.set_bot_settings(self.state, bot["id"], BotSettings(*flags))
        for user in plan["users"]:
            for bot in plan["bots"]:
                started = user["id"] in plan.get("started", [])
                self.state.run(
                    "INSERT INTO chats (id, type, bot, started) VALUES (?, 'private', ?, ?)",
                    user["id"],
                    bot["id"],
                    started,
                )
        for chat in plan.get("chats", []):
            self._chat(chat)
        for act in plan.get("acts", []):
            self._act(act)

    def _user(self, user: Json, *, is_bot: bool) -> None:
        self.state.run(
            "INSERT INTO users (id, is_bot, first_name, last_name, username, language, persona)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            user["id"],
            is_bot,
            user["name"],
            user.get("last_name"),
            user.get("username"),
            user.get("language"),
            user.get("persona"),
        )

    def _chat(self, plan: Json) -> None:
        if plan["type"] not in PLAYED:
            raise SeedError(f"chat {plan['id']}: the sandbox plays {', '.join(PLAYED)}, no {plan['type']}")
        self.state.run(
            "INSERT INTO chats (id, type, title, username, signed) VALUES (?, ?, ?, ?, ?)",
            plan["id"],
            plan["type"],
            plan["title"],
            plan.get("username"),
            plan.get("signed", False),
        )
        chat = self._find_chat(plan["id"])
        self._members(chat, plan["members"], bots=False)
        if "linked" in plan:
            groups.link(self.state, self._find_chat(plan["linked"]), chat)
        for post in plan.get("posts", []):
            by, at = self._user_of(post["by"]), moment(post["at"], self.start)
            posts.write(self.state, by, chat, self._spoken(post["text"]), date=at)
        self._members(chat, plan["members"], bots=True)  # last: nobody told them what was said before the start

    def _spoken(self, text: str | dict[str, str]) -> str:
        return text if isinstance(text, str) else text.get(self.language or "", next(iter(text.values())))

    def _members(self, chat: Chat, entries: list[Json], *, bots: bool) -> None:
        for entry in entries:
            user = self._user_of(entry["user"])
            place = Member(entry.get("status", "member"), entry.get("rights", {}))
            if user.is_bot is bots:
                chats.set_member(self.state, chat, user.id, place)

    def _act(self, act: Json) -> None:
        """What a person does first of all; the bots get the updates of it."""
        person = self._user_of(act["by"])
        chat = find_chat(self.state, person, act["chat"])
        if "text" in act:
            posts.write(self.state, person, chat, self._spoken(act["text"]))
        else:
            user = self._user_of(act["member"])
            acts.set_member(self.state, person, chat, user, act["status"], act.get("rights", {}))

    def _user_of(self, ref: int | str) -> User:
        found = chats.find_user(self.state, ref)
        if found is None:
            raise SeedError(f"there is no user {ref}")
        return found

    def _find_chat(self, chat_id: int) -> Chat:
        found = chats.find_chat(self.state, chat_id)
        if found is None:
            raise SeedError(f"there is no chat {chat_id}")
        return found
