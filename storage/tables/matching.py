"""Sponsors, their pools, and what these added to which gift."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from storage.tables.columns import at, currency, id_, metadata, minor, ref

# Who funds pools, as they are to be called; `named`: whether the public is told.
sponsors = Table(
    "sponsors",
    metadata,
    id_(),
    Column("name", Text, nullable=False),
    Column("named", Boolean, nullable=False),
    at("created_at", nullable=False),
)

# `used_minor`, `returned_minor`: the sums of its windows. Whoever changes anything of a pool holds its row, in order of
# ids. `rule`, `caps`, `scope`: as JSON (storage/matching/rows.py).
pools = Table(
    "pools",
    metadata,
    id_(),
    ref("sponsor_id", "sponsors.id"),
    Column("titles", JSON, nullable=False),
    minor("committed_minor"),
    currency(),
    Column("rule", JSON, nullable=False),
    Column("caps", JSON, nullable=False),
    Column("scope", JSON, nullable=False),
    Column("remainder", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    minor("used_minor"),
    minor("returned_minor"),
    minor("paid_minor"),
    Column("signed_by", Text, nullable=False),
    at("signed_at"),
    at("created_at", nullable=False),
    at("closed_at"),
    CheckConstraint(
        "used_minor >= 0 AND returned_minor >= 0 AND used_minor + returned_minor <= committed_minor", name="never_over"
    ),
)
Index("ix_pools_open", pools.c.id, postgresql_where=text("state = 'open'"), sqlite_where=text("state = 'open'"))

pool_windows = Table(
    "pool_windows",
    metadata,
    ref("pool_id", "pools.id"),
    Column("number", Integer, nullable=False),
    at("starts_at", nullable=False),
    at("ends_at"),
    minor("part_minor"),
    minor("used_minor"),
    minor("returned_minor"),
    at("closed_at"),
    PrimaryKeyConstraint("pool_id", "number"),
    CheckConstraint("used_minor >= 0", name="used_not_below_nothing"),
)

# By pool and project: what stands of matches, and what was shared of what windows left.
pool_projects = Table(
    "pool_projects",
    metadata,
    ref("pool_id", "pools.id"),
    ref("project_id", "projects.id"),
    minor("matched_minor"),
    minor("shared_minor"),
    PrimaryKeyConstraint("pool_id", "project_id"),
)
Index("ix_pool_projects_project_id", pool_projects.c.project_id)

# What a pool added to a gift, or would add once somebody released it. `place_id`: where it was given; `payer`: a keyed
# hash of the payment method. `donor_id` is as opaque as that of tips.
matches = Table(
    "matches",
    metadata,
    id_(),
    ref("tip_id", "tips.id"),
    ref("pool_id", "pools.id"),
    Column("donor_id", Uuid, nullable=False),
    ref("project_id", "projects.id"),
    Column("place_id", Uuid, nullable=False),
    Column("window_number", Integer, nullable=False),
    Column("local_day", String(10), nullable=False),
    minor("gift_minor"),
    minor("amount_minor"),
    minor("back_minor"),
    currency(),
    Column("state", String(16), nullable=False),
    Column("reason", String(16)),
    Column("payer", String(64)),
    at("paid_at", nullable=False),
    at("decided_at", nullable=False),
    Column("decided_by", Uuid),
    UniqueConstraint("tip_id", "pool_id"),
    CheckConstraint("amount_minor > 0 AND back_minor >= 0 AND back_minor <= amount_minor", name="back_within_amount"),
)
Index("ix_matches_pool_id_donor_id_local_day", matches.c.pool_id, matches.c.donor_id, matches.c.local_day)
Index("ix_matches_pool_id_paid_at", matches.c.pool_id, matches.c.paid_at)
Index("ix_matches_place_id_gift_minor_paid_at", matches.c.place_id, matches.c.gift_minor, matches.c.paid_at)
Index(
    "ix_matches_payer",
    matches.c.payer,
    postgresql_where=text("payer IS NOT NULL"),
    sqlite_where=text("payer IS NOT NULL"),
)
Index(
    "ix_matches_held",
    matches.c.paid_at,
    postgresql_where=text("state = 'held'"),
    sqlite_where=text("state = 'held'"),
)
