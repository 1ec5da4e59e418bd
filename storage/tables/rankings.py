"""Who wishes to be ranked, the periods that are, who stands where; and thank-yous for all to see."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text, Uuid

from storage.tables.columns import at, id_, metadata, ref

# Nobody is on a board of people who has no row here.
ranking_consents = Table(
    "ranking_consents",
    metadata,
    ref("person_id", "people.id"),
    Column("board", String(16), nullable=False),
    at("since_at", nullable=False),
    PrimaryKeyConstraint("person_id", "board"),
)

# Weeks, months and giving days. Once it is closed, its standings are never written again.
ranking_periods = Table(
    "ranking_periods",
    metadata,
    Column("name", String(48), nullable=False),
    Column("span", String(8), nullable=False),
    at("since_at", nullable=False),
    at("until_at", nullable=False),
    Column("day_id", Uuid),
    at("counted_at"),
    at("closed_at"),
    PrimaryKeyConstraint("name"),
)

# Opaque ids only: names are read beside them, from where they can be erased. `refunded`: gifts of the period that had
# been given back when it was counted; what is more than that came after the close.
standings = Table(
    "standings",
    metadata,
    Column("period", String(48), nullable=False),
    Column("board", String(16), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("points", Integer, nullable=False),
    Column("donors", Integer, nullable=False),
    Column("gifts", Integer, nullable=False),
    Column("new_donors", Integer, nullable=False),
    Column("again_donors", Integer, nullable=False),
    Column("refunded", Integer, nullable=False),
    PrimaryKeyConstraint("period", "board", "subject_id"),
)
Index("ix_standings_period_board_points", standings.c.period, standings.c.board, standings.c.points)

# What a creator publishes in a chat of theirs: shown (a preview), sending, sent, refused or unknown. `shown` says what
# the preview showed, so that a stale one is not published. The names stand in the message alone.
thanks_posts = Table(
    "thanks_posts",
    metadata,
    id_(),
    ref("chat_id", "chats.id"),
    ref("creator_id", "people.id"),
    Column("words", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("shown", String(64), nullable=False),
    Column("donors", Integer, nullable=False),
    at("since_at", nullable=False),
    at("until_at", nullable=False),
    at("made_at", nullable=False),
    at("sent_at"),
    Column("message_id", Integer),
)
Index("ix_thanks_posts_chat_id_made_at", thanks_posts.c.chat_id, thanks_posts.c.made_at)
Index("ix_thanks_posts_creator_id", thanks_posts.c.creator_id)
