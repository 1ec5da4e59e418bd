"""Saved cards: asked for by a program, saved by a person on a page, and charged later without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from aiohttp import web

from sandbox.rail import events
from sandbox.rail.errors import RailError, invalid
from sandbox.rail.payments import NewPayment, Payments, new_id, read_payment, read_texts
from sandbox.rail.server import Rail, asked_of, key_of, read_json
from sandbox.state import State

Json = dict[str, Any]
Action = Literal["save", "save_empty"]
ACTIONS: tuple[Action, ...] = ("save", "save_empty")
# What a person reads of a card: one that pays, and one that has nothing on it.
LABELS = {
    ("zh-CN", True): "测试卡 4242",
    ("zh-CN", False): "测试卡 0002",
    ("en", True): "test card 4242",
    ("en", False): "test card 0002",
}


class Methods:
    """Every method that writes runs inside one `state.change()`."""

    def __init__(self, state: State, payments: Payments, base_url: Callable[[], str]) -> None:
        self._state, self._payments, self._base_url = state, payments, base_url

    def create(self, texts: dict[str, str]) -> Json:
        """Ask for a card; `texts` as `read_texts` gives them."""
        method_id = new_id("pm")
        self._state.run(
            "INSERT INTO methods (id, status, reference, description, return_url, language, created_at)"
            " VALUES (?, 'open', ?, ?, ?, ?, ?)",
            method_id, texts["reference"], texts["description"], texts["return_url"], texts["language"],
            self._state.now(),
        )  # fmt: skip
        return self.get(method_id)

    def row(self, method_id: str) -> Any:
        row = self._state.row("SELECT * FROM methods WHERE id = ?", method_id)
        if row is None:
            raise RailError(404, "not_found", f"There is no method {method_id}.")
        return row

    def get(self, method_id: str) -> Json:
        """The Method as the API shows it."""
        row = self.row(method_id)
        return {
            **{name: row[name] for name in ("id", "status", "reference", "description", "created_at")},
            "url": f"{self._base_url()}/save/{method_id}",
            "label": LABELS[row["language"], bool(row["works"])],
        }

    def of_reference(self, reference: str) -> list[Json]:
        """The methods that carry this reference of the caller's, oldest first."""
        rows = self._state.rows("SELECT id FROM methods WHERE reference = ? ORDER BY rowid", reference)
        return [self.get(row["id"]) for row in rows]

    def act(self, method_id: str, action: Action) -> Json:
        """Save it, once; `save_empty` is a card that can be saved, and never charged."""
        if self.row(method_id)["status"] == "open":
            works = action == "save"
            self._state.run("UPDATE methods SET status = 'saved', works = ? WHERE id = ?", works, method_id)
            told = {"method": self.get(method_id)}
            events.add(self._state, new_id("evt"), "method.saved", told, till=self._payments.till.name)
        return self.get(method_id)

    def forget(self, method_id: str) -> Json:
        """It is never charged again."""
        self.row(method_id)
        self._state.run("UPDATE methods SET status = 'forgotten' WHERE id = ?", method_id)
        return self.get(method_id)

    def charge(self, method_id: str, new: NewPayment) -> Json:
        """A payment, made and charged at once. Raises RailError: 402 `card_declined`, and nothing was charged."""
        row = self.row(method_id)
        if row["status"] != "saved" or not row["works"]:
            raise RailError(402, "card_declined", "The card was declined.")
        made = self._payments.create(new)
        self._payments.charge_at_once(made["id"])
        return self._payments.get(made["id"])


class MethodApi:
    """`/card/methods`, behind the same key as the rest of the till's API."""

    def __init__(self, state: State, methods: Methods, payments: Payments, rail: Rail) -> None:
        self._state, self._methods, self._payments, self._rail = state, methods, payments, rail

    def routes(self) -> list[web.RouteDef]:
        at, locked = f"{self._payments.till.path}/methods", self._rail.locked
        return [
            web.post(at, locked(self.create)),
            web.get(at, locked(self.found)),
            web.post(f"{at}/{{id}}/charges", locked(self.charge)),
            web.delete(f"{at}/{{id}}", locked(self.forget)),
        ]

    async def create(self, request: web.Request) -> Json:
        body = await read_json(request)
        texts = read_texts(body)
        with self._state.change():
            return self._payments.once(key_of(request), asked_of(request, body), lambda: self._methods.create(texts))

    async def found(self, request: web.Request) -> Json:
        reference = request.query.get("reference", "")
        if not reference or set(request.query) != {"reference"}:
            raise invalid("Methods are listed by reference: /card/methods?reference=…")
        return {"methods": self._methods.of_reference(reference)}

    async def charge(self, request: web.Request) -> Json:
        body, method_id = await read_json(request), request.match_info["id"]
        new = read_payment(body)
        with self._state.change():
            return self._payments.once(
                key_of(request), asked_of(request, body), lambda: self._methods.charge(method_id, new)
            )

    async def forget(self, request: web.Request) -> Json:
        with self._state.change():
            return self._methods.forget(request.match_info["id"])
