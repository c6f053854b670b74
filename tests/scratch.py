"""Databases that live as long as one test process: SQLite below a folder, or one on the given PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, make_url, text

from talentsphere.db.base import Base
from talentsphere.db.stamps import TABLE as ORDER_OF_WRITES
from talentsphere.db.watching import UNTAGGED

TEST_DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "")
FEW = 500
"""Rows of one table that are deleted; more are truncated, or they would slow down the tests that follow."""


@contextmanager
def scratch_database(folder: Path, name: str) -> Iterator[str]:
    """Give the URL of an empty database that no other process uses; it is gone afterwards."""
    if not TEST_DATABASE_URL:
        yield f"sqlite:///{folder / name}.db"
        return
    unique = f"{name}_{os.getpid()}"
    _administer(f"DROP DATABASE IF EXISTS {unique}", f"CREATE DATABASE {unique}")
    try:
        yield make_url(TEST_DATABASE_URL).set(database=unique).render_as_string(hide_password=False)
    finally:
        _administer(f"DROP DATABASE IF EXISTS {unique} WITH (FORCE)")


def empty(engine: Engine) -> None:
    """Delete every row, and let ids begin at 1 again; the order of writes goes on, as it does in any database."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name != ORDER_OF_WRITES]
    with engine.execution_options(**{UNTAGGED: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            _empty_postgresql(connection, tables)
            return
        for table in tables:
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("DELETE FROM sqlite_sequence"))


def _empty_postgresql(connection: Connection, tables: list[str]) -> None:
    """Truncating them all takes 200 ms, longer than most tests; so few rows are deleted, without a look at keys."""
    looks = (f"SELECT '{name}', count(*) FROM (SELECT FROM {name} LIMIT {FEW + 1}) AS first" for name in tables)
    rows = {name: count for name, count in connection.execute(text(" UNION ALL ".join(looks))) if count}
    if max(rows.values(), default=0) > FEW:
        connection.execute(text(f"TRUNCATE {', '.join(rows)} CASCADE"))
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for name in rows:
            connection.execute(text(f"DELETE FROM {name}"))
    connection.execute(text("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"))


def _administer(*statements: str) -> None:
    server = make_url(TEST_DATABASE_URL).set(drivername="postgresql+psycopg2")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
