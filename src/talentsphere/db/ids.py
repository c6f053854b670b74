"""Ids that are known before the insert."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Integer, literal_column, text
from sqlalchemy.orm import Session

from talentsphere.db.base import Base


def allocate_ids(session: Session, model: type[Base], count: int) -> Sequence[int]:
    """Return ``count`` ids, ascending, that no other row of ``model`` has or will get; one statement.

    The session must be ``writing()``. PostgreSQL takes them from the sequence. SQLite reads its own record of
    the highest id ever used (``sqlite_autoincrement``) under the write lock, so rows with these ids must be
    inserted in this transaction, before ids are allocated again.
    """
    table = model.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        found = session.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table})
        last = found.scalar() or 0
        return range(last + 1, last + count + 1)
    sequence = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return session.execute(sequence, {"table": table, "count": count}).scalars().all()


def next_id(dialect: str, model: type[Base]) -> ColumnElement[int]:
    """Return one such id as a column, for a statement that reads something else as well."""
    table = model.__tablename__
    if dialect == "sqlite":
        last = f"SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = '{table}'"  # noqa: S608  # nosec B608
        return literal_column(f"({last}) + 1", Integer())
    return literal_column(f"nextval(pg_get_serial_sequence('{table}', 'id'))", Integer())
