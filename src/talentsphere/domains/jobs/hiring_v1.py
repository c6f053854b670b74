"""``/api/v1/jobs/{id}/hiring-team``: who sees a posting and its applicants, whole."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, reach
from talentsphere.api.caching import cached
from talentsphere.api.conditions import conditional
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import ID, id_in_path, page_of
from talentsphere.db.session import reading, writing
from talentsphere.domains.jobs import hiring
from talentsphere.domains.jobs.answering import locked_job
from talentsphere.domains.jobs.caching import HIRING_TEAM
from talentsphere.domains.jobs.hiring_schemas import MEMBER_V1, Membership, TeamMemberV1, TeamQueryV1, member
from talentsphere.domains.jobs.parameters import JOB
from talentsphere.domains.jobs.services import get_team_job

bp = Blueprint("hiring_team", "v1", "/api/v1/jobs", description="Who sees a posting and its applicants")
ONE, ONE_ID = f"/<job>/hiring-team/<{ID}:user_id>", [*JOB, *id_in_path("user_id", "the person")]


@bp.get("/<job>/hiring-team", parameters=JOB)
@bp.arguments(TeamQueryV1, location="query")
@bp.response(200, page_of(TeamMemberV1))
@bp.alt_response(404, "NOT_FOUND")
@allow("hiring_team.read")
@cached(HIRING_TEAM)
def list_hiring_team(query: dict[str, Any], job: str) -> Response:
    """List the people of the hiring team."""
    window = numbered_window(query)
    with reading() as session:
        found = get_team_job(session, reach(), job)
        rows = hiring.list_team(session, found.id, window, MEMBER_V1)
    return json_response(numbered_page(rows, window, Total(found.members), member))


@bp.put(ONE, parameters=ONE_ID)
@bp.arguments(Membership)
@bp.response(200, TeamMemberV1)
@bp.alt_response(404, "NOT_FOUND")
@allow("hiring_team.write")
@conditional
def put_hiring_team_member(membership: dict[str, Any], job: str, user_id: int) -> Response:
    """Let a colleague see the posting and its applicants; `If-Match` is about the posting."""
    with writing() as session:
        posting = locked_job(session, job)
        hiring.put_member(session, actor(), posting, user_id, membership["role"])
        row = hiring.get_member(session, posting.id, user_id, MEMBER_V1)
    return json_response(member(row))


@bp.delete(ONE, parameters=ONE_ID)
@bp.response(204)
@bp.alt_response(404, "NOT_FOUND")
@allow("hiring_team.write")
@conditional
def remove_hiring_team_member(job: str, user_id: int) -> Response:
    """Let a person see the posting no longer; `If-Match` is about the posting."""
    with writing() as session:
        hiring.remove_member(session, actor(), locked_job(session, job), user_id)
    return Response(status=204)
