"""Rows of pools and matches: rules, caps and scopes as JSON, and back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.matching import (
    Caps,
    Fixed,
    HeldReason,
    Lottery,
    Match,
    MatchState,
    Pool,
    PoolState,
    Ratio,
    Remainder,
    Rule,
    Scope,
    Window,
)
from giving.money import Money

MATCH = (
    "id", "tip_id", "pool_id", "donor_id", "project_id", "place_id", "window_number", "local_day", "gift_minor",
    "amount_minor", "back_minor", "currency", "state", "reason", "payer", "paid_at", "decided_at",
)  # fmt: skip


class OnMatching:
    """What reads or writes pools and matches."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection


def pool_row(pool: Pool) -> dict[str, Any]:
    """What stands of a pool in `pools`."""
    return {
        "id": pool.id,
        "sponsor_id": pool.sponsor,
        "titles": dict(pool.titles),
        "committed_minor": pool.committed.minor,
        "currency": pool.currency,
        "rule": _kept(pool.rule),
        "caps": {
            "gift": pool.caps.gift_minor,
            "donor_day": pool.caps.donor_day_minor,
            "project": pool.caps.project_minor,
        },
        "scope": {
            name: sorted(str(one) for one in ids)
            for name, ids in (
                ("days", pool.scope.days),
                ("projects", pool.scope.projects),
                ("creators", pool.scope.creators),
            )
        }
        | ({"only_days": True} if pool.scope.only_days else {}),
        "remainder": pool.remainder,
        "state": pool.state,
        "used_minor": pool.used.minor,
        "returned_minor": pool.returned.minor,
        "paid_minor": pool.paid_minor,
        "signed_by": pool.signed_by,
        "signed_at": pool.signed_at,
        "closed_at": pool.closed_at,
    }


def window_rows(pool: Pool) -> list[dict[str, Any]]:
    """And its windows."""
    return [
        {
            "pool_id": pool.id, "number": window.number, "starts_at": window.starts_at, "ends_at": window.ends_at,
            "part_minor": window.part_minor, "used_minor": window.used_minor, "returned_minor": window.returned_minor,
            "closed_at": window.closed_at,
        }
        for window in pool.windows
    ]  # fmt: skip


def read_pool(row: Row[Any], windows: Sequence[Row[Any]]) -> Pool:
    """A row of `pools` with those of its windows, in order."""
    scope = {name: frozenset(UUID(one) for one in row.scope.get(name, ())) for name in ("days", "projects", "creators")}
    return Pool(
        id=row.id,
        sponsor=row.sponsor_id,
        titles=row.titles,
        committed=Money(row.committed_minor, row.currency),
        rule=_rule(row.rule),
        windows=tuple(
            Window(w.number, w.starts_at, w.ends_at, w.part_minor, w.used_minor, w.returned_minor, w.closed_at)
            for w in windows
        ),
        caps=Caps(row.caps.get("gift"), row.caps.get("donor_day"), row.caps.get("project")),
        scope=Scope(**scope, only_days=bool(row.scope.get("only_days"))),
        remainder=Remainder(row.remainder),
        state=PoolState(row.state),
        paid_minor=row.paid_minor,
        signed_by=row.signed_by,
        signed_at=row.signed_at,
        closed_at=row.closed_at,
        created_at=row.created_at,
    )


def _kept(rule: Rule) -> dict[str, Any]:
    match rule:
        case Ratio(sponsor, donor):
            return {"kind": "ratio", "sponsor": sponsor, "donor": donor}
        case Fixed(minor):
            return {"kind": "fixed", "minor": minor}
        case Lottery(least, most, seed):
            return {"kind": "lottery", "least": least, "most": most, "seed": seed}


def _rule(kept: Mapping[str, Any]) -> Rule:
    match kept["kind"]:
        case "ratio":
            return Ratio(kept["sponsor"], kept["donor"])
        case "fixed":
            return Fixed(kept["minor"])
        case _:
            return Lottery(kept["least"], kept["most"], kept["seed"])


def match_row(match: Match) -> tuple[Any, ...]:
    """The columns of MATCH; plain strings, for the driver."""
    return (
        match.id, match.tip, match.pool, match.donor, match.project, match.place, match.window + 1,
        match.local_day.isoformat(), match.gift_minor, match.amount_minor, match.back_minor, match.currency,
        match.state.value, match.reason.value if match.reason is not None else None, match.payer, match.paid_at,
        match.decided_at,
    )  # fmt: skip


def read_match(row: Row[Any]) -> Match:
    """A row of `matches`."""
    return Match(
        id=row.id, tip=row.tip_id, pool=row.pool_id, donor=row.donor_id, project=row.project_id, place=row.place_id,
        window=row.window_number - 1, local_day=date.fromisoformat(row.local_day), gift_minor=row.gift_minor,
        amount_minor=row.amount_minor, currency=row.currency, state=MatchState(row.state), paid_at=row.paid_at,
        decided_at=row.decided_at, back_minor=row.back_minor,
        reason=HeldReason(row.reason) if row.reason is not None else None, payer=row.payer,
    )  # fmt: skip


def of_pools(rows: Iterable[Row[Any]]) -> dict[UUID, list[Row[Any]]]:
    """Windows by their pool, in the order they came."""
    found: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.pool_id, []).append(row)
    return found
