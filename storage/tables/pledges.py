"""Pledges, their instalments, and what proves and explains them."""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from storage.tables.columns import at, currency, id_, metadata, minor, ref

# A promise of so much a month. `due_at`: when it is to be looked at next; none while nothing is to come of it.
pledges = Table(
    "pledges",
    metadata,
    id_(),
    ref("donor_id", "people.id"),
    minor("amount_minor"),
    currency(),
    Column("day", Integer, nullable=False),
    Column("way", String(16), nullable=False),
    Column("rail", String(16), nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("every", Integer, nullable=False),
    ref("project_id", "projects.id", nullable=True),
    ref("organisation_id", "organisations.id", nullable=True),
    ref("creator_id", "people.id", nullable=True),
    Column("state", String(16), nullable=False),
    Column("first", String(7), nullable=False),  # the month of its first instalment, as in 2026-11
    Column("paused_until", String(7)),
    Column("skipped", String(7)),
    Column("why", String(16)),
    at("began_at", nullable=False),
    at("ended_at"),
    at("due_at"),
    at("renews_at"),  # when Telegram takes the next amount by itself (star_subscriptions)
    # What the same tap, told again, finds.
    Column("key", String(120), nullable=False, unique=True),
)
Index("ix_pledges_donor_id", pledges.c.donor_id)
Index("ix_pledges_project_id", pledges.c.project_id)
Index("ix_pledges_creator_id", pledges.c.creator_id)
_due = text("due_at IS NOT NULL")
_open = text("state <> 'cancelled'")  # one promise for the same thing at a time; whoever wants more changes it
for _what in ("project_id", "organisation_id"):
    Index(
        f"uq_pledges_donor_id_{_what}",
        pledges.c.donor_id,
        pledges.c[_what],
        unique=True,
        postgresql_where=_open,
        sqlite_where=_open,
    )
Index("ix_pledges_due_at", pledges.c.due_at, postgresql_where=_due, sqlite_where=_due)

# Which projects "where it is needed most" chooses among, where its donor named them.
pledge_choices = Table(
    "pledge_choices",
    metadata,
    ref("pledge_id", "pledges.id"),
    ref("project_id", "projects.id"),
    PrimaryKeyConstraint("pledge_id", "project_id"),
)

# One month of a pledge; the pair is unique, so that nothing is asked for or debited twice. `step_at`: its next look.
instalments = Table(
    "instalments",
    metadata,
    id_(),
    ref("pledge_id", "pledges.id"),
    ref("donor_id", "people.id"),
    ref("project_id", "projects.id"),
    Column("month", String(7), nullable=False),
    minor("amount_minor"),
    currency(),
    Column("way", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),  # debits that were declined
    Column("debits", Integer, nullable=False),  # debits that were begun
    Column("declined", String(64)),  # why the last one was, in the rail's word
    ref("tip_id", "tips.id", nullable=True),
    ref("payment_id", "payments.id", nullable=True),
    at("due_at", nullable=False),
    at("step_at"),
    at("asked_at"),
    at("reminded_at"),
    at("first_tried_at"),
    at("paid_at"),
    Column("every", Integer, nullable=False, server_default="1"),  # months it stands for: 1, or 3
    UniqueConstraint("pledge_id", "month"),
)
_to_step = text("step_at IS NOT NULL")
Index(
    "ix_instalments_step_at", instalments.c.step_at, instalments.c.id, postgresql_where=_to_step, sqlite_where=_to_step
)
Index("ix_instalments_donor_id", instalments.c.donor_id)
Index("ix_instalments_project_id_paid_at", instalments.c.project_id, instalments.c.paid_at)
for _name in ("tip_id", "payment_id"):
    _known = text(f"{_name} IS NOT NULL")
    Index(f"ix_instalments_{_name}", instalments.c[_name], postgresql_where=_known, sqlite_where=_known)

# What a donor pays every 30 days in Telegram Stars; one open at a time for a pledge. `step_at`: of one that is to be
# ended at Telegram, when it is asked (again). `until`: what was paid reaches to.
star_subscriptions = Table(
    "star_subscriptions",
    metadata,
    id_(),
    ref("pledge_id", "pledges.id", nullable=True),
    ref("project_id", "projects.id"),
    minor("amount_minor"),
    currency(),
    Column("state", String(16), nullable=False),
    at("made_at", nullable=False),
    at("until"),
    at("step_at"),
)
Index("ix_star_subscriptions_pledge_id", star_subscriptions.c.pledge_id)
_payable = text("state = 'open'")
Index(
    "uq_star_subscriptions_pledge_id",
    star_subscriptions.c.pledge_id,
    unique=True,
    postgresql_where=_payable,
    sqlite_where=_payable,
)
_ending = text("step_at IS NOT NULL")
Index("ix_star_subscriptions_step_at", star_subscriptions.c.step_at, postgresql_where=_ending, sqlite_where=_ending)

# A proof to keep, drawn anew from this whenever it is asked for. `name`: as its donor wished it then; None: 爱心人士.
certificates = Table(
    "certificates",
    metadata,
    id_(),
    ref("pledge_id", "pledges.id"),
    ref("donor_id", "people.id"),
    ref("project_id", "projects.id"),
    Column("number", String(20), nullable=False, unique=True),  # on the picture, and where it is checked
    Column("months", Integer, nullable=False),  # paid ones of this pledge: 1, 3, 6, 12, 24, …
    Column("in_a_row", Integer, nullable=False),
    minor("total_minor"),
    currency(),
    Column("name", Text),
    at("made_at", nullable=False),
    Column("hidden", Boolean, nullable=False, server_default=true()),  # without its amount, when it was made
    UniqueConstraint("pledge_id", "months"),
)
Index("ix_certificates_donor_id", certificates.c.donor_id)

# A donor's year, open to whoever has its link: made by a tap of theirs, taken down by another.
recap_pages = Table(
    "recap_pages",
    metadata,
    Column("token", String(32), primary_key=True),
    ref("person_id", "people.id"),
    Column("year", Integer, nullable=False),
    at("made_at", nullable=False),
    Column("named", Boolean, nullable=False, server_default=false()),  # whether its owner wished for their name on it
    UniqueConstraint("person_id", "year"),
)

# Why somebody gives every month, in one sentence of theirs; shown once it was read by a reviewer.
whys = Table(
    "whys",
    metadata,
    id_(),
    ref("donor_id", "people.id"),
    ref("project_id", "projects.id"),
    Column("words", Text, nullable=False),
    Column("state", String(16), nullable=False),  # waiting, shown, refused
    Column("reason", String(16)),  # of a refusal (giving/whys.py)
    at("written_at", nullable=False),
    at("read_at"),
    ref("read_by", "people.id", nullable=True),
    Column("name", Text),  # that stood beside it when it was read: another one is not shown
    UniqueConstraint("donor_id", "project_id"),
)
Index("ix_whys_project_id_state", whys.c.project_id, whys.c.state)
_waiting = text("state = 'waiting'")
Index("ix_whys_waiting", whys.c.written_at, postgresql_where=_waiting, sqlite_where=_waiting)

# What a project did, told by its organisation: to its monthly donors (at most one a month), in reminders and recaps.
project_updates = Table(
    "project_updates",
    metadata,
    id_(),
    ref("project_id", "projects.id"),
    Column("words", Text, nullable=False),
    Column("language", String(16), nullable=False),
    ref("written_by", "people.id"),
    at("written_at", nullable=False),
    at("told_at"),
)
Index("ix_project_updates_project_id_written_at", project_updates.c.project_id, project_updates.c.written_at)
