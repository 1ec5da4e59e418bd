"""Budgets that replicas share: when each is whole again, and rails that are guarded. Pruned after a while."""

from sqlalchemy import Column, String, Table

from storage.tables.columns import at, metadata

# `subject`: links:<person>, failures:<person>, rail:<name>, total; known: and credit: of a rail's name or total.
budgets = Table(
    "budgets",
    metadata,
    Column("subject", String(64), primary_key=True),
    at("whole_at", nullable=False),
    at("raised_until"),
    at("shut_until"),
)
