"""Does each statement use its index, and does each index serve a statement? Asked of the databases themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from talentsphere.db.base import Base
from talentsphere.db.prepared import PREPARED, prepared

SQLITE_INDEX = re.compile(r"(?:USING (?:COVERING )?INDEX |SCAN (?=fts_\w+ VIRTUAL TABLE INDEX \d+:M))(\S+)")
SQLITE_SCAN = re.compile(r"^SCAN (\w+)(?! USING)$")
POSTGRESQL_INDEX = re.compile(r"Scan (?:Backward )?(?:using|on) ((?:ix|uq|pk|gin)_\w+)")
POSTGRESQL_SCAN = re.compile(r"Seq Scan on (\w+)")


OF_THE_OTHER = {"sqlite": ("pk_", "gin_"), "postgresql": ("fts_",)}
"""Beginnings of the names of what one database does not have, or does not name: no query can use it there."""


@dataclass(frozen=True)
class NamedQuery:
    """A query by name, the indexes that it must use, and how to run it once with typical values.

    ``given`` fetches such values first; its own statements are not judged. ``scans`` are tables that may be read
    whole, as they are small or all of them is wanted.
    """

    name: str
    indexes: tuple[str, ...]
    run: Callable[..., object]
    scans: tuple[str, ...] = ()
    given: Callable[[Session], object] | None = None


@dataclass(frozen=True)
class Verdict:
    """What a database does for a named query; ``faults`` is empty when all is well."""

    query: str
    used: tuple[str, ...]
    faults: tuple[str, ...]
    plan: str = field(repr=False)


def judge(engine: Engine, queries: Sequence[NamedQuery]) -> list[Verdict]:
    """Run each query on ``engine`` and compare its plan with what it declares."""
    engine.dispose()  # a connection of SQLite remembers its EXPLAINs, whatever happened to the indexes since
    return [_verdict(engine, query) for query in queries]


def idle_indexes(engine: Engine, queries: Sequence[NamedQuery], verdicts: Sequence[Verdict]) -> list[str]:
    """Return the indexes of the models (primary keys apart) that serve none of ``queries`` on this database."""
    used = {name for verdict in verdicts for name in verdict.used}
    every = {str(index.name) for table in Base.metadata.tables.values() for index in table.indexes}
    unknown = {name for query in queries for name in query.indexes if name[:4] not in ("fts_", "gin_")}
    unknown -= every | _primary_keys()
    assert not unknown, f"{engine.dialect.name}: queries name indexes that no model has: {unknown}"  # nosec B101
    return sorted(every - used)


def _primary_keys() -> set[str]:
    return {f"pk_{name}" for name in Base.metadata.tables}


def _verdict(engine: Engine, query: NamedQuery) -> Verdict:
    plan = "\n".join(_plans(engine, query))
    is_sqlite = engine.dialect.name == "sqlite"
    index, scan = (SQLITE_INDEX, SQLITE_SCAN) if is_sqlite else (POSTGRESQL_INDEX, POSTGRESQL_SCAN)
    used = tuple(dict.fromkeys(index.findall(plan)))
    wanted = [name for name in query.indexes if not name.startswith(OF_THE_OTHER[engine.dialect.name])]
    faults = [f"does not use {name}" for name in wanted if name not in used]
    tables = {name for line in plan.splitlines() for name in scan.findall(line.strip())} & set(Base.metadata.tables)
    faults += [f"reads the whole table {table}" for table in sorted(tables - set(query.scans))]
    return Verdict(query.name, used, tuple(faults), plan)


def _plans(engine: Engine, query: NamedQuery) -> Iterator[str]:
    """Run the query, then ask for the plan of each statement that it ran, with the same values."""
    with Session(engine) as session:
        given = () if query.given is None else (query.given(session),)
        with _captured(engine) as statements:
            query.run(session, *given)
    with engine.connect() as connection:
        for statement, parameters in statements:
            found = connection.exec_driver_sql(statement, parameters)
            yield "\n".join(str(row[-1]) for row in found)
        connection.invalidate()  # it holds what was prepared to be explained


def _explaining(statement: str, context: Any) -> str:
    """Return what asks for the plan that ``statement`` is executed with: of a prepared one, that without its values."""
    if context.dialect.name == "sqlite":
        return f"EXPLAIN QUERY PLAN {statement}"
    if PREPARED not in context.execution_options:
        return f"EXPLAIN {statement}"
    texts = prepared(statement, "EXPLAIN ")
    return texts.prepare + texts.execute


@contextmanager
def _captured(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    statements: list[tuple[str, Any]] = []

    def capture(_connection: Any, _cursor: Any, statement: str, parameters: Any, context: Any, _many: bool) -> None:
        statements.append((_explaining(statement, context), parameters))

    event.listen(engine, "before_cursor_execute", capture)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", capture)
