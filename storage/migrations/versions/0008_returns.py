"""Tips given back in part, and what took it off which tip: safe beside a running 0007, which only gives back whole."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. Of tips that went back whole it says nothing: their state does."""
    op.add_column("tips", sa.Column("refunded_minor", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("refunds", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("refunds", sa.Column("decided_by", sa.Uuid(), nullable=True))
    op.create_table(
        "returns",
        sa.Column("entry_key", sa.String(200), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name="fk_returns_tip_id"),
        sa.PrimaryKeyConstraint("entry_key", "tip_id", name="pk_returns"),
    )


def downgrade() -> None:
    """Back. What was given back in part can't be said there."""
    op.drop_table("returns")
    op.drop_column("tips", "refunded_minor")
    op.execute("DELETE FROM refunds WHERE state IN ('wished', 'declined', 'failed')")
    op.drop_column("refunds", "decided_by")
    op.drop_column("refunds", "reason")
