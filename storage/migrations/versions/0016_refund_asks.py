"""What a refund's rail is asked with, kept before it is asked: new columns, safe beside a running 0015."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("refunds", sa.Column("amount_minor", sa.BigInteger(), nullable=True))
    op.add_column("refunds", sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back."""
    for name in ("amount_minor", "tried_at"):
        op.drop_column("refunds", name)
