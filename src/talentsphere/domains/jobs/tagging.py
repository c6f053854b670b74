"""The tags of postings, for whoever writes them past the unit of work."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from talentsphere.db.changes import mark_changed


def tags_of_jobs(ids: Iterable[int], company_ids: Iterable[int] = ()) -> set[str]:
    """Return the tags that a change of these postings of these companies touches."""
    return {"jobs", *(f"job:{job_id}" for job_id in ids), *map(jobs_of, company_ids)}


def jobs_of(company_id: int) -> str:
    """Return the tag of all postings of a company, whatever their status."""
    return f"jobs_of:{company_id}"


def mark_jobs(session: Session, ids: Iterable[int], company_ids: Iterable[int] = ()) -> None:
    """Say that this transaction changes these postings of these companies.

    Who changes only their skills names no company: the row itself is written with them.
    """
    mark_changed(session, *tags_of_jobs(ids, company_ids))
