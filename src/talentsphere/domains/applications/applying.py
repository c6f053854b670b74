"""Applying, once: one INSERT that the constraint decides, with its count, history, log and mail in one transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor
from talentsphere.db.dialect import insert_unless_taken
from talentsphere.db.rows import AnyRow
from talentsphere.domains.accounts.models import User
from talentsphere.domains.activity.queries import record_change
from talentsphere.domains.applications.answers import checked_answers, is_knocked_out
from talentsphere.domains.applications.errors import AlreadyApplied
from talentsphere.domains.applications.history import add_steps
from talentsphere.domains.applications.links import status_link
from talentsphere.domains.applications.models import Application
from talentsphere.domains.applications.pipeline import plan_rejection
from talentsphere.domains.applications.queries import find_own_id
from talentsphere.domains.applications.stages import list_stages
from talentsphere.domains.applications.tagging import mark_application
from talentsphere.domains.applications.tallies import Standing, record_standings
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.mail.queries import add_mail
from talentsphere.errors import InvalidInput, invalid_field
from talentsphere.settings import Settings

LETTER = (User.email, User.full_name, Job.title, Company.name.label("company"))
"""What a mail about an application names."""
ONCE = (Application.job_id, Application.candidate_id)


def add_application(
    session: Session, settings: Settings, actor: Actor, job: AnyRow, given: dict[str, Any], suspicion: str | None
) -> int:
    """Add the actor's application to a job from ``queries.lock_open_job``, and return its id.

    Ten statements, and the one of all events at the end. Raises ``AlreadyApplied`` with the id of the first one, and
    ``InvalidInput``. Who is knocked out is rejected at once and told later; who is suspected is told nothing.
    """
    try:
        row = _row(session, settings, actor, job, given, suspicion)
    except InvalidInput:
        _refuse_second(session, actor, job)  # whoever applied before need not answer anything
        raise
    application_id: int | None = insert_unless_taken(session, Application, row, ONCE, Application.id)
    if application_id is None:
        _refuse_second(session, actor, job)
    assert application_id is not None
    mark_application(session, application_id, job.id, row["candidate_id"])
    add_steps(session, _steps(actor, application_id, row))
    record_change(session, actor, "application.created", application_id, company_id=job.company_id)
    if suspicion is None:
        confirm(session, settings, application_id, job)
    if row["undo_until"] is not None:
        plan_rejection(session, application_id, row["undo_until"], mail=True)
    record_standings(session, [(None, Standing(job.company_id, job.id, row["stage"], row["status"]))])
    return application_id


def _refuse_second(session: Session, actor: Actor, job: AnyRow) -> None:
    """Raise ``AlreadyApplied`` when the actor has an application to the job."""
    first = find_own_id(session, job.id, actor.user_id or 0)
    if first is not None:
        raise AlreadyApplied(f"application {first} is yours to job {job.id}", id=first)


def confirm(session: Session, settings: Settings, application_id: int, row: AnyRow) -> None:
    """Mail the candidate that the application is here, with the link to where it stands; two statements.

    ``row`` has ``LETTER``.
    """
    values = {
        "name": row.full_name, "job": row.title, "company": row.company, "link": status_link(settings, application_id),
    }  # fmt: skip
    add_mail(session, row.email, "application_received", values)


def _row(
    session: Session, settings: Settings, actor: Actor, job: AnyRow, given: dict[str, Any], suspicion: str | None
) -> dict[str, Any]:
    if given.get("resume_id") is not None and job.resume_id is None:
        raise invalid_field("#/resume_id", "you have no such resume")
    answers, at = checked_answers(job.questions, given.get("answers") or ()), now()
    fails = is_knocked_out(job.questions, answers)
    is_out = fails and suspicion is None
    return {
        "job_id": job.id,
        "candidate_id": actor.user_id,
        "company_id": job.company_id,
        "status": "quarantined" if suspicion else "rejected" if is_out else "active",
        "stage": list_stages(session, job.id)[0]["stage"],
        "entered_at": at,
        "applied_at": at,
        "updated_at": at,
        "decided_at": at if is_out else None,
        "undo_until": at + timedelta(seconds=settings.rejection_delay_s) if is_out else None,
        "reject_reason": "knock_out" if is_out else None,
        "source": given.get("source"),
        "suspicion": suspicion,
        "is_knocked_out": fails,
        "resume_id": job.resume_id,
        "answers": answers,
        "cover_letter": given.get("cover_letter"),
    }


def _steps(actor: Actor, application_id: int, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the first step, by the candidate, and the rejection by a rule that may follow it."""
    first = "quarantined" if row["status"] == "quarantined" else "active"
    applied = {
        "application_id": application_id, "job_id": row["job_id"], "company_id": row["company_id"],
        "at": row["applied_at"], "user_id": actor.user_id, "api_key_id": None, "kind": "applied",
        "from_stage": None, "to_stage": row["stage"], "from_status": None, "to_status": first,
        "seconds": None, "reason": None, "comment": None,
    }  # fmt: skip
    if row["status"] != "rejected":
        return [applied]
    rejected = {
        **applied, "user_id": None, "kind": "rejected", "from_stage": row["stage"], "from_status": "active",
        "to_status": "rejected", "seconds": 0, "reason": "knock_out",
    }  # fmt: skip
    return [applied, rejected]
