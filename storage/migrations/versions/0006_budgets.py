"""What people and rails have spent of their budgets lately: a new table, safe beside a running 0005."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "budgets",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shut_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name="pk_budgets"),
    )


def downgrade() -> None:
    """Back. Whoever has to wait need not any more."""
    op.drop_table("budgets")
