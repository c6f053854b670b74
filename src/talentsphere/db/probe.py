"""Does the database answer, and has it tables? Asked on a connection that no request can take away."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url

from talentsphere.db import postgresql
from talentsphere.settings import Settings

QUESTION = "SELECT 1 FROM alembic_version"
PATIENCE = {"connect_timeout": 2, "tcp_user_timeout": 2000, "keepalives_idle": 2, "keepalives_interval": 1}
"""Arguments of libpq, which takes no less than 2 s; so a network that comes back is noticed within seconds."""

Probe = Callable[[], None]


def database_probe(settings: Settings) -> Probe:
    """Return what raises unless the database answers and is migrated; nothing is opened before the first call.

    PostgreSQL: one connection, kept between the calls. SQLite: the file is opened each time, and never made.
    """
    url = settings.database_url.value()
    return _sqlite(Path(make_url(url).database or "")) if settings.engine == "sqlite" else _postgresql(url, settings)


def _sqlite(path: Path) -> Probe:
    def ask() -> None:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0.5)) as connection:
            _refuse_nothing(connection.execute(QUESTION).fetchone())

    return ask


def _postgresql(url: str, settings: Settings) -> Probe:
    arguments = postgresql.connect_args(settings) | PATIENCE
    engine = create_engine(
        url, pool_size=1, max_overflow=0, pool_pre_ping=True, isolation_level="AUTOCOMMIT", connect_args=arguments
    )

    def ask() -> None:
        with engine.connect() as connection:
            _refuse_nothing(connection.exec_driver_sql(QUESTION).fetchone())

    return ask


def _refuse_nothing(row: Any) -> None:
    if row is None:
        raise LookupError("the database is at no revision")
