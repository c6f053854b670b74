"""Kept counts of applications, and how every write of an application keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from talentsphere.db.changes import mark_changed
from talentsphere.db.dialect import add_to_counters
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.applications.models import ApplicationTally
from talentsphere.domains.applications.tagging import of_job

SUM = cast(func.coalesce(func.sum(ApplicationTally.n), 0), BigInteger)


class Standing(NamedTuple):
    """Where an application is counted."""

    company_id: int
    job_id: int
    stage: str
    status: str


def record_standings(session: Session, changes: Iterable[tuple[Standing | None, Standing]]) -> None:
    """Count each application where it stands now instead of where it stood; one statement, and nothing is read.

    Call it once a transaction, late: rows are locked in one order, so that writers never wait in a circle.
    """
    more: Counter[Standing] = Counter()
    for before, after in changes:
        more[after] += 1
        if before is not None:
            more[before] -= 1
    rows = [{**standing._asdict(), "n": n} for standing, n in sorted(more.items()) if n]
    mark_changed(session, "applications", *(of_job(row["job_id"]) for row in rows))
    add_to_counters(session, ApplicationTally, "n", rows)


def list_tallies(session: Reader, company_id: int, job_id: int) -> list[AnyRow]:
    """Return (stage, status, n) of one job; one statement. Uses ``pk_application_tallies``."""
    statement = select(ApplicationTally.stage, ApplicationTally.status, ApplicationTally.n)
    of_this = (ApplicationTally.company_id == company_id, ApplicationTally.job_id == job_id)
    return list(session.execute(statement.where(*of_this)).all())
