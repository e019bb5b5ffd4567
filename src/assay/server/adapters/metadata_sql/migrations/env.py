"""Alembic's entry: run the missing versions on the connection, and in the transaction, of whoever called `migrate`."""

from __future__ import annotations

from alembic import context

connection = context.config.attributes["connection"]
# SQLite rolls back schema changes as it does any other; Alembic's default expects that it cannot.
context.configure(connection=connection, transactional_ddl=True, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
