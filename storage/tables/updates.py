"""What is remembered between updates: dialogs, and which updates were handled."""

from sqlalchemy import JSON, BigInteger, Column, Index, String, Table, Text

from storage.tables.columns import at, metadata

dialogs = Table(
    "dialogs",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("state", Text),
    Column("data", JSON, nullable=False),
    at("expires_at", nullable=False),
)

# Updates that were handled to their commit, so that one delivered again is not handled again. Pruned after a while.
updates_seen = Table(
    "updates_seen",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    at("seen_at", nullable=False),
)
Index("ix_updates_seen_seen_at", updates_seen.c.seen_at)
