"""Rankings and thank-yous for all to see: new tables, two indexes; safe beside a running predecessor."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.indexes import create_index, drop_index

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward. The indexes first: they end a transaction."""
    create_index("ix_tips_booked_at", "tips", ["booked_at"], sa.text("booked_at IS NOT NULL"))
    create_index("ix_tips_refunded_booked_at", "tips", ["booked_at"], sa.text("state = 'refunded'"))
    op.create_table(
        "ranking_consents",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("board", sa.String(16), nullable=False),
        sa.Column("since_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_ranking_consents_person_id"),
        sa.PrimaryKeyConstraint("person_id", "board", name="pk_ranking_consents"),
    )
    op.create_table(
        "ranking_periods",
        sa.Column("name", sa.String(48), nullable=False),
        sa.Column("span", sa.String(8), nullable=False),
        sa.Column("since_at", AT, nullable=False),
        sa.Column("until_at", AT, nullable=False),
        sa.Column("day_id", sa.Uuid(), nullable=True),
        sa.Column("counted_at", AT, nullable=True),
        sa.Column("closed_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_ranking_periods"),
    )
    _make_standings()
    _make_thanks_posts()


def _make_standings() -> None:
    op.create_table(
        "standings",
        sa.Column("period", sa.String(48), nullable=False),
        sa.Column("board", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("donors", sa.Integer(), nullable=False),
        sa.Column("gifts", sa.Integer(), nullable=False),
        sa.Column("new_donors", sa.Integer(), nullable=False),
        sa.Column("again_donors", sa.Integer(), nullable=False),
        sa.Column("refunded", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", "board", "subject_id", name="pk_standings"),
    )
    op.create_index("ix_standings_period_board_points", "standings", ["period", "board", "points"])


def _make_thanks_posts() -> None:
    op.create_table(
        "thanks_posts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("shown", sa.String(64), nullable=False),
        sa.Column("donors", sa.Integer(), nullable=False),
        sa.Column("since_at", AT, nullable=False),
        sa.Column("until_at", AT, nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_thanks_posts_chat_id"),
        sa.ForeignKeyConstraint(["creator_id"], ["people.id"], name="fk_thanks_posts_creator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_thanks_posts"),
    )
    op.create_index("ix_thanks_posts_chat_id_made_at", "thanks_posts", ["chat_id", "made_at"])
    op.create_index("ix_thanks_posts_creator_id", "thanks_posts", ["creator_id"])


def downgrade() -> None:
    """Back: who wished to be shown, closed rankings and what was published are forgotten."""
    drop_index("ix_tips_refunded_booked_at", "tips")
    drop_index("ix_tips_booked_at", "tips")
    for table in ("thanks_posts", "standings", "ranking_periods", "ranking_consents"):
        op.drop_table(table)
