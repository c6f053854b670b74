"""``/api/v2/users``, and the people of a company or a team: minimal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, null

from talentsphere.api.auth import actor, allow, reach
from talentsphere.api.caching import cached, versioned
from talentsphere.api.conditions import check_version, conditional
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, Walk, walk_response
from talentsphere.api.shapes import ID, batch_of, id_in_path, reference_to, walk_of
from talentsphere.db.rows import AnyRow
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts import people
from talentsphere.domains.accounts.caching import USERS
from talentsphere.domains.accounts.people_schemas import (
    PERSON_V2,
    PeopleBatchQuery,
    PeopleQueryV2,
    PersonChanges,
    PersonV2,
    person_v2,
)
from talentsphere.domains.companies.models import Company, Team
from talentsphere.domains.companies.queries import get_own_company
from talentsphere.domains.companies.teams import get_team

bp = Blueprint("users", "v2", "/api/v2", description="People, as their colleagues see them")
USER, USER_ID = f"/users/<{ID}:user_id>", id_in_path("user_id", "the person")


@bp.get("/users/batch")
@bp.arguments(PeopleBatchQuery, location="query")
@bp.response(200, batch_of("data", PersonV2))
@allow("user.read")
@cached(USERS)
def get_people(query: dict[str, Any]) -> Response:
    """Give up to a hundred people by id, in the order asked, and the ids that are missing."""
    ids = query["ids"]
    with reading() as session:
        found = people.list_people_by_ids(session, reach(), ids, PERSON_V2)
    cards = [person_v2(found[id_]) for id_ in ids if id_ in found]
    return json_response({"data": cards, "missing": [id_ for id_ in ids if id_ not in found]})


@bp.get(USER, parameters=USER_ID)
@bp.response(200, PersonV2)
@bp.alt_response(404, "NOT_FOUND")
@allow("user.read")
@cached(USERS)
def get_person(user_id: int) -> Response:
    """Give one person."""
    with reading() as session:
        row = people.get_person(session, reach(), user_id, PERSON_V2)
    return versioned(json_response(person_v2(row)), row.version)


@bp.patch(USER, parameters=USER_ID)
@bp.arguments(PersonChanges)
@bp.response(200, PersonV2)
@bp.alt_response(404, "NOT_FOUND")
@allow("user.update")
@conditional
def update_person(changes: dict[str, Any], user_id: int) -> Response:
    """Change a person's role or team, or close their account."""
    with writing() as session:
        person = people.lock_person(session, reach(), user_id)
        check_version(person.version)
        people.change_person(session, actor(), person, changes)
    return versioned(json_response(person_v2(person)), person.version)


@bp.get(f"/teams/<{ID}:team_id>/users", parameters=id_in_path("team_id", "the team"))
@bp.arguments(PeopleQueryV2, location="query")
@bp.response(200, walk_of(PersonV2))
@bp.alt_response(404, "NOT_FOUND")
@allow("team.read")
@cached(USERS)
def list_members(query: dict[str, Any], team_id: int) -> Response:
    """List the people of a team."""
    walk: Walk[Any] = Walk.of(query, ("team", team_id, _applied(query)), lambda row: (row.id,))
    with reading() as session:
        team = get_team(session, reach(), team_id, (Team.id, _counted(query, people.count_of_team)))
        rows = people.list_members(session, reach(), team.id, query, walk.window, PERSON_V2)
    return walk_response(walk, rows, person_v2, _applied(query), _total(team))


@bp.get("/companies/<reference>/users", parameters=reference_to("the company", "viamo"))
@bp.arguments(PeopleQueryV2, location="query")
@bp.response(200, walk_of(PersonV2))
@bp.alt_response(404, "NOT_FOUND")
@allow("user.list")
@cached(USERS)
def list_people(query: dict[str, Any], reference: str) -> Response:
    """List the people of a company."""
    walk: Walk[Any] = Walk.of(query, ("company", reference, _applied(query)), lambda row: (row.id,))
    with reading() as session:
        company = get_own_company(session, reach(), reference, (Company.id, _counted(query, people.count_of_company)))
        rows = people.list_people(session, reach(), company.id, query, walk.window, PERSON_V2)
    return walk_response(walk, rows, person_v2, _applied(query), _total(company))


def _applied(query: dict[str, Any]) -> dict[str, Any]:
    """Return what was understood: the filters and the sort."""
    return {name: query[name] for name in ("active", "role") if name in query} | {"sort": "id"}


def _counted(query: dict[str, Any], count: Callable[[dict[str, Any]], ColumnElement[int]]) -> ColumnElement[Any]:
    """Return the column ``total``: null when nobody asked for it."""
    return (null() if query["count"] == "none" else count(query)).label("total")


def _total(row: AnyRow) -> Total | None:
    return None if row.total is None else Total(row.total)
