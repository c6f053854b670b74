"""Watches that nobody writes a tagged table without its tag; the tests have it on.

It reads every statement of an engine, so also those that SQLAlchemy's units of work never see: Core, bulk, text, COPY.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, event

from talentsphere.db.bulk import COPIED
from talentsphere.db.changes import ANNOUNCED

UNTAGGED = "talentsphere_untagged"
"""The execution option of a connection that may: what empties a test's database."""
WRITTEN = "talentsphere_written"
_WRITES = re.compile(
    r'\b(?:INSERT\s+INTO|(?<!FOR )(?<!DO )UPDATE|DELETE\s+FROM|COPY|TRUNCATE)\s+"?(\w+)', re.IGNORECASE
)


class UntaggedWrite(AssertionError):
    """A transaction wrote a table whose tag it did not raise."""


def tables_written(statement: str) -> set[str]:
    """Return the tables that ``statement`` writes."""
    return {name.lower() for name in _WRITES.findall(statement)}


def watch_writes(engine: Engine, own_tags: Mapping[str, str]) -> None:
    """Raise ``UntaggedWrite`` at the COMMIT that would leave a table of ``own_tags`` changed without its tag."""

    @event.listens_for(engine, "before_cursor_execute")
    def note(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        found = tables_written(statement) & own_tags.keys()
        if found:
            connection.info.setdefault(WRITTEN, set()).update(found)

    @event.listens_for(engine, "commit")
    def judge(connection: Connection) -> None:
        written, announced = _taken(connection)
        missing = sorted(table for table in written & own_tags.keys() if own_tags[table] not in announced)
        if missing and not connection.get_execution_options().get(UNTAGGED):
            raise UntaggedWrite(f"{', '.join(missing)} written without mark_changed")

    @event.listens_for(engine, "rollback")
    def forget(connection: Connection) -> None:
        _taken(connection)


def _taken(connection: Connection) -> tuple[set[str], frozenset[str]]:
    """Return and forget what the transaction wrote and announced."""
    written = connection.info.pop(WRITTEN, set()) | connection.info.pop(COPIED, set())
    return written, connection.info.pop(ANNOUNCED, frozenset())
