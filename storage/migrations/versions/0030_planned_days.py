"""When a giving day was planned to be on: two columns, empty for days so far, safe beside a running 0031."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    for name in ("planned_from", "planned_until"):
        op.add_column("giving_days", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back."""
    for name in ("planned_until", "planned_from"):
        op.drop_column("giving_days", name)
