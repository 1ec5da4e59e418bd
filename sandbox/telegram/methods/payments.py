"""Invoices, and the question before the payment. Paying is in people/purchases.py, a bot's Stars are in stars.py."""

from __future__ import annotations

import secrets
from typing import Any

import orjson

from sandbox import chats, messages
from sandbox.state import State
from sandbox.telegram import access, feed
from sandbox.telegram.entities import units
from sandbox.telegram.errors import bad_request, not_played
from sandbox.telegram.methods.call import Call, Table
from sandbox.telegram.methods.sending import COMMON, send
from sandbox.telegram.methods.stars import STARS, list_transaction
from sandbox.telegram.objects import user_json

METHODS = Table()
MOST_STARS = 25_000
MOST_STARS_MONTHLY = 10_000
PERIOD_S = 30 * 24 * 3600
ANSWERABLE_S = 10
WHAT = (
    "title description payload currency prices provider_token max_tip_amount suggested_tip_amounts provider_data"
    " photo_url photo_size photo_width photo_height need_name need_phone_number need_email need_shipping_address"
    " send_phone_number_to_provider send_email_to_provider is_flexible"
)
# Minor digits, and the least and most that can be asked for: about 1 and 10,000 US dollars.
# Telegram's list (core.telegram.org/bots/payments/currencies.json) is longer and follows the rates.
CURRENCIES = {
    "CNY": (2, 650, 6_500_000),
    "USD": (2, 100, 1_000_000),
    "EUR": (2, 90, 900_000),
    "GBP": (2, 75, 750_000),
    "HKD": (2, 780, 7_800_000),
    "SGD": (2, 130, 1_300_000),
    "JPY": (0, 150, 1_500_000),
}
Json = dict[str, Any]


@METHODS.method("sendInvoice", f"start_parameter reply_markup {WHAT} {COMMON}")
def send_invoice(call: Call) -> Any:
    """Without a keyboard it gets a Pay button; a keyboard has to begin with one."""
    chat = access.writable(call.state, call.bot, call["chat_id"])
    invoice = read_invoice(call)
    markup = call.get("reply_markup") or {}
    rows = [row for row in markup.get("inline_keyboard", []) if row]
    if rows and "pay" not in rows[0][0]:
        raise bad_request("BUTTON_TYPE_INVALID: the first button must be a Pay button")
    if not rows:
        call.parameters["reply_markup"] = {"inline_keyboard": [[{"text": f"Pay {_shown(invoice)}", "pay": True}]]}
    shown = {k: invoice[k] for k in ("title", "description", "currency", "total_amount")}
    sent = send(call, chat, extra={"invoice": shown | {"start_parameter": call.get("start_parameter", "")}})
    message = messages.find(call.state, chat, sent["message_id"])
    if message is not None:
        call.state.run(
            "UPDATE messages SET meta = json_set(meta, '$.invoice', json(?)) WHERE chat = ? AND id = ?",
            orjson.dumps(invoice).decode(),
            chat.key,
            message.id,
        )
    return sent


@METHODS.method("createInvoiceLink", f"subscription_period {WHAT}")
def create_invoice_link(call: Call) -> str:
    """A link anyone may pay, as often as they like; a subscription is paid again every 30 days by itself."""
    slug = secrets.token_urlsafe(16)
    invoice = orjson.dumps(read_invoice(call) | _period(call)).decode()
    call.state.run("INSERT INTO invoice_links VALUES (?, ?, ?)", slug, call.bot.id, invoice)
    return f"https://t.me/${slug}"


@METHODS.method("answerPreCheckoutQuery", "pre_checkout_query_id ok error_message")
def answer_pre_checkout_query(call: Call) -> bool:
    """Within ten seconds; yes completes the payment, no tells the person why."""
    row = call.state.row("SELECT * FROM checkouts WHERE id = ? AND bot = ?", call["pre_checkout_query_id"], call.bot.id)
    if row is None or row["answer"] or call.state.now() - row["created_at"] > ANSWERABLE_S:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if not call["ok"] and not call.get("error_message"):
        raise bad_request("error_message must be non-empty when ok is false")
    answer: Json = {"ok": call["ok"], "error": None if call["ok"] else call["error_message"], "charge": None}
    if call["ok"]:
        answer["charge"] = complete(
            call.state, call.bot.id, orjson.loads(row["invoice"]), row["user"], row["chat"], row["message"]
        )
    call.state.run("UPDATE checkouts SET answer = ? WHERE id = ?", orjson.dumps(answer).decode(), row["id"])
    call.state.tell(("checkout", row["id"]), answer)
    return True


def _period(call: Call) -> Json:
    """Of a subscription. Source: core.telegram.org/bots/api#createinvoicelink"""
    period = call.get("subscription_period")
    if not period:
        return {}
    if call["currency"] != STARS or period != PERIOD_S:
        raise bad_request("SUBSCRIPTION_PERIOD_INVALID")
    if sum(price["amount"] for price in call["prices"]) > MOST_STARS_MONTHLY:
        raise bad_request("STARS_INVOICE_INVALID: invalid amount of Stars")
    return {"subscription_period": period}


