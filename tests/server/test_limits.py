"""Four workers, one limit: what passes is what one would let pass, with Redis, without, and while it goes."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.api.test_limits import redis_server
from tests.server.running import gunicorn

pytestmark = pytest.mark.server
ASKED = 60
ANYWHERE = {"RATE_LIMIT_LOGIN_ADDRESS": "100000/minute", "WORKERS": "4", "THREADS": "4"}


def log_in(port: int, email: str) -> int:
    """Ask on a connection of its own, so that any worker may take it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        body = json.dumps({"email": email})
        connection.request("POST", "/api/v2/auth/login", body, {"Content-Type": "application/json"})
        return connection.getresponse().status
    finally:
        connection.close()


def passes(server, email: str = "ada@example.org", asked: int = ASKED) -> int:
    """Return how many of ``asked`` parallel logins pass; the others must be 429."""
    with ThreadPoolExecutor(8) as pool:
        found = Counter(pool.map(lambda _: log_in(server.port, email), range(asked)))
    assert set(found) <= {200, 429}, found
    return found[200]


def test_ten_of_all_pass(tmp_path):
    with gunicorn(tmp_path, application="tests.server.limited:app", **ANYWHERE) as server:
        assert [passes(server, email) for email in ("ada@example.org", "eve@example.org")] == [10, 10]


def test_a_worker_that_is_killed_takes_no_count_with_it(tmp_path):
    with gunicorn(tmp_path, application="tests.server.limited:app", **ANYWHERE) as server:
        before = passes(server, asked=5)
        for worker in server.workers():
            worker.kill()
        assert before + passes_after_kill(server) == 10


def passes_after_kill(server) -> int:
    from tests.server.running import wait_until

    wait_until(lambda: len(server.workers()) == 4 and server.is_up(), 20, "all workers are back")
    return passes(server)


def test_ten_pass_with_redis_and_no_more_when_it_goes(tmp_path):
    with redis_server(tmp_path) as (url, redis):
        variables = {**ANYWHERE, "REDIS_URL": url}
        with gunicorn(tmp_path, application="tests.server.limited:app", **variables) as server:
            assert passes(server) == 10
            before = passes(server, "eve@example.org", asked=5)
            redis.kill()
            redis.wait()
            assert before + passes(server, "eve@example.org") == 10
            assert passes(server, "new@example.org") == 10


def test_workers_that_count_alone_let_four_times_as_many_pass(tmp_path):
    """The control."""
    with gunicorn(tmp_path, application="tests.server.limited_alone:app", **ANYWHERE) as server:
        assert passes(server, asked=400) > 20
