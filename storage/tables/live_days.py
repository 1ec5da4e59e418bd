"""Giving days while they go on: their cards in chats, and the marks they have passed."""

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, String, Table, text
from sqlalchemy.schema import Index

from storage.tables.columns import at, metadata, ref

# The one card a day has in a chat. `message_id` NULL: not sent; 0: somebody is sending it, or nobody knows whether it
# arrived. `sent_to`: where, as Telegram numbered the chat then. `shown`: a mark of what stands there.
day_cards = Table(
    "day_cards",
    metadata,
    ref("day_id", "giving_days.id"),
    ref("chat_id", "chats.id"),
    Column("state", String(8), nullable=False),
    Column("sent_to", BigInteger),
    Column("message_id", BigInteger),
    Column("shown", String(16)),
    at("shown_at"),
    PrimaryKeyConstraint("day_id", "chat_id"),
)
_open = text("state = 'open'")
Index("ix_day_cards_open", day_cards.c.day_id, day_cards.c.shown_at, postgresql_where=_open, sqlite_where=_open)

# What was told to those who take part: `mark` is a part of the goal, the last hour, or `target:<a project>`.
day_marks = Table(
    "day_marks",
    metadata,
    ref("day_id", "giving_days.id"),
    Column("mark", String(48), nullable=False),
    at("passed_at", nullable=False),
    PrimaryKeyConstraint("day_id", "mark"),
)
