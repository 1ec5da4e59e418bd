"""The journal: accounts, entries and their postings."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from storage.tables.columns import at, currency, id_, metadata, minor, ref

# Entries and postings are never updated or deleted (triggers in the first migration).
accounts = Table(
    "accounts",
    metadata,
    id_(),
    Column("name", String(160), nullable=False),
    currency(),
    minor("balance_minor"),
    UniqueConstraint("name", "currency"),
)

entries = Table(
    "entries",
    metadata,
    id_(),
    Column("key", String(200), nullable=False, unique=True),
    at("occurred_at", nullable=False),
    at("booked_at", nullable=False),
)

postings = Table(
    "postings",
    metadata,
    ref("entry_id", "entries.id"),
    Column("line", SmallInteger, nullable=False),
    ref("account_id", "accounts.id"),
    minor("amount_minor"),
    currency(),
    PrimaryKeyConstraint("entry_id", "line"),
    CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
)
Index("ix_postings_account_id", postings.c.account_id)
