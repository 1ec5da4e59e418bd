"""The provider's own books, line by line as a report lists them; and lies about them, to try a comparison with."""

from __future__ import annotations

from typing import Any

import orjson

from sandbox.rail.errors import invalid
from sandbox.rail.payments import read_amount, read_currency
from sandbox.rail.tills import WALLET, Till
from sandbox.state import State

Json = dict[str, Any]
KINDS = ("payment", "fee", "refund")
MOST = 1000
# Each part is in the order of its own index, so a page costs what it holds.
_PAGE = """
SELECT * FROM (
    SELECT 'payment' AS kind, charges.id, charges.created_at AS at, charges.amount_minor AS minor, payments.currency,
           payments.reference
    FROM charges JOIN payments ON payments.id = charges.payment
    WHERE charges.created_at >= ?1 AND charges.created_at < ?2 AND till = ?7
    UNION ALL
    SELECT 'fee', charges.id, charges.created_at, charges.fee_minor, payments.currency, payments.reference
    FROM charges JOIN payments ON payments.id = charges.payment
    WHERE charges.fee_minor > 0 AND charges.created_at >= ?1 AND charges.created_at < ?2 AND till = ?7
    UNION ALL
    SELECT 'refund', refunds.id, refunds.created_at, refunds.amount_minor, payments.currency, payments.reference
    FROM refunds JOIN charges ON charges.id = refunds.charge JOIN payments ON payments.id = charges.payment
    WHERE refunds.created_at >= ?1 AND refunds.created_at < ?2 AND till = ?7
    UNION ALL
    SELECT kind, id, at, minor, currency, '' FROM made_up WHERE at >= ?1 AND at < ?2 AND till = ?7
) WHERE (at, kind, id) > (?3, ?4, ?5) ORDER BY at, kind, id LIMIT ?6"""


def listed(state: State, query: dict[str, str], till: Till = WALLET) -> Json:
    """A page of `since` to before `until` (Unix seconds), oldest first; `next` is the `after` of the next one."""
    since, until = _number(query, "since"), _number(query, "until")
    limit = _number(query, "limit") if "limit" in query else 500
    if set(query) - {"since", "until", "after", "limit"} or not 1 <= limit <= MOST:
        raise invalid(f"Records are listed by since, until, after (the last answer's next) and limit (at most {MOST}).")
    after = _after(query.get("after", ""))
    rows = state.rows(_PAGE, since, until, *after, limit, till.name)
    lies = {(row["kind"], row["id"]): orjson.loads(row["says"]) for row in state.rows("SELECT * FROM lies")}
    records = [_record(row, lies.get((row["kind"], row["id"]), {})) for row in rows]
    last = rows[-1] if len(rows) == limit else None
    return {
        "records": [record for record in records if record is not None],
        "next": f"{last['at']},{last['kind']},{last['id']}" if last else None,
    }


def lie(state: State, kind: str, id_: str, body: Json, till: Till = WALLET) -> Json:
    """Inside a change: from now on the list is wrong about this record; `{}` sets it right. Raises: RailError."""
    if kind not in KINDS:
        raise invalid(f"A record is a {', a '.join(KINDS)}.")
    says = _read_lie(body)
    state.run("DELETE FROM lies WHERE kind = ? AND id = ?", kind, id_)
    state.run("DELETE FROM made_up WHERE kind = ? AND id = ?", kind, id_)
    if "created_at" in says:
        if not {"amount_minor", "currency"} <= set(says):
            raise invalid("A record that is made up has amount_minor, currency and created_at.")
        state.run(
            "INSERT INTO made_up (kind, id, at, minor, currency, till) VALUES (?, ?, ?, ?, ?, ?)",
            kind, id_, says["created_at"], says["amount_minor"], says["currency"], till.name,
        )  # fmt: skip
    elif says:
        state.run("INSERT INTO lies (kind, id, says) VALUES (?, ?, ?)", kind, id_, orjson.dumps(says).decode())
    return {"kind": kind, "id": id_, "says": says}


def _read_lie(body: Json) -> Json:
    known = {"amount_minor", "currency", "kind", "listed", "created_at"}
    if unknown := set(body) - known:
        raise invalid(f"There is no parameter {', '.join(sorted(unknown))}.")
    if "amount_minor" in body:
        read_amount(body)
    if "currency" in body:
        read_currency(body["currency"])
    if body.get("kind", KINDS[0]) not in KINDS:
        raise invalid(f"kind is one of {', '.join(KINDS)}.")
    if body.get("listed", False) is not False:
        raise invalid("listed is false: the record is left out.")
    if type(body.get("created_at", 0)) is not int:
        raise invalid("created_at is Unix seconds.")
    return body


def _record(row: Any, says: Json) -> Json | None:
    if says.get("listed", True) is False:
        return None
    return {
        "kind": says.get("kind", row["kind"]),
        "id": row["id"],
        "amount_minor": says.get("amount_minor", row["minor"]),
        "currency": says.get("currency", row["currency"]),
        "created_at": row["at"],
        "reference": row["reference"] or None,
    }


def _number(query: dict[str, str], name: str) -> int:
    text = query.get(name, "")
    if not text.isdecimal() or len(text) > 12:
        raise invalid(f"{name} is a whole number (times are Unix seconds).")
    return int(text)


def _after(text: str) -> tuple[int, str, str]:
    at, _, rest = text.partition(",")
    kind, _, id_ = rest.partition(",")
    if not text:
        return -1, "", ""
    if not at.isdecimal() or not id_:
        raise invalid("after is the next of the last answer.")
    return int(at), kind, id_
