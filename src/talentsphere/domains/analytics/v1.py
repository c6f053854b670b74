"""``/api/v1/dashboard`` and ``/api/v1/analytics``: figures of hiring, whole."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import allow, principal, reach
from talentsphere.api.caching import cached
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.shapes import few_of
from talentsphere.db.base import now
from talentsphere.db.session import reading
from talentsphere.domains.analytics import queries, services
from talentsphere.domains.analytics.caching import ANALYTICS, DASHBOARD
from talentsphere.domains.analytics.figures import every_day, source_of
from talentsphere.domains.analytics.parameters import DayQuery, FunnelQuery, SourceQuery, filter_of, first_day
from talentsphere.domains.analytics.schemas import DashboardV1, Day, FunnelV1, SourceV1

dashboard = Blueprint("dashboard", "v1", "/api/v1/dashboard", description="What each role sees first")
bp = Blueprint("analytics", "v1", "/api/v1/analytics", description="Figures of hiring")


@dashboard.get("")
@dashboard.response(200, DashboardV1)
@allow("dashboard.read")
@cached(DASHBOARD)
def get_dashboard() -> Response:
    """Give what concerns the caller's role: applications by status and stage, postings, the last 30 days."""
    with reading() as session:
        found = services.dashboard_of(session, reach(), str(principal().role), now())
    return json_response(found)


@bp.get("/funnel")
@bp.arguments(FunnelQuery, location="query")
@bp.response(200, FunnelV1)
@bp.alt_response(404, "NOT_FOUND")
@allow("analytics.read")
@cached(ANALYTICS)
def get_funnel(query: dict[str, Any]) -> Response:
    """Give how many applications got how far, how long they stood in each stage, and how long a hire took."""
    with reading() as session:
        found = services.funnel(session, reach(), filter_of(query))
    return json_response(found)


@bp.get("/sources")
@bp.arguments(SourceQuery, location="query")
@bp.response(200, few_of("items", SourceV1))
@allow("analytics.read")
@cached(ANALYTICS)
def list_sources(query: dict[str, Any]) -> Response:
    """List where candidates come from, most applications first, and how many of them were hired."""
    queries.depend_on_figures(reach())
    with reading() as session:
        rows = queries.sum_by_source(session, reach(), filter_of(query), query["limit"])
    return json_response({"items": [source_of(row) for row in rows]})


@bp.get("/days")
@bp.arguments(DayQuery, location="query")
@bp.response(200, few_of("items", Day))
@allow("analytics.read")
@cached(ANALYTICS)
def list_days(query: dict[str, Any]) -> Response:
    """List what happened on each of the last days."""
    queries.depend_on_figures(reach())
    today, since = now().date(), first_day(query, now())
    with reading() as session:
        rows = queries.sum_by_day(session, reach(), since)
    days = [{name: day[name] for name in Day().fields} for day in every_day(rows, since, today)]
    return json_response({"items": days})
