"""The named queries of figures, each with the index that it must use."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from talentsphere.db.caller import Extent, Reach
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.analytics import dashboards, queries
from talentsphere.domains.analytics.folding import STEP, recount
from talentsphere.domains.analytics.models import DayRollup, StageRollup
from talentsphere.domains.analytics.queries import FigureFilter
from talentsphere.domains.jobs.models import Job

ALL, COMPANY = Reach(Extent.EVERYTHING), Reach(Extent.COMPANY, company_id=7)
TEAM, OWN = Reach(Extent.HIRING_TEAM, 7, 7), Reach(Extent.OWN, 7)
TODAY, RECENT = date(2026, 7, 1), date(2026, 6, 25)
STAGES, TALLIES = ("pk_stage_rollups",), ("pk_application_tallies",)
HISTORY = ("ix_application_events_application",)
EVERYTHING = FigureFilter()

PLANS = (
    NamedQuery("analytics.fold", HISTORY, lambda session: session.execute(recount(StageRollup, STEP.id.in_([7, 8])))),
    NamedQuery(
        "analytics.fold.days", HISTORY, lambda session: session.execute(recount(DayRollup, STEP.id.in_([7, 8])))
    ),
    NamedQuery(
        "analytics.funnel.job",
        STAGES,
        lambda session, job: queries.sum_by_stage(session, job, EVERYTHING),
        given=lambda session: session.execute(select(Job.id, Job.company_id).where(Job.id == 7)).one(),
    ),
    NamedQuery(
        "analytics.funnel", STAGES, lambda session: queries.sum_by_kind(session, COMPANY, EVERYTHING), ("job_stages",)
    ),
    NamedQuery(
        "analytics.sources",
        STAGES,
        lambda session: queries.sum_by_source(session, COMPANY, EVERYTHING, 20),
        ("job_stages",),
    ),
    NamedQuery("analytics.days", ("pk_day_rollups",), lambda session: queries.sum_by_day(session, COMPANY, RECENT)),
    NamedQuery("analytics.days.all", ("ix_day_rollups_day",), lambda session: queries.sum_by_day(session, ALL, RECENT)),
    NamedQuery(
        "dashboard.candidate", ("ix_applications_candidate",), lambda session: dashboards.count_own(session, OWN)
    ),
    NamedQuery(
        "dashboard.candidate.recent",
        ("ix_applications_candidate",),
        lambda session: dashboards.list_recent(session, OWN),
    ),
    NamedQuery(
        "dashboard.team",
        ("ix_hiring_teams_user",),
        lambda session: dashboards.team_dashboard(session, TEAM),
        ("job_stages",),
    ),
    NamedQuery(
        "dashboard.recruiter",
        TALLIES,
        lambda session: dashboards.recruiter_dashboard(session, COMPANY, TODAY),
        ("job_stages",),
    ),
    NamedQuery(  # all of the kept counts are wanted
        "dashboard.admin",
        ("ix_day_rollups_day",),
        lambda session: dashboards.admin_dashboard(session, ALL, TODAY),
        scans=("application_tallies", "job_stages", "job_tallies"),
    ),
)
