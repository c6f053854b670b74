"""What each role sees first, at most three statements each, whatever there is: kept counts, roll-ups, newest rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, select

from talentsphere.cache.dependencies import depends_on
from talentsphere.db.caller import Extent, Reach, of_company
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.analytics.figures import every_day, sums_of
from talentsphere.domains.analytics.queries import depend_on_figures, sum_by_day
from talentsphere.domains.applications.models import STAGE_KINDS, STATUSES, Application, ApplicationTally, JobStage
from talentsphere.domains.applications.queries import SHOWN_STATUS
from talentsphere.domains.applications.tagging import of_candidate
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import HiringTeamMember, Job
from talentsphere.domains.jobs.own import within
from talentsphere.domains.jobs.tallies import list_tallies

DAYS = 30
JOBS, RECENT = 10, 5
N = cast(func.sum(ApplicationTally.n), BigInteger)
Dashboard = dict[str, Any]


def candidate_dashboard(session: Reader, reach: Reach) -> Dashboard:
    """Return how a person's applications stand, and the newest of them; two statements."""
    depends_on(of_candidate(reach.user_id or 0))
    counts = Counter(dict(count_own(session, reach)))
    rows = list_recent(session, reach)
    depends_on(*(f"job:{row.job_id}" for row in rows), *(f"company:{row.company_id}" for row in rows))
    return {"applications": _standing(counts), "recent": [_recent(row) for row in rows]}


def count_own(session: Reader, reach: Reach) -> list[tuple[str, int]]:
    """Return (status as the candidate may know it, count); one statement. Uses ``ix_applications_candidate``."""
    own = Application.candidate_id == reach.user_id
    rows = session.execute(select(SHOWN_STATUS, func.count()).where(own).group_by(SHOWN_STATUS))
    return [(status, n) for status, n in rows]


def list_recent(session: Reader, reach: Reach) -> Sequence[AnyRow]:
    """Return a person's newest applications with job and company; one statement. Uses ``ix_applications_candidate``."""
    columns = (
        Application.id, Application.job_id, Application.company_id, Job.title, Company.name.label("company"),
        Application.stage, SHOWN_STATUS.label("status"), Application.applied_at,
    )  # fmt: skip
    statement = select(*columns).join(Job, Job.id == Application.job_id)
    statement = statement.join(Company, Company.id == Application.company_id)
    own = Application.candidate_id == reach.user_id
    return session.execute(statement.where(own).order_by(Application.id.desc()).limit(RECENT)).all()


def team_dashboard(session: Reader, reach: Reach) -> Dashboard:
    """Return how the applications to the postings of somebody's hiring teams stand, and those postings; two statements.

    What is quarantined is nothing to them.
    """
    depend_on_figures(reach)
    depends_on("hiring_teams", "stages")
    team = select(HiringTeamMember.job_id).where(HiringTeamMember.user_id == reach.user_id)
    rows = count_by_kind(session, reach, ApplicationTally.job_id.in_(team))
    jobs = list_team_jobs(session, reach)
    return {**_counts([row for row in rows if row.status != "quarantined"]), "jobs": _jobs(jobs)}


def list_team_jobs(session: Reader, reach: Reach) -> Sequence[AnyRow]:
    """Return the newest postings of somebody's teams, each with how many applications are active; one statement.

    Uses ``ix_hiring_teams_user``.
    """
    active = select(func.coalesce(N, 0)).where(
        ApplicationTally.company_id == Job.company_id,
        ApplicationTally.job_id == Job.id,
        ApplicationTally.status == "active",
    )
    columns = (Job.id, Job.title, Job.status, active.correlate(Job).scalar_subquery().label("active"))
    return session.execute(select(*columns).where(within(reach)).order_by(Job.key.desc()).limit(JOBS)).all()


def recruiter_dashboard(session: Reader, reach: Reach, today: date) -> Dashboard:
    """Return how a company's hiring stands, its last days, and the postings with most to do; three statements."""
    depend_on_figures(reach)
    depends_on("stages", f"company:{reach.company_id}")
    rows, days = count_by_kind(session, reach), _last_days(session, reach, today)
    busiest = list_busiest(session, reach)
    open_jobs = busiest[0].open_jobs if busiest else 0
    jobs = _jobs([row for row in busiest if row.id is not None])
    return {**_counts(rows, STATUSES), "open_jobs": open_jobs, "jobs": jobs, **days}


