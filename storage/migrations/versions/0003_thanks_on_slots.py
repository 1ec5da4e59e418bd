"""Thanks for what was given on a slot; an index for the messages somebody wrote: safe beside a running 0002."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.indexes import create_index, drop_index

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. The index first: it ends a transaction."""
    create_index("ix_posts_author_id", "posts", ["author_id"], sa.text("author_id IS NOT NULL"))
    with op.batch_alter_table("thanks") as thanks:
        thanks.alter_column("chat_id", existing_type=sa.Uuid(), nullable=True)
        thanks.add_column(sa.Column("slot_id", sa.Uuid(), nullable=True))
        thanks.create_foreign_key("fk_thanks_slot_id", "slots", ["slot_id"], ["id"])


def downgrade() -> None:
    """Back. What was written to the donors of slots has no place there."""
    drop_index("ix_posts_author_id", "posts")
    op.execute("DELETE FROM thanks WHERE chat_id IS NULL")
    with op.batch_alter_table("thanks") as thanks:
        thanks.drop_constraint("fk_thanks_slot_id", type_="foreignkey")
        thanks.drop_column("slot_id")
        thanks.alter_column("chat_id", existing_type=sa.Uuid(), nullable=False)
