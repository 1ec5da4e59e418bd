"""Every table, once for both engines: named constraints, money in BIGINT minor units, times in UTC."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite keeps the same instant as text without an offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times at the door."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are stored in UTC: this one has no timezone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every time back aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id(name: str = "id") -> Column[Any]:
    return Column(name, Uuid, primary_key=True)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Uuid, ForeignKey(target), nullable=nullable)


def _at(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=nullable)


def _minor(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


def _currency() -> Column[Any]:
    return Column("currency", String(3), nullable=False)


organisations = Table(
    "organisations",
    metadata,
    _id(),
    Column("slug", String(64), nullable=False, unique=True),
    Column("names", JSON, nullable=False),
    Column("website", Text),
    _at("verified_at"),
)

projects = Table(
    "projects",
    metadata,
    _id(),
    Column("slug", String(64), nullable=False, unique=True),
    _ref("organisation_id", "organisations.id"),
    Column("state", String(16), nullable=False),
    _minor("target_minor"),
    _currency(),
    Column("texts", JSON, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("designated_url", Text),
    Column("filing_number", Text),
    _at("created_at", nullable=False),
    CheckConstraint("target_minor > 0", name="target_positive"),
)

# Everything that tells who a donor is stands here (and in messages still to be sent), so that it can be erased.
people = Table(
    "people",
    metadata,
    _id(),
    Column("telegram_id", BigInteger, unique=True),
    Column("name", Text, nullable=False),
    Column("username", Text),
    Column("language_code", String(35)),
    Column("chosen_language", String(16)),
    Column("visibility", String(16), nullable=False),
    _at("started_at"),
    _at("unreachable_at"),
    _at("met_at", nullable=False),
    Column("thanked_by_name", Boolean, nullable=False, server_default=false()),
    _at("left_at"),
)

# Kinds of messages somebody switched on; everyone else gets answers, receipts and notices about their own money.
subscriptions = Table(
    "subscriptions",
    metadata,
    _ref("person_id", "people.id"),
    Column("kind", String(16), nullable=False),
    _at("since_at", nullable=False),
    PrimaryKeyConstraint("person_id", "kind"),
)

roles = Table(
    "roles",
    metadata,
    _ref("person_id", "people.id"),
    Column("role", String(16), nullable=False),
    _ref("granted_by", "people.id", nullable=True),  # None: by the command line
    _at("granted_at", nullable=False),
    PrimaryKeyConstraint("person_id", "role"),
)

chats = Table(
    "chats",
    metadata,
    _id(),
    Column("telegram_id", BigInteger, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("username", Text),
    Column("state", String(16), nullable=False),
    _ref("added_by", "people.id", nullable=True),
    _ref("creator_id", "people.id", nullable=True),
    _ref("project_id", "projects.id", nullable=True),
    Column("bot_present", Boolean, nullable=False),
    Column("bot_can_post", Boolean, nullable=False),
    Column("bot_can_edit", Boolean, nullable=False),
    _at("digest_due_at"),
    _at("digest_sent_at"),
    _at("seen_at", nullable=False),
    Column("presets", JSON(none_as_null=True)),
    Column("paused_reason", String(32)),
    Column("linked_telegram_id", BigInteger),
    _ref("handover_to", "people.id", nullable=True),
)
Index("ix_chats_added_by", chats.c.added_by)
Index("ix_chats_creator_id", chats.c.creator_id)
Index("ix_chats_linked_telegram_id", chats.c.linked_telegram_id)
Index("ix_chats_digest_due_at", chats.c.digest_due_at, postgresql_where=text("digest_due_at IS NOT NULL"))

# Who administered a chat when they last asked about it; asked of Telegram again before anything is done.
chat_managers = Table(
    "chat_managers",
    metadata,
    _ref("chat_id", "chats.id"),
    _ref("person_id", "people.id"),
    _at("seen_at", nullable=False),
    PrimaryKeyConstraint("chat_id", "person_id"),
)
Index("ix_chat_managers_person_id", chat_managers.c.person_id)

# 公益爱心位: a creator's page with the project they chose; tips given there count for the creator.
slots = Table(
    "slots",
    metadata,
    _id(),
    Column("creator_id", Uuid, ForeignKey("people.id"), nullable=False, unique=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    _ref("project_id", "projects.id"),
    _at("opened_at", nullable=False),
    _at("closed_at"),
)

# A message_id below zero stood in a group before it became a supergroup, where nothing can be edited any more.
posts = Table(
    "posts",
    metadata,
    _id(),
    _ref("chat_id", "chats.id"),
    Column("message_id", BigInteger, nullable=False),
    _ref("project_id", "projects.id"),
    Column("excerpt", Text, nullable=False),
    _at("posted_at", nullable=False),
    _at("counter_due_at"),
    _at("counter_shown_at"),
    Column("carried", String(8), nullable=False, server_default="self"),
    Column("carrier_chat", BigInteger),
    Column("carrier_message_id", BigInteger),
    _ref("author_id", "people.id", nullable=True),
    Column("reply_to_message_id", BigInteger),
    Column("media_group_id", String(64)),
    UniqueConstraint("chat_id", "message_id"),
)
Index("ix_posts_chat_id_media_group_id", posts.c.chat_id, posts.c.media_group_id, unique=True)
Index("ix_posts_counter_due_at", posts.c.counter_due_at, postgresql_where=text("counter_due_at IS NOT NULL"))

# What creators wrote to those of their donors who wish to be thanked (outbox.subject_id names the row).
thanks = Table(
    "thanks",
    metadata,
    _id(),
    _ref("chat_id", "chats.id"),
    _ref("creator_id", "people.id"),
    Column("words", Text, nullable=False),
    Column("recipients", Integer, nullable=False),
    _at("sent_at", nullable=False),
)
Index("ix_thanks_creator_id_sent_at", thanks.c.creator_id, thanks.c.sent_at)

# Money: the journal. Entries and postings are never updated or deleted (triggers in the first migration).
accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("name", String(160), nullable=False),
    _currency(),
    _minor("balance_minor"),
    UniqueConstraint("name", "currency"),
)

entries = Table(
    "entries",
    metadata,
    _id(),
    Column("key", String(200), nullable=False, unique=True),
    _at("occurred_at", nullable=False),
    _at("booked_at", nullable=False),
)

postings = Table(
    "postings",
    metadata,
    _ref("entry_id", "entries.id"),
    Column("line", SmallInteger, nullable=False),
    _ref("account_id", "accounts.id"),
    _minor("amount_minor"),
    _currency(),
    PrimaryKeyConstraint("entry_id", "line"),
    CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
)
Index("ix_postings_account_id", postings.c.account_id)

payments = Table(
    "payments",
    metadata,
    _id(),
    _ref("donor_id", "people.id"),
    Column("rail", String(16), nullable=False),
    _minor("amount_minor"),
    _currency(),
    Column("state", String(16), nullable=False),
    Column("their_id", String(128)),
    Column("url", Text),
    Column("wish", JSON(none_as_null=True)),
    _at("created_at", nullable=False),
    CheckConstraint("amount_minor > 0", name="amount_positive"),
    UniqueConstraint("rail", "their_id"),
)

tips = Table(
    "tips",
    metadata,
    _id(),
    _ref("donor_id", "people.id"),
    _ref("project_id", "projects.id"),
    _ref("post_id", "posts.id", nullable=True),
    _ref("chat_id", "chats.id", nullable=True),
    _ref("creator_id", "people.id", nullable=True),
    _minor("amount_minor"),
    _currency(),
    Column("state", String(16), nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("receipt_code", String(20), nullable=False, unique=True),
    Column("open_key", String(120), unique=True),
    _ref("payment_id", "payments.id", nullable=True),
    Column("charge", String(128)),
    Column("entry_key", String(200)),
    _ref("extra_of", "tips.id", nullable=True),
    Column("card_message_id", BigInteger),
    _at("offered_at", nullable=False),
    _at("paid_at"),
    _at("booked_at"),
    _at("cancelled_at"),
    _at("refunded_at"),
    _ref("slot_id", "slots.id", nullable=True),
    CheckConstraint("amount_minor > 0", name="amount_positive"),
    CheckConstraint("(state IN ('paid', 'refunded')) = (entry_key IS NOT NULL)", name="paid_has_entry"),
)
Index("ix_tips_payment_id", tips.c.payment_id)
# Of what is paid only: an offer then costs four index rows less, and paying does not move them.
for _name, _columns in {
    "ix_tips_donor_id_paid_at": (tips.c.donor_id, tips.c.paid_at),
    "ix_tips_project_id_paid_at": (tips.c.project_id, tips.c.paid_at),
    "ix_tips_chat_id_booked_at": (tips.c.chat_id, tips.c.booked_at),
    "ix_tips_entry_key": (tips.c.entry_key,),
}.items():
    _paid = text(f"{_columns[-1].name} IS NOT NULL")
    Index(_name, *_columns, postgresql_where=_paid, sqlite_where=_paid)
Index(
    "ix_tips_slot_id_paid_at",
    tips.c.slot_id,
    tips.c.paid_at,
    postgresql_where=text("slot_id IS NOT NULL"),
    sqlite_where=text("slot_id IS NOT NULL"),
)

# Every tap that led to a tip, so that the same update again finds it, paid or not.
tip_keys = Table(
    "tip_keys",
    metadata,
    Column("key", String(120), primary_key=True),
    _ref("tip_id", "tips.id"),
)

refunds = Table(
    "refunds",
    metadata,
    _id(),
    Column("tip_id", Uuid, ForeignKey("tips.id"), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    _at("requested_at", nullable=False),
)

# The inbox: what providers told us, once each, as they told it.
provider_events = Table(
    "provider_events",
    metadata,
    _id(),
    Column("rail", String(16), nullable=False),
    Column("event_id", String(128), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("reference", Uuid),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    _at("received_at", nullable=False),
    _at("settled_at"),
    _at("erased_at"),
    UniqueConstraint("rail", "event_id"),
)
Index(
    "ix_provider_events_new",
    provider_events.c.id,
    postgresql_where=text("state = 'new'"),
    sqlite_where=text("state = 'new'"),
)
Index(
    "ix_provider_events_waiting",
    provider_events.c.reference,
    postgresql_where=text("state = 'waiting'"),
    sqlite_where=text("state = 'waiting'"),
)

# What was given to a project, a post or a chat, and by whom: derived from paid tips, checked by `ledger verify`.
tallies = Table(
    "tallies",
    metadata,
    Column("subject_id", Uuid, nullable=False),
    _currency(),
    Column("donors", Integer, nullable=False),
    Column("gifts", Integer, nullable=False),
    _minor("given_minor"),
    PrimaryKeyConstraint("subject_id", "currency"),
)

supporters = Table(
    "supporters",
    metadata,
    Column("subject_id", Uuid, nullable=False),
    Column("donor_id", Uuid, nullable=False),
    _currency(),
    Column("gifts", Integer, nullable=False),
    _minor("given_minor"),
    PrimaryKeyConstraint("subject_id", "donor_id", "currency"),
    sqlite_with_rowid=False,
)

# Messages to be sent, written in the commit of what they tell.
outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("dedupe_key", String(120), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    _ref("person_id", "people.id"),
    Column("subject_id", Uuid, nullable=False),
    _at("since_at"),
    _at("until_at"),
    Column("state", String(16), nullable=False),
    _at("due_at", nullable=False),
    _at("claimed_until"),
    Column("attempts", SmallInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("error", Text),
    _at("queued_at", nullable=False),
    _at("sent_at"),
)
Index(
    "ix_outbox_queued",
    outbox.c.priority,
    outbox.c.due_at,
    postgresql_where=text("state = 'queued'"),
    sqlite_where=text("state = 'queued'"),
)

dialogs = Table(
    "dialogs",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("state", Text),
    Column("data", JSON, nullable=False),
    _at("expires_at", nullable=False),
)

# Updates that were handled to their commit, so that one delivered again is not handled again. Pruned after a while.
updates_seen = Table(
    "updates_seen",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    _at("seen_at", nullable=False),
)
Index("ix_updates_seen_seen_at", updates_seen.c.seen_at)

# What admins did; append-only by triggers. Opaque ids only, never a name: nothing here needs erasing when people leave.
audit_log = Table(
    "audit_log",
    metadata,
    _id(),
    _at("at", nullable=False),
    _ref("actor_id", "people.id", nullable=True),
    Column("way", String(16), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject_kind", String(32), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
)
Index("ix_audit_log_at", audit_log.c.at)

# Messages of a group to be deleted a little later (failed commands and what the bot said to them).
cleanups = Table(
    "cleanups",
    metadata,
    _id(),
    Column("chat", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    _at("due_at", nullable=False),
    UniqueConstraint("chat", "message_id"),
)
Index("ix_cleanups_due_at", cleanups.c.due_at)
