"""`ledger verify`: questions to the books that must all come back empty."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, String, and_, case, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import accounts, entries, postings, projects, tallies, tips

MOST_FINDINGS: Final = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree: which check, about what, and the two figures in minor units."""

    check: str
    subject: str
    expected_minor: int
    found_minor: int


def checks() -> dict[str, Select[Any]]:
    """Name → a query of rows (subject, expected, found) that disagree."""
    return {
        "an entry sums to zero per currency": _entries_balance(),
        "an entry has postings": _entries_have_postings(),
        "a balance is the sum of its postings": _balances(),
        "a paid tip is in one entry that exists": _tips_have_entries(),
        "a payment's entry is the sum of its tips": _entries_have_tips(),
        "a project is credited its paid tips less refunds": _credited(),
        "a project's tally is its paid tips": _tallies(),
    }


async def findings(connection: AsyncConnection) -> AsyncIterator[Finding]:
    """Everything that disagrees, at most MOST_FINDINGS of each check."""
    for name, query in checks().items():
        for subject, expected, found in await connection.execute(query.limit(MOST_FINDINGS)):
            yield Finding(name, str(subject), int(expected or 0), int(found or 0))


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How much was looked at."""
    tables = {"entries": entries, "postings": postings, "accounts": accounts, "tips": tips}
    return {
        name: int(await connection.scalar(select(func.count()).select_from(table)) or 0)
        for name, table in tables.items()
    }


def _entries_balance() -> Select[Any]:
    total = func.sum(postings.c.amount_minor)
    per_entry = select(postings.c.entry_id, total.label("total")).group_by(postings.c.entry_id, postings.c.currency)
    unbalanced = per_entry.having(total != 0).subquery()
    return select(entries.c.key, literal(0), unbalanced.c.total).join(unbalanced, unbalanced.c.entry_id == entries.c.id)


def _entries_have_postings() -> Select[Any]:
    lines = select(postings.c.entry_id).where(postings.c.entry_id == entries.c.id).exists()
    return select(entries.c.key, literal(2), literal(0)).where(~lines)


def _balances() -> Select[Any]:
    total = func.coalesce(func.sum(postings.c.amount_minor), 0)
    same = and_(postings.c.account_id == accounts.c.id, postings.c.currency == accounts.c.currency)
    return (
        select(accounts.c.name, total, accounts.c.balance_minor)
        .outerjoin(postings, same)
        .group_by(accounts.c.id, accounts.c.name, accounts.c.balance_minor)
        .having(total != accounts.c.balance_minor)
    )


def _tips_have_entries() -> Select[Any]:
    missing = or_(tips.c.entry_key.is_(None), entries.c.id.is_(None))
    return (
        select(tips.c.receipt_code, tips.c.amount_minor, literal(0))
        .outerjoin(entries, entries.c.key == tips.c.entry_key)
        .where(tips.c.state.in_(("paid", "refunded")), missing)
    )


def _entries_have_tips() -> Select[Any]:
    paid = select(tips.c.entry_key, func.sum(tips.c.amount_minor).label("total")).group_by(tips.c.entry_key).subquery()
    credit = case((accounts.c.name.like("project:%:credited"), -postings.c.amount_minor), else_=0)
    credited = (
        select(entries.c.key, func.sum(credit).label("total"))
        .join(postings, postings.c.entry_id == entries.c.id)
        .join(accounts, accounts.c.id == postings.c.account_id)
        .where(entries.c.key.like("payment:%"))
        .group_by(entries.c.key)
        .subquery()
    )
    named = func.coalesce(paid.c.total, 0)
    return (
        select(credited.c.key, named, credited.c.total)
        .outerjoin(paid, paid.c.entry_key == credited.c.key)
        .where(named != credited.c.total)
    )


def _credited() -> Select[Any]:
    given = _paid_by_project()
    # Hyphens and case aside, a UUID reads the same in both engines' text: SQLite keeps it as 32 hex digits.
    bare = func.replace(func.replace(func.replace(accounts.c.name, "project:", ""), ":credited", ""), "-", "")
    credited = select(bare.label("project"), (-accounts.c.balance_minor).label("total"), accounts.c.currency)
    booked = credited.where(accounts.c.name.like("project:%:credited")).subquery()
    same = and_(
        func.replace(cast(projects.c.id, String), "-", "") == booked.c.project, booked.c.currency == projects.c.currency
    )
    expected, found = func.coalesce(given.c.total, 0), func.coalesce(booked.c.total, 0)
    return (
        select(projects.c.slug, expected, found)
        .outerjoin(given, given.c.project_id == projects.c.id)
        .outerjoin(booked, same)
        .where(expected != found)
    )


def _tallies() -> Select[Any]:
    given = _paid_by_project()
    expected, found = func.coalesce(given.c.total, 0), func.coalesce(tallies.c.given_minor, 0)
    same = and_(tallies.c.subject_id == projects.c.id, tallies.c.currency == projects.c.currency)
    return (
        select(projects.c.slug, expected, found)
        .outerjoin(given, given.c.project_id == projects.c.id)
        .outerjoin(tallies, same)
        .where(expected != found)
    )


def _paid_by_project() -> Any:
    total = func.sum(tips.c.amount_minor).label("total")
    paid = select(tips.c.project_id, total).where(tips.c.state == "paid")
    return paid.group_by(tips.c.project_id).subquery()
