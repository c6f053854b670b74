"""``/api/v1/users``, and the people of a company or a team: whole."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, reach
from talentsphere.api.caching import cached, versioned
from talentsphere.api.conditions import check_version, conditional
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import ID, batch_of, id_in_path, page_of, reference_to
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts import people
from talentsphere.domains.accounts.caching import USERS
from talentsphere.domains.accounts.people_schemas import (
    PERSON_V1,
    PeopleBatchQuery,
    PeopleQueryV1,
    PersonChanges,
    PersonV1,
    person_v1,
)
from talentsphere.domains.companies.models import Company, Team
from talentsphere.domains.companies.queries import get_own_company
from talentsphere.domains.companies.teams import get_team

bp = Blueprint("users", "v1", "/api/v1", description="People, as their colleagues see them")
USER, USER_ID = f"/users/<{ID}:user_id>", id_in_path("user_id", "the person")


@bp.get("/users/batch")
@bp.arguments(PeopleBatchQuery, location="query")
@bp.response(200, batch_of("items", PersonV1))
@allow("user.read")
@cached(USERS)
def get_people(query: dict[str, Any]) -> Response:
    """Give up to a hundred people by id, in the order asked, and the ids that are missing."""
    ids = query["ids"]
    with reading() as session:
        found = people.list_people_by_ids(session, reach(), ids, PERSON_V1)
    items = [person_v1(found[id_]) for id_ in ids if id_ in found]
    return json_response({"items": items, "missing": [id_ for id_ in ids if id_ not in found]})


@bp.get(USER, parameters=USER_ID)
@bp.response(200, PersonV1)
@bp.alt_response(404, "NOT_FOUND")
@allow("user.read")
@cached(USERS)
def get_person(user_id: int) -> Response:
    """Give one person."""
    with reading() as session:
        row = people.get_person(session, reach(), user_id, PERSON_V1)
    return versioned(json_response(person_v1(row)), row.version)


@bp.patch(USER, parameters=USER_ID)
@bp.arguments(PersonChanges)
@bp.response(200, PersonV1)
@bp.alt_response(404, "NOT_FOUND")
@allow("user.update")
@conditional
def update_person(changes: dict[str, Any], user_id: int) -> Response:
    """Change a person's role or team, or close their account."""
    with writing() as session:
        person = people.lock_person(session, reach(), user_id)
        check_version(person.version)
        people.change_person(session, actor(), person, changes)
    return versioned(json_response(person_v1(person)), person.version)


@bp.get(f"/teams/<{ID}:team_id>/users", parameters=id_in_path("team_id", "the team"))
@bp.arguments(PeopleQueryV1, location="query")
@bp.response(200, page_of(PersonV1))
@bp.alt_response(404, "NOT_FOUND")
@allow("team.read")
@cached(USERS)
def list_members(query: dict[str, Any], team_id: int) -> Response:
    """List the people of a team."""
    window = numbered_window(query)
    with reading() as session:
        team = get_team(session, reach(), team_id, (Team.id, people.count_of_team(query).label("total")))
        rows = people.list_members(session, reach(), team.id, query, window, PERSON_V1)
    return json_response(numbered_page(rows, window, Total(team.total), person_v1))


@bp.get("/companies/<reference>/users", parameters=reference_to("the company", "viamo"))
@bp.arguments(PeopleQueryV1, location="query")
@bp.response(200, page_of(PersonV1))
@bp.alt_response(404, "NOT_FOUND")
@allow("user.list")
@cached(USERS)
def list_people(query: dict[str, Any], reference: str) -> Response:
    """List the people of a company."""
    window = numbered_window(query)
    with reading() as session:
        columns = (Company.id, people.count_of_company(query).label("total"))
        company = get_own_company(session, reach(), reference, columns)
        rows = people.list_people(session, reach(), company.id, query, window, PERSON_V1)
    return json_response(numbered_page(rows, window, Total(company.total), person_v1))
