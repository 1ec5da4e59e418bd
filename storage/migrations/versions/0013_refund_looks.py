"""When a refund was asked of its rail, and when it is looked up: new columns, safe beside a running 0012."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
COLUMNS = ("asked_at", "look_at")
FOLLOWED = sa.text("state IN ('asked', 'failed')")


def upgrade() -> None:
    """Forward."""
    for name in COLUMNS:
        op.add_column("refunds", sa.Column(name, AT, nullable=True))
    op.create_index("ix_refunds_followed", "refunds", ["look_at"], postgresql_where=FOLLOWED, sqlite_where=FOLLOWED)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_refunds_followed", "refunds")
    for name in COLUMNS:
        op.drop_column("refunds", name)
