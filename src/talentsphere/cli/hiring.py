"""Made-up applications with their history, notes and stages, so that a database plans as it would with real ones."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from talentsphere.cli.peopling import AT
from talentsphere.db.changes import mark_changed
from talentsphere.domains.accounts.models import User
from talentsphere.domains.applications.models import (
    DEFAULT_STAGES,
    Application,
    ApplicationEvent,
    ApplicationTag,
    ApplicationTally,
    JobStage,
    Note,
    StageTemplate,
)
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.resumes.models import Resume

APPLICATIONS, BUSY_SHARE = 30_000, 50
"""One application in ``BUSY_SHARE`` is to the first job."""
STAGES = tuple(stage["stage"] for stage in DEFAULT_STAGES)
MINUTE = timedelta(minutes=1)
LETTER = "I have built pipelines for six years. " * 30
"""As long as people write: what a row weighs decides how a planner reads."""


def add_applications(session: Session) -> None:
    """Add applications to some jobs, a fiftieth of them to one; some candidates have applied to all others."""
    jobs = session.execute(
        select(Job.id, Job.company_id).where(Job.status == "open").order_by(Job.id).limit(2000)
    ).all()
    people = session.scalars(insert(User).returning(User.id), [_candidate(n) for n in range(12_000)]).all()
    rows = [_application(n, jobs, people) for n in range(APPLICATIONS)]
    mark_changed(session, "applications", "notes", "stages", "users")
    session.execute(insert(Application), rows)
    ids = range(1, APPLICATIONS + 1)
    session.execute(insert(ApplicationEvent), [_event(id_, row) for id_, row in zip(ids, rows, strict=True)])
    tallies = Counter((row["company_id"], row["job_id"], row["stage"], row["status"]) for row in rows)
    names = ("company_id", "job_id", "stage", "status")
    session.execute(
        insert(ApplicationTally), [{**dict(zip(names, key, strict=True)), "n": n} for key, n in tallies.items()]
    )
    session.execute(insert(Note), [_note(id_) for id_ in ids[::4]])
    session.execute(insert(ApplicationTag), [{"application_id": id_, "tag": "sql"} for id_ in ids[::5]])
    session.execute(insert(JobStage), [stage for job in jobs[:1000] for stage in _stages(job.id)])
    session.execute(insert(StageTemplate), [_template(n, jobs[n % len(jobs)].company_id) for n in range(2000)])
    session.execute(insert(Resume), [_resume(n, people[n]) for n in range(5000)])


def _candidate(n: int) -> dict[str, Any]:
    email = f"candidate{n}@example.org"
    return {
        "email": email, "email_key": email, "full_name": f"Candidate {n}", "role": "candidate",
        "password_hash": "!", "preferences": {},  # nosec B105
    }  # fmt: skip


def _application(n: int, jobs: Any, people: Any) -> dict[str, Any]:
    """Spread them so that no person applies to a job twice."""
    busy, turn = n % BUSY_SHARE == 0, n // BUSY_SHARE
    other = n - turn - 1
    job = jobs[0] if busy else jobs[1 + other % (len(jobs) - 1)]
    person = people[turn if busy else 11_000 + other // (len(jobs) - 1)]
    stage = STAGES[n // 7 % len(STAGES)]
    status = "rejected" if n % 3 == 0 else "hired" if stage == "hired" else "active"
    return {
        "id": n + 1, "job_id": job.id, "candidate_id": person, "company_id": job.company_id, "status": status,
        "stage": stage, "entered_at": AT, "applied_at": AT - (APPLICATIONS - n) * MINUTE, "source": "linkedin",
        "answers": [], "cover_letter": LETTER,
    }  # fmt: skip


def _event(application_id: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "application_id": application_id, "job_id": row["job_id"], "company_id": row["company_id"],
        "at": row["applied_at"], "user_id": row["candidate_id"], "kind": "applied", "to_stage": "new",
        "to_status": "active",
    }  # fmt: skip


def _note(application_id: int) -> dict[str, Any]:
    return {"application_id": application_id, "author_id": 1, "visibility": "team", "text": "Strong on SQL."}


def _stages(job_id: int) -> list[dict[str, Any]]:
    return [{**stage, "job_id": job_id, "position": position} for position, stage in enumerate(DEFAULT_STAGES)]


def _template(n: int, company_id: int) -> dict[str, Any]:
    return {"company_id": company_id, "name": f"Stages {n}", "name_key": f"stages {n}", "stages": list(DEFAULT_STAGES)}


def _resume(n: int, user_id: int) -> dict[str, Any]:
    return {"public_id": uuid.UUID(int=n + 1), "user_id": user_id, "profile": {}, "text": "SQL and Python."}
