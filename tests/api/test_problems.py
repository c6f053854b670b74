"""Every refusal and every failure is a problem document that tells what to do, and never more."""

from __future__ import annotations

import pytest
from flask import request
from tests.factories import make_job

from talentsphere.api.auth import open_to_all
from talentsphere.app import create_app


def test_an_unknown_parameter_is_refused_with_a_suggestion(client):
    response = client.get("/api/v2/jobs?contry=de")
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert response.get_json() == {
        "type": "/problems/invalid-query",
        "title": "The query has unknown or malformed parameters",
        "status": 400,
        "detail": "contry: unknown parameter; did you mean country?",
        "instance": "/api/v2/jobs",
        "request_id": response.headers["X-Request-ID"],
        "errors": [{"parameter": "contry", "detail": "unknown parameter", "did_you_mean": "country"}],
    }


def test_every_mistake_of_a_query_is_named(client):
    errors = client.get("/api/v2/jobs?limit=x&sort=newst&zzz=1").get_json()["errors"]
    assert [error["parameter"] for error in errors] == ["limit", "sort", "zzz"]
    assert "did_you_mean" not in errors[2]


@pytest.mark.parametrize(
    "query",
    [
        "country=germany", "country=d1", "country=DE%0A", "currency=euro", "remote=perhaps", "employment_type=x",
        "experience_level=guru", "salary_min=-1", "salary_min=9999999999999999", "salary_min=1.5",
        "posted_after=tomorrow", "posted_after=20026-01-01", "posted_after=0001-01-01", "posted_after=2026-02-30",
        "sort=relevance", "count=all", "skill=", f"skill={'x' * 201}", "company=a%00b", "%00=1",
        "limit=1&limit=2", "sort=newest&sort=oldest",
        "location=" + "&location=".join("abcdefghijklmnopqrstu"),
    ],
)  # fmt: skip
def test_a_malformed_parameter_is_refused(client, query):
    response = client.get(f"/api/v2/jobs?{query}")
    assert response.status_code == 400
    assert response.get_json()["errors"]


@pytest.mark.parametrize(
    "path", ["/api/v2/stats", "/nothing", "/api/v3/jobs", "/api/v2/jobs/1/2/3", "//", "/api/v2/jobs/"]
)
def test_an_unknown_address_is_a_problem(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.get_json()["type"] == "about:blank"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_a_method_that_is_not_allowed_names_those_that_are(client, method):
    response = client.open("/api/v2/jobs/1/similar", method=method)
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert response.get_json()["status"] == 405


def test_reading_a_body_above_the_limit_is_a_problem(settings):
    response = client_of_a_broken_app(settings).post("/echo", data=b"x" * (settings.max_body_mb * 1024 * 1024 + 1))
    assert response.status_code == 413
    assert response.get_json()["detail"] == "the body is larger than this address takes"


def test_a_body_of_another_type_is_a_problem(settings):
    response = client_of_a_broken_app(settings).post("/json", data=b"title=x", content_type="text/plain")
    assert response.status_code == 415
    assert response.mimetype == "application/problem+json"


def test_a_body_that_is_no_json_is_a_problem(settings):
    response = client_of_a_broken_app(settings).post("/json", data=b"{", content_type="application/json")
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"


def test_an_address_that_is_too_long_is_a_problem(client):
    response = client.get(f"/api/v2/jobs?location={'x' * 9000}")
    assert response.status_code == 414
    assert response.mimetype == "application/problem+json"


def client_of_a_broken_app(settings):
    """The application with routes that fail in their own ways."""
    app = create_app(settings)
    app.add_url_rule("/boom", view_func=open_to_all(boom))
    app.add_url_rule("/echo", "echo", open_to_all(echo), methods=["POST"])
    app.add_url_rule("/json", "json", open_to_all(echo_json), methods=["POST"])
    return app.test_client()


def echo():
    return request.get_data()


def echo_json():
    return request.get_json()


def boom():
    raise RuntimeError("SELECT password FROM users")


def test_an_unexpected_error_tells_the_client_nothing_and_the_log_everything(settings, log_lines):
    response = client_of_a_broken_app(settings).get("/boom")
    assert response.status_code == 500
    problem = response.get_json()
    assert problem.keys() == {"type", "title", "status", "instance", "request_id"}
    assert "password" not in response.text
    assert [(line["event"], line["path"], line["exc_info"]) for line in log_lines] == [
        ("unexpected_error", "/boom", True)
    ]
    assert log_lines[0]["request_id"] == problem["request_id"]


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.db", "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"]
)
def test_a_database_that_is_down_is_503_with_retry_after(make_settings, url):
    client = create_app(make_settings(DATABASE_URL=url)).test_client()
    response = client.get("/api/v2/jobs")
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) >= 1
    assert response.get_json()["type"] == "/problems/unavailable"
    assert "nobody" not in response.text


def test_a_wrong_statement_is_500_and_not_503(make_settings, tmp_path):
    client = create_app(make_settings(DATABASE_URL=f"sqlite:///{tmp_path}/empty.db")).test_client()
    assert client.get("/api/v2/jobs").status_code == 500


def test_problems_are_never_kept(client):
    assert client.get("/api/v2/jobs/1").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_both_versions_refuse_in_the_same_shape(client, version):
    problem = client.get(f"/api/{version}/jobs/9").get_json()
    assert problem.keys() == {"type", "title", "status", "detail", "instance", "request_id"}


def test_v1_warns_of_every_mistake_and_still_answers(client):
    make_job()
    body = client.get("/api/v1/jobs?limit=x&page=1&page=2&sort=newst&country=%00&zzz=1").get_json()
    assert len(body["items"]) == 1
    assert sorted(warning.split(" was ")[0] for warning in body["meta"]["warnings"]) == [
        "country", "limit", "page", "sort", "zzz",
    ]  # fmt: skip


def test_v1_refuses_a_batch_without_ids(client):
    assert client.get("/api/v1/jobs/batch").status_code == 400
    assert client.get("/api/v1/jobs/batch?ids=x").status_code == 400
