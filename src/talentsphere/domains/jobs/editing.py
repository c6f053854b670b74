"""Writing one posting: every step keeps its keys, its skills, the kept counts and the activity log right.

A posting is a **draft** until it is published; then it is **open**, maybe **paused**, at last **closed**. It may be
published again, and keeps the date of its first publication: closing and opening again does not make it new. Doing so
confirms it, as ``confirm_job`` does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor, Extent, Reach
from talentsphere.db.dialect import insert_unless_there
from talentsphere.domains.activity.queries import record_change
from talentsphere.domains.applications.models import Application
from talentsphere.domains.jobs.alike import bands_of, similar_to
from talentsphere.domains.jobs.asking import numbered
from talentsphere.domains.jobs.bodies import JobChanges
from talentsphere.domains.jobs.drafting import Given, drafted
from talentsphere.domains.jobs.errors import ExternalIdTaken, JobHasApplications, WrongStatus
from talentsphere.domains.jobs.importing.posting import Posting
from talentsphere.domains.jobs.importing.rows import facts
from talentsphere.domains.jobs.models import Job, recency_key
from talentsphere.domains.jobs.own import find_external_id, lock_own_job
from talentsphere.domains.jobs.search.store import add_documents
from talentsphere.domains.jobs.services import id_of
from talentsphere.domains.jobs.skilling import (
    add_skills,
    chosen,
    move_skills,
    replace_skills,
    skills_given,
    skills_in,
)
from talentsphere.domains.jobs.start import find_start
from talentsphere.domains.jobs.tagging import mark_jobs
from talentsphere.domains.jobs.tallies import Kind, record_tallies
from talentsphere.domains.skills.book import Shown
from talentsphere.domains.skills.queries import dictionary_version
from talentsphere.errors import Forbidden, NotFound, invalid_field

Written = dict[str, Any]
"""Every value that a shape of a posting asks for, by the names of ``JOB_V1``."""
EDITABLE = frozenset(JobChanges().fields)
"""The names by which a client, and the activity log, know what may change."""
PUBLIC = ("open", "paused")
"""Postings that were published, and are not over."""


def get_job_to_write(session: Session, reach: Reach, reference: str) -> Job:
    """Return the posting with this id or slug, locked, or raise ``NotFound``; one statement."""
    job = lock_own_job(session, reach, id_of(reference))
    if job is None or not (reference.isdecimal() or reference.lower() == job.slug):
        raise NotFound(f"there is no job {reference}")
    return job


def add_job(session: Session, reach: Reach, actor: Actor, given: Given) -> Written:
    """Add a posting and return it; six statements, and two more at the commit.

    A draft costs one less, and one less without skills.
    ``similar`` holds the company's postings that it repeats, as ``alike.similar_to`` gives them.
    Raises ``InvalidInput`` and ``ExternalIdTaken``. The session must be ``writing()``.
    """
    at, names = now(), given.get("skills")
    check_rights(reach, given)
    posting = drafted(given)
    advertised = facts(posting, 0)
    start = find_start(session, company_of(reach, given), names, bands_of(advertised))
    if start is None:
        raise invalid_field("#/company_id", f"there is no company {given.get('company_id')}")
    named = chosen(session, names, start.named or []) if names is not None else None
    skills = skills_in(session, posting, start.dictionary) if named is None else named
    row = new_row(start.job_id, start.company_id, posting, given, at)
    mark_jobs(session, [start.job_id], [start.company_id])
    if not insert_unless_there(session, Job, row):
        raise external_id_taken(find_external_id(session, row["source"], row["external_id"]))
    if row["status"] == "open":
        add_documents(session, [(row, skills)])
    else:
        add_skills(session, start.job_id, row["key"], skills)
    record_change(session, actor, "job.created", start.job_id, company_id=start.company_id)
    record_tallies(session, {kind_of_row(row): 1})
    opened = start.open_jobs + (row["status"] == "open")
    return {**start._mapping, **row, "open_jobs": opened, "skills": skills, "similar": similar_to(row, start.near)}


def change_job(session: Session, reach: Reach, actor: Actor, job: Job, given: Given) -> None:
    """Change what ``given`` names; nothing is written when all of it is so already. At most eight statements."""
    check_rights(reach, given)
    posting, before = drafted(given, job), kind_of(job)
    columns = changed_columns(given, posting, job)
    changed = set(columns)
    if "skills" in given and replace_skills(session, job.id, job.key, _skills(session, given, posting)):
        changed.add("skills")
    for name in changed - {"skills"}:  # last, as a statement would write them half-way
        setattr(job, name, columns[name])
    if changed:
        details = {"fields": sorted(changed & EDITABLE)}
        record_tallies(session, _written(session, actor, job, before, "job.updated", details))


def changed_columns(given: Given, posting: Posting, job: Any) -> dict[str, Any]:
    """Return the columns of ``job``, an entity or a row, that become different, with their new values."""
    columns = {**facts(posting, job.id), "featured": given.get("featured", job.featured)}
    columns["publish_at"] = publish_at(given, job.status, job.publish_at)
    if "external_id" in given:
        columns |= own_id(given, job.company_id, job.source)
    if "questions" in given:
        columns["questions"] = numbered(given["questions"], job.questions)
    return {name: value for name, value in columns.items() if getattr(job, name) != value}


def publish_job(session: Session, actor: Actor, job: Job) -> None:
    """Make a posting public; raise ``WrongStatus`` when it is. At most five statements."""
    record_tallies(session, published(session, actor, job))


def published(session: Session, actor: Actor, job: Job) -> dict[Kind, int]:
    """Do the same without counting it, and return what is to be counted, for who publishes many."""
    if job.status == "open":
        raise WrongStatus(f"job {job.id} is open already", job_status=job.status)
    before = kind_of(job)
    job.status, job.closed_reason, job.closed_at, job.publish_at = "open", None, None, None
    if job.posted_at is not None:
        job.confirmed_at = now()
    else:
        job.posted_at = now().replace(microsecond=0)
        job.key = recency_key(job.posted_at, job.id)
        move_skills(session, job.id, job.key)
    return _written(session, actor, job, before, "job.published")


def pause_job(session: Session, actor: Actor, job: Job) -> None:
    """Take an open posting off the board until it is published again, in four statements, or raise ``WrongStatus``."""
    if job.status != "open":
        raise WrongStatus(f"job {job.id} is {job.status}; only an open one can be paused", job_status=job.status)
    before, job.status = kind_of(job), "paused"
    record_tallies(session, _written(session, actor, job, before, "job.paused"))


def confirm_job(session: Session, actor: Actor, job: Job) -> None:
    """Note that a public posting still stands, in two statements; raise ``WrongStatus`` for any other."""
    if job.status not in PUBLIC:
        raise WrongStatus(f"job {job.id} is {job.status}; only a public one can be confirmed", job_status=job.status)
    job.confirmed_at = now()
    _written(session, actor, job, kind_of(job), "job.confirmed")


def close_job(session: Session, actor: Actor, job: Job, reason: str) -> None:
    """End a public posting, in four statements; raise ``WrongStatus`` for a draft, and for one that is over."""
    record_tallies(session, closed(session, actor, job, reason))


def closed(session: Session, actor: Actor, job: Job, reason: str) -> dict[Kind, int]:
    """Do the same without counting it, and return what is to be counted, for who closes many."""
    if job.status not in PUBLIC:
        raise WrongStatus(f"job {job.id} is {job.status}; only a public one can be closed", job_status=job.status)
    before = kind_of(job)
    job.status, job.closed_reason, job.closed_at = "closed", reason, now()
    return _written(session, actor, job, before, "job.closed", {"reason": reason})


def delete_job(session: Session, actor: Actor, job: Job) -> None:
    """Delete a posting for good, with its skills and hiring team. At most five statements.

    Raises ``JobHasApplications``: they are never lost. The first look takes no lock: whoever moves an application waits
    for the posting, so the check of the foreign key must not wait for the application.
    """
    job_id = job.id  # after a failed statement the row cannot be asked
    if session.scalar(select(Application.id).where(Application.job_id == job_id).limit(1)) is not None:
        raise JobHasApplications(f"job {job_id} has applications; close it instead")
    session.delete(job)
    try:
        session.flush()
    except IntegrityError as error:
        raise JobHasApplications(f"job {job_id} has applications; close it instead") from error
    record_change(session, actor, "job.deleted", job.id, company_id=job.company_id)
    record_tallies(session, {kind_of(job): -1})


def kind_of(job: Any) -> Kind:
    """Return what the posting, an entity or a row, is counted as."""
    return Kind(job.company_id, job.status, job.country, job.employment_type, job.remote)


def _written(
    session: Session, actor: Actor, job: Job, before: Kind, action: str, details: dict[str, Any] | None = None
) -> dict[Kind, int]:
    """Write the changed row as its next version, log it, and return how it is counted differently now."""
    job.updated_at = now()
    _flush(session)
    record_change(session, actor, action, job.id, company_id=job.company_id, details=details)
    return {before: -1, kind_of(job): 1} if kind_of(job) != before else {}


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if "external_id" not in str(error.orig):
            raise
        raise external_id_taken(None) from error


def check_rights(reach: Reach, given: Given) -> None:
    """Raise ``InvalidInput`` for a field that only an admin gives."""
    if reach.extent is Extent.EVERYTHING:
        return
    for name, detail in (("company_id", "only an admin names a company"), ("featured", "only an admin features jobs")):
        if name in given:
            raise invalid_field(f"#/{name}", detail)


def company_of(reach: Reach, given: Given) -> int:
    """Return whose posting it becomes; raise ``InvalidInput`` when an admin does not say."""
    if reach.extent is Extent.EVERYTHING and "company_id" not in given:
        raise invalid_field("#/company_id", "an admin must say whose job it is")
    company_id: int | None = given.get("company_id", reach.company_id)
    if company_id is None:
        raise Forbidden("you belong to no company")
    return company_id


def new_row(job_id: int, company_id: int, posting: Posting, given: Given, at: datetime) -> dict[str, Any]:
    """Return the row of a new posting."""
    status = given["status"]
    posted_at = None if status == "draft" else at.replace(microsecond=0)
    return {
        "id": job_id,
        "key": recency_key(posted_at or at, job_id),
        "status": status,
        "company_id": company_id,
        "featured": given.get("featured", False),
        **own_id(given, company_id, None),
        "closed_reason": "other" if status == "closed" else None,
        "posted_at": posted_at,
        "publish_at": publish_at(given, status, None),
        "confirmed_at": None,
        "closed_at": at if status == "closed" else None,
        "created_at": at,
        "updated_at": at,
        "version": 1,
        "questions": numbered(given.get("questions"), None),
        **facts(posting, job_id),
    }


def publish_at(given: Given, status: str, held: datetime | None) -> datetime | None:
    """Return when a posting of this status is to be published; raise ``InvalidInput`` unless it is a draft."""
    moment: datetime | None = given.get("publish_at", held)
    if moment is None:
        return None
    if status != "draft":
        raise invalid_field("#/publish_at", f"the job is {status}: only a draft waits for a time")
    return moment.replace(microsecond=0)


def own_id(given: Given, company_id: int, source: str | None) -> dict[str, Any]:
    """Return the client's id, in a source of the company's own unless the posting came from elsewhere."""
    external_id = given.get("external_id")
    return {"source": source or (f"company:{company_id}" if external_id else None), "external_id": external_id}


def _skills(session: Session, given: Given, posting: Posting) -> list[Shown]:
    if given["skills"] is None:
        return skills_in(session, posting, dictionary_version(session))
    return skills_given(session, given["skills"]) if given["skills"] else []


def kind_of_row(row: dict[str, Any]) -> Kind:
    """Return the same of a row that is written."""
    return Kind(row["company_id"], row["status"], row["country"], row["employment_type"], row["remote"])


def external_id_taken(job_id: int | None, pointer: str | None = None) -> ExternalIdTaken:
    """Return the refusal of an ``external_id`` that posting ``job_id`` has; ``pointer`` says where it was sent."""
    detail = "another job of the company has this external_id"
    more: dict[str, Any] = {} if job_id is None else {"id": job_id}
    return ExternalIdTaken(detail, **more, **({"errors": [{"pointer": pointer, "detail": detail}]} if pointer else {}))
