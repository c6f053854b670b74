"""The schema's versions: where they are, how to apply them, and whether the models still agree."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from flask import current_app
from sqlalchemy import Engine

from talentsphere.db.base import Base
from talentsphere.db.session import database

MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations"
UNMODELLED = ("fts_", "gin_")
"""What only one of the databases has, and no model can say: the names of virtual tables, and of indexes on tokens."""
RELATIVE = re.compile(r"(\w*)-(\d+)\Z")


def upgrade(revision: str = "head") -> None:
    """Bring the database of the current application up to ``revision``."""
    _join_application()
    flask_migrate.upgrade(directory=str(MIGRATIONS), revision=revision)


def downgrade(revision: str) -> None:
    """Take the database of the current application back to ``revision`` (``base``: to nothing)."""
    _join_application()
    flask_migrate.downgrade(directory=str(MIGRATIONS), revision=revision)


def _join_application() -> None:
    """Introduce Flask-Migrate to the application, which serves without loading it."""
    if "migrate" not in current_app.extensions:
        flask_migrate.Migrate(current_app, database, directory=str(MIGRATIONS))


def head() -> str:
    """Return the newest revision there is."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert revision is not None, "migrations/ holds at least one revision"  # nosec B101
    return revision


def current(engine: Engine) -> str | None:
    """Return the revision that the database is at, or nothing."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def removes_everything(engine: Engine, revision: str) -> bool:
    """Tell whether the way back to ``revision`` (``base``, ``-1``, ``0002-1``) undoes the first migration."""
    steps = RELATIVE.match(revision)
    if steps is None:
        return revision == "base"
    try:
        begin = steps[1] or current(engine) or "base"
        undone = list(ScriptDirectory(str(MIGRATIONS)).iterate_revisions(begin, "base"))
    except RevisionError:  # an unknown name: going there will tell
        return False
    return len(undone) <= int(steps[2])


def differences(engine: Engine) -> list[Any]:
    """Return what differs between the database and the models, as Alembic sees it."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_modelled})
        return list(compare_metadata(context, Base.metadata))


def _is_modelled(name: str | None, _kind: str, _parents: Any) -> bool:
    return not (name or "").startswith(UNMODELLED)
