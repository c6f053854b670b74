"""The statements of the public lists, built once for each shape of a question and kept.

A list is read along one index, in its order, until a page is full: *newest first* along ``ix_jobs_open_key``, whose
entries hold everything that a filter asks, so that a posting that does not match is never fetched. A filter that
names one company, place or skill has an index of its own in the same order. So page 10,000 costs what page 1 costs.
The page's ids are found first, and only its rows are read whole.

Building a statement costs more than running it, so a statement has names where the values go, and is cached. Only the
number of rows stands in it as a number: a plan made without the values must know that it is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    tuple_,
    union,
)  # fmt: skip

from talentsphere.db.dialect import count_up_to
from talentsphere.db.paging import Window
from talentsphere.db.prepared import planned_once
from talentsphere.db.rows import AnySelect
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.filters import JobFilter
from talentsphere.domains.jobs.models import SAMPLE, Job, JobSkill

COUNTED = 1_000
"""Matches up to here are counted, above it the total is estimated from the sample."""

IS_OPEN: ColumnElement[bool] = literal_column("jobs.status = 'open'")
"""Written out, not bound: the condition of the partial indexes, which a planner must recognise."""
IS_FEATURED: ColumnElement[bool] = literal_column("jobs.featured")
IS_REMOTE: ColumnElement[bool] = literal_column("jobs.remote")
IS_SAMPLED: ColumnElement[bool] = literal_column(f"jobs.id % {SAMPLE} = 0")
IS_SAMPLED_BY_SKILL: ColumnElement[bool] = literal_column(f"job_skills.job_id % {SAMPLE} = 0")
OFFSET, REACH = (bindparam(name, type_=Integer()) for name in ("offset", "reach"))


@dataclass(frozen=True)
class Order:
    """A sort: the columns of a place in the walk, whether they ascend, and whether a walk shows where it begins."""

    columns: tuple[Any, ...]
    ascending: bool = False
    inclusive: bool = False

    def of(self, columns: Sequence[Any]) -> list[ColumnElement[Any]]:
        """Return ``columns`` as an ORDER BY."""
        return [column.asc() if self.ascending else column.desc() for column in columns]

    def after(self, columns: Sequence[Any]) -> ColumnElement[bool]:
        """Return the condition that ``columns`` come after (or at) the values named ``after_0``, ``after_1``."""
        names: list[BindParameter[Any]] = [
            bindparam(f"after_{index}", type_=column.type) for index, column in enumerate(self.columns)
        ]
        place: Any = columns[0] if len(names) == 1 else tuple_(*columns)
        after: Any = names[0] if len(names) == 1 else tuple_(*names)
        if self.inclusive:
            return place >= after if self.ascending else place <= after  # type: ignore[no-any-return]
        return place > after if self.ascending else place < after  # type: ignore[no-any-return]


ORDERS = {
    "newest": Order((Job.key,)),
    "oldest": Order((Job.key,), ascending=True),
    "salary": Order((Job.pay_yearly, Job.key)),
    "title": Order((Job.title_key, Job.key), ascending=True),
}


def order_of(sort: str, window: Window) -> Order:
    """Return the order in which a walk reads."""
    order = ORDERS[sort]
    if window.after is None:
        return order
    return replace(order, ascending=order.ascending is not window.backwards, inclusive=window.inclusive)


def window_values(window: Window) -> dict[str, Any]:
    """Return the values of the names that a statement of a page has."""
    after = {f"after_{index}": value for index, value in enumerate(window.after or ())}
    return {"offset": window.offset, "reach": window.offset + window.limit + 1, **after}


@lru_cache(maxsize=512)
def page_statement(shape: JobFilter, order: Order, has_cursor: bool, size: int, columns: tuple[Any, ...]) -> AnySelect:
    """Select ``columns`` and the place of each row of one page."""
    page = _page(shape, order, has_cursor, size).subquery("page")
    rows = select(*columns, *_places(order)).select_from(page).join(Job, Job.id == page.c.id)
    rows = rows.join(Company, Company.id == Job.company_id).order_by(*order.of(order.columns))
    return planned_once(rows) if _has_one_plan(shape, order) else rows


def _has_one_plan(shape: JobFilter, order: Order) -> bool:
    """Tell whether one index is best whatever the values are: the only one that has the filter and the order."""
    own = (shape.companies, shape.locations, shape.cities, shape.skills, shape.featured)
    is_newest = order.columns == (Job.key,)
    return shape.is_empty or (is_newest and shape.salary_min is None and sum(map(bool, own)) <= 1)


@lru_cache(maxsize=512)
def counted_page_statement(
    shape: JobFilter, order: Order, has_cursor: bool, size: int, columns: tuple[Any, ...], *, exact: bool
) -> AnySelect:
    """Select the same, with ``counted``, ``sampled`` and ``found`` behind; one row with no ``found`` for no match."""
    totals = (_exact_total(shape) if exact else _bounded_total(shape)).subquery("totals")
    page = _page(shape, order, has_cursor, size).subquery("page")
    rows = select(*columns, *_places(order), totals.c.counted, totals.c.sampled, Job.id.label("found"))
    rows = rows.select_from(totals.outerjoin(page, true()).outerjoin(Job, Job.id == page.c.id))
    return rows.outerjoin(Company, Company.id == Job.company_id).order_by(*order.of(order.columns))


@lru_cache(maxsize=512)
def count_statement(shape: JobFilter) -> AnySelect:
    """Select the exact number of matches."""
    return select(func.count()).select_from(_countable(shape)[0].subquery())


def _exact_total(shape: JobFilter) -> AnySelect:
    """Select every match as ``counted``; ``sampled`` stays null."""
    matches = _countable(shape)[0].subquery()
    return select(func.count().label("counted"), null().label("sampled")).select_from(matches)


def _bounded_total(shape: JobFilter) -> AnySelect:
    """Select how many of the first matches there are as ``counted``, and beyond ``COUNTED`` those in the sample."""
    matches, is_sampled = _countable(shape)
    first = count_up_to(matches.order_by(*_walk_order(shape)), COUNTED + 1)
    once = select(first.label("counted")).limit(1).subquery("once")  # the limit keeps a planner from counting twice
    sampled = select(func.count()).select_from(matches.where(is_sampled).subquery()).scalar_subquery()
    return select(once.c.counted, case((once.c.counted > COUNTED, sampled)).label("sampled"))


def _places(order: Order) -> list[Any]:
    return [column.label(f"place_{index}") for index, column in enumerate(order.columns)]


def _page(shape: JobFilter, order: Order, has_cursor: bool, size: int) -> AnySelect:
    """Select the ids of one page, from the union of a walk for each value when the filter has an index of its own."""
    limit: ColumnElement[int] = literal_column(str(size))
    walks = [_bounded(rows, columns, order, has_cursor) for rows, columns in _walks(shape, order)]
    if len(walks) == 1:
        return walks[0].limit(limit).offset(OFFSET)
    merged = union(*(select(walk.limit(REACH).subquery()) for walk in walks)).subquery("merged")
    columns = [merged.c[column.key] for column in order.columns]
    return select(merged).order_by(*order.of(columns)).limit(limit).offset(OFFSET)


def _bounded(rows: AnySelect, columns: Sequence[Any], order: Order, has_cursor: bool) -> AnySelect:
    """Order a walk by its own columns and begin it after the cursor."""
    return rows.where(*([order.after(columns)] if has_cursor else [])).order_by(*order.of(columns))


def _walks(shape: JobFilter, order: Order) -> list[tuple[AnySelect, tuple[Any, ...]]]:
    """Return the walks whose union is the list, each with the columns that order it."""
    if order.columns == (Job.key,):
        if shape.skills:
            return [(_skill_walk(shape, skill), (JobSkill.key,)) for skill in shape.skills]
        for narrowed in _one_value_each(shape):
            return [(_matching(one, order), order.columns) for one in narrowed]
    return [(_matching(shape, order), order.columns)]


def _one_value_each(shape: JobFilter) -> list[list[JobFilter]]:
    """Return, for the first filter with several values and an index of its own, the shape with each value alone."""
    if len(shape.companies) > 1:
        return [[replace(shape, companies=(name,)) for name in shape.companies]]
    if len(shape.locations) > 1 and not shape.or_remote:
        return [[replace(shape, locations=(name,)) for name in shape.locations]]
    if len(shape.cities) > 1:
        return [[replace(shape, cities=(name,)) for name in shape.cities]]
    return []


def _skill_walk(shape: JobFilter, skill: Any) -> AnySelect:
    """Walk one skill's postings in the order of their keys, which ``job_skills`` repeats."""
    walk = select(JobSkill.job_id.label("id"), JobSkill.key.label("key")).join(Job, Job.id == JobSkill.job_id)
    return walk.where(JobSkill.skill_id == bindparam(skill), IS_OPEN, *_conditions(replace(shape, skills=())))


