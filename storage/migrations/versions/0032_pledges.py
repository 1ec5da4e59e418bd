"""Monthly donors: pledges, instalments, certificates, whys, what projects did: new tables, safe beside 0031."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "pledges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("rail", sa.String(16), nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("creator_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("first", sa.String(7), nullable=False),
        sa.Column("paused_until", sa.String(7), nullable=True),
        sa.Column("skipped", sa.String(7), nullable=True),
        sa.Column("why", sa.String(16), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["people.id"], name="fk_pledges_donor_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_pledges_project_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_pledges_organisation_id"),
        sa.ForeignKeyConstraint(["creator_id"], ["people.id"], name="fk_pledges_creator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pledges"),
        sa.UniqueConstraint("key", name="uq_pledges_key"),
    )
    op.create_index("ix_pledges_creator_id", "pledges", ["creator_id"])
    op.create_index("ix_pledges_donor_id", "pledges", ["donor_id"])
    where = sa.text("due_at IS NOT NULL")
    op.create_index("ix_pledges_due_at", "pledges", ["due_at"], postgresql_where=where, sqlite_where=where)
    op.create_index("ix_pledges_project_id", "pledges", ["project_id"])
    where = sa.text("state <> 'cancelled'")
    for what in ("project_id", "organisation_id"):
        op.create_index(
            f"uq_pledges_donor_id_{what}",
            "pledges",
            ["donor_id", what],
            unique=True,
            postgresql_where=where,
            sqlite_where=where,
        )
    op.create_table(
        "pledge_choices",
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledges.id"], name="fk_pledge_choices_pledge_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_pledge_choices_project_id"),
        sa.PrimaryKeyConstraint("pledge_id", "project_id", name="pk_pledge_choices"),
    )
    op.create_table(
        "instalments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("debits", sa.Integer(), nullable=False),
        sa.Column("declined", sa.String(64), nullable=True),
        sa.Column("tip_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledges.id"], name="fk_instalments_pledge_id"),
        sa.ForeignKeyConstraint(["donor_id"], ["people.id"], name="fk_instalments_donor_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_instalments_project_id"),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name="fk_instalments_tip_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_instalments_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_instalments"),
        sa.UniqueConstraint("pledge_id", "month", name="uq_instalments_pledge_id_month"),
    )
    op.create_index("ix_instalments_donor_id", "instalments", ["donor_id"])
    where = sa.text("payment_id IS NOT NULL")
    op.create_index(
        "ix_instalments_payment_id", "instalments", ["payment_id"], postgresql_where=where, sqlite_where=where
    )
    op.create_index("ix_instalments_project_id_paid_at", "instalments", ["project_id", "paid_at"])
    where = sa.text("step_at IS NOT NULL")
    op.create_index(
        "ix_instalments_step_at", "instalments", ["step_at", "id"], postgresql_where=where, sqlite_where=where
    )
    where = sa.text("tip_id IS NOT NULL")
    op.create_index("ix_instalments_tip_id", "instalments", ["tip_id"], postgresql_where=where, sqlite_where=where)
    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("in_a_row", sa.Integer(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledges.id"], name="fk_certificates_pledge_id"),
        sa.ForeignKeyConstraint(["donor_id"], ["people.id"], name="fk_certificates_donor_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_certificates_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
        sa.UniqueConstraint("number", name="uq_certificates_number"),
        sa.UniqueConstraint("pledge_id", "months", name="uq_certificates_pledge_id_months"),
    )
    op.create_index("ix_certificates_donor_id", "certificates", ["donor_id"])
    op.create_table(
        "recap_pages",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_recap_pages_person_id"),
        sa.PrimaryKeyConstraint("token", name="pk_recap_pages"),
        sa.UniqueConstraint("person_id", "year", name="uq_recap_pages_person_id_year"),
    )
    op.create_table(
        "whys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["donor_id"], ["people.id"], name="fk_whys_donor_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_whys_project_id"),
        sa.ForeignKeyConstraint(["read_by"], ["people.id"], name="fk_whys_read_by"),
        sa.PrimaryKeyConstraint("id", name="pk_whys"),
        sa.UniqueConstraint("donor_id", "project_id", name="uq_whys_donor_id_project_id"),
    )
    op.create_index("ix_whys_project_id_state", "whys", ["project_id", "state"])
    where = sa.text("state = 'waiting'")
    op.create_index("ix_whys_waiting", "whys", ["written_at"], postgresql_where=where, sqlite_where=where)
    op.create_table(
        "project_updates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_project_updates_project_id"),
        sa.ForeignKeyConstraint(["written_by"], ["people.id"], name="fk_project_updates_written_by"),
        sa.PrimaryKeyConstraint("id", name="pk_project_updates"),
    )
    op.create_index("ix_project_updates_project_id_written_at", "project_updates", ["project_id", "written_at"])
    _make_circles()


def _make_circles() -> None:
    op.create_table(
        "organisation_members",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_organisation_members_person_id"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_organisation_members_organisation_id"
        ),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name="fk_organisation_members_added_by"),
        sa.PrimaryKeyConstraint("person_id", "organisation_id", name="pk_organisation_members"),
    )
    op.create_index("ix_organisation_members_organisation_id", "organisation_members", ["organisation_id"])
    op.create_table(
        "organisation_links",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_organisation_links_person_id"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_organisation_links_organisation_id"
        ),
        sa.PrimaryKeyConstraint("token", name="pk_organisation_links"),
        sa.UniqueConstraint("person_id", "organisation_id", name="uq_organisation_links_person_id_organisation_id"),
    )
    op.create_table(
        "monthly_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_monthly_calls_chat_id"),
        sa.ForeignKeyConstraint(["creator_id"], ["people.id"], name="fk_monthly_calls_creator_id"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_monthly_calls_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_monthly_calls"),
    )
    op.create_index("ix_monthly_calls_chat_id_made_at", "monthly_calls", ["chat_id", "made_at"])
    op.create_index("ix_monthly_calls_creator_id", "monthly_calls", ["creator_id"])


def downgrade() -> None:
    """Back."""
    op.drop_table("monthly_calls")
    op.drop_table("organisation_links")
    op.drop_table("organisation_members")
    op.drop_table("project_updates")
    op.drop_table("whys")
    op.drop_table("recap_pages")
    op.drop_table("certificates")
    op.drop_table("instalments")
    op.drop_table("pledge_choices")
    op.drop_table("pledges")
