"""Other words for a broadcast that goes, until somebody confirms them: a new table, safe beside 0026."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "broadcast_edits",
        sa.Column("broadcast_id", sa.Uuid(), nullable=False),
        sa.Column("edit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("resumes", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_broadcast_edits_broadcast_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_broadcast_edits_person_id"),
        sa.PrimaryKeyConstraint("broadcast_id", name="pk_broadcast_edits"),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("broadcast_edits")
