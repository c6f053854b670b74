"""Featuring postings, as the operator of the instance."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.events import add_event
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.tagging import mark_jobs


def feature_jobs(session: Session, ids: Sequence[int], *, featured: bool) -> tuple[int, list[int]]:
    """Return how many of ``ids`` changed, and those that do not exist, in their order; two statements."""
    rows = session.execute(select(Job.id, Job.featured, Job.company_id).where(Job.id.in_(ids)))
    found = {row.id: row for row in rows}
    changing = [row.id for row in found.values() if row.featured != featured]
    if changing:
        mark_jobs(session, changing, {found[job_id].company_id for job_id in changing})
        values = {"featured": featured, "version": Job.version + 1, "updated_at": now()}
        session.execute(update(Job).where(Job.id.in_(changing)).values(values))
    for job_id in changing:
        add_event(session, "job.updated", job_id, company_id=found[job_id].company_id)
    return len(changing), [job_id for job_id in dict.fromkeys(ids) if job_id not in found]
