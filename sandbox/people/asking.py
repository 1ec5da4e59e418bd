"""What people ask a bot and wait for: paying, and inline queries; over HTTP."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.people import inline, purchases, subscriptions
from sandbox.people.requests import PERSON, answer, body_of, bot_of, chat_of, message_of, person_of, text_of
from sandbox.people.views import message_view
from sandbox.state import State

PAID_WITHIN_S = 10.0
INLINE_WITHIN_S = 10.0


class Asking:
    """Each call waits for the bot's answer, and says so when none came."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{PERSON}/purchases", self.purchase),
            web.get(f"{PERSON}/invoices/{{invoice}}", self.invoice),
            web.get(f"{PERSON}/subscriptions", self.subscriptions),
            web.post(f"{PERSON}/subscriptions", self.subscription),
            web.post(f"{PERSON}/inline", self.ask),
            web.post(f"{PERSON}/inline/{{query:\\d+}}", self.choose),
        ]

    async def purchase(self, request: web.Request) -> web.Response:
        """Pay an invoice: by its message, or by its link."""
        person, body = person_of(self._state, request), await body_of(request)
        if "invoice" in body:
            with self._state.change():
                query_id = purchases.pay_link(self._state, person, text_of(body, "invoice"))
        else:
            chat = chat_of(self._state, person, body)
            message = message_of(self._state, chat, body.get("message"))
            with self._state.change():
                query_id = purchases.pay_message(self._state, person, chat, message)
        # Nothing else runs between the commit and this line, so the bot's answer can't be missed.
        with self._state.signals.listen(("checkout", query_id)) as listener:
            said = await listener.next(PAID_WITHIN_S)
        if said is None:
            return answer({"paid": False, "answered": False, "error": None, "charge": None})
        return answer({"paid": said["ok"], "answered": True, "error": said["error"], "charge": said["charge"]})

    async def invoice(self, request: web.Request) -> web.Response:
        """Open an invoice link: what is to be paid, by whoever opens it."""
        person_of(self._state, request)
        return answer({"invoice": purchases.invoice_view(self._state, request.match_info["invoice"])})

    async def subscriptions(self, request: web.Request) -> web.Response:
        """What they pay every 30 days."""
        person = person_of(self._state, request)
        return answer({"subscriptions": subscriptions.theirs(self._state, person)})

    async def subscription(self, request: web.Request) -> web.Response:
        """Let the next payment of one be taken, or fail; cancel it, or take it up again, in Telegram's settings."""
        person, body = person_of(self._state, request), await body_of(request)
        with self._state.change():
            charge = subscriptions.act(self._state, person, text_of(body, "charge"), text_of(body, "act"))
        return answer({"charge": charge})

    async def ask(self, request: web.Request) -> web.Response:
        person, body = person_of(self._state, request), await body_of(request)
        bot = bot_of(self._state, body)
        chat = None if body.get("chat") is None else chat_of(self._state, person, body)
        query, offset = text_of(body, "query", ""), text_of(body, "offset", "")
        with self._state.change():
            query_id = inline.ask(self._state, person, bot, chat, query, offset)
        with self._state.signals.listen(("inline", query_id)) as listener:
            said: dict[str, Any] | None = await listener.next(INLINE_WITHIN_S)
        found = [{k: r[k] for k in ("id", "title", "description", "text")} for r in said["results"]] if said else []
        more = {"button": said["button"], "next_offset": said["next_offset"]} if said else {}
        return answer({"query": query_id, "answered": said is not None, "results": found} | more)

    async def choose(self, request: web.Request) -> web.Response:
        person, body = person_of(self._state, request), await body_of(request)
        chat = chat_of(self._state, person, body)
        with self._state.change():
            result = text_of(body, "result")
            message = inline.choose(self._state, person, request.match_info["query"], result, chat)
        return answer({"message": message_view(self._state, person, chat, message)})
