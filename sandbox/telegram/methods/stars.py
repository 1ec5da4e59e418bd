"""A bot's Stars: what it has, each payment and refund in the order of time, and giving one back."""

from __future__ import annotations

import sqlite3
from typing import Any

from sandbox import chats
from sandbox.state import State
from sandbox.telegram import feed
from sandbox.telegram.errors import bad_request
from sandbox.telegram.methods.call import Call, Table
from sandbox.telegram.objects import user_json

METHODS = Table()
STARS = "XTR"
MOST_LISTED = 100
Json = dict[str, Any]


@METHODS.method("refundStarPayment", "user_id telegram_payment_charge_id")
def refund_star_payment(call: Call) -> bool:
    """Once; the person and the bot see a service message."""
    row = call.state.row(
        "SELECT * FROM invoice_payments WHERE charge = ? AND bot = ? AND user = ?",
        call["telegram_payment_charge_id"],
        call.bot.id,
        call["user_id"],
    )
    if row is None or row["currency"] != STARS:
        raise bad_request("CHARGE_ID_INVALID")
    if row["refunded"]:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    call.state.run("UPDATE invoice_payments SET refunded = 1 WHERE charge = ?", row["charge"])
    list_transaction(
        call.state, call.bot.id, row["user"], row["charge"], row["amount"], row["payload"], incoming=False
    )  # fmt: skip
    chat = chats.private_chat(call.state, row["user"], call.bot.id)
    if chat is not None:
        told = {"currency": STARS, "total_amount": row["amount"], "invoice_payload": row["payload"]}
        refund = told | {"telegram_payment_charge_id": row["charge"]}
        feed.serve_notice(call.state, chat, call.bot.id, refunded_payment=refund)
    return True


@METHODS.method("getMyStarBalance")
def get_my_star_balance(call: Call) -> Json:
    row = call.state.row(
        "SELECT coalesce(sum(amount), 0) AS sum FROM invoice_payments WHERE bot = ? AND currency = ? AND NOT refunded",
        call.bot.id,
        STARS,
    )
    return {"amount": row["sum"] if row else 0}


@METHODS.method("getStarTransactions", "offset limit")
def get_star_transactions(call: Call) -> Json:
    """The oldest first; a refund has the id of what it gives back."""
    limit = min(max(call.get("limit", MOST_LISTED), 1), MOST_LISTED)
    rows = call.state.rows(
        "SELECT * FROM star_transactions WHERE bot = ? ORDER BY id LIMIT ? OFFSET ?",
        call.bot.id,
        limit,
        max(call.get("offset", 0), 0),
    )
    return {"transactions": [_transaction(call, row) for row in rows]}


@METHODS.method("editUserStarSubscription", "user_id telegram_payment_charge_id is_canceled")
def edit_user_star_subscription(call: Call) -> bool:
    """By its first charge. What the bot cancelled its payer can't take up again, until the bot lets them."""
    row = call.state.row(
        "SELECT * FROM star_subscriptions WHERE charge = ? AND bot = ? AND user = ?",
        call["telegram_payment_charge_id"],
        call.bot.id,
        call["user_id"],
    )
    if row is None:
        raise bad_request("CHARGE_ID_INVALID")
    by = "bot" if call["is_canceled"] else row["cancelled_by"] and "payer"
    call.state.run("UPDATE star_subscriptions SET cancelled_by = ? WHERE charge = ?", by, row["charge"])
    return True


def list_transaction(
    state: State, bot: int, user: int, charge: str, amount: int, payload: str, *, incoming: bool,
    period: int | None = None,
) -> None:  # fmt: skip
    state.run(
        "INSERT INTO star_transactions (bot, user, charge, amount, payload, created_at, incoming, period)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *(bot, user, charge, amount, payload, state.now(), incoming, period),
    )


def _transaction(call: Call, row: sqlite3.Row) -> Json:
    partner = {
        "type": "user",
        "transaction_type": "invoice_payment",
        "user": user_json(chats.get_user(call.state, row["user"])),
        "invoice_payload": row["payload"],
    }
    if row["period"]:
        partner["subscription_period"] = row["period"]
    known = {"id": row["charge"], "amount": row["amount"], "date": row["created_at"]}
    return known | {"source" if row["incoming"] else "receiver": partner}
