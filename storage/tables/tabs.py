"""Tabs: what was promised, how it is settled; and the accounts and saved methods that rails know."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

from storage.tables.columns import at, currency, id_, metadata, minor, ref

# One donor's tab with one organisation. `due_at`: when it is to be looked at next; none while nothing stands on it.
tabs = Table(
    "tabs",
    metadata,
    id_(),
    ref("donor_id", "people.id"),
    ref("organisation_id", "organisations.id"),
    currency(),
    Column("rail", String(16), nullable=False),
    at("skipped_until"),
    at("due_at"),
    at("opened_at", nullable=False),
    UniqueConstraint("donor_id", "organisation_id", "currency"),
)
Index(
    "ix_tabs_due_at",
    tabs.c.due_at,
    postgresql_where=text("due_at IS NOT NULL"),
    sqlite_where=text("due_at IS NOT NULL"),
)

# Every tip that went on a tab; it stands there as long as its own state says so.
promises = Table(
    "promises",
    metadata,
    Column("tip_id", Uuid, primary_key=True),
    ref("tab_id", "tabs.id"),
    ref("donor_id", "people.id"),
    minor("amount_minor"),
    currency(),
    at("promised_at", nullable=False),
)
Index("ix_promises_tab_id", promises.c.tab_id)
Index("ix_promises_donor_id_promised_at", promises.c.donor_id, promises.c.promised_at)

# One settlement of a tab: its payment's tips are what it is about.
tab_charges = Table(
    "tab_charges",
    metadata,
    id_(),
    ref("tab_id", "tabs.id"),
    ref("payment_id", "payments.id"),
    minor("amount_minor"),
    currency(),
    Column("state", String(16), nullable=False),
    Column("reason", String(16), nullable=False),
    at("charge_at"),
    at("asked_at"),
    at("begun_at", nullable=False),
)
Index("ix_tab_charges_tab_id", tab_charges.c.tab_id)
Index(
    "ix_tab_charges_open",
    tab_charges.c.begun_at,
    postgresql_where=text("state IN ('announced', 'asked', 'charging')"),
    sqlite_where=text("state IN ('announced', 'asked', 'charging')"),
)

# Payments that tips had before the one they name: what was asked for can still be paid.
former_payments = Table(
    "former_payments",
    metadata,
    ref("payment_id", "payments.id"),
    Column("tip_id", Uuid, nullable=False),
    PrimaryKeyConstraint("payment_id", "tip_id"),
)
Index("ix_former_payments_tip_id", former_payments.c.tip_id)

# An organisation's own account at a rail.
rail_accounts = Table(
    "rail_accounts",
    metadata,
    ref("organisation_id", "organisations.id"),
    Column("rail", String(16), nullable=False),
    Column("their_id", String(128), nullable=False),
    Column("ready", Boolean, nullable=False, server_default=false()),
    Column("asks", JSON, nullable=False),
    at("opened_at", nullable=False),
    at("told_at"),
    PrimaryKeyConstraint("organisation_id", "rail"),
    UniqueConstraint("rail", "their_id"),
)

# What a rail is asked for an account with, kept before it is asked: its key is the id. `their_id`: what it made of it.
account_asks = Table(
    "account_asks",
    metadata,
    id_(),
    ref("organisation_id", "organisations.id"),
    Column("rail", String(16), nullable=False),
    Column("name", String(200), nullable=False),
    Column("country", String(2), nullable=False),
    at("asked_at", nullable=False),
    Column("their_id", String(128)),
)
Index("ix_account_asks_organisation_id", account_asks.c.organisation_id)

# A way to pay that a donor let a rail keep, for one account at that rail.
methods = Table(
    "methods",
    metadata,
    id_(),
    ref("donor_id", "people.id"),
    ref("organisation_id", "organisations.id"),
    Column("rail", String(16), nullable=False),
    Column("customer", String(128)),
    Column("method", String(128)),
    Column("label", String(64), nullable=False),
    Column("account", String(64)),
    at("asked_at", nullable=False),
    at("saved_at"),
    at("forgotten_at"),
)
Index("ix_methods_donor_id", methods.c.donor_id)
