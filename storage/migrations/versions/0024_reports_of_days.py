"""Reports of giving days: one table more."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "day_reports",
        sa.Column("day_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("told_to", sa.Uuid(), nullable=True),
        sa.Column("told_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["day_id"], ["giving_days.id"], name="fk_day_reports_day_id"),
        sa.PrimaryKeyConstraint("day_id", name="pk_day_reports"),
    )


def downgrade() -> None:
    """Back. The days stay reported; what they came to then is known no more."""
    op.drop_table("day_reports")
