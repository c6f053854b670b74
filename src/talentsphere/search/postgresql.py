"""PostgreSQL: a GIN index on a ``tsvector``, asked window by window (``slabs.py``) until there are enough.

Each window is ``MATERIALIZED`` and compares ``key + 0``: with an indexable range beside ``@@`` the planner walks the
b-tree and unpacks the vector of every row, a thousand times slower. Windows behind the first are read only when the
ones before gave too little, as a LIMIT over a UNION ALL stops.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from talentsphere.search.question import PHRASES, Group, Question
from talentsphere.search.slabs import Floors, Step, steps_of


def query_of(question: Question, slabs: Sequence[str] = ()) -> str:
    """Return the ``tsquery`` of tokens, each in quotes, so that none is syntax."""
    groups = [*question.filters, *question.words] or [("_a",)]
    wanted = [_any_of(group) for group in (*groups, *([tuple(slabs)] if slabs else []))]
    return " & ".join([*wanted, *(f"!{_any_of(group)}" for group in question.without)])


def _any_of(group: Group) -> str:
    return f"({' | '.join(_one(token) for token in group)})"


def _one(token: str) -> str:
    return f"'{token[:-1]}':*" if token.endswith("*") else f"'{token}'"


def newest(
    sql: Any,
    index: Any,
    question: Question,
    columns: Sequence[str],
    limit: int,
    floors: Floors | None,
    before: int | None,
) -> str:
    """Look into the windows from the newest on."""
    reach = PHRASES if question.phrases else limit
    steps = steps_of(floors)
    windows = []
    for number, step in enumerate(steps):
        below = [key for key in (step.below, before) if key is not None]
        bounds = [f"key + 0 < {sql.bind(f'below_{number}', min(below))}"] if below else []
        windows.append(_window(sql, index, question, columns, bounds, number, step))
    named = ", ".join(f"w{number} AS MATERIALIZED ({window})" for number, window in enumerate(windows))
    each = " UNION ALL ".join(
        f"(SELECT * FROM w{number} ORDER BY key DESC LIMIT {reach})"  # noqa: S608  # nosec B608
        for number in range(len(steps))
    )
    walk = f"WITH {named} SELECT * FROM ({each}) AS windows LIMIT {reach}"  # noqa: S608  # nosec B608
    return _verified(sql, question, columns, walk, limit, "DESC")


def following(sql: Any, index: Any, question: Question, columns: Sequence[str], limit: int, after: int) -> str:
    """Collect every match after ``after``, and sort."""
    bounds = [f"key + 0 > {sql.bind('above', after)}"]
    window = _window(sql, index, question, columns, bounds, 0, Step())
    reach = PHRASES if question.phrases else limit
    walk = f"WITH w0 AS MATERIALIZED ({window}) SELECT * FROM w0 ORDER BY key ASC LIMIT {reach}"  # noqa: S608  # nosec B608
    return _verified(sql, question, columns, walk, limit, "ASC")


def every(sql: Any, index: Any, question: Question, columns: Sequence[str]) -> str:
    """Select every match; of phrases those among the newest."""
    if question.phrases:
        return newest(sql, index, question, columns, PHRASES, None, None)
    return _window(sql, index, question, columns, [], 0, Step())


def _window(
    sql: Any, index: Any, question: Question, columns: Sequence[str], bounds: Sequence[str], number: int, step: Step
) -> str:
    query = sql.bind(f"query_{number}", query_of(question, step.slabs))
    conditions = [f"tokens @@ CAST({query} AS tsquery)", *bounds]
    if question.since is not None:
        conditions.append(f"key + 0 >= {sql.bind('since', question.since)}")
    if question.pay is not None:
        conditions.append(f"pay + 0 >= {sql.bind('pay', question.pay)}")
    shown = dict.fromkeys(["key", *(["tokens"] if question.phrases else []), *columns])
    return f"SELECT {', '.join(shown)} FROM {index.table} WHERE {' AND '.join(conditions)}"  # noqa: S608  # nosec B608


def _verified(sql: Any, question: Question, columns: Sequence[str], walk: str, limit: int, order: str) -> str:
    """Return ``walk``, narrowed to the rows that hold the phrases."""
    if not question.phrases:
        return f"SELECT {', '.join(columns)} FROM ({walk}) AS walk"  # noqa: S608  # nosec B608
    held = []
    for number, phrase in enumerate(question.phrases):
        adjoining = " <-> ".join(f"'{token}'" for token in phrase.tokens)
        place = sql.bind(f"phrase_{number}", adjoining)
        held.append(f"{'NOT ' if phrase.is_excluded else ''}tokens @@ CAST({place} AS tsquery)")
    return (
        f"SELECT {', '.join(columns)} FROM ({walk}) AS walk"  # noqa: S608  # nosec B608
        f" WHERE {' AND '.join(held)} ORDER BY key {order} LIMIT {limit}"
    )
