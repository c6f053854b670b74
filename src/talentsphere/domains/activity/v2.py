"""``/api/v2/logs``: what was done, in minimal entries, with cursors."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import allow, reach
from talentsphere.api.caching import cached
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, Walk, walk_response
from talentsphere.api.shapes import walk_of
from talentsphere.db.session import reading
from talentsphere.domains.activity import queries
from talentsphere.domains.activity.caching import LOGS
from talentsphere.domains.activity.parameters import ActivityListQueryV2, applied, filter_of
from talentsphere.domains.activity.schemas import ACTIVITY_V2, ActivityV2, activity_v2

bp = Blueprint("logs", "v2", "/api/v2/logs", description="Who did what, and when")


@bp.get("")
@bp.arguments(ActivityListQueryV2, location="query")
@bp.response(200, walk_of(ActivityV2))
@allow("activity.read")
@cached(LOGS)
def list_activities(query: dict[str, Any]) -> Response:
    """List what was done in your company, newest first; an admin sees all companies."""
    understood, wanted = applied(query), filter_of(query)
    walk: Walk[Any] = Walk.of(query, ["logs", understood], queries.place_of)
    with reading() as session:
        rows = queries.list_activities(session, reach(), wanted, walk.window, ACTIVITY_V2)
        total = None if query["count"] == "none" else Total(*queries.count_activities(session, reach(), wanted))
    return walk_response(walk, rows, activity_v2, understood, total)
