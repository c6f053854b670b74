"""The public lists: which open postings match, in which order, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import literal, select

from talentsphere.db.paging import Window
from talentsphere.db.prepared import planned_once
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.filters import JobFilter
from talentsphere.domains.jobs.models import SAMPLE
from talentsphere.domains.jobs.walks import (
    ORDERS,
    count_statement,
    counted_page_statement,
    order_of,
    page_statement,
    window_values,
)  # fmt: skip
from talentsphere.domains.skills.models import SkillName


def list_open_jobs(
    session: Reader, wanted: JobFilter, sort: str, window: Window, columns: tuple[Any, ...]
) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` rows of open postings, in the walk's direction; one statement.

    A row has ``columns``, then the columns of its place in ``sort``.
    """
    order = order_of(sort, window)
    statement = page_statement(wanted.shape(), order, window.after is not None, window.limit + 1, columns)
    return session.execute(statement, {**wanted.values(), **window_values(window)}).all()


def list_and_count_open_jobs(
    session: Reader, wanted: JobFilter, sort: str, window: Window, columns: tuple[Any, ...], *, exact: bool = False
) -> tuple[Sequence[AnyRow], int, bool]:
    """Return what ``list_open_jobs`` returns, the number of matches, and whether it is estimated; one statement.

    ``exact`` counts every match, however many.
    """
    order = order_of(sort, window)
    size, has_cursor = window.limit + 1, window.after is not None
    statement = counted_page_statement(wanted.shape(), order, has_cursor, size, columns, exact=exact)
    found = session.execute(statement, {**wanted.values(), **window_values(window)}).all()
    counted, sampled = found[0].counted, found[0].sampled
    total = counted if sampled is None else max(counted, sampled * SAMPLE)
    return [row for row in found if row.found is not None], total, sampled is not None


def count_open_jobs(session: Reader, wanted: JobFilter) -> int:
    """Return the exact number of matches, however many; one statement."""
    return session.scalar(count_statement(wanted.shape()), wanted.values()) or 0


def place_of(sort: str) -> Callable[[AnyRow], tuple[Any, ...]]:
    """Return what reads a row's place in the walk, for a cursor to stand there."""
    names = [f"place_{index}" for index in range(len(ORDERS[sort].columns))]
    return lambda row: tuple(row._mapping[name] for name in names)


def resolve_names(
    session: Reader, companies: Sequence[str], skills: Sequence[str]
) -> tuple[dict[str, int], dict[str, list[int]]]:
    """Return the ids of companies by slug, and of skills by any of their names (case-folded); one statement."""
    slugs = select(literal("company").label("what"), Company.slug.label("name"), Company.id.label("id"))
    names = select(literal("skill"), SkillName.name_key, SkillName.skill_id)
    both = slugs.where(Company.slug.in_(companies)).union_all(names.where(SkillName.name_key.in_(skills)))
    found = session.execute(planned_once(both))
    company_ids: dict[str, int] = {}
    skill_ids: dict[str, list[int]] = {}
    for what, name, id_ in found:
        if what == "company":
            company_ids[name] = id_
        else:
            skill_ids.setdefault(name, []).append(id_)
    return company_ids, skill_ids
