"""What is asked of the roll-ups: funnels, sources, days. No history is read and nothing is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, select

from talentsphere.cache.dependencies import depends_on
from talentsphere.db.caller import Extent, Reach, of_company
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.analytics.folding import DAY_SUMS, STAGE_SUMS
from talentsphere.domains.analytics.models import DayRollup, StageRollup
from talentsphere.domains.analytics.tagging import EVERY, of_company_figures
from talentsphere.domains.applications.models import JobStage
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.own import within
from talentsphere.errors import NotFound


@dataclass(frozen=True)
class FigureFilter:
    """Whose steps are wanted; None narrows nothing. ``since`` and ``until`` are first days of months of applying."""

    job_id: int | None = None
    source: str | None = None
    since: date | None = None
    until: date | None = None


def depend_on_figures(reach: Reach) -> None:
    """Say that the answer changes with the figures within ``reach``."""
    depends_on(EVERY if reach.extent is Extent.EVERYTHING else of_company_figures(reach.company_id or 0))


def get_job(session: Reader, reach: Reach, job_id: int) -> AnyRow:
    """Return the job's (id, company_id), or raise ``NotFound``; one statement."""
    row = session.execute(select(Job.id, Job.company_id).where(Job.id == job_id, within(reach))).one_or_none()
    if row is None:
        raise NotFound(f"there is no job {job_id}")
    depends_on(f"job:{job_id}")
    return row


def sum_by_stage(session: Reader, job: AnyRow, wanted: FigureFilter) -> Sequence[AnyRow]:
    """Return (stage, and its sums) of a job that is within reach; one statement. Uses ``pk_stage_rollups``."""
    conditions = (StageRollup.company_id == job.company_id, StageRollup.job_id == job.id, *_narrowed(wanted))
    return session.execute(select(StageRollup.stage, *_sums()).where(*conditions).group_by(StageRollup.stage)).all()


def sum_by_kind(session: Reader, reach: Reach, wanted: FigureFilter) -> Sequence[AnyRow]:
    """Return (kind of stage, and its sums) of all jobs within ``reach``; one statement. Uses ``pk_stage_rollups``.

    Of several stages of one kind in a job the fullest says how many reached it. A stage that its job no longer has is
    of no known kind: its word stands for it.
    """
    kinds = _by_kind(reach, wanted, ())
    sums = [_total(kinds.c[name]) for name in STAGE_SUMS]
    return session.execute(select(kinds.c.kind, *sums).group_by(kinds.c.kind)).all()


def sum_by_source(session: Reader, reach: Reach, wanted: FigureFilter, limit: int) -> Sequence[AnyRow]:
    """Return up to ``limit`` of (source, applied, interviewed, hires, hire_seconds), most applications first.

    One statement. Uses ``pk_stage_rollups``.
    """
    kinds = _by_kind(reach, wanted, (StageRollup.source,))
    interviewed = _total(case((kinds.c.kind == "interview", kinds.c.reached), else_=0), "interviewed")
    applied = _total(kinds.c.applied)
    columns = (kinds.c.source, applied, interviewed, _total(kinds.c.hires), _total(kinds.c.hire_seconds))
    statement = select(*columns).group_by(kinds.c.source).order_by(applied.desc(), kinds.c.source).limit(limit)
    return session.execute(statement).all()


def sum_by_day(session: Reader, reach: Reach, since: date) -> Sequence[AnyRow]:
    """Return (day, and its sums) from ``since`` on, in order; days without any step are missing; one statement.

    Uses ``pk_day_rollups``, or ``ix_day_rollups_day`` for all companies.
    """
    sums = [_total(getattr(DayRollup, name), name) for name in DAY_SUMS]
    statement = select(DayRollup.day, *sums).where(of_company(DayRollup.company_id, reach), DayRollup.day >= since)
    return session.execute(statement.group_by(DayRollup.day).order_by(DayRollup.day)).all()


def _by_kind(reach: Reach, wanted: FigureFilter, more: Sequence[Any]) -> Any:
    """Return a row for each job, kind of stage and ``more``."""
    key = (StageRollup.job_id, StageRollup.stage, *more)
    conditions = (of_company(StageRollup.company_id, reach), *_narrowed(wanted))
    stages = select(*key, *_sums()).where(*conditions).group_by(*key).subquery("stages")
    kind = func.coalesce(JobStage.kind, stages.c.stage).label("kind")
    of_job = and_(JobStage.job_id == stages.c.job_id, JobStage.stage == stages.c.stage)
    names = [column.name for column in more]
    sums = [func.max(stages.c.reached).label("reached")]
    sums += [_total(stages.c[name]) for name in STAGE_SUMS if name != "reached"]
    statement = select(*(stages.c[name] for name in names), kind, *sums).outerjoin(JobStage, of_job)
    return statement.group_by(stages.c.job_id, kind, *(stages.c[name] for name in names)).subquery("kinds")


def _narrowed(wanted: FigureFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.source is not None:
        conditions.append(StageRollup.source == wanted.source)
    if wanted.since is not None:
        conditions.append(StageRollup.cohort >= wanted.since)
    if wanted.until is not None:
        conditions.append(StageRollup.cohort <= wanted.until)
    return conditions


def _sums() -> list[Any]:
    return [_total(getattr(StageRollup, name), name) for name in STAGE_SUMS]


def _total(column: Any, name: str | None = None) -> Any:
    """Return the sum as a whole number: PostgreSQL adds up integers into a numeric."""
    return cast(func.sum(column), BigInteger).label(name or column.name)
