"""Payments, charges and refunds: what may happen to them, and the events each change makes, in the same commit."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import orjson

from sandbox.rail import amounts, events
from sandbox.rail.errors import RailError, invalid
from sandbox.rail.tills import WALLET, Till
from sandbox.state import State

Json = dict[str, Any]
Action = Literal["pay", "decline", "later", "twice"]
ACTIONS: tuple[Action, ...] = ("pay", "decline", "later", "twice")
LATER_S = 3.0


@dataclass(frozen=True, slots=True)
class NewPayment:
    amount_minor: int
    currency: str
    reference: str
    description: str
    return_url: str
    language: str


class Payments:
    """Every method that writes runs inside one `state.change()`; `base_url` is where the pay page is.

    New payments, and lists, are of this till; a payment that is named by its id is found at any.
    """

    def __init__(self, state: State, fee_percent: Decimal, base_url: Callable[[], str], till: Till = WALLET) -> None:
        self._state = state
        self._fee_percent = fee_percent
        self._base_url = base_url
        self.till = till

    def create(self, new: NewPayment) -> Json:
        least = self.till.least_minor(new.currency)
        if new.amount_minor < least:
            raise RailError(400, "amount_too_small", f"The least amount is {amounts.shown(least, new.currency)}.")
        payment_id = new_id("pay")
        self._state.run(
            "INSERT INTO payments (id, status, amount_minor, currency, reference, description, return_url, language,"
            " created_at, till) VALUES (?, 'open', ?, ?, ?, ?, ?, ?, ?, ?)",
            payment_id,
            new.amount_minor,
            new.currency,
            new.reference,
            new.description,
            new.return_url,
            new.language,
            self._state.now(),
            self.till.name,
        )
        return self.get(payment_id)

    def get(self, payment_id: str) -> Json:
        """The Payment as the API shows it, with its charges, oldest first."""
        row = self.row(payment_id)
        charges = self._state.rows("SELECT * FROM charges WHERE payment = ? ORDER BY rowid", payment_id)
        names = ("id", "status", "amount_minor", "currency", "reference", "description", "created_at")
        return {
            **{name: row[name] for name in names},
            "url": f"{self._base_url()}/pay/{payment_id}",
            "charges": [_charge(charge, row["currency"]) for charge in charges],
        }

    def of_reference(self, reference: str) -> list[Json]:
        """The payments that carry this reference of the caller's, oldest first."""
        rows = self._state.rows(
            "SELECT id FROM payments WHERE reference = ? AND till = ? ORDER BY rowid", reference, self.till.name
        )
        return [self.get(row["id"]) for row in rows]

    def row(self, payment_id: str) -> Any:
        row = self._state.row("SELECT * FROM payments WHERE id = ?", payment_id)
        if row is None:
            raise RailError(404, "not_found", f"There is no payment {payment_id}.")
        return row

    def act(self, payment_id: str, action: Action, payer: str | None = None) -> Json:
        """What the payer chose. Paying what is paid, or is being paid, changes nothing; only `twice` charges again.

        `payer`: what it is paid with, as this provider would call a wallet or a card; its events name it.
        """
        status = self.row(payment_id)["status"]
        if payer is not None:
            self._state.run("UPDATE payments SET payer = ? WHERE id = ?", payer, payment_id)
        if status == "cancelled":
            raise RailError(409, "cancelled", "This payment was cancelled; it can't be paid any more.")
        if action == "twice":
            for _ in range(1 if status == "paid" else 2):
                self._charge(payment_id)
        elif status in ("open", "declined"):
            self._first(payment_id, action)
        return self.get(payment_id)

    def cancel(self, payment_id: str) -> Json:
        """Close it, also while it is processing; a cancelled one stays as it is."""
        status = self.row(payment_id)["status"]
        if status == "paid":
            raise RailError(409, "already_paid", "This payment is paid; refund its charge instead.")
        if status != "cancelled":
            self._set_status(payment_id, "cancelled")
            self._event("payment.cancelled", payment_id)
        return self.get(payment_id)

    def settle_due(self) -> float | None:
        """Complete what `later` promised by now; the time of the next one, if any."""
        due = self._state.rows("SELECT id FROM payments WHERE settles_at <= ?", self._state.clock())
        if due:
            with self._state.change():
                for row in due:
                    self._charge(row["id"])
        next_one = self._state.row("SELECT min(settles_at) AS at FROM payments")
        return next_one["at"] if next_one else None

    async def settle_later(self) -> None:
        """Until the sandbox closes: complete each `later` in its time, those of an earlier run too."""
        with self._state.signals.listen(("rail", "settle")) as news:
            while not self._state.signals.closed:
                next_at = self.settle_due()
                await news.next(3600 if next_at is None else max(next_at - self._state.clock(), 0.001))

    def charge_at_once(self, payment_id: str, at: int | None = None) -> None:
        """Charge a payment nobody has charged yet, as if its payer had been waiting (or had paid `at` that time)."""
        if self.row(payment_id)["status"] in ("open", "declined"):
            self._charge(payment_id, at)

    def charge(self, charge_id: str) -> Json:
        row = self._state.row("SELECT * FROM charges WHERE id = ?", charge_id)
        if row is None:
            raise RailError(404, "not_found", f"There is no charge {charge_id}.")
        return _charge(row, self.row(row["payment"])["currency"])

    def refund(self, charge_id: str, amount_minor: int, reason: str, reference: str = "") -> Json:
        """Give back some of a charge; the fee stays with the provider. `reference`: what the caller calls it."""
        charge = self.charge(charge_id)
        left = charge["amount_minor"] - charge["refunded_minor"]
        if amount_minor > left:
            raise RailError(400, "amount_too_large", f"Only {left} of this charge are left to refund.")
        refund = {
            "id": new_id("re"),
            "charge": charge_id,
            "amount_minor": amount_minor,
            "currency": charge["currency"],
            "status": "succeeded",
            "created_at": self._state.now(),
            "reference": reference or None,
        }
        self._state.run(
            "INSERT INTO refunds (id, charge, amount_minor, reason, created_at) VALUES (?, ?, ?, ?, ?)",
            refund["id"],
            charge_id,
            amount_minor,
            reason,
            refund["created_at"],
        )
        self._state.run("UPDATE charges SET refunded_minor = refunded_minor + ? WHERE id = ?", amount_minor, charge_id)
        self._event("refund.succeeded", charge["payment"], charge=self.charge(charge_id), refund=refund)
        return refund

    def once(self, key: str, request: Json, act: Callable[[], Json]) -> Json:
        """The same key and request get the first answer again, whatever happened since; an error is not kept."""
        asked = orjson.dumps(request, option=orjson.OPT_SORT_KEYS).decode()
        key = key if self.till is WALLET else f"{self.till.name}:{key}"
        known = self._state.row("SELECT request, answer FROM idempotency WHERE key = ?", key)
        if known is None:
            made = act()
            self._state.run("INSERT INTO idempotency VALUES (?, ?, ?)", key, asked, orjson.dumps(made).decode())
            return made
        if known["request"] != asked:
            message = "This Idempotency-Key was used with other parameters; use a new key for a new request."
            raise RailError(409, "idempotency_mismatch", message)
        answer = cast(Json, orjson.loads(known["answer"]))
        # A restart may have moved the pages to another port; an old address would lead nowhere.
        return answer | ({"url": self._base_url() + urlsplit(answer["url"]).path} if "url" in answer else {})

    def _first(self, payment_id: str, action: Action) -> None:
        if action == "decline":
            self._set_status(payment_id, "declined")
            self._event("payment.declined", payment_id)
        elif events.read_faults(self._state).never_charge:
            self._set_status(payment_id, "processing")
        elif action == "pay":
            self._charge(payment_id)
        else:
            self._set_status(payment_id, "processing")
            settles_at = self._state.clock() + LATER_S
            self._state.run("UPDATE payments SET settles_at = ? WHERE id = ?", settles_at, payment_id)
            self._state.tell(("rail", "settle"))

    def _charge(self, payment_id: str, at: int | None = None) -> None:
        row = self.row(payment_id)
        amount_minor = row["amount_minor"]
        charge_id = new_id("ch")
        self._state.run(
            "INSERT INTO charges (id, payment, amount_minor, fee_minor, created_at, payer) VALUES (?, ?, ?, ?, ?, ?)",
            charge_id,
            payment_id,
            amount_minor,
            amounts.fee(amount_minor, self._fee_percent),
            self._state.now() if at is None else at,
            row["payer"],
        )
        self._set_status(payment_id, "paid")
        self._event("payment.paid", payment_id, charge=self.charge(charge_id))

    def _set_status(self, payment_id: str, status: str) -> None:
        self._state.run("UPDATE payments SET status = ?, settles_at = NULL WHERE id = ?", status, payment_id)

    def _event(self, kind: str, payment_id: str, **more: Json) -> None:
        till = self.row(payment_id)["till"]
        events.add(self._state, new_id("evt"), kind, {"payment": self.get(payment_id), **more}, till=till)


