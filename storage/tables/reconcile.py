"""Comparisons of our books with providers': what was compared when, and what differs."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Index, Integer, String, Table, Text, Uuid

from storage.tables.columns import at, id_, metadata, ref

# One row for each comparison that was tried; `day`: whose daily one it was, none by hand.
reconciliations = Table(
    "reconciliations",
    metadata,
    id_(),
    Column("rail", String(16), nullable=False),
    Column("day", Date),
    at("since_at", nullable=False),
    at("until_at", nullable=False),
    at("started_at", nullable=False),
    at("ended_at", nullable=False),
    Column("finished", Boolean, nullable=False),
    Column("agreed", JSON, nullable=False),
    Column("found", Integer, nullable=False),
    Column("young", Integer, nullable=False),
    Column("reason", Text),
)
Index("ix_reconciliations_rail_ended_at", reconciliations.c.rail, reconciliations.c.ended_at)

# Closed when a later comparison of the same time finds it no more; open again when one does.
differences = Table(
    "differences",
    metadata,
    id_(),
    Column("identity", String(320), nullable=False, unique=True),
    Column("what", String(24), nullable=False),
    Column("rail", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("their_id", String(128), nullable=False),
    Column("key", String(200), nullable=False),
    at("at", nullable=False),
    Column("their_minor", BigInteger),
    Column("their_currency", String(3)),
    Column("our_minor", BigInteger),
    Column("our_currency", String(3)),
    Column("their_kind", String(16)),
    Column("reference", Uuid),
    Column("account", String(128)),
    Column("other_key", String(200)),
    ref("found_in", "reconciliations.id"),
    ref("seen_in", "reconciliations.id"),
    at("closed_at"),
)
Index("ix_differences_rail_at", differences.c.rail, differences.c.at)
