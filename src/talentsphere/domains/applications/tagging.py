"""The tags of applications, for whoever writes them past the unit of work."""

from __future__ import annotations

from sqlalchemy.orm import Session

from talentsphere.db.changes import mark_changed


def of_job(job_id: int) -> str:
    """Return what changes with any application to the posting, and with its stages."""
    return f"hiring:{job_id}"


def of_candidate(user_id: int) -> str:
    """Return what changes with any application of the person."""
    return f"candidate:{user_id}"


def of_application(application_id: int) -> str:
    """Return what changes with the application, its tags and its notes."""
    return f"application:{application_id}"


def tags_of_application(application_id: int, job_id: int, candidate_id: int) -> set[str]:
    """Return the tags that a change of this application touches."""
    return {"applications", of_application(application_id), of_job(job_id), of_candidate(candidate_id)}


def mark_application(session: Session, application_id: int, job_id: int, candidate_id: int) -> None:
    """Say that this transaction changes this application, its counts or its tags."""
    mark_changed(session, *tags_of_application(application_id, job_id, candidate_id))
