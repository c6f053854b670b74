"""The headers of every answer: security, CORS, request ids, timing."""

from __future__ import annotations

import re

import pytest
from tests.factories import make_job, make_jobs

from talentsphere.api.headers import standard_headers
from talentsphere.app import create_app

FRIEND = "https://app.example.org"
HOSTILE = [
    "https://evil.example", "http://app.example.org", "https://app.example.org.evil.example", "null", "*", "",
    "https://evil.example/https://app.example.org", "https://APP.example.org", "https://app.example.org/",
    "https://app.example.org\u00a0", "https://xapp.example.org", "https://app.example.org:8443",
]  # fmt: skip
ANSWERS = ["/api/v2/jobs", "/api/v2/jobs/9", "/api/v2/jobs?x=1", "/nowhere", "/health/live", "/api/docs"]


@pytest.fixture(scope="module")
def friendly(make_settings, app):
    """A client of an instance that lets one origin in."""
    return create_app(make_settings(CORS_ORIGINS=FRIEND)).test_client()


@pytest.mark.parametrize("target", ANSWERS)
def test_every_answer_carries_the_security_headers(client, target):
    headers = client.get(target).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers
    assert "Strict-Transport-Security" not in headers


def test_behind_tls_browsers_are_told_to_stay_there(make_settings):
    client = create_app(make_settings(PUBLIC_URL="https://jobs.example.org")).test_client()
    assert client.get("/health/live").headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize("target", ANSWERS)
def test_every_answer_has_cache_control_vary_and_timing(client, target):
    headers = client.get(target).headers
    assert headers["Cache-Control"]
    assert "Accept-Encoding" in headers["Vary"]
    assert "db;dur=" in headers["Server-Timing"]


def test_a_listed_origin_is_let_in(friendly):
    headers = friendly.get("/health/live", headers={"Origin": FRIEND}).headers
    assert headers["Access-Control-Allow-Origin"] == FRIEND
    assert "ETag" in headers["Access-Control-Expose-Headers"]
    assert "Origin" in headers.getlist("Vary")
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize("origin", HOSTILE)
def test_any_other_origin_is_not(friendly, origin):
    for method in ("GET", "OPTIONS"):
        headers = friendly.open("/health/live", method=method, headers={"Origin": origin}).headers
        assert not [name for name, _ in headers if name.startswith("Access-Control")]
        assert "Origin" in headers.getlist("Vary")


def test_without_listed_origins_nobody_is_let_in(client):
    headers = client.get("/health/live", headers={"Origin": FRIEND}).headers
    assert "Access-Control-Allow-Origin" not in headers
    assert "Origin" not in headers.getlist("Vary")


def test_a_preflight_of_a_listed_origin_is_told_the_methods(friendly):
    asked = {"Origin": FRIEND, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"}
    headers = friendly.options("/api/v2/jobs", headers=asked).headers
    assert "PATCH" in headers["Access-Control-Allow-Methods"]
    assert "If-Match" in headers["Access-Control-Allow-Headers"]


def test_errors_of_a_listed_origin_can_be_read(friendly):
    headers = friendly.get("/nowhere", headers={"Origin": FRIEND}).headers
    assert headers["Access-Control-Allow-Origin"] == FRIEND


def test_the_headers_are_the_same_without_flask():
    assert dict(standard_headers("id-1", None, ()))["X-Request-ID"] == "id-1"


def test_a_harmless_request_id_is_kept(client):
    assert client.get("/health/live", headers={"X-Request-ID": "trace-1.2_3"}).headers["X-Request-ID"] == "trace-1.2_3"


@pytest.mark.parametrize("given", ["a b", "x" * 65, "<script>", "ä", '"', "a,b", ""])
def test_any_other_request_id_is_replaced(client, given):
    made = client.get("/health/live", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]+-[0-9a-f]+", made)


def test_request_ids_are_never_given_twice(client):
    ids = [client.get("/health/live").headers["X-Request-ID"] for _ in range(50)]
    assert len(set(ids)) == 50


@pytest.mark.parametrize(
    ("target", "statements"),
    [("/health/live", "0 queries"), ("/api/v2/jobs", "1 query"), ("/api/v1/jobs", "2 queries")],
)
def test_server_timing_counts_the_statements(client, count_queries, target, statements):
    make_jobs(2)
    header = client.get(target, headers={"Cache-Control": "no-cache"}).headers["Server-Timing"]
    assert f'desc="{statements}"' in header
    assert count_queries() == int(statements.split()[0])


def test_server_timing_of_one_request_does_not_count_another(client):
    make_job()
    client.get("/api/v1/jobs")
    own = client.get("/api/v2/jobs", headers={"Cache-Control": "no-cache"})
    assert 'desc="1 query"' in own.headers["Server-Timing"]


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html", "application/xml", "", "nonsense"])
def test_json_is_what_there_is_whatever_is_accepted(client, accept):
    assert client.get("/api/v2/jobs", headers={"Accept": accept}).mimetype == "application/json"
