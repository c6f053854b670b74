"""Looks at every statement of every ``writing()`` block: what writes a fed table must append an event of its object.

``conftest.py`` switches it on for all tests; ``@pytest.mark.unfed`` excuses one that writes rows by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, event

from talentsphere.db import bulk, session
from talentsphere.domains.changes.fed import FED

WRITES = re.compile(r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|COPY)\s+(?:ONLY\s+|TABLE\s+)?\"?(\w+)\"?", re.I)
SET = re.compile(r"\bSET\s+(.*?)(?:\s+WHERE\b|\s+RETURNING\b|\Z)", re.I | re.S)
NAME = re.compile(r"\"?(\w+)\"?\s*=")
OWED, PAID = "feed_guard.owed", "feed_guard.paid"


class FeedGuard:
    """``missed`` names each table that was written and committed without its event."""

    def __init__(self) -> None:
        self.missed: list[str] = []
        self._copy = bulk._copy

    def __enter__(self) -> FeedGuard:
        event.listen(Engine, "after_cursor_execute", self._after_execute)
        event.listen(Engine, "commit", self._commit)
        event.listen(Engine, "rollback", _clear)
        bulk._copy = self._copied  # COPY goes past the engine's events
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(Engine, "after_cursor_execute", self._after_execute)
        event.remove(Engine, "commit", self._commit)
        event.remove(Engine, "rollback", _clear)
        bulk._copy = self._copy

    def _after_execute(
        self, connection: Connection, cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        if session._open.get() is None:
            return
        written = set(owed_objects(statement))
        if written and not is_idle(cursor, context, statement):
            connection.info.setdefault(OWED, set()).update(written)
        if "INSERT INTO events" in statement:
            connection.info.setdefault(PAID, set()).update(fed_objects(context.compiled_parameters))

    def _copied(self, connection: Connection, table: Any, rows: Any) -> None:
        self._copy(connection, table, rows)
        if session._open.get() is not None and table.name in FED:
            connection.info.setdefault(OWED, set()).add(FED[table.name].object)

    def _commit(self, connection: Connection) -> None:
        owed, paid = connection.info.pop(OWED, set()), connection.info.pop(PAID, set())
        self.missed += sorted(owed - paid)


def owed_objects(statement: str) -> Iterator[str]:
    """Yield the object of each fed table that ``statement`` writes, unless only columns that stand apart."""
    for verb, table in WRITES.findall(statement):
        fed = FED.get(table)
        if fed is not None and not (verb.upper() == "UPDATE" and fed.apart and set_columns(statement) <= fed.apart):
            yield fed.object


def set_columns(statement: str) -> set[str]:
    found = SET.search(statement)
    return set(NAME.findall(found[1])) if found else {"*"}


def is_idle(cursor: Any, context: Any, statement: str) -> bool:
    """Tell whether the statement changed no row; SQLite counts none while it returns some, so there it may be idle."""
    if context.dialect.name == "sqlite" and "RETURNING" in statement:
        return "DO NOTHING" in statement
    return cursor.rowcount == 0


def fed_objects(parameters: Any) -> set[str]:
    """Return the objects of an INSERT into events: a row each on SQLite, arrays on PostgreSQL."""
    return {name for row in parameters for name in (row["objects"] if "objects" in row else [row["object"]])}


def _clear(connection: Connection) -> None:
    if connection.invalidated:  # what it owed is gone with it
        return
    connection.info.pop(OWED, None)
    connection.info.pop(PAID, None)