def read_payment(body: Json) -> NewPayment:
    """Checked parameters of a new payment. Raises RailError."""
    amount_minor, texts = read_amount(body), read_texts(body, "currency", known={"amount_minor"})
    return NewPayment(amount_minor, read_currency(texts.pop("currency")), **texts)


def read_texts(body: Json, *more: str, known: Collection[str] = ()) -> dict[str, str]:
    """What every page is made of: whose it is, what for, and where it leads. Raises RailError."""
    texts = {name: body.get(name, "") for name in (*more, "reference", "description", "return_url", "language")}
    for name, value in texts.items():
        if not isinstance(value, str) or len(value) > 2000:
            raise invalid(f"{name} is a text of at most 2000 characters.")
    unknown = set(body) - set(texts) - set(known)
    if unknown:
        raise invalid(f"There is no parameter {', '.join(sorted(unknown))}.")
    if not texts["reference"]:
        raise invalid("reference is missing; it names the payment on your side.")
    if not texts["return_url"].startswith(("https://", "http://")):
        raise invalid("return_url is an http or https address, where the payer goes afterwards.")
    return texts | {"language": "en" if texts["language"].startswith("en") else "zh-CN"}


def read_currency(currency: object) -> str:
    if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
        raise invalid("currency is three capital letters, as in CNY.")
    return currency


def read_amount(body: Json) -> int:
    amount_minor = body.get("amount_minor")
    if not isinstance(amount_minor, int) or isinstance(amount_minor, bool) or amount_minor > amounts.MOST_MINOR:
        raise invalid("amount_minor is a whole number of minor units.")
    if amount_minor < 1:
        raise RailError(400, "amount_too_small", "The least amount is 1 minor unit.")
    return amount_minor


def _charge(row: Any, currency: str) -> Json:
    names = ("id", "payment", "amount_minor", "fee_minor", "refunded_minor", "created_at")
    paid_with = {"payer": row["payer"]} if row["payer"] is not None else {}
    return {**{name: row[name] for name in names}, "currency": currency, "status": "succeeded", **paid_with}


def new_id(prefix: str) -> str:
    """An id nobody guesses."""
    return f"{prefix}_{secrets.token_hex(12)}"
