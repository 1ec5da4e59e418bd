"""Messages to be sent, and those to be deleted."""

from sqlalchemy import BigInteger, Column, Index, SmallInteger, String, Table, Text, UniqueConstraint, Uuid, text

from storage.tables.columns import at, id_, metadata, ref

# Messages to be sent, written in the commit of what they tell.
outbox = Table(
    "outbox",
    metadata,
    id_(),
    Column("dedupe_key", String(120), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    ref("person_id", "people.id"),
    Column("subject_id", Uuid, nullable=False),
    at("since_at"),
    at("until_at"),
    Column("state", String(16), nullable=False),
    at("due_at", nullable=False),
    at("claimed_until"),
    Column("attempts", SmallInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("error", Text),
    at("queued_at", nullable=False),
    at("sent_at"),
)
Index(
    "ix_outbox_queued",
    outbox.c.priority,
    outbox.c.due_at,
    postgresql_where=text("state = 'queued'"),
    sqlite_where=text("state = 'queued'"),
)

# Messages of a group to be deleted a little later (failed commands and what the bot said to them).
cleanups = Table(
    "cleanups",
    metadata,
    id_(),
    Column("chat", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    at("due_at", nullable=False),
    UniqueConstraint("chat", "message_id"),
)
Index("ix_cleanups_due_at", cleanups.c.due_at)
