"""The other end of the Bot API for tests of the kit: real HTTP on loopback, answers as a test wants them."""

import asyncio
import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "100000001:test"


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    method: str
    params: dict[str, str]
    at: float

    @property
    def chat(self) -> int:
        return int(self.params["chat_id"])


@dataclass
class FakeTelegram:
    """Records calls; keeps updates until they are confirmed, as Telegram does."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    planned: dict[str, deque[tuple[int, Any]]] = field(default_factory=lambda: defaultdict(deque))
    by_chat: dict[int, tuple[int, Any]] = field(default_factory=dict)
    updates: list[Any] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def plan(self, method: str, status: int, body: Any) -> None:
        """The next call of this method is answered so."""
        self.planned[method].append((status, body))

    def refuse(self, method: str, code: int, description: str, **parameters: int) -> None:
        """The next call of this method is refused in Telegram's way."""
        self.plan(method, code, refusal(code, description, **parameters))

    def push(self, *updates: Any) -> None:
        """New updates."""
        self.updates += updates
        self.arrived.set()

    def of(self, *methods: str) -> list[Call]:
        """The calls of these methods, in their order."""
        return [call for call in self.calls if call.method in methods]

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        sent = await (request.json() if request.content_type == "application/json" else request.post())
        params = {name: str(value) for name, value in sent.items()}
        self.calls.append(Call(method, params, asyncio.get_running_loop().time()))
        if self.planned[method]:
            status, body = self.planned[method].popleft()
        elif int(params.get("chat_id", 0)) in self.by_chat:
            status, body = self.by_chat[int(params["chat_id"])]
        else:
            status, body = 200, {"ok": True, "result": await self.result(method, params)}
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html")
        return web.Response(status=status, text=json.dumps(body), content_type="application/json")

    async def result(self, method: str, params: dict[str, str]) -> Any:
        if method == "getUpdates":
            return await self.get_updates(params)
        if method == "sendPhoto":
            return {"message_id": 1000 + len(self.calls), "photo": [{"file_id": "small"}, {"file_id": "AgAC"}]}
        if method in ("sendMessage", "editMessageText", "editMessageReplyMarkup"):
            chat = {"id": int(params["chat_id"]), "type": "private"}
            return {"message_id": 1000 + len(self.calls), "date": 1, "chat": chat, "text": params.get("text", "")}
        return True

    async def get_updates(self, params: dict[str, str]) -> list[Any]:
        offset = int(params.get("offset", 0))
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        if not self.updates:
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), int(params.get("timeout", 0)))
            except TimeoutError:
                return []
        return self.updates[: int(params.get("limit", 100))]


def refusal(code: int, description: str, **parameters: int) -> dict[str, Any]:
    """Telegram's error envelope."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return {**body, "parameters": parameters} if parameters else body


def message(update_id: int, text: str, *, person: int = 7, chat: int | None = None, **more: Any) -> dict[str, Any]:
    """An update with a message, in private unless a chat is given."""
    where = {"id": person, "type": "private"} if chat is None else {"id": chat, "type": "supergroup", "title": "G"}
    sender = {"id": person, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    body = {"message_id": update_id, "date": 1, "chat": where, "from": sender, "text": text} | more
    return {"update_id": update_id, "message": body}


def tap(update_id: int, data: str, *, person: int = 7) -> dict[str, Any]:
    """An update with a tap on an inline button."""
    sender = {"id": person, "is_bot": False, "first_name": "Ann"}
    return {
        "update_id": update_id,
        "callback_query": {"id": str(update_id), "from": sender, "chat_instance": "1", "data": data},
    }


def channel_post(update_id: int, text: str, *, chat: int = -100500) -> dict[str, Any]:
    """An update with a channel's post, which nobody signs."""
    where = {"id": chat, "type": "channel", "title": "C"}
    body = {"message_id": update_id, "date": 1, "chat": where, "sender_chat": where, "text": text}
    return {"update_id": update_id, "channel_post": body}
