"""Answers that are kept: what ``X-Cache`` says, what makes them new, and who is given them."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from tests.contract import decoded
from tests.factories import (
    POSTED_AT,
    bearer,
    close_job,
    make_company,
    make_job,
    make_jobs,
    make_skill,
    make_team,
    make_user,
)

from talentsphere.api.auth import principal
from talentsphere.api.caching import cached
from talentsphere.api.json import json_response
from talentsphere.app import create_app
from talentsphere.cache.core import CACHE
from talentsphere.cache.policy import CachePolicy
from talentsphere.domains.jobs import services

PUBLIC = [
    *(f"/api/{version}/{path}"
      for version in ("v1", "v2")
      for path in ("jobs", "jobs/featured", "jobs/stats", "jobs/batch?ids=1", "jobs/1", "jobs/1/similar", "companies",
                   "companies/viamo", "skills", "skills/python")),
]  # fmt: skip


def said(client, target: str, **headers: str) -> str:
    response = client.get(target, headers=headers)
    assert response.status_code == 200
    return response.headers["X-Cache"]


@pytest.mark.parametrize("target", PUBLIC)
def test_the_second_time_an_answer_is_kept(client, count_queries, target):
    make_job(skills=["Python"])
    assert said(client, target) == "MISS"
    count_queries()
    assert said(client, target) == "HIT"
    assert count_queries() == 0


def test_a_hit_says_its_age_and_that_the_cache_gave_it(client):
    client.get("/api/v2/jobs")
    headers = client.get("/api/v2/jobs").headers
    assert headers["Age"] == "0"
    assert 'cache;desc="hit"' in headers["Server-Timing"]


def test_a_client_may_want_an_answer_of_its_own(client):
    client.get("/api/v2/jobs")
    assert said(client, "/api/v2/jobs", **{"Cache-Control": "no-cache"}) == "BYPASS"


def test_a_parameter_that_v1_ignored_is_in_no_kept_answer(client):
    client.get("/api/v1/jobs")
    response = client.get("/api/v1/jobs?contry=de")
    assert response.headers["X-Cache"] == "BYPASS"
    assert response.get_json()["meta"]["warnings"]


def test_parameters_in_another_order_are_the_same_question(client):
    assert said(client, "/api/v2/jobs?limit=5&country=CA") == "MISS"
    assert said(client, "/api/v2/jobs?country=CA&limit=5") == "HIT"


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Accept-Language", "Cookie"])
def test_no_header_of_the_request_gets_into_a_kept_answer(client, name):
    make_jobs(3)
    first = client.get("/api/v2/jobs?limit=1", headers={name: "evil.example"})
    second = client.get("/api/v2/jobs?limit=1")
    assert (second.headers["X-Cache"], first.data) == ("HIT", second.data)
    assert b"evil" not in second.data + str(second.headers).encode()


def test_a_kept_answer_has_no_header_of_the_request_that_it_was_made_for(client):
    first, second = client.get("/api/v2/jobs"), client.get("/api/v2/jobs")
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert "Set-Cookie" not in second.headers


def test_missing_and_closed_ones_are_refused_each_time(client):
    close_job(make_job())
    for target, status in (("/api/v2/jobs/9", 404), ("/api/v2/jobs/1", 410), ("/api/v2/jobs/9", 404)):
        response = client.get(target)
        assert (response.status_code, response.headers["X-Cache"]) == (status, "MISS")


def test_a_missing_one_appears_as_soon_as_it_is_there(client):
    assert client.get("/api/v2/jobs/1").status_code == 404
    make_job()
    assert client.get("/api/v2/jobs/1").status_code == 200


def post(client, headers, **more):
    body = {"title": "Nurse", "description": "Care.", "status": "open", **more}
    return client.post("/api/v2/jobs", json=body, headers=headers)


@pytest.fixture
def recruiter(client) -> dict[str, str]:
    return bearer(make_user("recruiter", make_company()))


def test_a_created_job_is_in_the_list_at_once(client, recruiter):
    assert client.get("/api/v2/jobs").get_json()["data"] == []
    assert post(client, recruiter).status_code == 201
    assert [job["title"] for job in client.get("/api/v2/jobs").get_json()["data"]] == ["Nurse"]
    assert client.get("/api/v2/jobs/stats").get_json()["open"] == 1


@pytest.mark.parametrize("target", ["/api/v1/jobs", "/api/v2/jobs", "/api/v1/jobs/1", "/api/v1/companies"])
def test_the_first_reader_after_a_write_costs_no_more_than_any(client, recruiter, count_queries, target):
    """The horizon of what it reads is known: whoever wrote noted it, if nobody else was writing just then."""
    kept, fresh = (
        min(cost_after_a_write(client, recruiter, count_queries, target, headers) for _ in range(10))
        for headers in ({}, {"Cache-Control": "no-cache"})
    )
    assert kept == fresh <= 2


def cost_after_a_write(client, recruiter, count_queries, target, headers) -> int:
    post(client, recruiter)
    count_queries()
    assert client.get(target, headers=headers).status_code == 200
    return count_queries()


def test_a_changed_job_is_new_everywhere_and_others_stay_kept(client, recruiter):
    job, other = post(client, recruiter).get_json(), post(client, recruiter, title="Cook").get_json()
    pages = [f"/api/v2/jobs/{job['id']}", f"/api/v2/jobs/{other['id']}", "/api/v2/jobs", "/api/v1/jobs"]
    for page in pages:
        client.get(page)
    changed = client.patch(pages[0], json={"title": "Doctor"}, headers={**recruiter, "If-Match": "*"})
    assert changed.status_code == 200
    assert [b"Doctor" in client.get(page).data for page in pages] == [True, False, True, True]
    assert said(client, pages[1]) == "HIT"


def test_what_was_refused_changes_nothing(client, recruiter):
    post(client, recruiter)
    client.get("/api/v2/jobs")
    client.get("/api/v2/jobs")
    headers = {**recruiter, "If-Match": '"9"'}
    assert client.patch("/api/v2/jobs/1", json={"title": "X"}, headers=headers).status_code == 412
    assert said(client, "/api/v2/jobs") == "HIT"


def test_the_profile_is_kept_and_new_after_a_change(client):
    headers = bearer(make_user())
    assert [said(client, "/api/v2/users/me", **headers) for _ in range(2)] == ["MISS", "HIT"]
    client.patch("/api/v2/users/me", json={"full_name": "Grace"}, headers={**headers, "If-Match": "*"})
    assert client.get("/api/v2/users/me", headers=headers).get_json()["full_name"] == "Grace"


def test_the_profile_is_never_somebody_elses(client):
    one, two = make_user(email="one@example.org"), make_user(email="two@example.org")
    for _ in range(2):
        for user in (one, two):
            assert client.get("/api/v1/users/me", headers=bearer(user)).get_json()["email"] == user.email
    assert client.get("/api/v1/users/me").status_code == 401


def test_a_private_answer_may_only_be_kept_by_its_client(client):
    headers = client.get("/api/v2/users/me", headers=bearer(make_user())).headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in headers["Vary"]


def test_a_private_answer_can_be_revalidated(client, count_queries):
    headers = bearer(make_user())
    etag = client.get("/api/v2/users/me", headers=headers).headers["ETag"]
    assert client.get("/api/v2/users/me", headers={**headers, "If-None-Match": etag}).status_code == 304


def test_drafts_are_kept_for_their_company_alone(client, recruiter):
    post(client, recruiter, title="Secret", status="draft")
    stranger = bearer(make_user("recruiter", make_company("Acme")))
    target = "/api/v2/companies/1/jobs"
    assert [said(client, target, **recruiter) for _ in range(2)] == ["MISS", "HIT"]
    assert client.get(target, headers=stranger).status_code == 404
    assert client.get(target).status_code == 401
    assert said(client, target, **bearer(make_user("admin"))) == "MISS"


def test_the_name_of_a_company_is_new_in_its_postings(client):
    company = make_company()
    make_job(company=company)
    admin = bearer(make_user("admin"))
    pages = ["/api/v2/jobs", "/api/v2/jobs/1", "/api/v1/jobs/1", "/api/v2/companies/1"]
    for page in pages:
        client.get(page)
    client.patch("/api/v2/companies/1", json={"name": "Renamed"}, headers={**admin, "If-Match": "*"})
    assert [b"Renamed" in client.get(page).data for page in pages] == [True] * 4


def test_the_name_of_a_team_is_new_in_its_peoples_profiles(client):
    company = make_company()
    team = make_team(company)
    member = bearer(make_user("recruiter", company, team_id=team.id))
    assert client.get("/api/v1/users/me", headers=member).get_json()["team"]["name"] == "Engineering"
    client.delete(f"/api/v1/teams/{team.id}", headers=bearer(make_user("admin")))
    assert client.get("/api/v1/users/me", headers=member).get_json()["team"] is None


def test_a_new_skill_is_in_the_list_at_once(client):
    client.get("/api/v2/skills")
    make_skill("Rust")
    assert b"Rust" in client.get("/api/v2/skills").data


def test_a_public_view_that_asks_who_is_calling_fails(make_settings):
    app = create_app(make_settings())

    @cached(CachePolicy("nosy"))
    def nosy():
        return json_response({"user": principal().user_id})

    app.add_url_rule("/nosy", view_func=nosy)
    assert app.test_client().get("/nosy", headers={"Authorization": "Bearer x"}).status_code == 500


@pytest.mark.parametrize(("name", "value"), [("CACHE_ENABLED", "false"), ("ENABLE_API_CACHING", "false")])
def test_a_cache_that_is_off_never_hits(make_settings, database, name, value):
    client = create_app(make_settings(**{name: value})).test_client()
    assert [client.get("/api/v2/jobs").headers["X-Cache"] for _ in range(2)] == ["BYPASS", "BYPASS"]


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br", "zstd", ""])
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_kept_answer_equals_one_that_is_not(client, encoding, method):
    make_jobs(10, skills=["Python"])
    headers = {"Accept-Encoding": encoding}
    client.get("/api/v2/jobs")
    kept = getattr(client, method)("/api/v2/jobs", headers=headers)
    fresh = getattr(client, method)("/api/v2/jobs", headers={**headers, "Cache-Control": "no-cache"})
    assert (kept.headers["X-Cache"], fresh.headers["X-Cache"]) == ("HIT", "BYPASS")
    assert kept.data == fresh.data
    assert comparable(kept) == comparable(fresh)


def comparable(response) -> dict[str, str]:
    own = ("Age", "Date", "X-Request-ID", "X-Cache", "Server-Timing")
    return {name: value for name, value in response.headers.items() if name not in own}


def test_every_get_says_how_it_is_kept(app: Flask):
    silent = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not declares(app.view_functions[rule.endpoint])
    ]
    assert silent == []


def declares(view) -> bool:
    return hasattr(view, "cache_policy") or bool(getattr(view, "uncached_because", ""))


def test_policies_have_names_of_their_own(app: Flask):
    policies = {view.cache_policy for view in app.view_functions.values() if hasattr(view, "cache_policy")}
    assert len({policy.name for policy in policies}) == len(policies) >= 8
    assert all(re.fullmatch("[a-z_]+", policy.name) for policy in policies)


def test_many_misses_of_one_answer_compute_it_once(app, client, monkeypatch):
    make_jobs(3)
    computed, everybody = [], threading.Event()
    compute = services.list_tallies

    def slow(session):
        computed.append(1)
        everybody.wait(0.2)
        return compute(session)

    monkeypatch.setattr(services, "list_tallies", slow)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: app.test_client().get("/api/v2/jobs/stats").data, range(64)))
    assert (len(computed), len(set(answers))) == (1, 1)


def test_without_flights_they_would_all_compute(app, client, monkeypatch):
    """The control of the test above."""
    monkeypatch.setattr(app.extensions[CACHE]._flights, "run", lambda *parts: parts[2]())
    computed, barrier = [], threading.Barrier(8)
    compute = services.list_tallies

    def slow(session):
        computed.append(1)
        barrier.wait(5)
        return compute(session)

    monkeypatch.setattr(services, "list_tallies", slow)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: app.test_client().get("/api/v2/jobs/stats").data, range(8)))
    assert len(computed) == 8


def test_views_that_are_kept_for_a_company_are_still_refused_to_others(client):
    assert client.get("/api/v2/companies/1/jobs", headers=bearer(make_user())).status_code == 403


def test_bodies_decode_to_the_same_whatever_the_encoding(client):
    make_jobs(10)
    answers = [client.get("/api/v2/jobs", headers={"Accept-Encoding": each}) for each in ("gzip", "br", "zstd", "")]
    assert len({decoded(answer) for answer in answers}) == 1


LISTS = ["/api/v2/jobs", "/api/v1/jobs", "/api/v2/companies", "/api/v1/skills", "/api/v2/jobs/featured"]
CHANGES = [
    "limit=2", "limit=02", "limit=3", "page_size=2", "page=2", "page=1", "count=exact", "sort=oldest", "sort=title",
    "country=CA", "country=ca", "country=US", "country=CA&country=US", "country=US&country=CA", "remote=false",
    "remote=true", "employment_type=FULL_TIME", "employment_type=full_time", "fields=id", "fields=id,title",
    "skill=python", "skill=Python", "company=viamo", "company=1", "location=Toronto%2C+Ontario", "q=p", "cursor=",
    "salary_min=1", "posted_after=2020-01-01", "limit=2&page=2", "page=2&limit=2", "nonsense=1", "limit=x",
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_every_question_has_its_own_answer_whether_it_is_kept_or_not(client, path):
    """Each is asked twice, among the others, and compared with one that is not kept."""
    make_jobs(4, skills=["Python"], featured=True)
    make_jobs(3, company="Acme", country="US", remote=True)
    targets = [path, *(f"{path}?{change}" for change in CHANGES)]
    for _ in range(2):
        for target in targets:
            kept = client.get(target)
            fresh = client.get(target, headers={"Cache-Control": "no-cache"})
            assert kept.status_code == fresh.status_code
            assert without_id(kept) == without_id(fresh), target
            if kept.status_code == 200:  # a refusal names its request, at more or less length
                assert comparable(kept) == comparable(fresh), target


def without_id(response) -> dict:
    return {name: value for name, value in response.get_json().items() if name != "request_id"}


def test_nobody_is_ever_given_what_was_made_for_another(client):
    """Every private answer carries something of its caller alone; all ask for all in turn, three times."""
    companies = [make_company("Alpha"), make_company("Beta")]
    callers = {f"canary-{n}": make_user("recruiter", companies[n % 2], full_name=f"canary-{n}") for n in range(4)}
    callers |= {f"canary-{n}": make_user(full_name=f"canary-{n}") for n in range(4, 6)}
    headers = {canary: bearer(user) for canary, user in callers.items()}
    for number, company in enumerate(companies):
        make_job(f"Secret of {company.name}", company=company, status="draft", posted_at=POSTED_AT)
        assert number < 2
    foreign = asked = 0
    for _ in range(3):
        for canary, own in headers.items():
            for target in ("/api/v1/users/me", "/api/v2/users/me", "/api/v2/jobs", "/api/v1/companies/1/jobs",
                           "/api/v1/companies/2/jobs"):  # fmt: skip
                body = client.get(target, headers=own).get_data(as_text=True)
                asked += 1
                foreign += any(other in body for other in callers if other != canary)
                mine = callers[canary].company_id
                foreign += any(f"Secret of {c.name}" in body for c in companies if c.id != mine)
    assert (foreign, asked) == (0, 90)


def test_a_key_without_its_scope_would_be_caught(client, monkeypatch):
    """The control of the test above."""
    monkeypatch.setattr("talentsphere.api.caching._scope", lambda _policy: ["public"])
    one, two = make_user(full_name="canary-1"), make_user(full_name="canary-2")
    client.get("/api/v2/users/me", headers=bearer(one))
    assert b"canary-1" in client.get("/api/v2/users/me", headers=bearer(two)).data
