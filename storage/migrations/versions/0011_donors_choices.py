"""By what donors pay, and what they set for their tabs: new columns, alone as in 0010, safe beside a running 0010."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = (("rail", sa.String(16)), ("settle_at_minor", sa.BigInteger()), ("monthly_minor", sa.BigInteger()))


def upgrade() -> None:
    """Forward."""
    for name, type_ in COLUMNS:
        op.add_column("people", sa.Column(name, type_, nullable=True))


def downgrade() -> None:
    """Back."""
    for name, _ in COLUMNS:
        op.drop_column("people", name)
