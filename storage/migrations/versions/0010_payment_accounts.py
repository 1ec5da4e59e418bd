"""On whose account at a rail a payment is: a new column, safe beside a running 0009.

Alone: whoever writes a payment looks at people, too, so a change of both tables at once would wait for those that wait
for it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("payments", sa.Column("account", sa.String(128), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("payments", "account")
