"""Tabs and what stands on them; accounts and methods that rails know: new tables, safe beside a running 0011."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward."""
    op.add_column("look_ups", sa.Column("told", sa.Boolean(), nullable=False, server_default=sa.false()))
    _make_tabs()
    _make_charges()
    _make_accounts()


def _make_tabs() -> None:
    op.create_table(
        "tabs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("rail", sa.String(16), nullable=False),
        sa.Column("skipped_until", AT, nullable=True),
        sa.Column("due_at", AT, nullable=True),
        sa.Column("opened_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["people.id"], name="fk_tabs_donor_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_tabs_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tabs"),
        sa.UniqueConstraint(
            "donor_id", "organisation_id", "currency", name="uq_tabs_donor_id_organisation_id_currency"
        ),
    )
    waits = sa.text("due_at IS NOT NULL")
    op.create_index("ix_tabs_due_at", "tabs", ["due_at"], postgresql_where=waits, sqlite_where=waits)
    op.create_table(
        "promises",
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("tab_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("promised_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["tab_id"], ["tabs.id"], name="fk_promises_tab_id"),
        sa.ForeignKeyConstraint(["donor_id"], ["people.id"], name="fk_promises_donor_id"),
        sa.PrimaryKeyConstraint("tip_id", name="pk_promises"),
    )
    op.create_index("ix_promises_tab_id", "promises", ["tab_id"])
    op.create_index("ix_promises_donor_id_promised_at", "promises", ["donor_id", "promised_at"])


def _make_charges() -> None:
    op.create_table(
        "tab_charges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tab_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("charge_at", AT, nullable=True),
        sa.Column("asked_at", AT, nullable=True),
        sa.Column("begun_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["tab_id"], ["tabs.id"], name="fk_tab_charges_tab_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_tab_charges_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tab_charges"),
    )
    op.create_index("ix_tab_charges_tab_id", "tab_charges", ["tab_id"])
    open_ = sa.text("state IN ('announced', 'asked', 'charging')")
    op.create_index("ix_tab_charges_open", "tab_charges", ["begun_at"], postgresql_where=open_, sqlite_where=open_)
    op.create_table(
        "former_payments",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_former_payments_payment_id"),
        sa.PrimaryKeyConstraint("payment_id", "tip_id", name="pk_former_payments"),
    )


def _make_accounts() -> None:
    op.create_table(
        "rail_accounts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("rail", sa.String(16), nullable=False),
        sa.Column("their_id", sa.String(128), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("asks", sa.JSON(), nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_rail_accounts_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", "rail", name="pk_rail_accounts"),
        sa.UniqueConstraint("rail", "their_id", name="uq_rail_accounts_rail_their_id"),
    )
    op.create_table(
        "methods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("rail", sa.String(16), nullable=False),
        sa.Column("customer", sa.String(128), nullable=True),
        sa.Column("method", sa.String(128), nullable=True),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=True),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("saved_at", AT, nullable=True),
        sa.Column("forgotten_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["donor_id"], ["people.id"], name="fk_methods_donor_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_methods_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_methods"),
    )
    op.create_index("ix_methods_donor_id", "methods", ["donor_id"])


def downgrade() -> None:
    """Back. What stood on a tab is no gift there: promises are taken back."""
    op.execute(
        "UPDATE tips SET state = 'cancelled' WHERE state IN ('on_tab', 'expired')"
        " AND id IN (SELECT tip_id FROM promises)"
    )
    for table in ("methods", "rail_accounts", "former_payments", "tab_charges", "promises", "tabs"):
        op.drop_table(table)
    op.drop_column("look_ups", "told")
