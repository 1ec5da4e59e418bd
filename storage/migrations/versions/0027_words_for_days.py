"""By whose word a giving day is on: new columns, alone and empty, safe beside a running 0026."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

COLUMNS = ("begun_by", "second_by")


def upgrade() -> None:
    """Forward."""
    for name in COLUMNS:
        op.add_column("giving_days", sa.Column(name, sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Back."""
    for name in COLUMNS:
        op.drop_column("giving_days", name)
