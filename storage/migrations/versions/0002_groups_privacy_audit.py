"""Groups, slots, subscriptions, the audit log, updates that were seen: only additions, safe beside a running 0001."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
# (table, column, where it points)
REFERENCES = (
    ("chats", "handover_to", "people"),
    ("posts", "author_id", "people"),
    ("tips", "slot_id", "slots"),
)
COLUMNS: dict[str, tuple[tuple[str, Any, str | None], ...]] = {
    "people": (("thanked_by_name", sa.Boolean(), "false"), ("left_at", AT, None)),
    "chats": (
        ("presets", sa.JSON(), None), ("paused_reason", sa.String(32), None),
        ("linked_telegram_id", sa.BigInteger(), None),
    ),
    "posts": (
        ("carried", sa.String(8), "'self'"), ("carrier_chat", sa.BigInteger(), None),
        ("carrier_message_id", sa.BigInteger(), None), ("reply_to_message_id", sa.BigInteger(), None),
        ("media_group_id", sa.String(64), None),
    ),
    "provider_events": (("erased_at", AT, None),),
}  # fmt: skip


def upgrade() -> None:
    """Forward."""
    _make_tables()
    for table, columns in COLUMNS.items():
        for name, type_, default in columns:
            nullable = default is None
            given = None if default is None else sa.text(default)
            op.add_column(table, sa.Column(name, type_, nullable=nullable, server_default=given))
    for table, name, target in REFERENCES:
        # In words of its own: Alembic adds the key in a second statement, which SQLite does not know.
        uuid = sa.Uuid().compile(op.get_bind().dialect)
        key = f"fk_{table}_{name}"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {uuid} CONSTRAINT {key} REFERENCES {target} (id)")
    op.create_index("ix_chats_linked_telegram_id", "chats", ["linked_telegram_id"])
    with op.batch_alter_table("roles") as roles:  # the command line, which is nobody, grants roles too
        roles.alter_column("granted_by", existing_type=sa.Uuid(), nullable=True)
    op.create_index("ix_posts_chat_id_media_group_id", "posts", ["chat_id", "media_group_id"], unique=True)
    on_slots = sa.text("slot_id IS NOT NULL")
    op.create_index(
        "ix_tips_slot_id_paid_at", "tips", ["slot_id", "paid_at"], postgresql_where=on_slots, sqlite_where=on_slots
    )
    _protect_audit_log()


def _make_tables() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("since_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_subscriptions_person_id")),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "chat_managers",
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_chat_managers_chat_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_chat_managers_person_id")),
        sa.PrimaryKeyConstraint("chat_id", "person_id", name=op.f("pk_chat_managers")),
    )
    op.create_index("ix_chat_managers_person_id", "chat_managers", ["person_id"])
    op.create_table(
        "slots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("closed_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["creator_id"], ["people.id"], name=op.f("fk_slots_creator_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_slots_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("creator_id", name=op.f("uq_slots_creator_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_slots_slug")),
    )
    op.create_table(
        "thanks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("sent_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_thanks_chat_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["people.id"], name=op.f("fk_thanks_creator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thanks")),
    )
    op.create_index("ix_thanks_creator_id_sent_at", "thanks", ["creator_id", "sent_at"])
    op.create_table(
        "updates_seen",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_updates_seen")),
    )
    op.create_index("ix_updates_seen_seen_at", "updates_seen", ["seen_at"])
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_audit_log_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    op.create_table(
        "cleanups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleanups")),
        sa.UniqueConstraint("chat", "message_id", name=op.f("uq_cleanups_chat_message_id")),
    )
    op.create_index("ix_cleanups_due_at", "cleanups", ["due_at"])


def _protect_audit_log() -> None:
    if op.get_bind().dialect.name == "sqlite":
        refuse = "SELECT RAISE(ABORT, 'audit_log is never changed')"
        for action in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER audit_log_no_{action.lower()} BEFORE {action} ON audit_log BEGIN {refuse}; END")
        op.execute(
            "CREATE TRIGGER audit_log_no_replace BEFORE INSERT ON audit_log"
            " WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id OR rowid = NEW.rowid)"
            " BEGIN SELECT RAISE(ABORT, 'audit_log is never changed'); END"
        )
        return
    op.execute(
        "CREATE TRIGGER audit_log_immutable BEFORE UPDATE OR DELETE ON audit_log"
        " FOR EACH ROW EXECUTE FUNCTION refuse_journal_change()"
    )
    op.execute(
        "CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change()"
    )


def downgrade() -> None:
    """Back."""
    op.execute("UPDATE roles SET granted_by = person_id WHERE granted_by IS NULL")
    with op.batch_alter_table("roles") as roles:
        roles.alter_column("granted_by", existing_type=sa.Uuid(), nullable=False)
    op.drop_index("ix_tips_slot_id_paid_at", table_name="tips")
    for table in ("thanks", "cleanups", "audit_log", "updates_seen", "chat_managers", "subscriptions"):
        op.drop_table(table)
    op.drop_index("ix_chats_linked_telegram_id", table_name="chats")
    op.drop_index("ix_posts_chat_id_media_group_id", table_name="posts")
    for table, name, _ in REFERENCES:
        _drop(table, name)
    for table, columns in COLUMNS.items():
        for name, _, _ in columns:
            _drop(table, name)
    op.drop_table("slots")


def _drop(table: str, column: str) -> None:
    op.drop_column(table, column)
