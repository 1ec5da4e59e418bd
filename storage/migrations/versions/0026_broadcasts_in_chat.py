"""A second admin's word on broadcasts, and the messages that show how far one is: new tables, safe beside 0020."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _make(
        "broadcast_asks",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("broadcast_id", name="pk_broadcast_asks"),
    )
    _make(
        "broadcast_cards",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("broadcast_id", "person_id", name="pk_broadcast_cards"),
    )


def _make(name: str, *more: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("broadcast_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=f"fk_{name}_broadcast_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=f"fk_{name}_person_id"),
        *more,
    )


def downgrade() -> None:
    """Back."""
    for name in ("broadcast_cards", "broadcast_asks"):
        op.drop_table(name)
