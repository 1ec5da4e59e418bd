"""What is said to many at once, and what became of each message of it."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    Uuid,
    text,
)

from storage.tables.columns import at, id_, metadata, ref

broadcasts = Table(
    "broadcasts",
    metadata,
    id_(),
    Column("kind", String(16), nullable=False),
    Column("segment", JSON, nullable=False),
    Column("content", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    ref("author_id", "people.id", nullable=True),  # None: by the command line
    Column("paid", Boolean, nullable=False),
    Column("audience", Integer, nullable=False),
    # Whoever comes next is found as their turn comes: nobody's row is made before, and a million need no room.
    Column("cursor_id", Uuid),
    Column("looked_through", Boolean, nullable=False),
    Column("stopped_by", Text),
    at("created_at", nullable=False),
    at("started_at"),
    at("ended_at"),
    # What was given after it, and by how many: counted for the last time once that is over.
    Column("gifts", Integer),
    Column("donors", Integer),
)
_open = text("state IN ('running', 'paused')")
Index("ix_broadcasts_open", broadcasts.c.started_at, postgresql_where=_open, sqlite_where=_open)

# How many deliveries of each ended how; moved in the commit that ends them.
broadcast_tallies = Table(
    "broadcast_tallies",
    metadata,
    ref("broadcast_id", "broadcasts.id"),
    Column("outcome", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    PrimaryKeyConstraint("broadcast_id", "outcome"),
)

# By person first: that is also what somebody was told this week.
broadcast_deliveries = Table(
    "broadcast_deliveries",
    metadata,
    ref("person_id", "people.id"),
    ref("broadcast_id", "broadcasts.id"),
    Column("state", String(16), nullable=False),
    at("taken_at", nullable=False),
    at("due_at"),
    Column("message_id", BigInteger),
    Column("said", Text),
    PrimaryKeyConstraint("person_id", "broadcast_id"),
)
for _name, _columns, _where in (
    ("waiting", ("broadcast_id", "due_at"), "state = 'waiting'"),
    ("open", ("broadcast_id",), "state IN ('going', 'unknown', 'failed')"),
):
    Index(
        f"ix_broadcast_deliveries_{_name}",
        *(broadcast_deliveries.c[name] for name in _columns),
        postgresql_where=text(_where),
        sqlite_where=text(_where),
    )

# Those that wait for a second admin's word, as they were when it was asked for.
broadcast_asks = Table(
    "broadcast_asks",
    metadata,
    ref("broadcast_id", "broadcasts.id"),
    ref("person_id", "people.id"),
    Column("version", Integer, nullable=False),
    Column("paid", Boolean, nullable=False),
    Column("stars", Integer, nullable=False),
    at("asked_at", nullable=False),
    PrimaryKeyConstraint("broadcast_id"),
)

# Other words for one that was started, until they are decided about: one at a time.
broadcast_edits = Table(
    "broadcast_edits",
    metadata,
    ref("broadcast_id", "broadcasts.id"),
    Column("edit_id", Uuid, nullable=False),
    ref("person_id", "people.id"),
    Column("version", Integer, nullable=False),
    Column("content", JSON, nullable=False),
    Column("resumes", Boolean, nullable=False),
    at("written_at", nullable=False),
    at("asked_at"),
    PrimaryKeyConstraint("broadcast_id"),
)

# Messages that show an admin how far one is, until it is over.
broadcast_cards = Table(
    "broadcast_cards",
    metadata,
    ref("broadcast_id", "broadcasts.id"),
    ref("person_id", "people.id"),
    Column("message_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("broadcast_id", "person_id"),
)
