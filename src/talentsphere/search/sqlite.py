"""SQLite: FTS5, whose rowid is the key. It is read backwards, and stops by itself when there are enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from talentsphere.search.question import PHRASES, Group, Question
from talentsphere.search.tokens import as_text

NOTHING = '"_nothing"'
"""An expression that matches no document."""


def match_of(question: Question) -> str:
    """Return the FTS5 expression of tokens, each in quotes, so that none is syntax."""
    wanted = " AND ".join(_any_of(group) for group in (*question.filters, *question.words)) or '"_a"'
    without = "".join(f" NOT {_any_of(group)}" for group in question.without)
    return f"({wanted}){without}"


def _any_of(group: Group) -> str:
    return f"({' OR '.join(_one(token) for token in group)})"


def _one(token: str) -> str:
    return f'"{token[:-1]}" *' if token.endswith("*") else f'"{token}"'


def newest(
    sql: Any, index: Any, question: Question, columns: Sequence[str], limit: int, _floors: Any, before: int | None
) -> str:
    """Walk the matches from the newest on."""
    bounds = [f"{index.fts}.rowid < {sql.bind('before', before)}"] if before is not None else []
    return _walk(sql, index, question, columns, limit, bounds, "DESC")


def following(sql: Any, index: Any, question: Question, columns: Sequence[str], limit: int, after: int) -> str:
    """Walk the matches from the one after ``after`` on."""
    bounds = [f"{index.fts}.rowid > {sql.bind('after', after)}"]
    return _walk(sql, index, question, columns, limit, bounds, "ASC")


def every(sql: Any, index: Any, question: Question, columns: Sequence[str]) -> str:
    """Select every match; of phrases those among the newest."""
    if question.phrases:
        return newest(sql, index, question, columns, PHRASES, None, None)
    return f"SELECT {_listed(index, columns)} {_matches(sql, index, question, [])}"  # nosec B608


def _walk(
    sql: Any, index: Any, question: Question, columns: Sequence[str], limit: int, bounds: Sequence[str], order: str
) -> str:
    matches = _matches(sql, index, question, bounds)
    reach = PHRASES if question.phrases else limit
    walk = f"{matches} ORDER BY {index.fts}.rowid {order} LIMIT {reach}"
    if not question.phrases:
        return f"SELECT {_listed(index, columns)} {walk}"  # nosec B608
    held = " AND ".join(
        f"instr(walk.tokens, {sql.bind(f'phrase_{number}', as_text(phrase.tokens))})"
        f" {'=' if phrase.is_excluded else '>'} 0"
        for number, phrase in enumerate(question.phrases)
    )
    inner = _listed(index, dict.fromkeys(["key", "tokens", *columns]))
    return (
        f"SELECT {', '.join(columns)} FROM (SELECT {inner} {walk}) AS walk"  # noqa: S608  # nosec B608
        f" WHERE {held} ORDER BY key {order} LIMIT {limit}"
    )


def _listed(index: Any, columns: Any) -> str:
    return ", ".join(f"{index.table}.{column} AS {column}" for column in columns)


def _matches(sql: Any, index: Any, question: Question, bounds: Sequence[str]) -> str:
    """Return FROM and WHERE; the documents are always looked up for the matches, never the other way round."""
    match = sql.bind("match", match_of(question))
    if sql.only_if:  # a condition beside it would be judged for each match
        match = f"CASE WHEN {sql.only_if} THEN {match} ELSE '{NOTHING}' END"
    conditions = [f"{index.fts} MATCH {match}", *bounds]
    if question.since is not None:
        conditions.append(f"{index.fts}.rowid >= {sql.bind('since', question.since)}")
    if question.pay is not None:
        conditions.append(f"{index.table}.pay >= {sql.bind('pay', question.pay)}")
    join = f"FROM {index.fts} CROSS JOIN {index.table} ON {index.table}.key = {index.fts}.rowid"
    return f"{join} WHERE {' AND '.join(conditions)}"
