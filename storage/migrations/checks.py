"""Checks of tables that are in use: exchanged without reading or rewriting the rows."""

from alembic import op
from sqlalchemy import text


def change_check(table: str, name: str, before: str, after: str) -> None:
    """Let another condition hold, which every row that is there fulfils: a wider one, or one that was made true.

    SQLite: the text of the schema is changed, as its documentation describes for checks
    (sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes"); ALTER would copy the table.
    """
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        full = f"ck_{table}_{name}"
        bind.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {full}"))
        bind.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {full} CHECK ({after}) NOT VALID"))
        return
    version = bind.scalar(text("PRAGMA schema_version"))
    bind.execute(text("PRAGMA writable_schema = ON"))
    changed = bind.execute(
        text("UPDATE sqlite_schema SET sql = replace(sql, :before, :after) WHERE type = 'table' AND name = :table"
             " AND instr(sql, :before) > 0"),
        {"before": before, "after": after, "table": table},
    )  # fmt: skip
    if changed.rowcount != 1:
        raise RuntimeError(f"{table}: no check that says {before}")
    bind.execute(text(f"PRAGMA schema_version = {version + 1}"))
    bind.execute(text("PRAGMA writable_schema = OFF"))
