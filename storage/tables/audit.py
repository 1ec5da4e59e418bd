"""What admins did."""

from sqlalchemy import JSON, Column, Index, String, Table

from storage.tables.columns import at, id_, metadata, ref

# Append-only by triggers. Opaque ids only, never a name: nothing here needs erasing when people leave.
audit_log = Table(
    "audit_log",
    metadata,
    id_(),
    at("at", nullable=False),
    ref("actor_id", "people.id", nullable=True),
    Column("way", String(16), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject_kind", String(32), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
)
Index("ix_audit_log_at", audit_log.c.at)
