"""What is passed on to organisations, and comes back from them: a new table, safe beside a running 0013."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
OPEN = sa.text("state IN ('due', 'asking', 'asked')")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("charge", sa.String(128), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("entry_key", sa.String(200), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("account", sa.String(128), nullable=True),
        sa.Column("reverses", sa.String(128), nullable=True),
        sa.Column("their_id", sa.String(128), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(64), nullable=True),
        sa.Column("requested_at", AT, nullable=False),
        sa.Column("look_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_transfers_payment_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_transfers_organisation_id"),
        sa.UniqueConstraint("entry_key", "organisation_id", "part", name="uq_transfers_entry_key_organisation_id_part"),
    )
    op.create_index("ix_transfers_payment_id", "transfers", ["payment_id"])
    op.create_index("ix_transfers_open", "transfers", ["look_at"], postgresql_where=OPEN, sqlite_where=OPEN)


def downgrade() -> None:
    """Back."""
    op.drop_table("transfers")
