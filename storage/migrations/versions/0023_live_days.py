"""Cards of giving days in chats, the marks they pass, and the day's amount on buttons: only additions."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.indexes import create_index, drop_index

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
INDEX = "ix_posts_day_minor"


def upgrade() -> None:
    """Forward. The index is made last, since it ends the transaction."""
    if not sa.inspect(op.get_bind()).has_table("day_cards"):  # tried again after the index could not be made
        _make()
    create_index(INDEX, "posts", ["day_minor"], sa.text("day_minor IS NOT NULL"))


def _make() -> None:
    op.create_table(
        "day_cards",
        sa.Column("day_id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("sent_to", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.String(16), nullable=True),
        sa.Column("shown_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["day_id"], ["giving_days.id"], name="fk_day_cards_day_id"),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_day_cards_chat_id"),
        sa.PrimaryKeyConstraint("day_id", "chat_id", name="pk_day_cards"),
    )
    still_open = sa.text("state = 'open'")
    op.create_index(
        "ix_day_cards_open", "day_cards", ["day_id", "shown_at"], postgresql_where=still_open, sqlite_where=still_open
    )
    op.create_table(
        "day_marks",
        sa.Column("day_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.String(48), nullable=False),
        sa.Column("passed_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["day_id"], ["giving_days.id"], name="fk_day_marks_day_id"),
        sa.PrimaryKeyConstraint("day_id", "mark", name="pk_day_marks"),
    )
    op.add_column("chats", sa.Column("day_card", sa.Boolean(), nullable=True))
    op.add_column("posts", sa.Column("day_minor", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Back. The index first: it ends a transaction."""
    drop_index(INDEX, "posts")
    op.drop_column("posts", "day_minor")
    op.drop_column("chats", "day_card")
    op.drop_table("day_marks")
    op.drop_index("ix_day_cards_open", "day_cards")
    op.drop_table("day_cards")
