"""Answers for one person or one company: kept, and new as soon as what they show is written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories import bearer, make_company, make_job, make_team, make_user

from talentsphere.api.caching import known_policies
from talentsphere.db.base import now
from talentsphere.db.session import writing
from talentsphere.domains.activity.queries import prune_activities
from talentsphere.settings import CACHE_POLICIES

ANY = {"If-Match": "*"}
VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])


@pytest.fixture
def company(client):
    return make_company()


@pytest.fixture
def recruiter(company) -> dict[str, str]:
    return bearer(make_user("recruiter", company)) | ANY


def said(client, target: str, headers) -> str:
    response = client.get(target, headers=headers)
    assert response.status_code == 200, response.text
    return response.headers["X-Cache"]


@VERSIONS
def test_a_profile_is_kept_until_its_name_is_changed(client, version):
    target, own = f"/api/{version}/users/me", bearer(make_user(full_name="Ada")) | ANY
    assert [said(client, target, own) for _ in range(2)] == ["MISS", "HIT"]
    assert client.patch(target, json={"full_name": "Grace"}, headers=own).status_code == 200
    assert client.get(target, headers=own).get_json()["full_name"] == "Grace"
    assert said(client, target, own) == "HIT"


@VERSIONS
@pytest.mark.parametrize("path", ["users/2", "users/batch?ids=2", "companies/viamo/users", "teams/1/users"])
def test_people_are_kept_until_one_of_them_is_changed(client, company, recruiter, version, path):
    make_team(company)
    make_user("interviewer", company, team_id=1)
    target = f"/api/{version}/{path}"
    assert [said(client, target, recruiter) for _ in range(2)] == ["MISS", "HIT"]
    changed = client.patch("/api/v2/users/2", json={"role": "hiring_manager"}, headers=recruiter)
    assert changed.status_code == 200
    assert b"hiring_manager" in client.get(target, headers=recruiter).data


@VERSIONS
@pytest.mark.parametrize("path", ["teams", "teams/1"])
def test_teams_are_kept_until_one_is_renamed(client, company, recruiter, version, path):
    make_team(company)
    target = f"/api/{version}/{path}"
    assert [said(client, target, recruiter) for _ in range(2)] == ["MISS", "HIT"]
    assert client.patch("/api/v2/teams/1", json={"name": "Kitchen"}, headers=recruiter).status_code == 200
    assert b"Kitchen" in client.get(target, headers=recruiter).data


@VERSIONS
def test_a_person_whose_team_is_deleted_is_shown_in_none(client, company, recruiter, version):
    make_team(company)
    make_user("interviewer", company, team_id=1)
    target = f"/api/{version}/users/2"
    assert client.get(target, headers=recruiter).get_json()["team_id"] == 1
    assert client.delete("/api/v2/teams/1", headers=recruiter).status_code == 204
    assert client.get(target, headers=recruiter).get_json().get("team_id") is None


@VERSIONS
def test_a_hiring_team_is_kept_until_somebody_joins(client, company, recruiter, version):
    job, ada = make_job(company=company), make_user("interviewer", company, full_name="Ada")
    target = f"/api/{version}/jobs/{job.id}/hiring-team"
    assert [said(client, target, recruiter) for _ in range(2)] == ["MISS", "HIT"]
    client.put(f"{target}/{ada.id}", json={"role": "interviewer"}, headers=recruiter)
    assert b"Ada" in client.get(target, headers=recruiter).data


@VERSIONS
def test_the_log_of_a_company_is_kept_until_it_has_another_entry(client, recruiter, version):
    target = f"/api/{version}/logs"
    assert [said(client, target, recruiter) for _ in range(2)] == ["MISS", "HIT"]
    assert client.post("/api/v2/teams", json={"name": "Kitchen"}, headers=recruiter).status_code == 201
    assert b"team.created" in client.get(target, headers=recruiter).data


def test_what_another_company_does_leaves_a_log_kept(client, recruiter):
    admin, stranger = bearer(make_user("admin")), bearer(make_user("recruiter", make_company("Acme")))
    for headers in (recruiter, admin):
        client.get("/api/v2/logs", headers=headers)
    client.post("/api/v2/teams", json={"name": "Kitchen"}, headers=stranger)
    assert said(client, "/api/v2/logs", recruiter) == "HIT"
    assert b"team.created" in client.get("/api/v2/logs", headers=admin).data


@pytest.mark.parametrize("role", ["admin", "recruiter"])
def test_a_log_is_new_after_it_was_pruned(client, database, company, recruiter, role):
    own = recruiter if role == "recruiter" else bearer(make_user("admin"))
    client.post("/api/v2/teams", json={"name": "Kitchen"}, headers=recruiter)
    target = "/api/v2/logs?since=2020-01-01"
    assert client.get(target, headers=own).get_json()["data"] != []
    with database.app.app_context():
        _prune_all()
    assert client.get(target, headers=own).get_json()["data"] == []


def _prune_all() -> None:
    with writing() as session:
        assert prune_activities(session, now() + timedelta(days=1), 100) > 0


@VERSIONS
def test_a_posting_appears_when_it_is_published_and_again_when_it_is_reopened(client, recruiter, version):
    """What was not there is kept nowhere: neither a 404 nor a 410 outlives its reason."""
    new = {"title": "Nurse", "description": "Care.", "status": "draft"}
    job = client.post("/api/v2/jobs", json=new, headers=recruiter).get_json()["id"]
    target = f"/api/{version}/jobs/{job}"
    answers = [client.get(target).status_code]
    for path, body in (("publish", {}), ("close", {"reason": "filled"}), ("publish", {})):
        client.get(target)
        client.post(f"/api/v2/jobs/{job}/{path}", json=body, headers=recruiter)
        answers.append(client.get(target).status_code)
    assert answers[:3] == [404, 200, 410]
    assert answers[3] in (200, 410)
    assert client.get(f"/api/{version}/jobs/{job + 1}").status_code == 404
    client.post("/api/v2/jobs", json={**new, "status": "open"}, headers=recruiter)
    assert client.get(f"/api/{version}/jobs/{job + 1}").status_code == 200


def test_a_refusal_says_that_nobody_may_keep_it(client):
    assert client.get("/api/v2/jobs/99").headers["Cache-Control"] == "no-store"


def test_the_settings_know_every_policy(app):
    """Name a new one in ``settings.CACHE_POLICIES``: else its ``CACHE_TTL_<POLICY>`` would be refused at the start."""
    assert tuple(policy.name for policy in known_policies(app)) == CACHE_POLICIES


def test_a_policy_lasts_as_long_as_the_environment_says(make_settings):
    assert make_settings(CACHE_TTL_JOB_LIST="7", CACHE_TTL_LOGS="0").cache_ttls == {"job_list": 7, "logs": 0}
