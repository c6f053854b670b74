"""A company's own postings, whatever their status: which a caller reaches, one of them, lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from talentsphere.db.caller import Extent, Reach, of_company
from talentsphere.db.paging import Window, descending_page
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import HiringTeamMember, Job

NEWEST = (Job.key,)


def within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition that a posting is within ``reach``. Uses ``ix_hiring_teams_user`` for hiring teams."""
    if reach.extent is not Extent.HIRING_TEAM:
        return of_company(Job.company_id, reach)
    teams = select(HiringTeamMember.job_id).where(HiringTeamMember.user_id == reach.user_id)
    return (Job.company_id == reach.company_id) & Job.id.in_(teams)


def lock_own_job(session: Session, reach: Reach, job_id: int) -> Job | None:
    """Return the posting, locked until the transaction ends, or nothing; one statement."""
    statement = select(Job).where(Job.id == job_id, within(reach)).with_for_update(of=Job)
    return session.scalars(statement).one_or_none()


def find_own_job(session: Reader, reach: Reach, company_id: int, job_id: int, columns: Sequence[Any]) -> AnyRow | None:
    """Return the company's posting, or nothing; one statement."""
    statement = select(*columns).join(Company, Company.id == Job.company_id)
    return session.execute(statement.where(Job.id == job_id, *_own(reach, company_id, ()))).one_or_none()


def list_company_jobs(
    session: Reader, reach: Reach, company_id: int, statuses: Sequence[str], window: Window, columns: Sequence[Any]
) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` of the company's postings, newest first; one statement.

    They come in the walk's direction. A row has ``columns``, then its place. Uses ``ix_jobs_company_key``.
    """
    statement = select(*columns, Job.key.label("place_0")).join(Company, Company.id == Job.company_id)
    statement = statement.where(*_own(reach, company_id, statuses))
    return session.execute(descending_page(statement, NEWEST, window)).all()


def count_company_jobs(session: Reader, reach: Reach, company_id: int, statuses: Sequence[str]) -> int:
    """Return how many postings that list has; one statement."""
    return session.scalar(select(func.count()).select_from(Job).where(*_own(reach, company_id, statuses))) or 0


def place_of(row: AnyRow) -> tuple[int]:
    """Return a listed row's place in the walk."""
    return (row.place_0,)


def find_external_id(session: Reader, source: str, external_id: str) -> int | None:
    """Return the posting with this id of its source, or nothing; one statement."""
    return session.scalar(select(Job.id).where(Job.source == source, Job.external_id == external_id))


def _own(reach: Reach, company_id: int, statuses: Sequence[str]) -> list[ColumnElement[bool]]:
    narrowed = [Job.status.in_(statuses)] if statuses else []
    return [Job.company_id == literal(company_id), within(reach), *narrowed]
