"""What was given after a broadcast is kept with it: two empty columns, no row is rewritten."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    for name in ("gifts", "donors"):
        op.add_column("broadcasts", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    """Back."""
    for name in ("donors", "gifts"):
        op.drop_column("broadcasts", name)
