"""What rails were asked for accounts of organisations with, kept before the call: a table and an index, live-safe."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.indexes import create_index, drop_index

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. The index first: it ends a transaction."""
    create_index("ix_former_payments_tip_id", "former_payments", ["tip_id"])
    op.create_table(
        "account_asks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("rail", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("their_id", sa.String(128)),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_account_asks_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_asks"),
    )
    op.create_index("ix_account_asks_organisation_id", "account_asks", ["organisation_id"])


def downgrade() -> None:
    """Back."""
    op.drop_table("account_asks")
    drop_index("ix_former_payments_tip_id", "former_payments")
