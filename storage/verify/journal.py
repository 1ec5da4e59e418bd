"""The journal by itself: entries, postings, balances, payouts."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, func, literal, select

from storage.tables import accounts, entries, postings

FIRST: Final = UUID(int=0)  # no entry's id comes before it


def entries_balance(since: UUID = FIRST) -> Select[Any]:
    """Debits and credits, per entry and currency."""
    total = func.sum(postings.c.amount_minor)
    per_entry = select(postings.c.entry_id, total.label("total")).where(postings.c.entry_id >= since)
    per_entry = per_entry.group_by(postings.c.entry_id, postings.c.currency)
    unbalanced = per_entry.having(total != 0).subquery()
    return select(entries.c.key, literal(0), unbalanced.c.total).join(unbalanced, unbalanced.c.entry_id == entries.c.id)


def entries_have_postings(since: UUID = FIRST) -> Select[Any]:
    """Entries that say of no account what changed."""
    lines = select(postings.c.entry_id).where(postings.c.entry_id == entries.c.id).exists()
    return select(entries.c.key, literal(2), literal(0)).where(~lines, entries.c.id >= since)


def balances() -> Select[Any]:
    """What accounts say they hold, against all that was posted to them."""
    total = func.coalesce(func.sum(postings.c.amount_minor), 0)
    same = and_(postings.c.account_id == accounts.c.id, postings.c.currency == accounts.c.currency)
    return (
        select(accounts.c.name, total, accounts.c.balance_minor)
        .outerjoin(postings, same)
        .group_by(accounts.c.id, accounts.c.name, accounts.c.balance_minor)
        .having(total != accounts.c.balance_minor)
    )


def paid_out() -> Select[Any]:
    """Nothing but a provider's payout, or its failing, moves money to or from the operator's bank."""
    total = func.sum(postings.c.amount_minor)
    return (
        select(entries.c.key, literal(0), total)
        .join(postings, postings.c.entry_id == entries.c.id)
        .join(accounts, accounts.c.id == postings.c.account_id)
        .where(accounts.c.name.like("operator:received:%"), ~entries.c.key.like("payout:%"))
        .group_by(entries.c.key)
    )


def turned_back() -> Select[Any]:
    """What a failed payout brought, and what was sent: the one is the other, the other way."""
    moved = (
        select(entries.c.key, postings.c.currency, func.sum(postings.c.amount_minor).label("total"))
        .join(postings, postings.c.entry_id == entries.c.id)
        .join(accounts, accounts.c.id == postings.c.account_id)
        .where(accounts.c.name.like("operator:received:%"), entries.c.key.like("payout:%"))
        .group_by(entries.c.key, postings.c.currency)
    )
    failed, sent = moved.subquery(), moved.subquery()
    same = and_(
        sent.c.key == func.replace(failed.c.key, ":failed", ":sent"), sent.c.currency == failed.c.currency
    )  # fmt: skip
    expected = -func.coalesce(sent.c.total, 0)
    return (
        select(failed.c.key, expected, failed.c.total)
        .outerjoin(sent, same)
        .where(failed.c.key.like("%:failed"), expected != failed.c.total)
    )
