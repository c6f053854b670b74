"""Who sees and writes which postings: another company's do not exist, a hiring team sees its own."""

from __future__ import annotations

import pytest
from tests.factories import bearer, make_company, make_job, make_jobs, make_user

from talentsphere.db.caller import Actor
from talentsphere.domains.accounts.api_keys import add_api_key
from talentsphere.domains.jobs.models import HiringTeamMember

VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])
LISTED = {"v1": "items", "v2": "data"}


@pytest.fixture
def companies(database):
    """Two companies; posting 1 is a draft of the first, 2 a paused one, 3 a draft of the second."""
    ours, theirs = make_company("Ours"), make_company("Theirs")
    for company, status in ((ours, "draft"), (ours, "paused"), (theirs, "draft")):
        make_job(company=company, status=status)
    return ours, theirs


@pytest.fixture
def recruiter(companies):
    return bearer(make_user("recruiter", companies[0]))


def ids(answer) -> list[int]:
    body = answer.get_json()
    assert answer.status_code == 200, body
    return sorted(job["id"] for job in body.get("items", body.get("data")))


def writes(job_id: int) -> list[tuple]:
    return [
        ("PATCH", f"/{job_id}", {"title": "X"}), ("DELETE", f"/{job_id}", None), ("POST", f"/{job_id}/publish", None),
        ("POST", f"/{job_id}/close", {"reason": "other"}),
    ]  # fmt: skip


@VERSIONS
def test_a_recruiter_sees_every_posting_of_the_own_company_only(client, recruiter, version):
    assert ids(client.get(f"/api/{version}/companies/ours/jobs", headers=recruiter)) == [1, 2]
    assert ids(client.get(f"/api/{version}/companies/1/jobs?status=paused", headers=recruiter)) == [2]
    for path in ("2/jobs", "theirs/jobs", "9/jobs", "1/jobs/3", "2/jobs/3", "1/jobs/9", "1/jobs/other-1", "1/jobs/x"):
        assert client.get(f"/api/{version}/companies/{path}", headers=recruiter).status_code == 404, path


@VERSIONS
def test_another_companys_posting_is_as_missing_as_one_that_is_not_there(client, recruiter, version, database):
    for (method, theirs, body), (_, missing, _) in zip(writes(3), writes(9), strict=True):
        answers = [
            client.open(f"/api/{version}/jobs{path}", method=method, json=body, headers={**recruiter, "If-Match": "*"})
            for path in (theirs, missing)
        ]
        told = [{**answer.get_json(), "request_id": "", "instance": "", "detail": ""} for answer in answers]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert told[0] == told[1]


@VERSIONS
def test_an_admin_reaches_every_company(client, companies, version):
    admin = bearer(make_user("admin"))
    assert ids(client.get(f"/api/{version}/companies/2/jobs", headers=admin)) == [3]
    assert client.post(f"/api/{version}/jobs/3/publish", headers=admin).status_code == 200


@pytest.mark.unfed
@VERSIONS
@pytest.mark.parametrize("role", ["hiring_manager", "interviewer"])
def test_a_hiring_team_sees_its_postings_and_writes_none(client, companies, database, version, role):
    user = make_user(role, companies[0])
    with database.writing() as session:
        session.add_all(HiringTeamMember(job_id=job_id, user_id=user.id, role=role) for job_id in (2, 3))
    headers = bearer(user)
    assert ids(client.get(f"/api/{version}/companies/1/jobs", headers=headers)) == [2]
    assert client.get(f"/api/{version}/companies/1/jobs/2", headers=headers).status_code == 200
    for path in ("1/jobs/1", "2/jobs", "2/jobs/3"):
        assert client.get(f"/api/{version}/companies/{path}", headers=headers).status_code == 404, path
    for method, path, body in writes(2):
        assert client.open(f"/api/{version}/jobs{path}", method=method, json=body, headers=headers).status_code == 403


@VERSIONS
def test_candidates_and_strangers_write_nothing(client, companies, version):
    new = ("POST", "", {"title": "X", "description": "Y"})
    for headers, status in (({}, 401), (bearer(make_user("candidate")), 403)):
        for method, path, body in [*writes(1), new]:
            answer = client.open(f"/api/{version}/jobs{path}", method=method, json=body, headers=headers)
            assert answer.status_code == status
        assert client.get(f"/api/{version}/companies/1/jobs", headers=headers).status_code == status


@pytest.mark.parametrize(("scope", "reads", "writes_"), [("jobs:write", 403, 201), ("jobs:read", 200, 403)])
def test_a_key_does_what_its_scope_says_in_its_company(client, companies, database, scope, reads, writes_):
    with database.writing() as session:
        _, secret = add_api_key(session, Actor(), "careers", [scope], companies[0].id, None)
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v2/companies/1/jobs", headers=headers).status_code == reads
    new = {"title": "X", "description": "Y"}
    assert client.post("/api/v2/jobs", json=new, headers=headers).status_code == writes_
    assert client.get("/api/v2/companies/2/jobs", headers=headers).status_code in (403, 404)


def test_the_own_list_walks_newest_first_both_ways(client, companies, recruiter):
    make_jobs(5, company=companies[0], status="draft")
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/v2/companies/1/jobs?limit=3&cursor={cursor}&count=exact", headers=recruiter).get_json()
        seen += [job["id"] for job in page["data"]]
        assert page["total"] == 7
        cursor = page["next"]
    whole = [job["id"] for job in client.get("/api/v2/companies/1/jobs", headers=recruiter).get_json()["data"]]
    assert seen == whole
    assert len(set(whole)) == 7
    first = client.get("/api/v2/companies/1/jobs?limit=3", headers=recruiter).get_json()
    second = client.get(f"/api/v2/companies/1/jobs?limit=3&cursor={first['next']}", headers=recruiter).get_json()
    back = client.get(f"/api/v2/companies/1/jobs?limit=3&cursor={second['prev']}", headers=recruiter).get_json()
    assert back["data"] == first["data"]


def test_a_cursor_belongs_to_its_company_and_status(client, companies):
    make_jobs(3, company=companies[1])
    admin = bearer(make_user("admin"))
    cursor = client.get("/api/v2/companies/2/jobs?limit=1", headers=admin).get_json()["next"]
    for path in ("1/jobs", "2/jobs?status=open"):
        mark = "&" if "?" in path else "?"
        assert client.get(f"/api/v2/companies/{path}{mark}cursor={cursor}", headers=admin).status_code == 400


def test_v1_pages_the_own_list(client, companies, recruiter):
    page = client.get("/api/v1/companies/1/jobs?page=2&page_size=1", headers=recruiter).get_json()
    assert (page["total"], page["page"], page["has_prev"], page["has_next"]) == (2, 2, True, False)
    assert page["items"][0]["description"] == "<p>Build pipelines.</p>"


@VERSIONS
def test_a_list_costs_two_statements_and_one_posting_two(client, companies, recruiter, count_queries, version):
    recruiter = {**recruiter, "Cache-Control": "no-cache"}
    client.get(f"/api/{version}/companies/1/jobs", headers=recruiter)
    count_queries()
    client.get(f"/api/{version}/companies/1/jobs", headers=recruiter)
    assert count_queries() <= {"v1": 3, "v2": 2}[version]
    client.get(f"/api/{version}/companies/1/jobs/1", headers=recruiter)
    assert count_queries() == 2


def test_what_is_private_is_kept_by_nobody_else(client, recruiter):
    answer = client.get("/api/v2/companies/1/jobs", headers=recruiter)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer.headers["Vary"]
