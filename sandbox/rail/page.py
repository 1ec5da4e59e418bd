"""The pages of the provider: what a payer sees, and the choice they make; and where a card is saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from sandbox import chats
from sandbox.rail import methods
from sandbox.rail.amounts import shown
from sandbox.rail.errors import RailError, invalid
from sandbox.rail.methods import Methods
from sandbox.rail.payments import ACTIONS, Action, Payments
from sandbox.rail.server import answer, read_json
from sandbox.state import State

LONGEST_PAYER = 100
TEMPLATES = Path(__file__).parent.parent / "templates"


class PayPage:
    """No key: whoever has the link may pay, as with any provider."""

    def __init__(self, state: State, payments: Payments, saved: Methods) -> None:
        self._state = state
        self._payments = payments
        self._methods = saved
        self._templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/pay/{id}", self.show),
            web.post("/pay/{id}", self.act),
            web.get("/save/{id}", self.show_saving),
            web.post("/save/{id}", self.save),
        ]

    async def show(self, request: web.Request) -> web.Response:
        payment_id = request.match_info["id"]
        row = self._payments.row(payment_id)
        html = self._templates.get_template("pay.html").render(
            payment=self._payments.get(payment_id),
            amount=shown(row["amount_minor"], row["currency"]),
            language=row["language"],
            till=row["till"],
            back_url=self._back(row["return_url"]),
        )
        return web.Response(text=html, content_type="text/html")

    async def act(self, request: web.Request) -> web.StreamResponse:
        """A form goes back to the page, which shows what became of it; JSON gets the Payment."""
        payment_id = request.match_info["id"]
        is_json = request.content_type == "application/json"
        fields: dict[str, Any] = await read_json(request) if is_json else dict(await request.post())
        action = fields.get("action")
        if action not in ACTIONS:
            raise invalid(f"action is one of {', '.join(ACTIONS)}.")
        payer = fields.get("payer") or None
        if payer is not None and not (isinstance(payer, str) and len(payer) <= LONGEST_PAYER):
            raise invalid(f"payer is a text of at most {LONGEST_PAYER} characters.")
        try:
            with self._state.change():
                payment = self._payments.act(payment_id, cast(Action, action), payer)
        except RailError as error:
            if is_json or error.status != 409:
                raise
            return _see(f"/pay/{payment_id}")
        return answer(payment) if is_json else _see(f"/pay/{payment_id}")

    async def show_saving(self, request: web.Request) -> web.Response:
        row = self._methods.row(request.match_info["id"])
        html = self._templates.get_template("save.html").render(
            method=self._methods.get(row["id"]), language=row["language"], back_url=self._back(row["return_url"])
        )
        return web.Response(text=html, content_type="text/html")

    async def save(self, request: web.Request) -> web.StreamResponse:
        """A form goes back to the page; JSON gets the Method."""
        method_id = request.match_info["id"]
        is_json = request.content_type == "application/json"
        fields: dict[str, Any] = await read_json(request) if is_json else dict(await request.post())
        action = fields.get("action")
        if action not in methods.ACTIONS:
            raise invalid(f"action is one of {', '.join(methods.ACTIONS)}.")
        with self._state.change():
            method = self._methods.act(method_id, cast(methods.Action, action))
        return answer(method) if is_json else _see(f"/save/{method_id}")

    def _back(self, return_url: str) -> str:
        """A link to our bot opens in the chat page, since Telegram itself knows nothing of it."""
        parts = urlsplit(return_url)
        name = parts.path.strip("/").lower()
        if parts.hostname in ("t.me", "telegram.me") and name == (chats.main_bot(self._state).username or "").lower():
            return f"/?open={quote(return_url, safe='')}"
        return return_url


def _see(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