def read_invoice(call: Call) -> Json:
    """The invoice with its sum; Telegram's limits on its words and prices."""
    for name, most in (("title", 32), ("description", 255)):
        if not 1 <= units(call[name].strip()) <= most:
            raise bad_request(f"invalid invoice {name} specified; it takes 1-{most} characters")
    if not 1 <= len(call["payload"].encode()) <= 128:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    for unplayed in ("need_shipping_address", "is_flexible"):
        if call.get(unplayed):
            raise not_played(unplayed)
    currency, prices = call["currency"], call["prices"]
    total = sum(price["amount"] for price in prices)
    if not prices or any(not price["label"].strip() for price in prices):
        raise bad_request("there must be at least one price, each with a label")
    if currency == STARS:
        _check_stars(call, total)
    else:
        _check_currency(call, total)
    kept = {k: call.get(k) for k in ("title", "description", "payload", "currency", "max_tip_amount")}
    return kept | {"total_amount": total, "prices": prices}


def _check_stars(call: Call, total: int) -> None:
    if call.get("provider_token"):
        raise bad_request("STARS_PROVIDER_TOKEN_INVALID: provider_token must be empty for payments in Stars")
    if len(call["prices"]) != 1:
        raise bad_request("STARS_INVOICE_INVALID: prices must have exactly one item for payments in Stars")
    if not 1 <= total <= MOST_STARS:
        raise bad_request("STARS_INVOICE_INVALID: invalid amount of Stars")


def _check_currency(call: Call, total: int) -> None:
    if not call.get("provider_token"):
        raise bad_request("PAYMENT_PROVIDER_INVALID")
    if call["currency"] not in CURRENCIES:
        raise bad_request("CURRENCY_INVALID")
    _, least, most = CURRENCIES[call["currency"]]
    if not least <= total <= most:
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")


def _shown(invoice: Json) -> str:
    if invoice["currency"] == STARS:
        return f"⭐️{invoice['total_amount']}"
    digits = CURRENCIES[invoice["currency"]][0]
    return f"{invoice['total_amount'] / 10**digits:.{digits}f} {invoice['currency']}"


def complete(
    state: State, bot: int, invoice: Json, user: int, chat_key: int | None = None, message: int | None = None,
    *, renews: str | None = None,
) -> str:  # fmt: skip
    """Money changes hands: the bot gets a service message where the invoice was, or in the private chat.

    `renews`: the charge that began the subscription, of each later one. Telegram's ids of payments in Stars run past
    128 characters too.
    """
    charge = f"stx{secrets.token_urlsafe(105)}" if invoice["currency"] == STARS else secrets.token_hex(12)
    state.run(
        "INSERT INTO invoice_payments (charge, bot, user, currency, amount, payload, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(charge, bot, user, invoice["currency"], invoice["total_amount"], invoice["payload"]),
        state.now(),
    )
    period = invoice.get("subscription_period")
    if invoice["currency"] == STARS:
        list_transaction(
            state, bot, user, charge, invoice["total_amount"], invoice["payload"], incoming=True, period=period
        )  # fmt: skip
    paid = {
        "currency": invoice["currency"],
        "total_amount": invoice["total_amount"],
        "invoice_payload": invoice["payload"],
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": "" if invoice["currency"] == STARS else f"pp_{charge}",
    }
    if period:
        paid |= _subscribed(state, bot, invoice, user, charge, renews)
    where = chats.chat_by_key(state, chat_key) if chat_key is not None else None
    chat = where or chats.private_chat(state, user, bot)
    if chat is not None:
        notice = messages.add(
            state, chat, sender=user, reply_to=message, extra={"successful_payment": paid}, meta={"service": True}
        )
        feed.posted(state, chat, notice)
    return charge


def _subscribed(state: State, bot: int, invoice: Json, user: int, charge: str, renews: str | None) -> Json:
    """What a payment of a subscription tells besides; the first begins it."""
    if renews is None:
        until = state.now() + invoice["subscription_period"]
        state.run(
            "INSERT INTO star_subscriptions (charge, bot, user, invoice, until) VALUES (?, ?, ?, ?, ?)",
            *(charge, bot, user, orjson.dumps(invoice).decode(), until),
        )
        return {"subscription_expiration_date": until, "is_recurring": True, "is_first_recurring": True}
    state.run(
        "UPDATE star_subscriptions SET until = until + ? WHERE charge = ?", invoice["subscription_period"], renews
    )
    row = state.row("SELECT until FROM star_subscriptions WHERE charge = ?", renews)
    return {"subscription_expiration_date": row["until"] if row else 0, "is_recurring": True}


def pre_checkout_json(query_id: str, user: chats.User, invoice: Json) -> Json:
    return {
        "id": query_id,
        "from": user_json(user),
        "currency": invoice["currency"],
        "total_amount": invoice["total_amount"],
        "invoice_payload": invoice["payload"],
    }
