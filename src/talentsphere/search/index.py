"""The one interface to both engines: SQL that finds the documents which a question matches, the newest first.

An index is a table of documents (``table``: ``key``, ``tokens``, ``pay`` and what is shown of a match) and, on SQLite,
an FTS5 table ``fts`` beside it whose rowid is ``key``. Triggers keep it: see migration 0010. Texts are built of our
own names and of tokens alone; everything else is a bound value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from talentsphere.search import postgresql, sqlite
from talentsphere.search.question import Question
from talentsphere.search.slabs import Floors


@dataclass(frozen=True)
class Index:
    """Names of tables; ``gin`` is that of the index on ``tokens`` in PostgreSQL."""

    table: str
    fts: str
    gin: str


@dataclass
class Sql:
    """A SELECT and its bound values. ``name`` sets it apart from others in one statement.

    ``only_if``: a condition, the same for all rows, without which it need not look for anything.
    """

    name: str
    only_if: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    text: str = ""

    def bind(self, what: str, value: Any) -> str:
        """Return the place of a value in the text."""
        name = f"{self.name}_{what}"
        self.values[name] = value
        return f":{name}"


def newest(
    dialect: str,
    index: Index,
    question: Question,
    columns: Sequence[str],
    limit: int,
    *,
    name: str,
    floors: Floors | None = None,
    before: int | None = None,
    only_if: str = "",
) -> Sql:
    """Select ``columns`` of the newest ``limit`` matches, in no order; those with a key below ``before``."""
    sql = Sql(name, only_if)
    engine: Any = sqlite if dialect == "sqlite" else postgresql
    sql.text = engine.newest(sql, index, question, columns, limit, floors, before)
    return sql


def following(
    dialect: str, index: Index, question: Question, columns: Sequence[str], limit: int, *, name: str, after: int
) -> Sql:
    """Select ``columns`` of the oldest ``limit`` matches with a key above ``after``, in no order."""
    sql = Sql(name)
    engine: Any = sqlite if dialect == "sqlite" else postgresql
    sql.text = engine.following(sql, index, question, columns, limit, after)
    return sql


def every(dialect: str, index: Index, question: Question, columns: Sequence[str], *, name: str) -> Sql:
    """Select ``columns`` of all matches, in no order."""
    sql = Sql(name)
    engine: Any = sqlite if dialect == "sqlite" else postgresql
    sql.text = engine.every(sql, index, question, columns)
    return sql
