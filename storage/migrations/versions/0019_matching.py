"""Sponsors' pools and what they add to gifts: new tables, safe beside a running older version."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward."""
    _make_pools()
    _make_windows()
    _make_matches()


def _make_pools() -> None:
    op.create_table(
        "sponsors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sponsors"),
    )
    op.create_table(
        "pools",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sponsor_id", sa.Uuid(), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("committed_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("caps", sa.JSON(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("remainder", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("used_minor", sa.BigInteger(), nullable=False),
        sa.Column("returned_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", AT, nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("closed_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pools"),
        sa.ForeignKeyConstraint(["sponsor_id"], ["sponsors.id"], name="fk_pools_sponsor_id"),
        sa.CheckConstraint(
            "used_minor >= 0 AND returned_minor >= 0 AND used_minor + returned_minor <= committed_minor",
            name="ck_pools_never_over",
        ),
    )
    is_open = sa.text("state = 'open'")
    op.create_index("ix_pools_open", "pools", ["id"], postgresql_where=is_open, sqlite_where=is_open)


def _make_windows() -> None:
    op.create_table(
        "pool_windows",
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", AT, nullable=False),
        sa.Column("ends_at", AT, nullable=True),
        sa.Column("part_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_minor", sa.BigInteger(), nullable=False),
        sa.Column("returned_minor", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name="fk_pool_windows_pool_id"),
        sa.PrimaryKeyConstraint("pool_id", "number", name="pk_pool_windows"),
        sa.CheckConstraint("used_minor >= 0", name="ck_pool_windows_used_not_below_nothing"),
    )
    op.create_table(
        "pool_projects",
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("matched_minor", sa.BigInteger(), nullable=False),
        sa.Column("shared_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name="fk_pool_projects_pool_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_pool_projects_project_id"),
        sa.PrimaryKeyConstraint("pool_id", "project_id", name="pk_pool_projects"),
    )
    op.create_index("ix_pool_projects_project_id", "pool_projects", ["project_id"])


def _make_matches() -> None:
    op.create_table(
        "matches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("window_number", sa.Integer(), nullable=False),
        sa.Column("local_day", sa.String(10), nullable=False),
        sa.Column("gift_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("back_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=True),
        sa.Column("payer", sa.String(64), nullable=True),
        sa.Column("paid_at", AT, nullable=False),
        sa.Column("decided_at", AT, nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_matches"),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name="fk_matches_tip_id"),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name="fk_matches_pool_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_matches_project_id"),
        sa.UniqueConstraint("tip_id", "pool_id", name="uq_matches_tip_id_pool_id"),
        sa.CheckConstraint(
            "amount_minor > 0 AND back_minor >= 0 AND back_minor <= amount_minor", name="ck_matches_back_within_amount"
        ),
    )
    op.create_index("ix_matches_pool_id_donor_id_local_day", "matches", ["pool_id", "donor_id", "local_day"])
    op.create_index("ix_matches_pool_id_paid_at", "matches", ["pool_id", "paid_at"])
    op.create_index("ix_matches_place_id_gift_minor_paid_at", "matches", ["place_id", "gift_minor", "paid_at"])
    for name, column, where in (
        ("ix_matches_payer", "payer", "payer IS NOT NULL"),
        ("ix_matches_held", "paid_at", "state = 'held'"),
    ):
        some = sa.text(where)
        op.create_index(name, "matches", [column], postgresql_where=some, sqlite_where=some)


def downgrade() -> None:
    """Back; an older version adds nothing to gifts, and its books keep what was added."""
    for table in ("matches", "pool_projects", "pool_windows", "pools", "sponsors"):
        op.drop_table(table)
