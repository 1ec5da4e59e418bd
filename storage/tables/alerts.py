"""What those who look after the money are told."""

from sqlalchemy import JSON, Column, String, Table

from storage.tables.columns import at, id_, metadata

# `said`: the figures of its words, as storage/alerts.py writes them; nothing that names a person.
alerts = Table(
    "alerts",
    metadata,
    id_(),
    Column("kind", String(32), nullable=False),
    Column("said", JSON, nullable=False),
    at("at", nullable=False),
)
