"""What is said to many at once: new tables, safe beside a running 0021."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("segment", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), sa.ForeignKey("people.id", name="fk_broadcasts_author_id"), nullable=True),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.Integer(), nullable=False),
        sa.Column("cursor_id", sa.Uuid(), nullable=True),
        sa.Column("looked_through", sa.Boolean(), nullable=False),
        sa.Column("stopped_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
    )
    _tallies()
    _deliveries()
    open_ones = sa.text("state IN ('running', 'paused')")
    _index("broadcasts", "open", ["started_at"], open_ones)
    _index("broadcast_deliveries", "waiting", ["broadcast_id", "due_at"], sa.text("state = 'waiting'"))
    unheard = sa.text("state IN ('going', 'unknown', 'failed')")
    _index("broadcast_deliveries", "open", ["broadcast_id"], unheard)


def _tallies() -> None:
    of = sa.ForeignKey("broadcasts.id", name="fk_broadcast_tallies_broadcast_id")
    op.create_table(
        "broadcast_tallies",
        sa.Column("broadcast_id", sa.Uuid(), of, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("broadcast_id", "outcome", name="pk_broadcast_tallies"),
    )


def _deliveries() -> None:
    person = sa.ForeignKey("people.id", name="fk_broadcast_deliveries_person_id")
    of = sa.ForeignKey("broadcasts.id", name="fk_broadcast_deliveries_broadcast_id")
    op.create_table(
        "broadcast_deliveries",
        sa.Column("person_id", sa.Uuid(), person, nullable=False),
        sa.Column("broadcast_id", sa.Uuid(), of, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "broadcast_id", name="pk_broadcast_deliveries"),
    )


def _index(table: str, name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(f"ix_{table}_{name}", table, columns, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    """Back: nobody is told again what they were told, since what was to be said goes too."""
    for name in ("broadcast_deliveries", "broadcast_tallies", "broadcasts"):
        op.drop_table(name)