def _countable(shape: JobFilter) -> tuple[AnySelect, ColumnElement[bool]]:
    """Select every match once, and name the condition of the sample among them."""
    if len(shape.skills) == 1:
        return _skill_walk(shape, shape.skills[0]), IS_SAMPLED_BY_SKILL
    return _matching(shape, ORDERS["newest"]), IS_SAMPLED


def _walk_order(shape: JobFilter) -> list[ColumnElement[Any]]:
    """Return the order that makes counting read along the index of the walk."""
    return [(JobSkill.key if len(shape.skills) == 1 else Job.key).desc()]


def _matching(shape: JobFilter, order: Order) -> AnySelect:
    """Select id and sort values of every match, in no order."""
    return select(Job.id, *order.columns).where(IS_OPEN, *_conditions(shape))


def _conditions(shape: JobFilter) -> list[ColumnElement[bool]]:
    conditions = [
        _any_of(Job.company_id, shape.companies),
        _location(shape),
        _any_of(Job.city_key, shape.cities),
        _any_of(Job.region_key, shape.regions),
        _any_of(Job.country, shape.countries),
        _any_of(Job.employment_type, shape.employment_types),
        _any_of(Job.experience_level, shape.experience_levels),
        _any_of(Job.currency, shape.currencies),
        None if shape.remote is None else IS_REMOTE if shape.remote else not_(IS_REMOTE),
        None if shape.salary_min is None else and_(Job.pay_yearly >= bindparam("salary_min"), Job.pay_yearly > 0),
        None if shape.posted_after is None else Job.key >= bindparam("posted_after", type_=Job.key.type),
        None if shape.featured is None else IS_FEATURED if shape.featured else not_(IS_FEATURED),
        _has_skill(shape.skills) if shape.skills else None,
        literal_column("1 = 0") if shape.nothing else None,
    ]
    return [condition for condition in conditions if condition is not None]


def _any_of(column: Any, names: Sequence[Any]) -> ColumnElement[bool] | None:
    if not names:
        return None
    values: list[BindParameter[Any]] = [bindparam(name) for name in names]
    return column == values[0] if len(values) == 1 else column.in_(values)  # type: ignore[no-any-return]


def _location(shape: JobFilter) -> ColumnElement[bool] | None:
    places = _any_of(Job.location_key, shape.locations)
    if not shape.or_remote:
        return places
    return IS_REMOTE if places is None else or_(places, IS_REMOTE)


def _has_skill(names: Sequence[Any]) -> ColumnElement[bool]:
    return exists().where(JobSkill.job_id == Job.id, JobSkill.skill_id.in_([bindparam(name) for name in names]))
