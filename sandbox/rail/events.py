"""Events: stored with what caused them, delivered at least once by signed webhooks, with the faults one asks for."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import random
import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp
import orjson

from sandbox.rail.tills import TILLS, WALLET, Till
from sandbox.state import State

log = logging.getLogger(__name__)
GIVE_UP_S = 3 * 24 * 3600
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60
ANSWER_WITHIN = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Faults:
    """How the network misbehaves. `duplicates` and `delay_s` hold for events made from then on.

    `charge_504`: a new payment is charged at once, a refund made, a page closed, and the answer to it is 504.
    `never_charge`: who pays is answered as if it had worked, the payment is `processing` for ever, nothing is charged.
    """

    duplicates: int = 0
    shuffle: bool = False
    delay_s: float = 0
    hold: bool = False
    charge_504: bool = False
    never_charge: bool = False


@dataclass(frozen=True, slots=True)
class Webhook:
    url: str
    secret: str


def add(state: State, event_id: str, kind: str, data: dict[str, Any], *, till: str = WALLET.name) -> None:
    """Inside the change it speaks of: an event is there exactly when its cause is."""
    event = {"id": event_id, "type": kind, "created_at": state.now(), "livemode": False, "data": data}
    faults = read_faults(state)
    created_at = state.clock()
    state.run(
        "INSERT INTO events (id, type, body, created_at, till) VALUES (?, ?, ?, ?, ?)",
        event_id,
        kind,
        orjson.dumps(event),
        created_at,
        till,
    )
    for _ in range(1 + faults.duplicates):
        state.run("INSERT INTO deliveries (event, due_at) VALUES (?, ?)", event_id, created_at + faults.delay_s)
    state.tell(("rail", "deliver"))


def listed(state: State, till: Till = WALLET) -> list[dict[str, Any]]:
    """Every event of a till, oldest first; `delivered` when each of its copies has arrived."""
    rows = state.rows(
        """SELECT events.id, type, min(done) AS delivered, sum(tries) AS tries, last_status
           FROM events JOIN deliveries ON event = events.id WHERE till = ? GROUP BY events.rowid
           ORDER BY events.rowid""",
        till.name,
    )
    return [
        {
            "id": row["id"],
            "type": row["type"],
            "delivered": bool(row["delivered"]),
            "tries": row["tries"],
            "last_status": row["last_status"],
        }
        for row in rows
    ]


def read_faults(state: State) -> Faults:
    row = state.row("SELECT value FROM settings WHERE name = 'faults'")
    return Faults(**orjson.loads(row["value"])) if row else Faults()


def set_faults(state: State, faults: Faults) -> None:
    _set(state, "faults", asdict(faults))
    state.tell(("rail", "deliver"))


def read_webhook(state: State, till: Till = WALLET) -> Webhook | None:
    row = state.row("SELECT value FROM settings WHERE name = ?", _webhook_of(till))
    return Webhook(**orjson.loads(row["value"])) if row else None


def set_webhook(state: State, webhook: Webhook, till: Till = WALLET) -> None:
    _set(state, _webhook_of(till), asdict(webhook))
    state.tell(("rail", "deliver"))


def _webhook_of(till: Till) -> str:
    return "webhook" if till is WALLET else f"webhook:{till.name}"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the header `Sandbox-Signature`."""
    digest = hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


class Courier:
    """Delivers events one by one, in order unless shuffled; what fails waits and lets the others pass.

    `at_once`: so many may be on their way together, as a provider's are under load; their order is the network's then.
    """

    def __init__(self, state: State, at_once: int = 1) -> None:
        self._state, self._at_once = state, at_once

    async def run(self) -> None:
        """Until cancelled. What was under way then is delivered again after the next start."""
        connector = aiohttp.TCPConnector(limit=self._at_once)
        async with aiohttp.ClientSession(connector=connector, timeout=ANSWER_WITHIN) as session:
            with self._state.signals.listen(("rail", "deliver")) as news:
                while not self._state.signals.closed:
                    webhooks = {till.name: found for till in TILLS if (found := read_webhook(self._state, till))}
                    if due := self._next(list(webhooks)):
                        await asyncio.gather(*(self._deliver(session, webhooks[one["till"]], one) for one in due))
                    else:
                        await news.next(self._wait_s())

    def _next(self, tills: list[str]) -> list[sqlite3.Row]:
        """What is due at these tills: those that somebody listens to."""
        faults = read_faults(self._state)
        if faults.hold:
            return []
        now = self._state.clock()
        rows = self._state.rows(
            "SELECT deliveries.*, body, created_at, till FROM deliveries JOIN events ON events.id = event"
            " WHERE done = 0 AND due_at <= ? AND till IN (SELECT value FROM json_each(?))"
            " ORDER BY deliveries.id LIMIT ?",
            now,
            orjson.dumps(tills).decode(),
            1000 if faults.shuffle else self._at_once,
        )
        return random.sample(rows, min(len(rows), self._at_once)) if faults.shuffle else list(rows)

    def _wait_s(self) -> float:
        row = self._state.row("SELECT min(due_at) AS at FROM deliveries WHERE done = 0")
        at = row["at"] if row else None
        # Something already due is held back or has nowhere to go: news will come when that changes.
        left = at - self._state.clock() if at is not None else LONGEST_WAIT_S
        return float(left) if 0 < left < LONGEST_WAIT_S else LONGEST_WAIT_S

    async def _deliver(self, session: aiohttp.ClientSession, webhook: Webhook, delivery: sqlite3.Row) -> None:
        status = None
        body: bytes = delivery["body"]
        headers = {
            "Content-Type": "application/json",
            "Sandbox-Signature": signature(webhook.secret, self._state.now(), body),
        }
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with session.post(webhook.url, data=body, headers=headers, allow_redirects=False) as response:
                status = response.status
        self._note(delivery, status)

    def _note(self, delivery: sqlite3.Row, status: int | None) -> None:
        tries = delivery["tries"] + 1
        arrived = status is not None and 200 <= status < 300
        now = self._state.clock()
        if not arrived:
            log.info("webhook answered %s to %s, try %d", status, delivery["event"], tries)
        # Given up after three days: marked so by a due date that never comes.
        expired = now - delivery["created_at"] > GIVE_UP_S
        due_at = 9e99 if expired else now + min(FIRST_WAIT_S * 2 ** min(tries - 1, 10), LONGEST_WAIT_S)
        with self._state.change():
            self._state.run(
                "UPDATE deliveries SET tries = ?, done = ?, due_at = ? WHERE id = ?",
                tries,
                arrived,
                due_at,
                delivery["id"],
            )
            self._state.run("UPDATE events SET last_status = ? WHERE id = ?", status, delivery["event"])


def _set(state: State, name: str, value: dict[str, Any]) -> None:
    state.run(
        "INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        name,
        orjson.dumps(value).decode(),
    )
