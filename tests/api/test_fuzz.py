"""A thousand hostile requests: no failure of ours, and every refusal a valid problem."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories import make_jobs, make_skill
from tests.scratch import empty

from talentsphere.db.session import engines_of

PATHS = [
    *(
        f"/api/{version}/{path}"
        for version in ("v1", "v2")
        for path in ("jobs", "jobs/featured", "jobs/stats", "jobs/batch", "jobs/{}", "jobs/{}/similar", "companies",
                     "companies/{}", "skills", "skills/{}")
    ),
    "/health", "/health/{}", "/static/{}", "/api/docs", "/api/{}", "/{}",
]  # fmt: skip
NAMES = [
    "limit", "cursor", "page", "page_size", "count", "fields", "include", "sort", "company", "location", "city",
    "region", "country", "remote", "employment_type", "experience_level", "salary_min", "currency", "skill",
    "posted_after", "featured", "ids", "q", "contry",
]  # fmt: skip
NASTY = [
    "", "0", "-1", "1", "5", "2147483648", "9223372036854775808", "9" * 400, "1e9", "NaN", "null", "true", "\x00",
    "a\x00b", "\r\nX-Injected: 1", "' OR 1=1 --", "%", "_", "\\", "${7*7}", "{{7*7}}", "../../etc/passwd", "<script>",
    "\ud800", "ﬀ", "İ", "🙂" * 60, "\u202e", "x" * 3000, "newest", "title", "exact", "remote", "CA", "python",
    "full time", "id,title", "2026-01-31", "0000-00-00", "9999-12-31T23:59:59-14:00",
    "1970-01-01T00:00:00+14:00", "AAAA", "1,2,3", ",",
]  # fmt: skip

values = st.sampled_from(NASTY) | st.text(max_size=30)
queries = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=8), values), max_size=4)
headers = st.dictionaries(
    st.sampled_from(
        ["If-None-Match", "Accept-Encoding", "Accept", "Origin", "X-Request-ID", "Range", "Content-Type", "Cookie"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
    | st.sampled_from(
        ['"', "W/", "gzip;q=x", "*;q=9", "gzip;q=0,*", 'W/"x', "bytes=0-", "application/json; charset=nonsense"]
    ),
    max_size=2,
)
METHODS = ["GET"] * 8 + ["HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


@pytest.fixture(scope="module")
def client(app):
    """A client of a small board."""
    empty(engines_of(app).write)
    make_skill("Python", aliases=["py"])
    make_jobs(3, skills=["Python"])
    return app.test_client()


@settings(max_examples=1000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    path=st.sampled_from(PATHS), part=values, query=queries, headers=headers, method=st.sampled_from(METHODS),
    body=st.binary(max_size=50),
)  # fmt: skip
def test_a_thousand_fuzzed_requests_give_no_500(client, path, part, query, headers, method, body):
    encoded = urlencode(query, errors="surrogatepass")
    target = f"{path.format(quote(part, safe='', errors='surrogatepass'))}?{encoded}"
    response = client.open(target, method=method, headers=headers, data=body if method in ("POST", "PUT") else None)
    assert response.status_code < 500
    assert b"Traceback" not in response.data
    assert "X-Injected" not in response.headers
    if response.status_code >= 400 and method != "HEAD":
        assert response.mimetype == "application/problem+json"
        assert response.get_json()["status"] == response.status_code
