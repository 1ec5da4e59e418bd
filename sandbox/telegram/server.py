"""`/bot<token>/<method>`: a call is checked before it acts, and what it did is committed before the answer."""

from __future__ import annotations

import hmac
from typing import Any

import orjson
from aiohttp import web

from sandbox import chats
from sandbox.chats import User
from sandbox.state import State
from sandbox.telegram.errors import ApiError, bad_request, not_played
from sandbox.telegram.methods import PLAYED
from sandbox.telegram.methods.call import Call
from sandbox.telegram.schema import Schema
from sandbox.telegram.updates import Polls


class BotApi:
    """The Bot API of every bot in the state."""

    def __init__(self, state: State, schema: Schema) -> None:
        self._state = state
        self._schema = schema
        self._polls = Polls(state)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/bot{token}/{method}", self.answer, allow_head=False),
            web.post("/bot{token}/{method}", self.answer),
        ]

    async def answer(self, request: web.Request) -> web.Response:
        bot = self._bot(request.match_info["token"])
        method = self._schema.method(request.match_info["method"])
        parameters = self._schema.read(method, await _parameters(request))
        if method == "getUpdates":
            self._check_kinds(parameters.get("allowed_updates", []))
            return ok(await self._polls.get(bot.id, parameters))
        if method not in PLAYED:
            raise not_played(method)
        with self._state.change():
            result = PLAYED[method](Call(self._state, bot, parameters))
        return ok(result)

    def _bot(self, token: str) -> User:
        for row in self._state.rows("SELECT id, token FROM bots"):
            if hmac.compare_digest(row["token"].encode(), token.encode()):
                return chats.get_user(self._state, row["id"])
        raise ApiError(401, "Unauthorized")

    def _check_kinds(self, kinds: list[str]) -> None:
        for kind in kinds:
            if kind not in self._schema.updates:
                raise bad_request(f'wrong parameter allowed_updates: there is no update "{kind}"')


def ok(result: Any) -> web.Response:
    return web.Response(body=orjson.dumps({"ok": True, "result": result}), content_type="application/json")


def refusal(code: int, description: str) -> web.Response:
    body = orjson.dumps({"ok": False, "error_code": code, "description": description})
    return web.Response(status=code, body=body, content_type="application/json")


async def _parameters(request: web.Request) -> dict[str, Any]:
    """From the query and the body, which may be JSON, a form or multipart."""
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        try:
            sent = orjson.loads(body) if body else {}
        except orjson.JSONDecodeError:
            raise bad_request("can't parse the request's JSON") from None
        if not isinstance(sent, dict):
            raise bad_request("the request's JSON must be an object")
        return found | sent
    try:
        return found | dict(await request.post())
    except (ValueError, LookupError):
        raise bad_request("can't parse the request's form") from None
