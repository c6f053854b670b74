"""Finding and ranking: the candidates in one statement, scored here, and the rows of one page in another.

Candidates are the newest ``CUT`` postings with all words in the title, and the newest ``CUT`` with them anywhere; when
these are fewer than ``ENOUGH``, also the newest ``CUT`` with any of the words. What is older is not ranked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, column, select, text, true

from talentsphere.db.paging import Window
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import SAMPLE, Job
from talentsphere.domains.jobs.search.asking import Asked
from talentsphere.domains.jobs.search.documents import INDEX, SAMPLED
from talentsphere.domains.jobs.search.ranking import Hit, hit_of
from talentsphere.domains.jobs.walks import COUNTED, IS_OPEN
from talentsphere.search.index import Sql, every, following, newest
from talentsphere.search.question import Question

CUT = 300
ENOUGH = 20
"""Matches of all words that make it needless to look for those of any."""
COLUMNS = ("key", "job_id", "company_id", "head", "skills", "complete")
_LISTED = ", ".join(COLUMNS)
IN_TITLE, ALL, ANY = 1, 2, 3


@dataclass(frozen=True)
class Found:
    """Matches in their order, whether they have ``all`` or ``any`` of the words, and whether there may be more."""

    hits: Sequence[Hit]
    match: str
    is_cut: bool


class Count(NamedTuple):
    """How many match, and whether that is an estimate."""

    number: int
    is_estimate: bool


def rank(session: Reader, asked: Asked, day: int) -> Found:
    """Return the candidates, the best first; one statement."""
    sql, values = _candidates(asked, dialect_of(session))
    rows: dict[int, Any] = {}
    counts = {IN_TITLE: 0, ALL: 0, ANY: 0}
    for row in session.execute(text(sql), values):
        counts[row.how] += 1
        held = rows.get(row.key)
        if held is None or held.how > row.how:
            rows[row.key] = row
    hits = [hit_of(row, asked.words, row.how != ANY, day) for row in rows.values()]
    match = "any" if counts[ANY] and any(row.how == ANY for row in rows.values()) else "all"
    return Found(sorted(hits, key=lambda hit: hit.place, reverse=True), match, CUT in counts.values())


def page_of(hits: Sequence[Hit], window: Window) -> list[Hit]:
    """Return up to ``window.limit + 1`` of ranked matches in the walk's direction; ``after``: (day, score, key)."""
    if window.after is None:
        return list(hits[window.offset : window.offset + window.limit + 1])
    after, on = tuple(window.after[1:]), window.inclusive
    if window.backwards:
        ahead = [hit for hit in reversed(hits) if hit.place > after or (on and hit.place == after)]
    else:
        ahead = [hit for hit in hits if hit.place < after or (on and hit.place == after)]
    return ahead[: window.limit + 1]


def walk(session: Reader, asked: Asked, window: Window, day: int) -> list[Hit]:
    """Return up to ``window.limit + 1`` matches by date, in the walk's direction; ``after``: (key,). One statement."""
    dialect, question = dialect_of(session), asked.question()
    key = window.after[0] if window.after else None
    limit = window.offset + window.limit + 1
    if window.backwards and key is not None:
        sql = following(dialect, INDEX, question, COLUMNS, limit, name="a", after=key - window.inclusive)
    else:
        before = None if key is None else key + window.inclusive
        sql = newest(dialect, INDEX, question, COLUMNS, limit, name="a", floors=asked.floors, before=before)
    hits = [hit_of(row, asked.words, True, day) for row in session.execute(text(sql.text), sql.values)]
    hits.sort(key=lambda hit: hit.key, reverse=not window.backwards)
    return hits[window.offset :]


def list_rows(
    session: Reader, ids: Sequence[int], columns: Sequence[Any], counting: Sql | None = None
) -> tuple[Mapping[int, AnyRow], Count | None]:
    """Return the rows of postings by id, and what ``counting`` counts; one statement."""
    if not ids:
        return {}, _count(session.execute(text(counting.text), counting.values).one()) if counting else None
    rows = select(Job.id.label("found"), *columns)
    source: Any = Job.__table__.join(Company.__table__, Company.id == Job.company_id)
    if counting is not None:
        names = [column(name, BigInteger) for name in ("counted", "sampled")]
        totals = text(counting.text).bindparams(**counting.values).columns(*names).subquery("totals")
        rows, source = rows.add_columns(*totals.c), source.join(totals, true())
    found = session.execute(rows.select_from(source).where(Job.id.in_(ids), IS_OPEN)).all()
    count = _count(found[0]) if counting is not None and found else None
    return {row.found: row for row in found}, count


def counting(dialect: str, question: Question, *, exact: bool) -> Sql:
    """Return what counts the matches: all, or the first ``COUNTED`` and beyond them those of the sample."""
    matches = every(dialect, INDEX, question, ("key",), name="c")
    if exact:
        matches.text = f"SELECT count(*) AS counted, NULL AS sampled FROM ({matches.text}) AS counted"  # noqa: S608  # nosec B608
        return matches
    sampled = every(dialect, INDEX, replace(question, filters=(*question.filters, (SAMPLED,))), ("key",), name="s")
    first = f"SELECT 1 AS one FROM ({matches.text}) AS matches LIMIT {COUNTED + 1}"  # noqa: S608  # nosec B608
    return Sql(
        "c",
        values={**matches.values, **sampled.values},
        text=f"SELECT counted, CASE WHEN counted > {COUNTED} THEN"  # noqa: S608  # nosec B608
        f" (SELECT count(*) FROM ({sampled.text}) AS sample) END AS sampled"
        f" FROM (SELECT count(*) AS counted FROM ({first}) AS first) AS counted",
    )


def dialect_of(session: Reader) -> str:
    """Return the name of the engine."""
    bind: Any = session.get_bind() if hasattr(session, "get_bind") else session
    return str(bind.dialect.name)


def _count(row: Any) -> Count:
    if row.sampled is None:
        return Count(row.counted, False)
    return Count(max(row.counted, row.sampled * SAMPLE), True)


def _candidates(asked: Asked, dialect: str) -> tuple[str, dict[str, Any]]:
    question = asked.question()
    everywhere = newest(dialect, INDEX, question, COLUMNS, CUT, name="a", floors=asked.floors)
    values = everywhere.values
    sql = f"WITH a AS MATERIALIZED ({everywhere.text}) SELECT {ALL} AS how, {_LISTED} FROM a"  # noqa: S608  # nosec B608
    if any(not wanted.title_only for wanted in asked.words):
        titles = question.in_titles([wanted.in_title() for wanted in asked.words])
        part = newest(dialect, INDEX, titles, COLUMNS, CUT, name="t", floors=asked.floors)
        sql += f" UNION ALL SELECT {IN_TITLE}, {_LISTED} FROM ({part.text}) AS t"  # noqa: S608  # nosec B608
        values |= part.values
    if len(asked.words) > 1:
        few = f"(SELECT count(*) FROM a) < {ENOUGH}"  # noqa: S608  # nosec B608
        some = question.any_word()
        part = newest(dialect, INDEX, some, COLUMNS, CUT, name="o", floors=asked.floors, only_if=few)
        sql += f" UNION ALL SELECT {ANY}, {_LISTED} FROM ({part.text}) AS o WHERE {few}"  # noqa: S608  # nosec B608
        values |= part.values
    return sql, values
