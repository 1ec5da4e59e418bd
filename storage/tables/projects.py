"""Projects, and the organisations that run them."""

from sqlalchemy import JSON, CheckConstraint, Column, String, Table, Text

from storage.tables.columns import at, currency, id_, metadata, minor, ref

organisations = Table(
    "organisations",
    metadata,
    id_(),
    Column("slug", String(64), nullable=False, unique=True),
    Column("names", JSON, nullable=False),
    Column("website", Text),
    at("verified_at"),
)

projects = Table(
    "projects",
    metadata,
    id_(),
    Column("slug", String(64), nullable=False, unique=True),
    ref("organisation_id", "organisations.id"),
    Column("state", String(16), nullable=False),
    minor("target_minor"),
    currency(),
    Column("texts", JSON, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("designated_url", Text),
    Column("filing_number", Text),
    at("created_at", nullable=False),
    CheckConstraint("target_minor > 0", name="target_positive"),
)
