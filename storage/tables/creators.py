"""What creators run: their chats, the posts there, their slot, and their thanks."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from storage.tables.columns import at, id_, metadata, ref

chats = Table(
    "chats",
    metadata,
    id_(),
    Column("telegram_id", BigInteger, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("username", Text),
    Column("state", String(16), nullable=False),
    ref("added_by", "people.id", nullable=True),
    ref("creator_id", "people.id", nullable=True),
    ref("project_id", "projects.id", nullable=True),
    Column("bot_present", Boolean, nullable=False),
    Column("bot_can_post", Boolean, nullable=False),
    Column("bot_can_edit", Boolean, nullable=False),
    at("digest_due_at"),
    at("digest_sent_at"),
    at("seen_at", nullable=False),
    Column("presets", JSON(none_as_null=True)),
    Column("paused_reason", String(32)),
    Column("linked_telegram_id", BigInteger),
    ref("handover_to", "people.id", nullable=True),
    Column("day_card", Boolean),  # whether a giving day has a card here; NULL: in a group yes, in a channel no
)
Index("ix_chats_added_by", chats.c.added_by)
Index("ix_chats_creator_id", chats.c.creator_id)
Index("ix_chats_linked_telegram_id", chats.c.linked_telegram_id)
Index("ix_chats_digest_due_at", chats.c.digest_due_at, postgresql_where=text("digest_due_at IS NOT NULL"))

# Who administered a chat when they last asked about it; asked of Telegram again before anything is done.
chat_managers = Table(
    "chat_managers",
    metadata,
    ref("chat_id", "chats.id"),
    ref("person_id", "people.id"),
    at("seen_at", nullable=False),
    PrimaryKeyConstraint("chat_id", "person_id"),
)
Index("ix_chat_managers_person_id", chat_managers.c.person_id)

# 公益爱心位: a creator's page with the project they chose; tips given there count for the creator.
slots = Table(
    "slots",
    metadata,
    id_(),
    Column("creator_id", Uuid, ForeignKey("people.id"), nullable=False, unique=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    ref("project_id", "projects.id"),
    at("opened_at", nullable=False),
    at("closed_at"),
    at("digest_due_at"),
    at("digest_sent_at"),
)
Index("ix_slots_digest_due_at", slots.c.digest_due_at, postgresql_where=text("digest_due_at IS NOT NULL"))

# A message_id below zero stood in a group before it became a supergroup, where nothing can be edited any more.
posts = Table(
    "posts",
    metadata,
    id_(),
    ref("chat_id", "chats.id"),
    Column("message_id", BigInteger, nullable=False),
    ref("project_id", "projects.id"),
    Column("excerpt", Text, nullable=False),
    at("posted_at", nullable=False),
    at("counter_due_at"),
    at("counter_shown_at"),
    Column("carried", String(8), nullable=False, server_default="self"),
    Column("carrier_chat", BigInteger),
    Column("carrier_message_id", BigInteger),
    ref("author_id", "people.id", nullable=True),
    Column("reply_to_message_id", BigInteger),
    Column("media_group_id", String(64)),
    Column("day_minor", BigInteger),  # of a giving day, on its button beside its own amount; -1: out of reach
    UniqueConstraint("chat_id", "message_id"),
)
Index("ix_posts_chat_id_media_group_id", posts.c.chat_id, posts.c.media_group_id, unique=True)
_written = text("author_id IS NOT NULL")
Index("ix_posts_author_id", posts.c.author_id, postgresql_where=_written, sqlite_where=_written)
Index(
    "ix_posts_day_minor",
    posts.c.day_minor,
    postgresql_where=text("day_minor IS NOT NULL"),
    sqlite_where=text("day_minor IS NOT NULL"),
)
Index("ix_posts_counter_due_at", posts.c.counter_due_at, postgresql_where=text("counter_due_at IS NOT NULL"))

# What creators wrote to donors of a chat, or of their slot, who wish to be thanked (outbox.subject_id names the row).
thanks = Table(
    "thanks",
    metadata,
    id_(),
    ref("chat_id", "chats.id", nullable=True),
    ref("slot_id", "slots.id", nullable=True),
    ref("creator_id", "people.id"),
    Column("words", Text, nullable=False),
    Column("recipients", Integer, nullable=False),
    at("sent_at", nullable=False),
)
Index("ix_thanks_creator_id_sent_at", thanks.c.creator_id, thanks.c.sent_at)
