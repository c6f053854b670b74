"""How many matches have each country, type, level, pay, company and skill: each facet without its own filter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from talentsphere.db.rows import Reader
from talentsphere.domains.jobs.search.asking import Asked
from talentsphere.domains.jobs.search.documents import INDEX
from talentsphere.domains.jobs.search.finding import dialect_of
from talentsphere.search.index import every
from talentsphere.search.question import Question

SMALL = {
    "country": "country", "remote": "remote", "employment_type": "employment_type",
    "experience_level": "experience_level", "salary": "salary_min",
}  # fmt: skip
"""Facets that are counted together, each with the parameter that is its own filter."""
LARGE = ("company", "skill")
FACETS = (*SMALL, *LARGE)
SHOWN = 20
"""Values of a facet, the most frequent first."""
BANDS = (25_000, 50_000, 75_000, 100_000, 150_000, 200_000)
"""Where bands of the best pay a year begin, besides 0; in the posting's own currency."""
Facet = list[dict[str, Any]]


def count_facets(
    session: Reader, asked: Asked, query: Mapping[str, Any], match: str, names: Sequence[str]
) -> dict[str, Facet]:
    """Return the facets ``names`` as lists of ``{value, count}``; at most three statements."""
    found: dict[str, Facet] = {}
    small = [name for name in names if name in SMALL]
    if small:
        rows = _small_rows(session, _asked(asked, match, *SMALL.values()), query.get("salary_min"))
        found |= {name: _counted(rows, query, name) for name in small}
    if "company" in names:
        found["company"] = _companies(session, _asked(asked, match, "company"))
    if "skill" in names:
        found["skill"] = _skills(session, _asked(asked, match, "skill"))
    return {name: found[name] for name in names}


def _asked(asked: Asked, match: str, *apart: str) -> Question:
    question = asked.question(*apart)
    return question.any_word() if match == "any" else question


def band_of(pay: int) -> str | None:
    """Return the band of a pay a year: ``50000-75000``, ``200000-``; nothing when it is not stated."""
    if not pay:
        return None
    lowest = max((floor for floor in BANDS if pay >= floor), default=0)
    highest = min((floor for floor in BANDS if pay < floor), default="")
    return f"{lowest}-{highest}"


def _small_rows(session: Reader, question: Question, least: int | None) -> Sequence[Any]:
    """Return the matches counted by small facet, floor of pay, and whether their pay is at least ``least``."""
    names = ("country", "remote", "employment_type", "experience_level")
    matches = every(dialect_of(session), INDEX, question, (*names, "pay"), name="f")
    listed = ", ".join(names)
    floors = " ".join(f"WHEN pay >= {floor} THEN {floor}" for floor in reversed((1, *BANDS)))
    statement = f"""
        SELECT {listed}, floor, enough, count(*) AS n FROM (
            SELECT {listed}, CASE {floors} ELSE 0 END AS floor, CASE WHEN pay >= :least THEN 1 ELSE 0 END AS enough
            FROM ({matches.text}) AS m
        ) AS floored GROUP BY {listed}, floor, enough
    """  # noqa: S608  # nosec B608
    return session.execute(text(statement), {**matches.values, "least": max(1, least or 0)}).all()


def _counted(rows: Iterable[Any], query: Mapping[str, Any], name: str) -> Facet:
    counts: Counter[Any] = Counter()
    for row in rows:
        if all(_passes(row, query, other) for other in SMALL if other != name):
            value = band_of(row.floor) if name == "salary" else _value(row, name)
            counts[value] += row.n
    kept = [(value, n) for value, n in counts.items() if value is not None]
    return [
        {"value": value, "count": n} for value, n in sorted(kept, key=lambda each: (-each[1], str(each[0])))[:SHOWN]
    ]


def _value(row: Any, name: str) -> Any:
    value = row._mapping[name]
    return bool(value) if name == "remote" else value


def _passes(row: Any, query: Mapping[str, Any], name: str) -> bool:
    wanted = query.get(SMALL[name])
    if name == "salary":
        return wanted is None or bool(row.enough)
    if name == "remote":
        return wanted is None or bool(row.remote) == wanted
    return not wanted or row._mapping[name] in wanted


def _companies(session: Reader, question: Question) -> Facet:
    matches = every(dialect_of(session), INDEX, question, ("company_id",), name="f")
    statement = f"""
        SELECT companies.id, companies.slug, companies.name, counted.n FROM (
            SELECT company_id, count(*) AS n FROM ({matches.text}) AS m GROUP BY company_id
            ORDER BY n DESC, company_id LIMIT {SHOWN}
        ) AS counted JOIN companies ON companies.id = counted.company_id ORDER BY n DESC, companies.id
    """  # noqa: S608  # nosec B608
    return [_named(row) for row in session.execute(text(statement), matches.values)]


def _skills(session: Reader, question: Question) -> Facet:
    matches = every(dialect_of(session), INDEX, question, ("job_id",), name="f")
    statement = f"""
        SELECT skills.id, skills.slug, skills.name, counted.n FROM (
            SELECT job_skills.skill_id, count(*) AS n FROM ({matches.text}) AS m
            JOIN job_skills ON job_skills.job_id = m.job_id GROUP BY job_skills.skill_id
            ORDER BY n DESC, job_skills.skill_id LIMIT {SHOWN}
        ) AS counted JOIN skills ON skills.id = counted.skill_id ORDER BY n DESC, skills.id
    """  # noqa: S608  # nosec B608
    return [_named(row) for row in session.execute(text(statement), matches.values)]


def _named(row: Any) -> dict[str, Any]:
    return {"value": row.slug, "name": row.name, "count": row.n}
