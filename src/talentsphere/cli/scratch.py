"""A database that exists as long as a command does: never the operator's."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, make_url, text

from talentsphere.app import create_app
from talentsphere.settings import Secret, Settings


@contextmanager
def scratch_app(settings: Settings, server: str | None) -> Iterator[Flask]:
    """Give the application, in its context, on a new empty database: of ``server`` (PostgreSQL), or a SQLite file."""
    scratch = _postgresql(server) if server else _sqlite()
    with scratch as url, create_app(replace(settings, database_url=Secret(url), notes=())).app_context() as context:
        yield context.app


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="talentsphere-") as folder:
        yield f"sqlite:///{Path(folder) / 'scratch.db'}"


@contextmanager
def _postgresql(server: str) -> Iterator[str]:
    """Create a database beside the one that ``server`` names, and drop it with whoever is still connected."""
    url = make_url(server).set(drivername="postgresql+psycopg2")
    name = f"talentsphere_scratch_{secrets.token_hex(4)}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()
