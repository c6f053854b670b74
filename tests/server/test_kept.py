"""The whole server: workers answer from what each of them kept, and never what another one has made old."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from tests import factories
from tests.cache.redis_server import RedisServer
from tests.factories import make_company, make_jobs, make_user, token_of
from tests.scratch import scratch_database
from tests.server.running import Gunicorn, gunicorn, wait_until

from talentsphere.app import create_app
from talentsphere.db import migrations
from talentsphere.db.session import engines_of

pytestmark = pytest.mark.server
TARGET = "/api/v2/jobs"


@pytest.fixture(params=["map", "redis"])
def served(request, tmp_path, make_settings, app) -> Iterator[tuple[Gunicorn, dict[str, str]]]:
    """Two workers on a board of five, and the headers of an admin."""
    own = {"TALENTSPHERE_HOME": str(tmp_path), "RATE_LIMIT_ENABLED": "false", "WORKERS": "2"}
    own["CACHE_WARM_UP_ON_START"] = "true" if request.param == "warm" else "false"
    own |= {"SECRET_KEY": make_settings().secret_key.value()}
    with contextlib.ExitStack() as stack:
        if request.param == "redis":
            own["REDIS_URL"] = stack.enter_context(RedisServer(tmp_path)).url
        url = stack.enter_context(scratch_database(tmp_path, "kept"))
        instance = create_app(make_settings(**own, DATABASE_URL=url))
        factories.use(instance)
        with instance.app_context():
            migrations.upgrade()
            make_jobs(5, make_company())
            token = token_of(make_user("admin"))
        factories.use(app)
        engines_of(instance).write.dispose()
        with gunicorn(tmp_path, application="talentsphere.wsgi:app", DATABASE_URL=url, **own) as server:
            yield server, {"Authorization": f"Bearer {token}"}


def asked(server: Gunicorn, target: str = TARGET, method: str = "GET", body: object = None, **headers: str):
    """Ask on a connection of its own, so that any worker may take it."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        data = None if body is None else json.dumps(body)
        connection.request(method, target, data, {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def test_workers_answer_from_their_memory_and_never_what_is_old(served):
    server, admin = served
    said, stale = Counter(), 0
    for number in range(40):
        if number % 8 == 7:
            change = {"title": f"Nurse {number}"}
            status, _, _ = asked(server, f"{TARGET}/1", "PATCH", change, **admin, **{"If-Match": "*"})
            assert status == 200
        status, headers, body = asked(server)
        titles = [job["title"] for job in json.loads(body)["data"]]
        latest = f"Nurse {number - (number + 1) % 8}"
        stale += number >= 7 and latest not in titles
        said[headers["x-cache"]] += 1
    assert stale == 0
    assert said["HIT"] > 20


def test_the_door_gives_hits_and_they_are_in_the_figures(served):
    server, admin = served
    wait_until(lambda: asked(server)[1]["x-cache"] == "HIT", 5, "a hit")

    def hits_at_the_door() -> int:
        for _ in range(20):
            asked(server)
        time.sleep(1.2)
        return json.loads(asked(server, "/api/cache/stats", **admin)[2])["layers"]["door"]["hits"]

    assert wait_until(hits_at_the_door, 10, "hits of the door are counted") > 0
    figures = json.loads(asked(server, "/api/performance", **admin)[2])
    [jobs] = [endpoint for endpoint in figures["endpoints"] if endpoint["route"] == TARGET]
    assert jobs["request_count"] >= 20


@pytest.mark.parametrize("served", ["map"], indirect=True)
def test_a_table_of_words_that_is_removed_under_load_makes_nothing_old(served):
    server, admin = served
    for number in range(12):
        asked(server)
        (server.folder / "run" / "cache" / "words").unlink(missing_ok=True)
        change = {"title": f"Cook {number}"}
        assert asked(server, f"{TARGET}/1", "PATCH", change, **admin, **{"If-Match": "*"})[0] == 200
        for _ in range(4):
            assert f"Cook {number}".encode() in asked(server)[2]
    assert (server.folder / "run" / "cache" / "words").exists()


@pytest.mark.parametrize("served", ["warm"], indirect=True)
def test_one_worker_warms_for_all_after_the_start(served):
    server, _ = served
    wait_until(lambda: "cache_warmed" in server.text(), 10, "a worker has warmed")
    assert [asked(server)[1]["x-cache"] for _ in range(8)] == ["HIT"] * 8
    assert server.text().count("cache_warmed") == 1


def test_a_kept_connection_gets_hits_one_after_the_other(served):
    server, _ = served
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    said = []
    for _ in range(5):
        connection.request("GET", TARGET, headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        said.append(response.getheader("X-Cache"))
    connection.close()
    assert said == ["MISS", "HIT", "HIT", "HIT", "HIT"]
