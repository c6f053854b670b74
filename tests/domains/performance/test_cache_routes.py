"""The cache, for monitors and admins."""

from __future__ import annotations

import pytest
from tests.factories import bearer, make_job, make_user

from talentsphere.api.caching import MEMO, the_cache
from talentsphere.cache.core import CACHE


@pytest.fixture
def admin(client) -> dict[str, str]:
    return bearer(make_user("admin"))


def counts(client, admin) -> dict:
    return client.get("/api/cache/stats", headers=admin).get_json()


def test_hits_and_misses_are_counted_by_policy(client, admin):
    before = counts(client, admin)
    for _ in range(3):
        client.get("/api/v2/jobs")
    after = counts(client, admin)
    assert (after["misses"] - before["misses"], after["hits"] - before["hits"]) == (1, 2)
    assert after["policies"]["job_list"]["saved_bytes"] > 0
    assert (after["inconsistent"], after["words"]) == (0, "in use")


@pytest.mark.parametrize("path", ["/api/cache/stats", "/api/performance/cache"])
def test_the_figures_are_for_monitors(client, path):
    assert client.get(path).status_code == 401
    assert client.get(path, headers=bearer(make_user())).status_code == 404


@pytest.mark.parametrize("path", ["clear", "warm"])
def test_only_an_admin_operates_the_cache(client, path):
    target = f"/api/performance/cache/{path}"
    assert client.post(target, json={}).status_code == 401
    assert client.post(target, json={}, headers=bearer(make_user("recruiter"))).status_code == 403


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, [False, False]),
        ({"tags": ["skills"]}, [False, False]),
        ({"policies": ["company_list"]}, [True, False]),
        ({"policies": ["job_*"]}, [False, True]),
    ],
)
def test_an_admin_forgets_everything_or_a_part(client, admin, given, kept):
    pages = ["/api/v2/jobs", "/api/v2/companies"]
    for page in pages:
        client.get(page)
    if given == {"tags": ["skills"]}:
        kept = [False, True]
    assert client.post("/api/performance/cache/clear", json=given, headers=admin).status_code == 200
    assert [client.get(page).headers["X-Cache"] == "HIT" for page in pages] == kept


def test_an_admin_forgets_what_one_key_holds_and_nothing_else(app, client, admin):
    pages = ["/api/v2/jobs", "/api/v2/jobs?limit=5"]
    for page in pages:
        client.get(page, environ_overrides={"RAW_URI": page})
    key = app.extensions[MEMO].get(pages[1].encode())
    assert client.post("/api/performance/cache/clear", json={"keys": [key]}, headers=admin).get_json()["cleared"] == key
    assert [client.get(page).headers["X-Cache"] for page in pages] == ["HIT", "MISS"]


def test_an_unknown_policy_is_refused(client, admin):
    answer = client.post("/api/performance/cache/clear", json={"policies": ["jobs"]}, headers=admin)
    assert answer.status_code == 422
    assert "job_list" in answer.get_json()["detail"]


def test_warming_makes_the_next_reader_a_hit(client, admin):
    make_job()
    warmed = client.post("/api/performance/cache/warm", headers=admin).get_json()["warmed"]
    assert {each["status"] for each in warmed} == {200}
    assert client.get("/api/v2/jobs").headers["X-Cache"] == "HIT"


@pytest.mark.unfed
def test_a_hit_that_is_older_than_the_database_is_counted(app, client, database, monkeypatch):
    """A seeded bug: a write that raised no word."""
    make_job()
    client.get("/api/v2/jobs/1")
    cache = app.extensions[CACHE]
    monkeypatch.setattr(cache, "sample_every", 1)
    monkeypatch.setattr(app.extensions[CACHE].words, "raise_to", lambda *_change: None)
    monkeypatch.setattr(cache, "clear", lambda: None)
    with database.writing() as session:
        session.connection().exec_driver_sql("UPDATE jobs SET title = 'Other'")
    counted: list[str] = []
    monkeypatch.setattr(cache.stats, "count", lambda _policy, _layer, event, _amount=1: counted.append(event))
    client.get("/api/v2/jobs/1")
    assert counted[:2] == ["compared", "inconsistent"]


def test_a_hit_that_is_as_new_as_the_database_is_not_counted(app, client, monkeypatch):
    make_job()
    client.get("/api/v2/jobs/1")
    cache = app.extensions[CACHE]
    monkeypatch.setattr(cache, "sample_every", 1)
    counted: list[str] = []
    monkeypatch.setattr(cache.stats, "count", lambda _policy, _layer, event, _amount=1: counted.append(event))
    client.get("/api/v2/jobs/1")
    assert "compared" in counted
    assert "inconsistent" not in counted


def test_the_cache_of_the_application_is_found(app):
    with app.app_context():
        assert the_cache() is app.extensions[CACHE]
