"""When the creator of a slot is to be told what was given on it: safe beside a running 0004."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
COLUMNS = ("digest_due_at", "digest_sent_at")


def upgrade() -> None:
    """Forward."""
    for name in COLUMNS:
        op.add_column("slots", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    waiting = sa.text("digest_due_at IS NOT NULL")
    op.create_index("ix_slots_digest_due_at", "slots", ["digest_due_at"], postgresql_where=waiting)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_slots_digest_due_at", table_name="slots")
    for name in COLUMNS:
        op.drop_column("slots", name)
