"""Giving days, their projects, and the series that repeat them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from storage.tables.columns import at, currency, id_, metadata, ref

# What makes the next month's draft: `rule` and `starts` on the operator's clock, `minutes` by that clock too.
giving_day_series = Table(
    "giving_day_series",
    metadata,
    id_(),
    Column("rule", String(16), nullable=False),
    Column("starts", String(5), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("next_on", Date, nullable=False),
    at("draft_at", nullable=False),
    at("ended_at"),
    at("made_at", nullable=False),
)

# `asked_by`: who waits for a second admin's word, and on what; `version` is one more with every change.
# `begun_by`, `second_by`: by whose words it is scheduled or on; opaque, as in the audit log. `planned_from`,
# `planned_until`: when it was to be on, where it began or ended otherwise.
giving_days = Table(
    "giving_days",
    metadata,
    id_(),
    Column("slug", String(64), nullable=False, unique=True),
    Column("titles", JSON, nullable=False),
    Column("hashtag", String(64), nullable=False),
    Column("texts", JSON, nullable=False),
    Column("amounts_minor", JSON, nullable=False),
    currency(),
    Column("audience", String(16), nullable=False),
    at("starts_at", nullable=False),
    at("ends_at", nullable=False),
    at("closes_at", nullable=False),
    Column("state", String(16), nullable=False),
    ref("series_id", "giving_day_series.id", nullable=True),
    Column("series_on", Date),
    at("planned_from"),
    at("planned_until"),
    ref("asked_by", "people.id", nullable=True),
    Column("asked_act", String(16)),
    Column("begun_by", Uuid),
    Column("second_by", Uuid),
    Column("version", Integer, nullable=False),
    at("made_at", nullable=False),
    UniqueConstraint("series_id", "series_on"),
    CheckConstraint("starts_at < ends_at AND ends_at <= closes_at", name="times_in_order"),
)

giving_day_projects = Table(
    "giving_day_projects",
    metadata,
    ref("day_id", "giving_days.id"),
    ref("project_id", "projects.id"),
    Column("place", Integer, nullable=False),
    PrimaryKeyConstraint("day_id", "project_id"),
)

# A creator's post in their channel, written down before Telegram is asked; `tries`: how often it was tapped for.
day_posts = Table(
    "day_posts",
    metadata,
    ref("day_id", "giving_days.id"),
    ref("chat_id", "chats.id"),
    Column("state", String(8), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("message_id", BigInteger),
    at("begun_at", nullable=False),
    PrimaryKeyConstraint("day_id", "chat_id"),
)
