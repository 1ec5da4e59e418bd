"""Donors, creators and admins: who they are, what they wish to be told, what they may do."""

from sqlalchemy import BigInteger, Boolean, Column, PrimaryKeyConstraint, String, Table, Text, Uuid, false

from storage.tables.columns import at, id_, metadata, ref

# Everything that tells who a donor is stands here (and in messages still to be sent), so that it can be erased.
people = Table(
    "people",
    metadata,
    id_(),
    Column("telegram_id", BigInteger, unique=True),
    Column("name", Text, nullable=False),
    Column("username", Text),
    Column("language_code", String(35)),
    Column("chosen_language", String(16)),
    Column("visibility", String(16), nullable=False),
    at("started_at"),
    at("unreachable_at"),
    at("met_at", nullable=False),
    Column("thanked_by_name", Boolean, nullable=False, server_default=false()),
    at("left_at"),
    # How they pay: the rail they chose last, the sum from which a tab is settled, the most they promise a month.
    Column("rail", String(16)),
    Column("settle_at_minor", BigInteger),
    Column("monthly_minor", BigInteger),
    # Their clock, by its name in the tz database; None: the operator's.
    Column("timezone", String(64)),
    # Since when they have been asked what they want to be told: once, after a first gift, whatever they answered.
    at("asked_at"),
)

# Kinds of messages somebody switched on; everyone else gets answers, receipts and notices about their own money.
subscriptions = Table(
    "subscriptions",
    metadata,
    ref("person_id", "people.id"),
    Column("kind", String(16), nullable=False),
    at("since_at", nullable=False),
    Column("fewer", Boolean, nullable=False, server_default=false()),  # at most one in a week (giving/subscriptions.py)
    PrimaryKeyConstraint("person_id", "kind"),
)

# What people were told lately of what they switched on, for the limits a week; older rows go as new ones come.
told_lately = Table(
    "told_lately",
    metadata,
    ref("person_id", "people.id"),
    Column("subject_id", Uuid, nullable=False),  # the broadcast, the thank-you, or the giving day
    Column("kind", String(16), nullable=False),
    at("at", nullable=False),
    PrimaryKeyConstraint("person_id", "subject_id"),
)

roles = Table(
    "roles",
    metadata,
    ref("person_id", "people.id"),
    Column("role", String(16), nullable=False),
    ref("granted_by", "people.id", nullable=True),  # None: by the command line
    at("granted_at", nullable=False),
    PrimaryKeyConstraint("person_id", "role"),
)
