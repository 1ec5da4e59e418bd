"""What giving days came to when they closed."""

from sqlalchemy import JSON, Column, ForeignKey, Table, Uuid

from storage.tables.columns import at, metadata

# `figures`: as storage/day_reports.py writes them, opaque ids and no names; never changed. `told_to`: up to which donor
# (by id) messages are queued; `told_at`: when all of them were.
day_reports = Table(
    "day_reports",
    metadata,
    Column("day_id", Uuid, ForeignKey("giving_days.id"), primary_key=True),
    at("made_at", nullable=False),
    Column("figures", JSON, nullable=False),
    Column("told_to", Uuid),
    at("told_at"),
)
