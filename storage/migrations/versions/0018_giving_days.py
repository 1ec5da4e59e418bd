"""Giving days, what repeats them, and the day a tip was tapped on: only additions, safe beside a running 0017."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.indexes import create_index, drop_index, drop_key

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
INDEX = "ix_tips_day_id_paid_at"


def upgrade() -> None:
    """Forward. The index is made last, since it ends the transaction; what is before it is there or not, together."""
    if not _has_column("tips", "day_id"):  # tried again after the index could not be made
        _make_tables()
        # In words of its own: Alembic adds the key in a second statement, which SQLite does not know. All rows are
        # NULL, so that PostgreSQL looks at none of them.
        uuid = sa.Uuid().compile(op.get_bind().dialect)
        key = "CONSTRAINT fk_tips_day_id REFERENCES giving_days (id)"
        op.execute(f"ALTER TABLE tips ADD COLUMN day_id {uuid} {key}")
    create_index(INDEX, "tips", ["day_id", "paid_at"], sa.text("day_id IS NOT NULL AND paid_at IS NOT NULL"))


def _has_column(table: str, column: str) -> bool:
    return column in {one["name"] for one in sa.inspect(op.get_bind()).get_columns(table)}


def _make_tables() -> None:
    op.create_table(
        "giving_day_series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(16), nullable=False),
        sa.Column("starts", sa.String(5), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("draft_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("made_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_giving_day_series"),
    )
    op.create_table(
        "giving_days",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("hashtag", sa.String(64), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("amounts_minor", sa.JSON(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("starts_at", AT, nullable=False),
        sa.Column("ends_at", AT, nullable=False),
        sa.Column("closes_at", AT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("series_on", sa.Date(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_act", sa.String(16), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["giving_day_series.id"], name="fk_giving_days_series_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name="fk_giving_days_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_giving_days"),
        sa.UniqueConstraint("slug", name="uq_giving_days_slug"),
        sa.UniqueConstraint("series_id", "series_on", name="uq_giving_days_series_id_series_on"),
        sa.CheckConstraint("starts_at < ends_at AND ends_at <= closes_at", name="ck_giving_days_times_in_order"),
    )
    op.create_table(
        "giving_day_projects",
        sa.Column("day_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["day_id"], ["giving_days.id"], name="fk_giving_day_projects_day_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_giving_day_projects_project_id"),
        sa.PrimaryKeyConstraint("day_id", "project_id", name="pk_giving_day_projects"),
    )


def downgrade() -> None:
    """Back. Index and keys first: they end a transaction. What was counted for days is no figure there."""
    drop_index(INDEX, "tips")
    drop_key("fk_giving_days_asked_by", "giving_days")
    drop_key("fk_giving_day_projects_project_id", "giving_day_projects")
    for table in ("tallies", "supporters"):
        op.execute(f"DELETE FROM {table} WHERE subject_id IN (SELECT id FROM giving_days)")  # noqa: S608 - our own names
    op.drop_column("tips", "day_id")
    for table in ("giving_day_projects", "giving_days", "giving_day_series"):
        op.drop_table(table)
