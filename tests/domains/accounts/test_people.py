"""People as their colleagues see them: batches, lists of a team, changes by staff, and what stays unseen."""

from __future__ import annotations

import pytest
from tests.factories import bearer, make_company, make_team, make_user

from talentsphere.domains.accounts.models import User
from talentsphere.domains.activity.models import Activity

VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])
ANY = {"If-Match": "*"}
SHOWN_V2 = {"id", "full_name", "email", "role", "team_id", "is_active"}


@pytest.fixture
def people(client):
    """Viamo has the users 1 (recruiter), 2 (interviewer in team 1) and 3 (closed, in team 1); Acme has 4; 5 is a
    candidate and 6 an admin."""
    viamo, acme = make_company("Viamo"), make_company("Acme")
    make_team(viamo)
    make_team(acme)
    return [
        make_user("recruiter", viamo),
        make_user("interviewer", viamo, team_id=1),
        make_user("interviewer", viamo, team_id=1, is_active=False),
        make_user("recruiter", acme, team_id=2),
        make_user("candidate"),
        make_user("admin"),
    ]


@pytest.fixture
def recruiter(people):
    return bearer(people[0])


@pytest.fixture
def admin(people):
    return bearer(people[5])


def error_of(response) -> dict[str, object]:
    """The status and body of a refusal, without what names the one request."""
    varies = ("request_id", "instance", "detail")
    return {name: value for name, value in response.get_json().items() if name not in varies}


def ids_of(response) -> list[int]:
    body = response.get_json()
    return [person["id"] for person in body.get("items", body.get("data"))]


@VERSIONS
def test_a_batch_keeps_the_order_and_lists_what_is_missing(client, recruiter, version):
    answer = client.get(f"/api/{version}/users/batch?ids=3,99,1,2,4,5,6,2147483648,1", headers=recruiter)
    assert ids_of(answer) == [3, 1, 2]
    assert answer.get_json()["missing"] == [99, 4, 5, 6, 2147483648]


@VERSIONS
def test_a_batch_costs_one_statement(client, recruiter, version):
    ids = ",".join(str(id_) for id_ in range(1, 101))
    client.get("/api/v1/users/1", headers=recruiter)  # so that the session is known
    answer = client.get(f"/api/{version}/users/batch?ids={ids}", headers=recruiter)
    assert (answer.status_code, len(answer.get_json()["missing"])) == (200, 97)
    assert 'desc="1 query"' in answer.headers["Server-Timing"]


@VERSIONS
@pytest.mark.parametrize("ids", [",".join(str(id_) for id_ in range(1, 102)), "", "x", "1,,2", "-1"])
def test_a_batch_of_more_than_a_hundred_or_of_no_ids_is_400(client, recruiter, version, ids):
    assert client.get(f"/api/{version}/users/batch?ids={ids}", headers=recruiter).status_code == 400


def test_an_admin_sees_everybody_and_a_candidate_only_themselves(client, people, admin):
    assert ids_of(client.get("/api/v2/users/batch?ids=1,4,5,6", headers=admin)) == [1, 4, 5, 6]
    own = client.get("/api/v2/users/batch?ids=1,4,5,6", headers=bearer(people[4])).get_json()
    assert ([person["id"] for person in own["data"]], own["missing"]) == ([5], [1, 4, 6])


def test_only_the_documented_fields_are_shown(client, recruiter):
    assert client.get("/api/v2/users/2", headers=recruiter).get_json().keys() == SHOWN_V2
    assert "password" not in client.get("/api/v1/users/2", headers=recruiter).text


@pytest.mark.parametrize("viewer", [0, 1])
@VERSIONS
def test_people_of_another_company_are_as_if_they_were_not_there(client, people, version, viewer):
    headers = bearer(people[viewer])
    refusals = [client.get(f"/api/{version}/users/{id_}", headers=headers) for id_ in (4, 5, 6, 99)]
    assert [error_of(refusal) for refusal in refusals] == [error_of(refusals[-1])] * 4
    assert refusals[0].status_code == 404


def test_a_candidate_sees_only_themselves(client, people):
    headers = bearer(people[4])
    assert [client.get(f"/api/v2/users/{id_}", headers=headers).status_code for id_ in (5, 1)] == [200, 404]
    assert client.get("/api/v2/companies/1/users", headers=headers).status_code == 403
    assert client.get("/api/v2/teams/1/users", headers=headers).status_code == 403


@VERSIONS
@pytest.mark.parametrize(("query", "expected"), [("", [2, 3]), ("?active=true", [2]), ("?active=false", [3])])
def test_the_people_of_a_team_are_listed_by_whether_they_are_active(client, recruiter, version, query, expected):
    assert ids_of(client.get(f"/api/{version}/teams/1/users{query}", headers=recruiter)) == expected


@VERSIONS
def test_the_people_of_a_company_are_listed_by_role(client, recruiter, version):
    path = f"/api/{version}/companies/viamo/users"
    assert ids_of(client.get(path, headers=recruiter)) == [1, 2, 3]
    assert ids_of(client.get(f"{path}?role=interviewer&active=true", headers=recruiter)) == [2]


@pytest.mark.parametrize("path", ["teams/1/users", "companies/1/users"])
def test_totals_count_what_is_listed_in_two_statements(client, recruiter, count_queries, path):
    client.get("/api/v1/users/1", headers=recruiter)
    count_queries()
    listed = client.get(f"/api/v1/{path}?active=true", headers={**recruiter, "Cache-Control": "no-cache"})
    assert (len(ids_of(listed)), count_queries()) == (listed.get_json()["total"], 2)
    walked = client.get(f"/api/v2/{path}?active=false&count=exact", headers=recruiter).get_json()
    assert (walked["total"], walked["applied"]) == (1, {"active": False, "sort": "id"})


