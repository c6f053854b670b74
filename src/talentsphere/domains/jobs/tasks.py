"""Postings by the clock."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.domains.jobs.timing import BATCH, expire_jobs, publish_jobs
from talentsphere.tasks.queue import add_task

EXPIRE, PUBLISH = "jobs.expire", "jobs.publish"


def expire_due_jobs(session: Session, _args: dict[str, Any]) -> dict[str, int]:
    """Close a batch of postings whose last day has come; when it was full, a task of its own does the next."""
    expired = expire_jobs(session, now())
    if expired == BATCH:
        add_task(session, EXPIRE)
    return {"expired": expired}


def publish_due_jobs(session: Session, _args: dict[str, Any]) -> dict[str, int]:
    """Publish a batch of drafts whose time has come; when it was full, a task of its own does the next."""
    published = publish_jobs(session, now())
    if published == BATCH:
        add_task(session, PUBLISH)
    return {"published": published}
