"""How many statements an answer costs: the same for five rows and for fifty."""

from __future__ import annotations

import pytest
from flask import has_request_context
from sqlalchemy import event
from tests.factories import bearer, close_job, make_company, make_job, make_jobs, make_skill, make_user
from tests.scratch import empty

from talentsphere.db.session import engines_of


@pytest.fixture(scope="module")
def client(app):
    """A client of one board that no test here changes; posting 61 is closed."""
    empty(engines_of(app).write)
    make_jobs(60, skills=["Python", "SQL"])
    close_job(make_job())
    client = app.test_client()
    client.environ_base["HTTP_CACHE_CONTROL"] = "no-cache"  # what an answer costs that is not kept
    return client


@pytest.mark.parametrize("size", [5, 50])
@pytest.mark.parametrize(
    ("target", "most"),
    [
        ("/api/v2/jobs?limit={}", 1),
        ("/api/v2/jobs?limit={}&count=exact", 2),
        ("/api/v2/jobs?limit={}&count=estimated&remote=false", 1),
        ("/api/v2/jobs?limit={}&skill=python&company=viamo&count=estimated", 2),
        ("/api/v2/jobs?limit={}&skill=python&company=viamo&count=exact", 2),
        ("/api/v2/jobs?limit={}&country=CA&sort=salary&count=exact", 1),
        ("/api/v2/jobs/featured?limit={}", 1),
        ("/api/v1/jobs?page_size={}", 2),
        ("/api/v1/jobs?page_size={}&skill=python&sort=title", 2),
        ("/api/v1/jobs?page_size={}&skill=python&skill=sql&company=viamo", 2),
        ("/api/v1/jobs?page_size={}&page=2&country=CA&remote=false&sort=oldest", 1),
        ("/api/v1/jobs/featured?page_size={}", 2),
        ("/api/v2/companies?limit={}", 1),
        ("/api/v2/jobs/featured?limit={}&count=exact", 1),
        ("/api/v2/jobs/batch?ids=1,2,3&fields=id", 1),
        ("/api/v2/companies?limit={}&count=exact", 2),
        ("/api/v2/skills?limit={}&q=p&count=estimated", 2),
        ("/api/v1/companies?page_size={}", 2),
        ("/api/v2/skills?limit={}", 1),
        ("/api/v1/skills?page_size={}&q=p", 2),
    ],
)
def test_a_list_costs_at_most_two_statements_whatever_its_size(client, count_queries, target, most, size):
    assert client.get(target.format(size)).status_code == 200
    assert 1 <= count_queries() <= most


@pytest.mark.parametrize(
    ("target", "status"),
    [
        *((f"/api/{version}/{path}", 200)
          for version in ("v1", "v2")
          for path in ("jobs/1", "jobs/1/similar", "jobs/batch?ids=1,2,3", "jobs/stats", "companies/viamo",
                       "companies/1", "skills/python", "skills/1")),
        ("/api/v2/jobs/1?include=similar", 200),
        ("/api/v1/jobs/61", 410),
        ("/api/v2/jobs/61", 410),
    ],
)  # fmt: skip
def test_one_object_costs_at_most_two_statements(client, count_queries, target, status):
    assert client.get(target).status_code == status
    assert 1 <= count_queries() <= 2


@pytest.fixture
def commits(database):
    """How many transactions requests have committed since the last question."""
    seen: list[int] = []

    def note(_connection) -> None:
        if has_request_context():
            seen.append(1)

    event.listen(engines_of(database.app).write, "commit", note)
    yield lambda: len(seen), seen.clear
    event.remove(engines_of(database.app).write, "commit", note)


def test_creating_a_posting_costs_at_most_eight_statements_and_one_commit(app, database, count_queries, commits):
    client, recruiter = app.test_client(), bearer(make_user("recruiter", make_company()))
    make_skill("Python")
    body = {"title": "Engineer", "description": "Python.", "status": "open", "skills": ["Python"], "external_id": "R1"}
    client.post("/api/v2/jobs", json={**body, "external_id": "R0"}, headers=recruiter)  # who asks is known now
    made, forget = commits
    for headers, most in (({}, 8), ({"Idempotency-Key": "a"}, 10 if database.is_sqlite else 11)):
        forget(), count_queries()
        answer = client.post(
            "/api/v2/jobs", json={**body, "external_id": f"R-{most}"}, headers={**recruiter, **headers}
        )
        assert answer.status_code == 201
        assert (count_queries() <= most, made()) == (True, 1)


def test_knowing_the_caller_costs_one_statement_and_then_none(app, database, count_queries):
    client, recruiter = app.test_client(), bearer(make_user("recruiter", make_company()))
    job = make_job(company="Viamo")
    address = f"/api/v2/companies/1/jobs/{job.id}"
    costs = []
    for _ in range(3):
        count_queries()
        assert client.get(address, headers={**recruiter, "Cache-Control": "no-cache"}).status_code == 200
        costs.append(count_queries())
    assert costs[0] - costs[1] == 1
    assert costs[1] == costs[2]
