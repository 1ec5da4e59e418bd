"""Alembic's entry: runs on the connection that storage/migrate.py hands over."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    # A lock that one revision took is not held while the next waits for another. Where the connection comes with a
    # transaction (SQLite), that one holds them all.
    transaction_per_migration=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