def test_people_are_walked_in_both_directions(client, recruiter):
    path = "/api/v2/companies/1/users?limit=1"
    first = client.get(path, headers=recruiter).get_json()
    second = client.get(f"{path}&cursor={first['next']}", headers=recruiter).get_json()
    back = client.get(f"{path}&cursor={second['prev']}", headers=recruiter).get_json()
    assert [body["data"][0]["id"] for body in (first, second, back)] == [1, 2, 1]


@VERSIONS
@pytest.mark.parametrize("path", ["teams/{}/users", "companies/{}/users"])
def test_lists_of_another_company_are_as_one_that_is_not_there(client, recruiter, version, path):
    other, missing = (client.get(f"/api/{version}/{path.format(id_)}", headers=recruiter) for id_ in (2, 99))
    assert other.status_code == 404
    assert error_of(other) == error_of(missing)


@VERSIONS
def test_staff_set_role_and_team_of_their_people(client, recruiter, version):
    seen = client.get("/api/v2/users/2", headers=recruiter).headers["ETag"]
    body = {"role": "hiring_manager", "team_id": None}
    changed = client.patch(f"/api/{version}/users/2", json=body, headers={**recruiter, "If-Match": seen})
    shown = client.get("/api/v1/users/2", headers=recruiter)
    assert changed.status_code == 200
    assert (shown.get_json()["role"], shown.get_json()["team_id"], shown.get_json()["version"]) == (
        "hiring_manager", None, 2,
    )  # fmt: skip
    assert shown.headers["ETag"].startswith('"2-')
    again = client.patch("/api/v2/users/2", json=body, headers={**recruiter, "If-Match": seen})
    assert again.status_code == 412


def test_closing_an_account_ends_its_sessions_at_once(client, people, recruiter):
    interviewer = bearer(people[1])
    assert client.get("/api/v2/teams", headers=interviewer).status_code == 200
    client.patch("/api/v2/users/2", json={"is_active": False}, headers={**recruiter, **ANY})
    assert client.get("/api/v2/teams", headers=interviewer).status_code == 401
    client.patch("/api/v2/users/2", json={"is_active": True}, headers={**recruiter, **ANY})
    assert client.get("/api/v2/teams", headers=interviewer).status_code == 401


def test_a_lowered_role_counts_at_once(client, people, admin):
    headers = bearer(people[3])
    assert client.get("/api/v2/api-keys", headers=headers).status_code == 200
    client.patch("/api/v2/users/4", json={"role": "interviewer"}, headers={**admin, **ANY})
    assert client.get("/api/v2/api-keys", headers=headers).status_code == 403


@pytest.mark.parametrize("role", ["admin", "candidate", "owner", "", None])
def test_nobody_is_made_an_admin_or_a_candidate(client, recruiter, admin, role):
    for headers in (recruiter, admin):
        refused = client.patch("/api/v2/users/2", json={"role": role}, headers={**headers, **ANY})
        assert refused.status_code == 422


@pytest.mark.parametrize("team_id", [2, 99])
def test_a_team_of_another_company_is_as_one_that_is_not_there(client, recruiter, admin, team_id):
    for headers in (recruiter, admin):
        refused = client.patch("/api/v2/users/2", json={"team_id": team_id}, headers={**headers, **ANY})
        assert refused.get_json()["errors"] == [
            {"pointer": "#/team_id", "detail": f"their company has no team {team_id}"}
        ]


@VERSIONS
@pytest.mark.parametrize("user_id", [4, 5, 6])
def test_a_recruiter_changes_nobody_outside_their_company(client, recruiter, database, version, user_id):
    other, missing = (
        client.patch(f"/api/{version}/users/{id_}", json={"is_active": False}, headers={**recruiter, **ANY})
        for id_ in (user_id, 99)
    )
    assert other.status_code == 404
    assert error_of(other) == error_of(missing)
    with database.reading() as session:
        assert session.get(User, user_id).is_active


@pytest.mark.parametrize("body", [{"is_active": False}, {"role": "interviewer"}])
def test_nobody_closes_or_lowers_themselves(client, recruiter, body):
    assert client.patch("/api/v1/users/1", json=body, headers=recruiter).status_code == 422


@pytest.mark.parametrize("user_id", [5, 6])
def test_who_has_no_company_gets_no_role_in_one(client, admin, user_id):
    assert client.patch(f"/api/v1/users/{user_id}", json={"role": "recruiter"}, headers=admin).status_code == 422


@pytest.mark.parametrize("viewer", [1, 4])
def test_others_change_nobody(client, people, viewer):
    refused = client.patch("/api/v1/users/2", json={"role": "recruiter"}, headers=bearer(people[viewer]))
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "field",
    ["id", "email", "full_name", "company_id", "status", "created_at", "password_hash", "version", "is_admin",
     "token_version", "email_verified_at", "user_id"],
)  # fmt: skip
def test_no_other_column_can_be_set(client, recruiter, admin, field):
    for headers in (recruiter, admin):
        assert client.patch("/api/v1/users/2", json={field: 1}, headers=headers).status_code == 422


def test_changes_are_logged_by_their_fields(client, recruiter, database):
    client.patch("/api/v1/users/2", json={"role": "recruiter", "is_active": True}, headers=recruiter)
    with database.reading() as session:
        logged = session.get(Activity, 1)
    assert (logged.action, logged.user_id, logged.object_id, logged.company_id, logged.level, logged.details) == (
        "user.updated", 1, 2, 1, "security", {"fields": ["role"]},
    )  # fmt: skip
