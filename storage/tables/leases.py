"""Who leads: one row per task that one process does for all."""

from sqlalchemy import BigInteger, Column, String, Table

from storage.tables.columns import at, metadata

leases = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("holder", String(120)),
    Column("beats", BigInteger, nullable=False),
    at("renewed_at", nullable=False),
)
