"""Made-up kept counts and roll-ups of hiring, so that a database plans as it would with real ones."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from talentsphere.db.changes import mark_changed
from talentsphere.domains.analytics.folding import DAY_SUMS, STAGE_SUMS
from talentsphere.domains.analytics.models import DayRollup, StageRollup
from talentsphere.domains.applications.models import STAGE_KINDS
from talentsphere.domains.jobs.models import Job

JOBS = 2_000
COMPANIES, DAYS, PARTS = 20, 720, 2
LAST_DAY = date(2026, 7, 1)


def add_sums(session: Session) -> None:
    """Add roll-ups of some thousand jobs and of two years."""
    jobs = session.execute(select(Job.company_id, Job.id).order_by(Job.id).limit(JOBS)).all()
    companies = sorted({job.company_id for job in jobs})[:COMPANIES]
    mark_changed(session, "rollups")
    stages = [
        {"company_id": job.company_id, "job_id": job.id, "stage": stage, "cohort": LAST_DAY, "source": source}
        for job, stage, source in product(jobs, STAGE_KINDS, ("", "linkedin"))
    ]
    session.execute(insert(StageRollup), [row | dict.fromkeys(STAGE_SUMS, 1) for row in stages])
    days = [
        {"company_id": company, "day": LAST_DAY - timedelta(days=n), "shard": shard}
        for company, n, shard in product(companies, range(DAYS), range(PARTS))
    ]
    session.execute(insert(DayRollup), [row | dict.fromkeys(DAY_SUMS, 1) for row in days])
