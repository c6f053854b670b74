"""Applications that a caller reaches: one of them, lists of them; a candidate's own; the job that takes one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, func, literal, literal_column, select
from sqlalchemy.orm import Session

from talentsphere.db.caller import Extent, Reach, of_company
from talentsphere.db.dialect import json_rows
from talentsphere.db.paging import Window, descending_page
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.accounts.models import User
from talentsphere.domains.applications.models import Application, ApplicationTag, JobStage
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import HiringTeamMember, Job
from talentsphere.domains.jobs.own import within as job_within
from talentsphere.domains.resumes.models import Resume
from talentsphere.errors import NotFound

NEWEST = (Application.id,)
SHOWN_STATUS = case(
    (Application.status == "quarantined", "active"),
    # nobody is told before it is final: the rejection can still be undone
    ((Application.status == "rejected") & Application.undo_until.is_not(None), "active"),
    else_=Application.status,
)
"""The status as the candidate may know it."""


@dataclass(frozen=True)
class ApplicationFilter:
    """Which applications of a job are wanted; without ``status`` all that are not quarantined."""

    stage: str | None = None
    status: str | None = None
    tag: str | None = None


def within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition that an application is within ``reach``; of a candidate: their own."""
    if reach.extent is Extent.OWN:
        return Application.candidate_id == reach.user_id
    if reach.extent is Extent.HIRING_TEAM:
        teams = select(HiringTeamMember.job_id).where(HiringTeamMember.user_id == reach.user_id)
        return (Application.company_id == reach.company_id) & Application.job_id.in_(teams)
    return of_company(Application.company_id, reach)


def tags_of_application() -> ScalarSelect[Any]:
    """Return the application's tags as a column: a JSON array of {tag}."""
    tags = select(json_rows(literal_column("'tag'"), ApplicationTag.tag))
    return tags.where(ApplicationTag.application_id == Application.id).correlate(Application).scalar_subquery()


def stages_of_job() -> ScalarSelect[Any]:
    """Return the job's own stages as a column: a JSON array of {stage, name, kind, position}, in no order."""
    names = ("stage", "name", "kind", "position")
    pairs: Any = ((literal_column(f"'{name}'"), getattr(JobStage, name)) for name in names)
    stages = select(json_rows(*chain.from_iterable(pairs)))
    return stages.where(JobStage.job_id == Job.id).correlate(Job).scalar_subquery()


def lock_application(session: Session, reach: Reach, application_id: int) -> Application:
    """Return the application, locked until the transaction ends, or raise ``NotFound``; one statement."""
    statement = select(Application).where(Application.id == application_id, within(reach))
    found = session.scalars(statement.with_for_update(of=Application)).one_or_none()
    if found is None:
        raise NotFound(f"there is no application {application_id}")
    return found


def lock_applications(session: Session, reach: Reach, ids: Sequence[int]) -> Sequence[Application]:
    """Return those of ``ids`` that are within reach, locked, by id; one statement."""
    statement = select(Application).where(Application.id.in_(ids), within(reach)).order_by(Application.id)
    return session.scalars(statement.with_for_update(of=Application)).all()


def get_application(session: Reader, reach: Reach, application_id: int, columns: Sequence[Any]) -> AnyRow:
    """Return the application with its job, company, candidate and resume, or raise ``NotFound``; one statement."""
    statement = select(*columns).select_from(Application).join(Job, Job.id == Application.job_id)
    statement = statement.join(Company, Company.id == Application.company_id)
    statement = statement.join(User, User.id == Application.candidate_id)
    statement = statement.outerjoin(Resume, Resume.id == Application.resume_id)
    row = session.execute(statement.where(Application.id == application_id, within(reach))).one_or_none()
    if row is None:
        raise NotFound(f"there is no application {application_id}")
    return row


def find_job(session: Reader, reach: Reach, job_id: int, columns: Sequence[Any]) -> AnyRow | None:
    """Return the job within reach, or nothing; one statement."""
    return session.execute(select(*columns).where(Job.id == job_id, job_within(reach))).one_or_none()


def list_applications(
    session: Reader, job_id: int, wanted: ApplicationFilter, window: Window, columns: Sequence[Any]
) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` applications to a job, newest first, with their candidate; one statement.

    The caller must have found the job within reach. Uses ``ix_applications_job`` or ``ix_applications_board``.
    """
    statement = select(*columns).select_from(Application).join(User, User.id == Application.candidate_id)
    return session.execute(descending_page(statement.where(*_conditions(job_id, wanted)), NEWEST, window)).all()


def place_of(row: AnyRow) -> tuple[int]:
    """Return a listed row's place in the walk."""
    return (row.id,)


def count_applications(session: Reader, job_id: int, wanted: ApplicationFilter) -> int:
    """Return how many applications that list has; one statement."""
    return session.scalar(select(func.count()).select_from(Application).where(*_conditions(job_id, wanted))) or 0


def _conditions(job_id: int, wanted: ApplicationFilter) -> list[ColumnElement[bool]]:
    conditions = [Application.job_id == literal(job_id)]
    if wanted.stage is not None:
        conditions.append(Application.stage == wanted.stage)
    conditions.append(
        Application.status != "quarantined" if wanted.status is None else Application.status == wanted.status
    )
    if wanted.tag is not None:
        tagged = select(ApplicationTag.tag).where(
            ApplicationTag.application_id == Application.id, ApplicationTag.tag == wanted.tag
        )
        conditions.append(tagged.exists())
    return conditions


def list_own_applications(
    session: Reader, user_id: int, window: Window, columns: Sequence[Any]
) -> tuple[Sequence[AnyRow], int]:
    """Return up to ``window.limit + 1`` applications of a person, newest first, and how many there are; one statement.

    Two when a page behind the last one was asked for. Uses ``ix_applications_candidate``.
    """
    own = Application.candidate_id == user_id
    total = select(func.count()).select_from(Application).where(own).scalar_subquery()
    statement = select(*columns, total.label("total")).select_from(Application).join(Job, Job.id == Application.job_id)
    statement = statement.join(Company, Company.id == Application.company_id).where(own)
    rows = session.execute(descending_page(statement, NEWEST, window)).all()
    if rows or not (window.offset or window.after):
        return rows, rows[0].total if rows else 0
    return rows, session.scalar(select(total)) or 0


def lock_open_job(session: Session, job_id: int, user_id: int, resume: uuid.UUID | None) -> AnyRow | None:
    """Return the job that is applied to, the candidate, and the id of their resume; one statement.

    The job cannot be closed, nor changed, before this transaction ends.
    """
    papers = select(Resume.id).where(Resume.public_id == resume, Resume.user_id == user_id)
    columns = (
        Job.id, Job.slug, Job.status, Job.company_id, Job.title, Job.questions, Company.name.label("company"),
        User.email, User.full_name, papers.scalar_subquery().label("resume_id"),
    )  # fmt: skip
    statement = select(*columns).join(Company, Company.id == Job.company_id).join(User, User.id == user_id)
    return session.execute(statement.where(Job.id == job_id).with_for_update(read=True, of=Job)).one_or_none()


def find_own_id(session: Reader, job_id: int, user_id: int) -> int | None:
    """Return the id of the person's application to the job, or nothing; one statement."""
    statement = select(Application.id).where(Application.job_id == job_id, Application.candidate_id == user_id)
    return session.scalar(statement)
