"""Comparisons with providers' books, what differs, and alerts: new tables, safe beside a running 0008."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rail", sa.String(16), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("agreed", sa.JSON(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("young", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reconciliations"),
    )
    op.create_index("ix_reconciliations_rail_ended_at", "reconciliations", ["rail", "ended_at"])
    op.create_table(
        "differences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.String(320), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("rail", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("their_id", sa.String(128), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("their_minor", sa.BigInteger(), nullable=True),
        sa.Column("their_currency", sa.String(3), nullable=True),
        sa.Column("our_minor", sa.BigInteger(), nullable=True),
        sa.Column("our_currency", sa.String(3), nullable=True),
        sa.Column("their_kind", sa.String(16), nullable=True),
        sa.Column("reference", sa.Uuid(), nullable=True),
        sa.Column("account", sa.String(128), nullable=True),
        sa.Column("other_key", sa.String(200), nullable=True),
        sa.Column("found_in", sa.Uuid(), nullable=False),
        sa.Column("seen_in", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["found_in"], ["reconciliations.id"], name="fk_differences_found_in"),
        sa.ForeignKeyConstraint(["seen_in"], ["reconciliations.id"], name="fk_differences_seen_in"),
        sa.PrimaryKeyConstraint("id", name="pk_differences"),
        sa.UniqueConstraint("identity", name="uq_differences_identity"),
    )
    op.create_index("ix_differences_rail_at", "differences", ["rail", "at"])


def downgrade() -> None:
    """Back. What differs is found again by the next comparison."""
    op.drop_table("differences")
    op.drop_table("reconciliations")
    op.drop_table("alerts")
