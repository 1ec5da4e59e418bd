"""Posts that creators publish on giving days, each recorded before it is sent: a new table, safe beside what runs."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "day_posts",
        sa.Column("day_id", sa.Uuid(), sa.ForeignKey("giving_days.id", name="fk_day_posts_day_id"), nullable=False),
        sa.Column("chat_id", sa.Uuid(), sa.ForeignKey("chats.id", name="fk_day_posts_chat_id"), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day_id", "chat_id", name="pk_day_posts"),
    )


def downgrade() -> None:
    """Back: the posts stay where they stand."""
    op.drop_table("day_posts")
