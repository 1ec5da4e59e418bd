"""How often somebody wants a kind of message, their clock, what they were told lately: safe beside a running 0020.

What subscribes somebody looks at people after subscriptions, so these are changed in that order.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward."""
    op.add_column("subscriptions", sa.Column("fewer", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("people", sa.Column("timezone", sa.String(64), nullable=True))
    op.add_column("people", sa.Column("asked_at", AT, nullable=True))
    op.create_table(
        "told_lately",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_told_lately_person_id"),
        sa.PrimaryKeyConstraint("person_id", "subject_id", name="pk_told_lately"),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("told_lately")
    op.drop_column("people", "asked_at")
    op.drop_column("people", "timezone")
    op.drop_column("subscriptions", "fewer")
