"""What monitors read, and that nobody else does."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from tests.factories import bearer, make_company, make_job, make_user
from werkzeug.test import Client

from talentsphere.api.auth import open_to_all
from talentsphere.app import create_app
from talentsphere.db.base import now
from talentsphere.tasks.models import Schedule, Task, Worker

ROUTES = ["/health/detailed", "/api/performance", "/api/v1/health/metrics", "/metrics"]


@pytest.fixture
def admin(database) -> dict[str, str]:
    return bearer(make_user(role="admin"))


@pytest.fixture
def fresh(make_settings, database, tmp_path):
    """A client of an instance that nobody asked yet."""
    return create_app(make_settings(TALENTSPHERE_HOME=str(tmp_path))).test_client()


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_without_a_token_is_told_to_sign_in(client, route):
    assert client.get(route).status_code == 401


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("role", ["candidate", "interviewer", "hiring_manager", "recruiter"])
def test_who_may_not_finds_nothing(client, route, role):
    company = None if role == "candidate" else make_company()
    missing = client.get("/nowhere/at/all", headers=bearer(make_user(role=role, company=company)))
    refused = client.get(route, headers=bearer(make_user(role=role, company=company)))
    assert (refused.status_code, missing.status_code) == (404, 404)
    assert "monitor" not in refused.text


@pytest.mark.parametrize("route", ROUTES)
def test_an_admin_may(client, admin, route):
    assert client.get(route, headers=admin).status_code == 200


@pytest.fixture
def worker(database):
    """A process that works tasks off, as the table knows it."""
    with database.writing() as session:
        session.add(Worker(name="host:1"))


def test_details_name_each_part(client, admin, worker):
    found = client.get("/health/detailed", headers=admin).get_json()
    assert found["status"] == "ok"
    assert found["mode"] == "development"
    assert {name: check["status"] for name, check in found["checks"].items()} == {
        "database": "ok", "redis": "off", "disk": "ok", "tasks": "ok",
    }  # fmt: skip
    assert (found["degraded"], found["schedules"]) == ([], [])


def test_without_a_worker_the_instance_is_degraded(client, admin):
    found = client.get("/health/detailed", headers=admin).get_json()
    assert (found["status"], found["degraded"]) == ("degraded", ["tasks"])
    assert found["checks"]["tasks"] == {"status": "unavailable", "detail": "0 workers"}


def test_an_overdue_schedule_is_named(client, admin, worker, database):
    at = now() - timedelta(minutes=10)
    with database.writing() as session:
        session.add(Schedule(name="jobs.expire", every_s=60, next_run=at, last_run=at))
    found = client.get("/health/detailed", headers=admin).get_json()
    assert (found["status"], found["degraded"]) == ("degraded", ["tasks", "schedule jobs.expire"])
    assert found["checks"]["tasks"] == {"status": "late", "detail": "1 worker; overdue: jobs.expire"}
    assert [(each["name"], each["is_overdue"]) for each in found["schedules"]] == [("jobs.expire", True)]


def test_dead_letters_and_dead_workers_are_counted(client, admin, worker, database):
    with database.writing() as session:
        session.add(Task(kind="test.nothing", status="failed", finished_at=now()))
        session.add(Worker(name="host:2", seen_at=now() - timedelta(minutes=5)))
    found = client.get("/health/detailed", headers=admin).get_json()
    assert found["checks"]["tasks"] == {"status": "ok", "detail": "1 worker; 1 died within a day; 1 dead letters"}


def test_a_redis_that_is_gone_is_named(make_settings, database, worker):
    admin = bearer(make_user(role="admin"))
    app = create_app(make_settings(REDIS_URL="redis://127.0.0.1:1/0", RATE_LIMIT_ENABLED="false"))
    found = app.test_client().get("/health/detailed", headers=admin)
    assert (found.status_code, found.get_json()["status"], found.get_json()["degraded"]) == (200, "degraded", ["redis"])


def test_requests_are_counted_and_questions_of_monitors_are_not(fresh, admin):
    make_job()
    for _ in range(7):
        fresh.get("/api/v2/jobs", headers={"Cache-Control": "no-cache"})
        fresh.get("/health/live")
        fresh.get("/api/performance", headers=admin)
    fresh.get("/nowhere")
    found = fresh.get("/api/performance", headers=admin).get_json()
    assert (found["request_count"], found["error_count"], found["error_rate"]) == (8, 0, 0.0)
    [jobs] = [endpoint for endpoint in found["endpoints"] if endpoint["route"] == "/api/v2/jobs"]
    assert (jobs["method"], jobs["request_count"], jobs["statements_per_request"]) == ("GET", 7, 1.0)
    assert 0 < jobs["latency_ms"]["p50"] <= jobs["latency_ms"]["p95"] <= jobs["latency_ms"]["p99"]


def test_errors_are_counted(fresh, admin):
    @open_to_all
    def broken() -> str:
        raise ZeroDivisionError

    fresh.application.add_url_rule("/broken", view_func=broken)
    assert Client(fresh.application).get("/broken").status_code == 500
    found = fresh.get("/api/performance", headers=admin).get_json()
    assert (found["request_count"], found["error_count"], found["error_rate"]) == (1, 1, 1.0)


def test_the_routes_with_parameters_are_counted_by_their_template(fresh, admin):
    for number in range(5):
        fresh.get(f"/api/v2/jobs/{number}")
    found = fresh.get("/api/performance", headers=admin).get_json()
    assert [(endpoint["route"], endpoint["request_count"]) for endpoint in found["endpoints"]] == [
        ("/api/v2/jobs/<reference>", 5)
    ]


def test_the_flat_figures_are_the_same(fresh, admin):
    fresh.get("/api/v2/jobs")
    grouped = fresh.get("/api/performance", headers=admin).get_json()
    found = fresh.get("/api/v1/health/metrics", headers=admin).get_json()
    assert found["request_count"] == grouped["request_count"] == 1
    assert found["latency_ms_p95"] == grouped["latency_ms"]["p95"]
    assert {type(value) for value in found.values()} <= {int, float}


def test_prometheus_reads_counts_and_times(fresh, admin):
    fresh.get("/api/v2/jobs", headers={"Cache-Control": "no-cache"})
    text = fresh.get("/metrics", headers=admin).text
    assert 'talentsphere_request_seconds_count{method="GET",route="/api/v2/jobs"} 1.0' in text
    assert 'talentsphere_answers_total{method="GET",route="/api/v2/jobs",status="2xx"} 1.0' in text
    assert 'talentsphere_statements_total{method="GET",route="/api/v2/jobs"} 1.0' in text


def test_the_machine_is_sampled_in_the_background(client, admin, monkeypatch):
    client.get("/api/performance", headers=admin)
    monkeypatch.setattr("psutil.cpu_percent", lambda *_args, **_more: time.sleep(30))
    began = time.monotonic()
    found = client.get("/api/performance", headers=admin).get_json()
    assert time.monotonic() - began < 5
    assert found["cpu"]["cores"] >= 1
    assert 0 < found["memory"]["used_percent"] < 100
    assert 0 <= found["disk"]["used_percent"] <= 100


def test_twenty_who_ask_at_once_are_all_answered(app, admin):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: app.test_client().get("/api/performance", headers=admin), range(20)))
    assert {answer.status_code for answer in answers} == {200}
