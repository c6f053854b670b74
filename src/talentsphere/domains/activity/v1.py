"""``/api/v1/logs``: what was done, in whole entries, with page numbers."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import allow, reach
from talentsphere.api.caching import cached
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import page_of
from talentsphere.db.session import reading
from talentsphere.domains.activity import queries
from talentsphere.domains.activity.caching import LOGS
from talentsphere.domains.activity.parameters import ActivityListQueryV1, filter_of
from talentsphere.domains.activity.schemas import ACTIVITY_V1, ActivityV1, activity_v1

bp = Blueprint("logs", "v1", "/api/v1/logs", description="Who did what, and when")


@bp.get("")
@bp.arguments(ActivityListQueryV1, location="query")
@bp.response(200, page_of(ActivityV1))
@allow("activity.read")
@cached(LOGS)
def list_activities(query: dict[str, Any]) -> Response:
    """List what was done in your company, newest first; an admin sees all companies."""
    window, wanted = numbered_window(query), filter_of(query)
    with reading() as session:
        rows = queries.list_activities(session, reach(), wanted, window, ACTIVITY_V1)
        total = Total(*queries.count_activities(session, reach(), wanted))
    return json_response(numbered_page(rows, window, total, activity_v1))
