"""Fingerprints for postings that were stored before there were any."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from talentsphere.db.changes import mark_changed
from talentsphere.domains.jobs.fingerprints import fingerprint_of
from talentsphere.domains.jobs.models import Job

JOBS: Any = Job.__table__
BATCH = 500


def fingerprint_jobs(session: Session, after: int, limit: int = BATCH) -> tuple[int, int | None]:
    """Give up to ``limit`` postings behind id ``after`` their fingerprint where they have none.

    Returns how many got one, and the id to go on behind: None at the end. Two statements. It is no change that a client
    sees, so there is no version and no event.
    """
    columns = (JOBS.c.id, JOBS.c.title, JOBS.c.location, JOBS.c.description_text, JOBS.c.sketch)
    batch = select(*columns).where(JOBS.c.id > after).order_by(JOBS.c.id).limit(limit).with_for_update()
    rows = session.execute(batch).all()
    found = [
        {"job": row.id, **fingerprint_of(row.title, row.location, row.description_text)}
        for row in rows
        if row.sketch is None
    ]
    if found:
        mark_changed(session, "jobs")
        values: dict[str, Any] = {name: bindparam(name) for name in found[0] if name != "job"}
        session.connection().execute(update(JOBS).where(JOBS.c.id == bindparam("job")).values(values), found)
    return len(found), rows[-1].id if len(rows) == limit else None
