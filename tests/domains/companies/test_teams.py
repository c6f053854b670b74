"""Teams of a company: written by its staff, read by its people, unseen by everybody else."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import delete
from tests.factories import bearer, make_company, make_team, make_user

from talentsphere.domains.accounts.models import User
from talentsphere.domains.activity.models import Activity
from talentsphere.domains.companies.models import Team

VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])
ANY = {"If-Match": "*"}


@pytest.fixture
def viamo(client):
    """Company 1 with the teams 1 (Engineering) and 2 (sales)."""
    company = make_company("Viamo")
    make_team(company)
    make_team(company, "sales")
    return company


@pytest.fixture
def acme(viamo):
    """Company 2 with team 3 (Engineering)."""
    company = make_company("Acme")
    make_team(company)
    return company


@pytest.fixture
def recruiter(viamo):
    return bearer(make_user("recruiter", viamo))


@pytest.fixture
def admin(client):
    return bearer(make_user("admin", email="root@example.org"))


def error_of(response) -> dict[str, object]:
    """The body of a refusal without what names the one request."""
    return {name: value for name, value in response.get_json().items() if name not in ("request_id", "instance")}


@VERSIONS
def test_a_recruiter_adds_a_team_to_their_company(client, recruiter, version):
    made = client.post(f"/api/{version}/teams", json={"name": " Data  Science "}, headers=recruiter)
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/{version}/teams/3")
    shown = client.get(made.headers["Location"], headers=recruiter)
    assert shown.get_json() == made.get_json()
    assert (shown.get_json()["name"], shown.get_json()["is_active"]) == ("Data Science", True)


def test_an_admin_says_whose_team_it_is(client, acme, admin):
    made = client.post("/api/v1/teams", json={"name": "Sales", "company_id": 2}, headers=admin)
    assert made.get_json()["company_id"] == 2
    assert client.post("/api/v1/teams", json={"name": "Sales"}, headers=admin).status_code == 422


@pytest.mark.parametrize("company_id", [2, 99])
def test_a_recruiter_adds_teams_to_no_other_company(client, acme, recruiter, company_id):
    refused = client.post("/api/v2/teams", json={"name": "Spies", "company_id": company_id}, headers=recruiter)
    assert refused.status_code == 422
    assert error_of(refused)["detail"] == f"#/company_id: there is no company {company_id}"


def test_names_are_unique_within_a_company_and_in_any_case(client, acme, recruiter):
    taken = client.post("/api/v2/teams", json={"name": "ENGINEERING"}, headers=recruiter)
    assert (taken.status_code, taken.get_json()["type"]) == (409, "/problems/team-exists")
    renamed = client.patch("/api/v2/teams/2", json={"name": "Engineering"}, headers={**recruiter, **ANY})
    assert renamed.status_code == 409
    same = client.patch("/api/v2/teams/1", json={"name": "engineering"}, headers={**recruiter, **ANY})
    assert same.get_json()["name"] == "engineering"


def test_teams_are_listed_by_name(client, acme, recruiter, admin):
    own = client.get("/api/v1/teams", headers=recruiter).get_json()
    assert ([team["name"] for team in own["items"]], own["total"]) == (["Engineering", "sales"], 2)
    every = client.get("/api/v2/teams?count=exact", headers=admin).get_json()
    assert ([team["id"] for team in every["data"]], every["total"]) == ([1, 2, 3], 3)


def test_teams_are_walked_in_both_directions(client, recruiter):
    first = client.get("/api/v2/teams?limit=1", headers=recruiter).get_json()
    second = client.get(f"/api/v2/teams?limit=1&cursor={first['next']}", headers=recruiter).get_json()
    back = client.get(f"/api/v2/teams?limit=1&cursor={second['prev']}", headers=recruiter).get_json()
    assert [body["data"][0]["id"] for body in (first, second, back)] == [1, 2, 1]


@pytest.mark.parametrize("role", ["hiring_manager", "interviewer"])
def test_others_of_the_company_read_and_do_not_write(client, viamo, role):
    headers = bearer(make_user(role, viamo))
    assert client.get("/api/v2/teams/1", headers=headers).status_code == 200
    assert client.post("/api/v2/teams", json={"name": "Mine"}, headers=headers).status_code == 403
    assert client.delete("/api/v2/teams/1", headers={**headers, **ANY}).status_code == 403


def test_candidates_see_no_teams(client, viamo):
    assert client.get("/api/v2/teams", headers=bearer(make_user())).status_code == 403


@VERSIONS
@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_another_companys_team_is_as_one_that_is_not_there(client, acme, recruiter, database, version, method):
    body = {"json": {"name": "Owned"}} if method == "patch" else {}
    other, missing = (
        client.open(f"/api/{version}/teams/{id_}", method=method.upper(), headers={**recruiter, **ANY}, **body)
        for id_ in (3, 99)
    )
    assert error_of(other) == {**error_of(missing), "detail": "there is no team 3"}
    with database.reading() as session:
        assert session.get(Team, 3).name == "Engineering"


@pytest.mark.parametrize(
    "field", ["id", "company_id", "version", "created_at", "name_key", "user_id", "status", "role"]
)
def test_no_other_column_can_be_set(client, recruiter, field):
    assert client.patch("/api/v2/teams/1", json={field: 2}, headers={**recruiter, **ANY}).status_code == 422


@pytest.mark.parametrize("body", [{"name": ""}, {"name": None}, {"is_active": "yes"}, {"is_active": None}, {"name": 5}])
def test_what_a_team_cannot_be_is_refused(client, recruiter, body):
    assert client.patch("/api/v1/teams/1", json=body, headers=recruiter).status_code == 422


def test_a_change_needs_the_version_on_v2(client, recruiter):
    seen = client.get("/api/v2/teams/1", headers=recruiter).headers["ETag"]
    assert client.patch("/api/v2/teams/1", json={"name": "A"}, headers=recruiter).status_code == 428
    headers = {**recruiter, "If-Match": seen}
    changed = client.patch("/api/v2/teams/1", json={"is_active": False}, headers=headers)
    assert (changed.status_code, changed.get_json()["is_active"]) == (200, False)
    assert client.patch("/api/v2/teams/1", json={"name": "B"}, headers=headers).status_code == 412
    assert client.delete("/api/v2/teams/1", headers=headers).status_code == 412


def test_deleting_a_team_leaves_its_people_in_none(client, viamo, recruiter, database):
    member = make_user("interviewer", viamo, team_id=1)
    assert client.delete("/api/v2/teams/1", headers={**recruiter, **ANY}).status_code == 204
    assert client.get("/api/v2/teams/1", headers=recruiter).status_code == 404
    with database.reading() as session:
        assert session.get(User, member.id).team_id is None


def test_each_write_is_logged(client, recruiter, database):
    client.post("/api/v1/teams", json={"name": "New"}, headers=recruiter)
    client.patch("/api/v1/teams/3", json={"name": "Newer"}, headers=recruiter)
    client.delete("/api/v1/teams/3", headers=recruiter)
    with database.reading() as session:
        logged = [session.get(Activity, id_) for id_ in (1, 2, 3)]
    assert [row.action for row in logged] == ["team.created", "team.updated", "team.deleted"]
    assert {(row.company_id, row.user_id, row.object_id) for row in logged} == {(1, 1, 3)}


@VERSIONS
@pytest.mark.parametrize("team_id", ["0", "2147483648", "99999999999999999999", "x", "-1"])
def test_what_no_team_can_be_is_404(client, recruiter, version, team_id):
    assert client.get(f"/api/{version}/teams/{team_id}", headers=recruiter).status_code in (401, 404)


@pytest.mark.unfed
def test_joining_a_team_that_is_deleted_at_the_same_moment_is_refused(app, viamo, recruiter, database):
    """On SQLite the second writer looks when the first has ended; on PostgreSQL only the constraint tells."""
    answers = []

    def join() -> None:
        headers = {**recruiter, **ANY}
        answers.append(app.test_client().patch("/api/v2/users/1", json={"team_id": 1}, headers=headers))

    with database.writing() as session:
        session.execute(delete(Team).where(Team.id == 1))
        joining = threading.Thread(target=join)
        joining.start()
        joining.join(0.5)
    joining.join(20)
    assert answers[0].status_code == (422 if database.is_sqlite else 412)
    assert "ForeignKey" not in answers[0].get_data(as_text=True)
