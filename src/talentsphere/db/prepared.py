"""Statements that PostgreSQL plans once a connection, not once an execution.

psycopg2 sends every statement as text, so each is parsed and planned again: for a page of the board that was half of
PostgreSQL's work. A marked statement is sent with PREPARE before its first EXECUTE, in one message, then by its name.

Its plan is made without its values (``plan_cache_mode`` in ``postgresql.py``). So mark only what has one best plan
whatever the values are; ``talentsphere db plans`` asks for that very plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2s
from typing import Any, TypeVar

from sqlalchemy import Executable

Statement = TypeVar("Statement", bound=Executable)

PREPARED = "talentsphere_prepared"
"""The execution option of a statement that is planned once."""
MOST = 100
"""Statements that one connection prepares: a plan is some 50 kB of PostgreSQL's memory. The others are sent as text."""
LOST = {
    "26000",  # no such statement: a pooler gave us another backend
    "42P05",  # there is one already: the same
    "0A000",  # a migration changed the type of a column
}


def planned_once(statement: Statement) -> Statement:
    """Mark ``statement``; on SQLite it changes nothing."""
    return statement.execution_options(**{PREPARED: True})


@dataclass(frozen=True)
class Prepared:
    """The two texts of a statement with named values (``%(name)s``), for the same values."""

    prepare: str
    execute: str


class _Positions(dict[str, str]):
    """Gives each name, when it is first asked for, the next place: ``$1``, ``$2``."""

    def __missing__(self, name: str) -> str:
        self[name] = f"${len(self) + 1}"
        return self[name]


@lru_cache(maxsize=1024)
def prepared(statement: str, prefix: str = "") -> Prepared:
    """Return how to prepare and how to execute ``statement``; ``prefix`` stands before EXECUTE."""
    name = f"ts_{blake2s(f'{prefix}{statement}'.encode(), digest_size=12).hexdigest()}"
    positions = _Positions()
    numbered = (statement % positions).replace("%", "%%")
    values = ", ".join(f"%({value})s" for value in positions)
    return Prepared(f"PREPARE {name} AS {numbered}; ", f"{prefix}EXECUTE {name}" + (f" ({values})" if values else ""))


def execute_prepared(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    """Execute a marked statement by its name: SQLAlchemy's ``do_execute``; False: execute it as it is.

    Only outside of a transaction, which a lost plan would end.
    """
    if PREPARED not in context.execution_options or not cursor.connection.autocommit:
        return False
    known: dict[str, bool] = context.root_connection.connection.info.setdefault(PREPARED, {})
    if not known.get(statement, len(known) < MOST):
        return False
    texts = prepared(statement)
    try:
        cursor.execute(texts.execute if statement in known else texts.prepare + texts.execute, parameters)
    except context.dialect.loaded_dbapi.Error as error:
        if error.pgcode not in LOST:
            raise
        known[statement] = False
        return False
    known[statement] = True
    return True
