"""What people pay every 30 days in Stars: the next payment, and what they do about it in Telegram's settings."""

from __future__ import annotations

from typing import Any

import orjson

from sandbox import chats
from sandbox.chats import User
from sandbox.people.errors import PeopleError
from sandbox.state import State
from sandbox.telegram import updates
from sandbox.telegram.methods.payments import complete
from sandbox.telegram.objects import user_json

STATES = {"cancel": "canceled", "resume": "active", "fail": "failed"}  # as bots are told of it


def theirs(state: State, person: User) -> list[dict[str, Any]]:
    """All of somebody's; `charge` names each."""
    rows = state.rows("SELECT * FROM star_subscriptions WHERE user = ? ORDER BY rowid", person.id)
    return [
        {"charge": row["charge"], "until": row["until"], "cancelled_by": row["cancelled_by"] or None}
        | {"stars": orjson.loads(row["invoice"])["total_amount"]}
        for row in rows
    ]


def act(state: State, person: User, charge: str, what: str) -> str | None:
    """`renew` takes the next payment (its charge), without asking the bot; `cancel` and `resume` are the payer's.

    `fail`: Telegram could not take it (no Stars are left).
    """
    row = state.row("SELECT * FROM star_subscriptions WHERE charge = ? AND user = ?", charge, person.id)
    if row is None:
        raise PeopleError(404, "There is no such subscription.")
    by = row["cancelled_by"]
    if what == "renew":
        if by:
            raise PeopleError(409, f"It was cancelled by the {by}.")
        return complete(state, row["bot"], orjson.loads(row["invoice"]), person.id, renews=charge)
    if what not in STATES:
        raise PeopleError(400, "Say renew, cancel, resume or fail.")
    if by == "bot" or (what == "resume") != (by == "payer"):
        raise PeopleError(409, f"It was cancelled by the {by}." if by else "It was not cancelled.")
    state.run(
        "UPDATE star_subscriptions SET cancelled_by = ? WHERE charge = ?", "payer" if what == "cancel" else "", charge
    )
    told = {"user": user_json(chats.get_user(state, person.id)), "state": STATES[what]}
    updates.put(
        state, row["bot"], "subscription", told | {"invoice_payload": orjson.loads(row["invoice"])["payload"]}
    )  # fmt: skip
    return None
