"""Who works for which organisation, their own address of its figures, and creators' invitations to give monthly."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text, UniqueConstraint

from storage.tables.columns import at, id_, metadata, ref

# The role says that somebody is a member of one; this says of which.
organisation_members = Table(
    "organisation_members",
    metadata,
    ref("person_id", "people.id"),
    ref("organisation_id", "organisations.id"),
    ref("added_by", "people.id", nullable=True),
    at("added_at", nullable=False),
    PrimaryKeyConstraint("person_id", "organisation_id"),
)
Index("ix_organisation_members_organisation_id", organisation_members.c.organisation_id)

# A page that only who has its address finds; who it was made for is asked again each time whether they still may.
organisation_links = Table(
    "organisation_links",
    metadata,
    Column("token", String(32), primary_key=True),
    ref("person_id", "people.id"),
    ref("organisation_id", "organisations.id"),
    at("made_at", nullable=False),
    UniqueConstraint("person_id", "organisation_id"),
)

# A creator's invitation to give monthly: shown (a preview), sending, sent, refused or unknown. Its id is in its link,
# so that whoever follows it is counted for that creator, and finds the project it was about.
monthly_calls = Table(
    "monthly_calls",
    metadata,
    id_(),
    ref("chat_id", "chats.id"),
    ref("creator_id", "people.id"),
    ref("project_id", "projects.id"),
    Column("words", Text, nullable=False),
    Column("state", String(16), nullable=False),
    at("made_at", nullable=False),
    at("sent_at"),
    Column("message_id", Integer),
)
Index("ix_monthly_calls_chat_id_made_at", monthly_calls.c.chat_id, monthly_calls.c.made_at)
Index("ix_monthly_calls_creator_id", monthly_calls.c.creator_id)
