"""The dashboard of whoever asks, and the funnel of a job or of all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from talentsphere.cache.dependencies import depends_on
from talentsphere.db.caller import Extent, Reach
from talentsphere.db.rows import Reader
from talentsphere.domains.analytics import dashboards, queries
from talentsphere.domains.analytics.figures import funnel_of
from talentsphere.domains.analytics.queries import FigureFilter
from talentsphere.domains.applications.models import DEFAULT_STAGES
from talentsphere.domains.applications.stages import list_stages


def dashboard_of(session: Reader, reach: Reach, role: str, at: datetime) -> dict[str, Any]:
    """Return the parts that concern the caller; at most three statements."""
    depends_on(f"user:{reach.user_id}")
    if reach.extent is Extent.OWN:
        found = dashboards.candidate_dashboard(session, reach)
    elif reach.extent is Extent.HIRING_TEAM:
        found = dashboards.team_dashboard(session, reach)
    elif reach.extent is Extent.COMPANY:
        found = dashboards.recruiter_dashboard(session, reach, at.date())
    else:
        found = dashboards.admin_dashboard(session, reach, at.date())
    return {"role": role, **found}


def funnel(session: Reader, reach: Reach, wanted: FigureFilter) -> dict[str, Any]:
    """Return the funnel of a job by its stages (three statements), or of all jobs by kinds of stages (one)."""
    queries.depend_on_figures(reach)
    if wanted.job_id is None:
        return funnel_of(DEFAULT_STAGES, queries.sum_by_kind(session, reach, wanted))
    job = queries.get_job(session, reach, wanted.job_id)
    return funnel_of(list_stages(session, job.id), queries.sum_by_stage(session, job, wanted))