def list_busiest(session: Reader, reach: Reach) -> Sequence[AnyRow]:
    """Return the company's ``open_jobs`` with each of its postings that have most active applications; one statement.

    Uses ``pk_application_tallies``. One row without a posting when none has any.
    """
    tallies = select(ApplicationTally.job_id, N.label("active"))
    tallies = tallies.where(of_company(ApplicationTally.company_id, reach), ApplicationTally.status == "active")
    top = tallies.group_by(ApplicationTally.job_id).having(N > 0)
    top = top.order_by(N.desc(), ApplicationTally.job_id.desc()).limit(JOBS)
    most = top.subquery("most")
    named = select(most.c.job_id, most.c.active, Job.title, Job.status).join(Job, Job.id == most.c.job_id)
    jobs = named.subquery("named")
    columns = (Company.open_jobs, jobs.c.job_id.label("id"), jobs.c.title, jobs.c.status, jobs.c.active)
    statement = select(*columns).outerjoin(jobs, Company.id.is_not(None)).where(of_company(Company.id, reach))
    return session.execute(statement.order_by(jobs.c.active.desc(), jobs.c.job_id.desc())).all()


def admin_dashboard(session: Reader, reach: Reach, today: date) -> Dashboard:
    """Return how hiring stands in all companies, the last days, and how many postings there are; three statements."""
    depend_on_figures(reach)
    depends_on("stages", "jobs")
    jobs: Counter[str] = Counter()
    for status, _, _, _, n in list_tallies(session):
        jobs[status] += int(n)
    counts = _counts(count_by_kind(session, reach), STATUSES)
    return {**counts, "postings": dict(jobs), **_last_days(session, reach, today)}


def count_by_kind(session: Reader, reach: Reach, *conditions: ColumnElement[bool]) -> Sequence[AnyRow]:
    """Return (kind of stage, status, n) of the applications within ``reach``, from kept counts; one statement.

    Uses ``pk_application_tallies``.
    """
    company = of_company(ApplicationTally.company_id, reach)
    if reach.extent is Extent.HIRING_TEAM:
        company = ApplicationTally.company_id == reach.company_id
    kind = func.coalesce(JobStage.kind, ApplicationTally.stage).label("kind")
    of_job = and_(JobStage.job_id == ApplicationTally.job_id, JobStage.stage == ApplicationTally.stage)
    statement = select(kind, ApplicationTally.status, N.label("n")).outerjoin(JobStage, of_job)
    return session.execute(statement.where(company, *conditions).group_by(kind, ApplicationTally.status)).all()


def _last_days(session: Reader, reach: Reach, today: date) -> Dashboard:
    since = today - timedelta(days=DAYS - 1)
    days = every_day(sum_by_day(session, reach, since), since, today)
    shown = [{name: value for name, value in day.items() if name != "hire_seconds"} for day in days]
    return {"days": shown, "last_30_days": sums_of(days)}


def _counts(rows: Sequence[AnyRow], statuses: Sequence[str] = ()) -> Dashboard:
    by_status, by_kind = Counter[str](), Counter[str]()
    for row in rows:
        by_status[row.status] += row.n
        if row.status == "active":
            by_kind[row.kind] += row.n
    stages = [{"stage": kind, "active": by_kind[kind]} for kind in STAGE_KINDS]
    return {"applications": _standing(by_status, statuses), "stages": stages}


def _standing(counts: Counter[str], statuses: Sequence[str] = ()) -> dict[str, int]:
    names = statuses or [status for status in STATUSES if status != "quarantined"]
    return {"total": sum(counts.values()), **{status: counts[status] for status in names}}


def _jobs(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    depends_on(*(f"job:{row.id}" for row in rows))
    return [{"id": row.id, "title": row.title, "status": row.status, "active": row.active} for row in rows]


def _recent(row: AnyRow) -> dict[str, Any]:
    names = ("id", "job_id", "title", "company", "stage", "status", "applied_at")
    return {name: getattr(row, name) for name in names}
