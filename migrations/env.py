"""Alembic's entry: online migrations of the current application's database."""

from alembic import context
from flask import current_app
from sqlalchemy import text

from talentsphere.db.base import Base
from talentsphere.db.session import engines_of

# An index of a large table takes longer than any request may; a lock that blocks others must not.
LIMITS = "SET statement_timeout = 0; SET lock_timeout = '2s'"

with engines_of(current_app).write.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text(LIMITS))
        context.run_migrations()
    if connection.dialect.name == "postgresql":
        connection.invalidate()  # its limits are not those of a request
