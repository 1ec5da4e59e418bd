"""Payments and refunds, and what providers told us about them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

from storage.tables.columns import at, currency, id_, metadata, minor, ref

payments = Table(
    "payments",
    metadata,
    id_(),
    ref("donor_id", "people.id"),
    Column("rail", String(16), nullable=False),
    minor("amount_minor"),
    currency(),
    Column("state", String(16), nullable=False),
    Column("their_id", String(128)),
    Column("url", Text),
    Column("wish", JSON(none_as_null=True)),
    at("created_at", nullable=False),
    Column("account", String(128)),
    CheckConstraint("amount_minor > 0", name="amount_positive"),
    UniqueConstraint("rail", "their_id"),
)

# Payments to be looked up at their rail until they are final; without times until a sweep has seen them.
look_ups = Table(
    "look_ups",
    metadata,
    Column("payment_id", Uuid, ForeignKey("payments.id"), primary_key=True),
    at("since_at"),
    at("due_at"),
    Column("found", String(16)),
    # Asked for by an event that did not say all: looked up even if it is final.
    Column("told", Boolean, nullable=False, server_default=false()),
)
Index("ix_look_ups_due_at", look_ups.c.due_at)

# `asked_at`: when the rail took it; `look_at`: when it is looked up (or was tried last, before that), and of one that
# failed, until that was told. `tried_at`: since when its key is in use; `amount_minor`: what it is asked with.
refunds = Table(
    "refunds",
    metadata,
    id_(),
    Column("tip_id", Uuid, ForeignKey("tips.id"), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    at("requested_at", nullable=False),
    Column("reason", Text),
    Column("decided_by", Uuid),
    at("asked_at"),
    at("look_at"),
    Column("amount_minor", BigInteger),
    at("tried_at"),
)
Index(
    "ix_refunds_followed",
    refunds.c.look_at,
    postgresql_where=text("state IN ('asked', 'failed')"),
    sqlite_where=text("state IN ('asked', 'failed')"),
)

# What a refund, or a dispute that was lost, took off which tip: should a refund fail, so much is put back.
returns = Table(
    "returns",
    metadata,
    Column("entry_key", String(200), nullable=False),
    ref("tip_id", "tips.id"),
    minor("amount_minor"),
    currency(),
    PrimaryKeyConstraint("entry_key", "tip_id"),
)

# What of a charge goes on to which organisation, or (below zero) comes back from it; see giving/transfers.py.
# `entry_key`: the entry it follows from; `look_at`: when something is to be done about it.
transfers = Table(
    "transfers",
    metadata,
    id_(),
    ref("payment_id", "payments.id"),
    Column("charge", String(128), nullable=False),
    ref("organisation_id", "organisations.id"),
    minor("amount_minor"),
    currency(),
    Column("entry_key", String(200), nullable=False),
    Column("part", Integer, nullable=False),
    Column("again", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("account", String(128)),
    Column("reverses", String(128)),
    Column("their_id", String(128)),
    Column("tries", Integer, nullable=False),
    Column("code", String(64)),
    at("requested_at", nullable=False),
    at("look_at", nullable=False),
    UniqueConstraint("entry_key", "organisation_id", "part"),
)
Index("ix_transfers_payment_id", transfers.c.payment_id)
Index(
    "ix_transfers_open",
    transfers.c.look_at,
    postgresql_where=text("state IN ('due', 'asking', 'asked')"),
    sqlite_where=text("state IN ('due', 'asking', 'asked')"),
)

# What became of tips that were given in another currency than their project's, by the entry that turned them: so much
# of the tip's own currency, and what it came to. Negative where it was turned back, since the tip went back.
conversions = Table(
    "conversions",
    metadata,
    ref("tip_id", "tips.id"),
    Column("entry_key", String(200), nullable=False),
    minor("sold_minor"),
    minor("bought_minor"),
    currency(),
    PrimaryKeyConstraint("tip_id", "entry_key"),
)

# The inbox: what providers told us, once each, as they told it.
provider_events = Table(
    "provider_events",
    metadata,
    id_(),
    Column("rail", String(16), nullable=False),
    Column("event_id", String(128), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("reference", Uuid),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    at("received_at", nullable=False),
    at("settled_at"),
    at("erased_at"),
    UniqueConstraint("rail", "event_id"),
)
Index(
    "ix_provider_events_new",
    provider_events.c.id,
    postgresql_where=text("state = 'new'"),
    sqlite_where=text("state = 'new'"),
)
Index(
    "ix_provider_events_waiting",
    provider_events.c.reference,
    postgresql_where=text("state = 'waiting'"),
    sqlite_where=text("state = 'waiting'"),
)
