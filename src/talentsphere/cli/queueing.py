"""Made-up tasks and mails, and postings that wait for a time, so that a database plans as it would with real ones."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from talentsphere.cli.peopling import AT
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.mail.models import Mail
from talentsphere.tasks.models import Task

TASKS, MAILS = 6_000, 3_000
STATUSES = ("done", "done", "done", "failed", "queued", "running")
MINUTE = timedelta(minutes=1)


def add_tasks(session: Session) -> None:
    """Add tasks of each status, most of them done, and mails of two months; let some postings begin or end some day."""
    session.execute(insert(Task), [_task(n) for n in range(TASKS)])
    session.execute(insert(Mail), [_mail(n) for n in range(MAILS)])
    session.execute(
        update(Job).where(Job.expires_at.is_(None), Job.id % 4 == 0).values(expires_at=AT + timedelta(days=30))
    )
    session.execute(update(Job).where(Job.id % 50 == 0).values(status="draft", publish_at=AT))


def _task(n: int) -> dict[str, Any]:
    status, at = STATUSES[n % len(STATUSES)], AT - n * MINUTE
    waits = n % 24 == 4
    return {
        "public_id": uuid.UUID(int=n + 1), "kind": ("mail.send", "jobs.expire")[n % 2], "args": {},
        "priority": n // 6 % 3, "status": status, "attempts": n % 4,
        "run_at": AT + (n - TASKS // 2) * MINUTE if status == "queued" else at,
        "dedupe_key": ("schedule:jobs.expire" if n == TASKS - 20 else f"key {n}") if waits else None,
        "leased_by": "host:1" if status == "running" else None,
        "lease_until": AT + n * MINUTE if status == "running" else None,
        "finished_at": at if status in ("done", "failed") else None, "created_at": at,
    }  # fmt: skip


def _mail(n: int) -> dict[str, Any]:
    return {
        "recipient": f"person{n}@example.org", "template": "verify_email", "values": {}, "status": "sent",
        "created_at": AT - n * 30 * MINUTE,
    }  # fmt: skip
