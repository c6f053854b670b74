"""Every other statement about postings: one by id, several by ids, similar ones, figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, literal_column, select, union_all

from talentsphere.db.dialect import json_rows
from talentsphere.db.prepared import planned_once
from talentsphere.db.rows import AnyRow, AnySelect, Reader
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import Job, JobSkill, key_floor
from talentsphere.domains.jobs.walks import IS_OPEN
from talentsphere.domains.skills.models import Skill

SIMILAR = 6
SIMILAR_SKILLS = 8
SIMILAR_PER_SKILL = 100
"""Similar postings are looked for among the newest of each skill, so that the cost has a bound."""


def skills_of_job() -> ScalarSelect[Any]:
    """Return the posting's skills as a column: a JSON array of {id, name, slug, kind}."""
    pairs: Any = ((literal_column(f"'{name}'"), getattr(Skill, name)) for name in ("id", "name", "slug", "kind"))
    skills = select(json_rows(*chain.from_iterable(pairs))).join(JobSkill, JobSkill.skill_id == Skill.id)
    return skills.where(JobSkill.job_id == Job.id).correlate(Job).scalar_subquery()


def find_job(session: Reader, job_id: int, columns: tuple[Any, ...]) -> AnyRow | None:
    """Return the posting's row whatever its status, or nothing; one statement."""
    return session.execute(_job_statement(columns), {"job_id": job_id}).one_or_none()


@lru_cache
def _job_statement(columns: tuple[Any, ...]) -> AnySelect:
    rows = select(*columns).join(Company, Company.id == Job.company_id)
    return planned_once(rows.where(Job.id == bindparam("job_id")))


def list_jobs_by_ids(session: Reader, ids: Sequence[int], columns: Sequence[Any]) -> dict[int, AnyRow]:
    """Return the open postings among ``ids`` by id; one statement."""
    statement = select(Job.id.label("found"), *columns).join(Company, Company.id == Job.company_id)
    found = session.execute(statement.where(IS_OPEN, Job.id.in_(ids)))
    return {row.found: row for row in found}


def list_similar_jobs(
    session: Reader, job_id: int, skill_ids: Sequence[int], columns: Sequence[Any], limit: int = SIMILAR
) -> Sequence[AnyRow]:
    """Return open postings that share most of ``skill_ids``, newest first among equals; one statement."""
    if not skill_ids:
        return []
    candidates = union_all(*(select(_newest_of(skill).subquery()) for skill in skill_ids[:SIMILAR_SKILLS])).subquery()
    shared = func.count().label("shared")
    others = select(candidates.c.job_id, shared).where(candidates.c.job_id != job_id)
    best = others.group_by(candidates.c.job_id).subquery("best")
    statement = select(*columns).join(best, best.c.job_id == Job.id).join(Company, Company.id == Job.company_id)
    return session.execute(statement.where(IS_OPEN).order_by(best.c.shared.desc(), Job.key.desc()).limit(limit)).all()


def _newest_of(skill_id: int) -> Any:
    newest = select(JobSkill.job_id).where(JobSkill.skill_id == skill_id)
    return newest.order_by(JobSkill.key.desc()).limit(SIMILAR_PER_SKILL)


def count_recent(session: Reader, since: datetime) -> tuple[int, int]:
    """Return (open postings of ``since`` or later, companies with open postings); one statement."""
    recent: ColumnElement[int] = select(func.count()).where(IS_OPEN, Job.key >= key_floor(since)).scalar_subquery()
    hiring = select(func.count()).select_from(Company).where(Company.open_jobs > 0)
    found = session.execute(select(recent, hiring.scalar_subquery())).one()
    return found[0], found[1]
