"""``/api/v2/teams``: departments of a company, minimal."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, reach
from talentsphere.api.caching import cached, versioned
from talentsphere.api.conditions import check_version, conditional
from talentsphere.api.idempotency import idempotent
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, Walk, walk_response
from talentsphere.api.shapes import ID, id_in_path, walk_of
from talentsphere.db.session import reading, writing
from talentsphere.domains.companies import teams
from talentsphere.domains.companies.caching import TEAMS
from talentsphere.domains.companies.team_schemas import (
    TEAM_V2,
    NewTeam,
    TeamChanges,
    TeamListQueryV2,
    TeamV2,
    team_v2,
)

bp = Blueprint("teams", "v2", "/api/v2/teams", description="Departments of a company")
ONE, TEAM_ID = f"/<{ID}:team_id>", id_in_path("team_id", "the team")


@bp.get("")
@bp.arguments(TeamListQueryV2, location="query")
@bp.response(200, walk_of(TeamV2))
@allow("team.read")
@cached(TEAMS)
def list_teams(query: dict[str, Any]) -> Response:
    """List the teams of the caller's company by name; of all companies for an admin."""
    walk: Walk[Any] = Walk.of(query, "teams", teams.place_of)
    with reading() as session:
        rows = teams.list_teams(session, reach(), walk.window, TEAM_V2)
        total = None if query["count"] == "none" else Total(teams.count_teams(session, reach()))
    return walk_response(walk, rows, team_v2, {"sort": "name"}, total)


@bp.post("")
@bp.arguments(NewTeam)
@bp.response(201, TeamV2)
@bp.alt_response(409, "CONFLICT")
@allow("team.write")
@idempotent
def create_team(new: dict[str, Any]) -> Response:
    """Add a team."""
    with writing() as session:
        team = teams.add_team(session, reach(), actor(), new)
    response = versioned(json_response(team_v2(team), 201), team.version)
    response.headers["Location"] = f"{bp.url_prefix}/{team.id}"
    return response


@bp.get(ONE, parameters=TEAM_ID)
@bp.response(200, TeamV2)
@bp.alt_response(404, "NOT_FOUND")
@allow("team.read")
@cached(TEAMS)
def get_team(team_id: int) -> Response:
    """Give one team."""
    with reading() as session:
        row = teams.get_team(session, reach(), team_id, TEAM_V2)
    return versioned(json_response(team_v2(row)), row.version)


@bp.patch(ONE, parameters=TEAM_ID)
@bp.arguments(TeamChanges)
@bp.response(200, TeamV2)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("team.write")
@conditional
def update_team(changes: dict[str, Any], team_id: int) -> Response:
    """Rename a team, or say whether it is active."""
    with writing() as session:
        team = teams.lock_team(session, reach(), team_id)
        check_version(team.version)
        teams.change_team(session, actor(), team, changes)
    return versioned(json_response(team_v2(team)), team.version)


@bp.delete(ONE, parameters=TEAM_ID)
@bp.response(204)
@bp.alt_response(404, "NOT_FOUND")
@allow("team.write")
@conditional
def delete_team(team_id: int) -> Response:
    """Delete a team; its people stay, in no team."""
    with writing() as session:
        team = teams.lock_team(session, reach(), team_id)
        check_version(team.version)
        teams.remove_team(session, actor(), team)
    return Response(status=204)
