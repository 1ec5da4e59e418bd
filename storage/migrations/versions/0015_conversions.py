"""What became of tips given in another currency than their project's: a new table, safe beside a running 0014."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "conversions",
        sa.Column("tip_id", sa.Uuid(), sa.ForeignKey("tips.id", name="fk_conversions_tip_id"), nullable=False),
        sa.Column("entry_key", sa.String(200), nullable=False),
        sa.Column("sold_minor", sa.BigInteger(), nullable=False),
        sa.Column("bought_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.PrimaryKeyConstraint("tip_id", "entry_key", name="pk_conversions"),
    )


def downgrade() -> None:
    """Back: what the books say of conversions stays there."""
    op.drop_table("conversions")
