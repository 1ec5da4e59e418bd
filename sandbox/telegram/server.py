"""`/bot<token>/<method>`: a call is checked before it acts, and what it did is committed before the answer."""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from typing import Any

import orjson
from aiohttp import web

from sandbox import chats
from sandbox.chats import User
from sandbox.state import State
from sandbox.telegram import files
from sandbox.telegram.errors import ApiError, bad_request, not_played
from sandbox.telegram.files import Upload
from sandbox.telegram.methods import PLAYED
from sandbox.telegram.methods.call import Call, Note
from sandbox.telegram.schema import Schema
from sandbox.telegram.traffic import Fault, Traffic
from sandbox.telegram.updates import Polls

log = logging.getLogger(__name__)
LARGEST_UPLOAD = 12 * 1024 * 1024


class BotApi:
    """The Bot API of every bot in the state."""

    def __init__(self, state: State, schema: Schema) -> None:
        self._state = state
        self._schema = schema
        self._polls = Polls(state)
        self._traffic = Traffic(state)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/bot{token}/{method}", self.answer, allow_head=False),
            web.post("/bot{token}/{method}", self.answer),
            web.get("/file/bot{token}/{path:.+}", self.file),
        ]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        bot = self._bot(request.match_info["token"])
        method = self._schema.method(request.match_info["method"])
        raw, uploads = await _parameters(request)
        raw |= {name: f"attach://{name}" for name in uploads if self._schema.takes(method, name)}
        parameters = self._schema.read(method, raw)
        fault = self._traffic.fault(method, parameters)
        if fault and fault.answer == "hang":
            return await _cut(request, fault)
        if "allowed_updates" in parameters:
            parameters["allowed_updates"] = self._known_kinds(parameters["allowed_updates"])
        if method == "getUpdates":
            return ok(await self._polls.get(bot.id, parameters))
        done = self._do(bot, method, parameters, uploads)
        return await _cut(request, fault) if fault else done

    async def run(self, bot_id: int, name: str, raw: dict[str, Any]) -> None:
        """A method that came as the answer of a webhook: what goes wrong is not told to anybody."""
        try:
            method = self._schema.method(name)
            self._do(chats.get_user(self._state, bot_id), method, self._schema.read(method, raw), {})
        except ApiError as error:
            log.warning("the webhook's answer %s: %s", name, error)

    async def file(self, request: web.Request) -> web.Response:
        """What getFile named."""
        self._bot(request.match_info["token"])
        found = files.find_by_path(self._state, request.match_info["path"])
        if found is None:
            raise ApiError(404, "Not Found")
        return web.Response(body=found.bytes, content_type=found.mime)

    def _do(self, bot: User, method: str, parameters: dict[str, Any], uploads: dict[str, Upload]) -> web.Response:
        if method not in PLAYED:
            raise not_played(method)
        self._traffic.limit(bot.id, method, parameters)
        with self._state.change():
            result = PLAYED[method](Call(self._state, bot, parameters, method, uploads))
        if method == "setWebhook" and parameters["url"]:
            self._polls.end(bot.id, "setWebhook request")
        return ok(result)

    def _bot(self, token: str) -> User:
        """Raises: ApiError; 404 for what does not even look like a token."""
        for row in self._state.rows("SELECT id, token FROM bots"):
            if hmac.compare_digest(row["token"].encode(), token.encode()):
                return chats.get_user(self._state, row["id"])
        if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token):
            raise ApiError(404, "Not Found")
        raise ApiError(401, "Unauthorized")

    def _known_kinds(self, kinds: list[str]) -> list[str]:
        """Kinds nobody knows are skipped, as Telegram does: with none left, a bot gets what is usual."""
        return [kind for kind in map(str.lower, kinds) if kind in self._schema.updates]


def ok(result: Any) -> web.Response:
    body = {"ok": True, "result": result}
    if isinstance(result, Note):
        body = {"ok": True, "result": result.result, "description": result.description}
    return web.Response(body=orjson.dumps(body), content_type="application/json")


def refusal(code: int, description: str, parameters: dict[str, int] | None = None) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    headers = {"Retry-After": str(parameters["retry_after"])} if parameters and "retry_after" in parameters else None
    return web.Response(status=code, body=orjson.dumps(body), content_type="application/json", headers=headers)


async def _cut(request: web.Request, fault: Fault) -> web.Response:
    """No answer: a call that hangs until the client gives up, or the connection that breaks after the deed."""
    if fault.answer == "hang":
        await asyncio.sleep(fault.seconds)
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError


async def _parameters(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """From the query and the body, which may be JSON, a form or multipart; files apart, by their field's name."""
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        try:
            sent = orjson.loads(body) if body else {}
        except orjson.JSONDecodeError:
            raise bad_request("can't parse the request's JSON") from None
        if not isinstance(sent, dict):
            raise bad_request("the request's JSON must be an object")
        return found | sent, {}
    if request.content_type.startswith("multipart/"):
        request = request.clone(client_max_size=LARGEST_UPLOAD)
    uploads: dict[str, Upload] = {}
    try:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                with value.file as file:
                    uploads[name] = Upload(value.filename, value.content_type, file.read())
            else:
                found[name] = value
    except (ValueError, LookupError):
        raise bad_request("can't parse the request's form") from None
    return found, uploads
