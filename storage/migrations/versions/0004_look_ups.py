"""Payments to be looked up at their rails: a table of its own, so that no row of `payments` is locked or rewritten."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
KEY = "fk_look_ups_payment_id"


def upgrade() -> None:
    """Forward. The key comes last: it keeps writers of `payments` out until the commit."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    key = [sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f(KEY))] if on_sqlite else []
    op.create_table(
        "look_ups",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("since_at", AT),
        sa.Column("due_at", AT),
        sa.Column("found", sa.String(16)),
        *key,
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_look_ups")),
    )
    op.create_index("ix_look_ups_due_at", "look_ups", ["due_at"])
    op.execute(
        "INSERT INTO look_ups (payment_id) SELECT id FROM payments"
        " WHERE state NOT IN ('paid', 'cancelled') AND wish IS NOT NULL"
    )
    if not on_sqlite:
        op.create_foreign_key(KEY, "look_ups", "payments", ["payment_id"], ["id"])


def downgrade() -> None:
    """Back."""
    op.drop_table("look_ups")
