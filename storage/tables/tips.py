"""Tips, and what they add up to."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Uuid,
    text,
)

from storage.tables.columns import at, currency, id_, metadata, minor, ref

tips = Table(
    "tips",
    metadata,
    id_(),
    ref("donor_id", "people.id"),
    ref("project_id", "projects.id"),
    ref("post_id", "posts.id", nullable=True),
    ref("chat_id", "chats.id", nullable=True),
    ref("creator_id", "people.id", nullable=True),
    minor("amount_minor"),
    currency(),
    Column("state", String(16), nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("receipt_code", String(20), nullable=False, unique=True),
    Column("open_key", String(120), unique=True),
    ref("payment_id", "payments.id", nullable=True),
    Column("charge", String(128)),
    Column("entry_key", String(200)),
    ref("extra_of", "tips.id", nullable=True),
    Column("card_message_id", BigInteger),
    at("offered_at", nullable=False),
    at("paid_at"),
    at("booked_at"),
    at("cancelled_at"),
    at("refunded_at"),
    ref("slot_id", "slots.id", nullable=True),
    Column("refunded_minor", BigInteger, nullable=False, server_default="0"),
    ref("day_id", "giving_days.id", nullable=True),
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
    "ix_tips_booked_at": (tips.c.booked_at,),
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
_refunded = text("state = 'refunded'")
Index("ix_tips_refunded_booked_at", tips.c.booked_at, postgresql_where=_refunded, sqlite_where=_refunded)

# What was given on a giving day: an offer writes no row here.
_on_a_day = text("day_id IS NOT NULL AND paid_at IS NOT NULL")
Index("ix_tips_day_id_paid_at", tips.c.day_id, tips.c.paid_at, postgresql_where=_on_a_day, sqlite_where=_on_a_day)

# Every tap that led to a tip, so that the same update again finds it, paid or not.
tip_keys = Table(
    "tip_keys",
    metadata,
    Column("key", String(120), primary_key=True),
    ref("tip_id", "tips.id"),
)

# What was given to a project, a post or a chat, and by whom: derived from paid tips, checked by `ledger verify`.
tallies = Table(
    "tallies",
    metadata,
    Column("subject_id", Uuid, nullable=False),
    currency(),
    Column("donors", Integer, nullable=False),
    Column("gifts", Integer, nullable=False),
    minor("given_minor"),
    PrimaryKeyConstraint("subject_id", "currency"),
)

supporters = Table(
    "supporters",
    metadata,
    Column("subject_id", Uuid, nullable=False),
    Column("donor_id", Uuid, nullable=False),
    currency(),
    Column("gifts", Integer, nullable=False),
    minor("given_minor"),
    PrimaryKeyConstraint("subject_id", "donor_id", "currency"),
    sqlite_with_rowid=False,
)
