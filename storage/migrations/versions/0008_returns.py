"""Tips given back in part, and what took it off; tips whose payment a bank took back: safe beside a running 0007."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.checks import change_check

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = "(state IN ('paid', 'refunded')) = (entry_key IS NOT NULL)"
AFTER = "(state IN ('paid', 'refunded', 'disputed')) = (entry_key IS NOT NULL)"


def upgrade() -> None:
    """Forward. What was given back before was given back whole."""
    change_check("tips", "paid_has_entry", BEFORE, AFTER)
    op.add_column("tips", sa.Column("refunded_minor", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE tips SET refunded_minor = amount_minor WHERE state = 'refunded'")
    op.create_table(
        "returns",
        sa.Column("entry_key", sa.String(200), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_returns_tip_id")),
        sa.PrimaryKeyConstraint("entry_key", "tip_id", name=op.f("pk_returns")),
    )


def downgrade() -> None:
    """Back. A dispute that was lost is a gift given back there; what was given back in part can't be said."""
    op.drop_table("returns")
    op.execute("UPDATE tips SET state = 'refunded' WHERE state = 'disputed'")
    with op.batch_alter_table("tips") as tips:
        tips.drop_column("refunded_minor")
    change_check("tips", "paid_has_entry", AFTER, BEFORE)
