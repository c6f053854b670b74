"""What postings do by the clock: a draft is published at its time, a public one closed after its last day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Select, literal_column, select
from sqlalchemy.orm import Session

from talentsphere.db.caller import Actor
from talentsphere.db.rows import Reader
from talentsphere.domains.jobs.editing import closed, published
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.tallies import Kind, record_tallies

OPERATOR = Actor()
IS_PUBLISHED = Job.status.in_((literal_column("'open'"), literal_column("'paused'")))
"""Spelled as the condition of ``ix_jobs_expires_at`` is: SQLite compares the texts."""
BATCH = 100
"""Postings of one transaction: other writers of SQLite wait for some 50 ms."""


def next_expiry(session: Reader) -> datetime | None:
    """Return when the next public posting ends; one statement. Uses ``ix_jobs_expires_at``."""
    return session.scalar(
        select(Job.expires_at).where(IS_PUBLISHED, Job.expires_at.is_not(None)).order_by(Job.expires_at).limit(1)
    )


def next_publication(session: Reader) -> datetime | None:
    """Return when the next draft is to be published; one statement. Uses ``ix_jobs_publish_at``."""
    waiting = select(Job.publish_at).where(Job.status == "draft", Job.publish_at.is_not(None))
    return session.scalar(waiting.order_by(Job.publish_at).limit(1))


def expire_jobs(session: Session, at: datetime, limit: int = BATCH) -> int:
    """Close up to ``limit`` public postings whose ``expires_at`` has come, as if by hand; return how many.

    Two statements each, and three. Those that somebody changes just now are left for the next time.
    """
    due = select(Job).where(IS_PUBLISHED, Job.expires_at.is_not(None), Job.expires_at <= at)
    jobs = _locked(session, due.order_by(Job.expires_at).limit(limit))
    return _change(session, jobs, lambda job: closed(session, OPERATOR, job, "expired"))


def publish_jobs(session: Session, at: datetime, limit: int = BATCH) -> int:
    """Publish up to ``limit`` drafts whose ``publish_at`` has come; return how many.

    Three statements each, and three.
    """
    due = select(Job).where(Job.status == "draft", Job.publish_at.is_not(None), Job.publish_at <= at)
    jobs = _locked(session, due.order_by(Job.publish_at).limit(limit))
    return _change(session, jobs, lambda job: published(session, OPERATOR, job))


def _locked(session: Session, due: Select[Job]) -> Sequence[Job]:
    return session.scalars(due.with_for_update(of=Job, skip_locked=True)).all()


def _change(session: Session, jobs: Sequence[Job], step: Callable[[Job], dict[Kind, int]]) -> int:
    """Take ``step`` with each posting, and count all of them once, as ``record_tallies`` asks for."""
    changes: Counter[Kind] = Counter()
    for job in jobs:
        for kind, more in step(job).items():
            changes[kind] += more
    record_tallies(session, changes)
    return len(jobs)
