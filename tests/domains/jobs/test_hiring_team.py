"""The hiring team of a posting: staff choose it, and it sees the posting."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.factories import bearer, make_company, make_job, make_user

from talentsphere.domains.activity.models import Activity

VERSIONS = pytest.mark.parametrize(("version", "listed"), [("v1", "items"), ("v2", "data")])
ANY = {"If-Match": "*"}


@pytest.fixture
def company(database):
    return make_company("Acme")


@pytest.fixture
def recruiter(company):
    return bearer(make_user("recruiter", company)) | ANY


@pytest.fixture
def ada(company):
    return make_user("interviewer", company, full_name="Ada Lovelace")


def people(client, headers, job_id, version="v2", listed="data") -> list[tuple[int, str]]:
    answer = client.get(f"/api/{version}/jobs/{job_id}/hiring-team", headers=headers)
    assert answer.status_code == 200, answer.text
    return [(each["user_id"], each["role"]) for each in answer.get_json()[listed]]


@VERSIONS
def test_who_joins_sees_the_draft_and_who_leaves_does_not(client, company, recruiter, ada, version, listed):
    job, own = make_job(company=company, status="draft"), bearer(ada)
    posting, team = f"/api/{version}/companies/acme/jobs/{job.id}", f"/api/{version}/jobs/{job.id}/hiring-team"
    assert client.get(posting, headers=own).status_code == 404
    joined = client.put(f"{team}/{ada.id}", json={"role": "interviewer"}, headers=recruiter)
    assert joined.status_code == 200
    assert (joined.get_json()["full_name"], joined.get_json()["role"]) == ("Ada Lovelace", "interviewer")
    assert client.get(posting, headers=own).status_code == 200
    assert people(client, own, job.id, version, listed) == [(ada.id, "interviewer")]
    assert client.delete(f"{team}/{ada.id}", headers=recruiter).status_code == 204
    assert client.get(posting, headers=own).status_code == 404


def test_joining_again_changes_the_role(client, company, recruiter, ada):
    job = make_job(company=company)
    for role in ("interviewer", "hiring_manager", "hiring_manager"):
        client.put(f"/api/v2/jobs/{job.slug}/hiring-team/{ada.id}", json={"role": role}, headers=recruiter)
    assert people(client, recruiter, job.id) == [(ada.id, "hiring_manager")]


def test_only_colleagues_who_may_sign_in_join(client, company, recruiter, database):
    job, stranger = make_job(company=company), make_user("interviewer", make_company("Globex"))
    closed = make_user("interviewer", company, is_active=False)
    for user_id in (stranger.id, closed.id, 999):
        answer = client.put(
            f"/api/v2/jobs/{job.id}/hiring-team/{user_id}", json={"role": "interviewer"}, headers=recruiter
        )
        assert (answer.status_code, answer.get_json()["detail"]) == (404, f"there is no user {user_id}")
    assert people(client, recruiter, job.id) == []


def test_a_team_is_walked_by_id(client, company, recruiter):
    job, members = make_job(company=company), [make_user("interviewer", company).id for _ in range(5)]
    for user_id in members:
        client.put(f"/api/v2/jobs/{job.id}/hiring-team/{user_id}", json={"role": "interviewer"}, headers=recruiter)
    first = client.get(f"/api/v2/jobs/{job.id}/hiring-team?limit=3&count=exact", headers=recruiter).get_json()
    second = client.get(f"/api/v2/jobs/{job.id}/hiring-team?cursor={first['next']}", headers=recruiter).get_json()
    assert first["total"] == 5
    assert [each["user_id"] for each in first["data"] + second["data"]] == members


def test_a_change_needs_the_version_of_the_posting(client, company, recruiter, ada):
    job = make_job(company=company)
    target, body = f"/api/v2/jobs/{job.id}/hiring-team/{ada.id}", {"role": "interviewer"}
    without = {name: value for name, value in recruiter.items() if name != "If-Match"}
    assert client.put(target, json=body, headers=without).status_code == 428
    assert client.put(target, json=body, headers={**without, "If-Match": '"9-x"'}).status_code == 412
    assert client.put(target, json=body, headers={**without, "If-Match": '"1-x"'}).status_code == 200


@pytest.mark.parametrize("body", [{}, {"role": "recruiter"}, {"role": "interviewer", "user_id": 1}])
def test_a_wrong_membership_is_refused(client, company, recruiter, ada, body):
    job = make_job(company=company)
    answer = client.put(f"/api/v2/jobs/{job.id}/hiring-team/{ada.id}", json=body, headers=recruiter)
    assert answer.status_code == 422


def test_who_is_not_in_the_team_cannot_leave_it(client, company, recruiter, ada):
    job = make_job(company=company)
    assert client.delete(f"/api/v2/jobs/{job.id}/hiring-team/{ada.id}", headers=recruiter).status_code == 404


def test_joining_and_leaving_are_logged(client, company, recruiter, ada, database):
    job = make_job(company=company)
    target = f"/api/v2/jobs/{job.id}/hiring-team/{ada.id}"
    client.put(target, json={"role": "interviewer"}, headers=recruiter)
    client.delete(target, headers=recruiter)
    with database.reading() as session:
        found = session.execute(select(Activity.action, Activity.object_id, Activity.details).order_by(Activity.id))
        assert [tuple(row) for row in found] == [
            ("job.team_joined", job.id, {"user_id": ada.id, "role": "interviewer"}),
            ("job.team_left", job.id, {"user_id": ada.id}),
        ]


def test_a_list_costs_two_statements(client, company, recruiter, ada, count_queries):
    job = make_job(company=company)
    client.put(f"/api/v2/jobs/{job.id}/hiring-team/{ada.id}", json={"role": "interviewer"}, headers=recruiter)
    count_queries()
    fresh = {**recruiter, "Cache-Control": "no-cache"}
    client.get(f"/api/v2/jobs/{job.id}/hiring-team?count=exact", headers=fresh)
    assert count_queries() == 2
