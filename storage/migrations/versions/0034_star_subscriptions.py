"""Pledges paid by subscriptions in Telegram Stars: a table, and a column that may be empty; safe beside 0033."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("pledges", sa.Column("renews_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "star_subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledges.id"], name="fk_star_subscriptions_pledge_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_star_subscriptions_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_star_subscriptions"),
    )
    op.create_index("ix_star_subscriptions_pledge_id", "star_subscriptions", ["pledge_id"])
    where = sa.text("state = 'open'")
    op.create_index(
        "uq_star_subscriptions_pledge_id", "star_subscriptions", ["pledge_id"], unique=True, postgresql_where=where,
        sqlite_where=where,
    )  # fmt: skip
    where = sa.text("step_at IS NOT NULL")
    op.create_index(
        "ix_star_subscriptions_step_at", "star_subscriptions", ["step_at"], postgresql_where=where, sqlite_where=where
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("star_subscriptions")
    op.drop_column("pledges", "renews_at")
