"""What @BotFather would be asked, and what goes wrong on purpose; over HTTP."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import Any

from aiohttp import web

from sandbox import chats
from sandbox.chats import User
from sandbox.people.errors import PeopleError
from sandbox.people.requests import answer, body_of, bot_of, flag_of, number_of, text_of
from sandbox.state import State
from sandbox.telegram import traffic, updates
from sandbox.telegram.traffic import Fault, Plan

HANG_S = 30.0


class Bots:
    """The bots and what they may do; rate limits and calls that fail."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/bots", self.bots),
            web.post("/api/bots", self.add_bot),
            web.put(r"/api/bots/{id:\d+}", self.set_bot),
            web.get(r"/api/bots/{id:\d+}/taps", self.taps),
            web.get("/api/faults", self.faults),
            web.put("/api/faults", self.set_faults),
        ]

    async def bots(self, request: web.Request) -> web.Response:
        rows = self._state.rows("SELECT id FROM bots ORDER BY rowid")
        return answer({"bots": [self._bot_view(chats.get_user(self._state, row["id"])) for row in rows]})

    async def add_bot(self, request: web.Request) -> web.Response:
        """As @BotFather does: one more bot, that nobody has started yet."""
        body = await body_of(request)
        name, username = text_of(body, "name"), text_of(body, "username").removeprefix("@")
        if not re.fullmatch(r"(?i)[a-z]\w{1,28}bot", username) or chats.find_user(self._state, f"@{username}"):
            raise PeopleError(400, "username is free and ends in bot.")
        with self._state.change():
            row = self._state.row("SELECT max(id) + 1 AS id FROM bots")
            bot_id = row["id"] if row and row["id"] else 100000001
            self._state.run(
                "INSERT INTO users (id, is_bot, first_name, username) VALUES (?, 1, ?, ?)", bot_id, name, username
            )
            self._state.run("INSERT INTO bots (id, token) VALUES (?, ?)", bot_id, f"{bot_id}:{username}")
            for person in chats.persons(self._state):
                self._state.run("INSERT INTO chats (id, type, bot) VALUES (?, 'private', ?)", person.id, bot_id)
        return answer(self._bot_view(chats.get_user(self._state, bot_id)))

    async def set_bot(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        bot = bot_of(self._state, {"bot": int(request.match_info["id"])})
        old = chats.bot_settings(self._state, bot.id)
        known = {"privacy": "privacy", "inline": "inline_mode", "inline_feedback": "inline_feedback"}
        if set(body) - set(known):
            raise PeopleError(400, f"Name some of {', '.join(known)}, true or false.")
        with self._state.change():
            chosen = {known[name]: flag_of(body, name) for name in body}
            chats.set_bot_settings(self._state, bot.id, replace(old, **chosen))
        return answer(self._bot_view(bot))

    async def taps(self, request: web.Request) -> web.Response:
        """Every tap, oldest first: whether the bot has yet to confirm that it heard of it, and whether it answered."""
        bot = bot_of(self._state, {"bot": int(request.match_info["id"])})
        waiting = updates.waiting_taps(self._state, bot.id)
        query = "SELECT id, user, answer IS NOT NULL AS answered FROM callback_queries WHERE bot = ? ORDER BY rowid"
        taps = [
            {"id": row["id"], "user": row["user"], "waiting": row["id"] in waiting, "answered": bool(row["answered"])}
            for row in self._state.rows(query, bot.id)
        ]
        return answer({"taps": taps})

    def _bot_view(self, bot: User) -> dict[str, Any]:
        chosen = chats.bot_settings(self._state, bot.id)
        row = self._state.row("SELECT token FROM bots WHERE id = ?", bot.id)
        view = {"id": bot.id, "name": bot.name, "username": bot.username, "token": row["token"] if row else None}
        flags = {"privacy": chosen.privacy, "inline": chosen.inline_mode, "inline_feedback": chosen.inline_feedback}
        return view | flags

    async def faults(self, request: web.Request) -> web.Response:
        return answer(asdict(traffic.read_plan(self._state)))

    async def set_faults(self, request: web.Request) -> web.Response:
        """The whole plan anew: what is left out is off."""
        body = await body_of(request)
        calls = body.get("calls", [])
        if set(body) - {"rate_limits", "calls"} or not isinstance(calls, list):
            raise PeopleError(400, "Send rate_limits (true or false) and calls (a list).")
        plan = Plan(flag_of(body, "rate_limits", False), tuple(_fault(one) for one in calls))
        with self._state.change():
            traffic.set_plan(self._state, plan)
        return answer(asdict(plan))


def _fault(body: Any) -> Fault:
    known = set(Fault.__dataclass_fields__)
    if not isinstance(body, dict) or set(body) - known:
        raise PeopleError(400, f"A call is an object with {', '.join(sorted(known))}.")
    asked = body.get("answer")
    if asked not in ("hang", "lost") and (not isinstance(asked, int) or not 400 <= asked <= 599):
        raise PeopleError(400, "answer is a status from 400 to 599, hang, or lost.")
    times = number_of(body, "times", 1)
    seconds = body.get("seconds", HANG_S)
    if (times is not None and times < 1) or not isinstance(seconds, int | float) or not 0 <= seconds <= 3600:
        raise PeopleError(400, "times is at least 1, or null for always; seconds is from 0 to 3600.")
    retry_after = number_of(body, "retry_after", 1) or 1
    return Fault(text_of(body, "method"), asked, times, retry_after, float(seconds), number_of(body, "chat"))
