"""Workers share the connections that come at once."""

import http.client
from collections import Counter

import pytest
from tests.server.attempts import one_of_three
from tests.server.running import gunicorn, wait_until

pytestmark = pytest.mark.server


def shares(server, count: int) -> list[int]:
    """Open ``count`` connections at once and return how many each worker has."""
    connections = [http.client.HTTPConnection("127.0.0.1", server.port) for _ in range(count)]
    for connection in connections:
        connection.connect()
    workers: Counter[bytes] = Counter()
    for connection in connections:
        connection.request("GET", "/pid")
        workers[connection.getresponse().read()] += 1
        connection.close()
    return sorted(workers.values())


@one_of_three
def test_connections_that_come_at_once_are_shared(tmp_path):
    with gunicorn(tmp_path, WORKERS="4") as server:
        wait_until(lambda: server.text().count("Started server process") == 4, 10, "all workers listen")
        found = [shares(server, 64) for _ in range(5)]
    assert all(len(each) == 4 and each[-1] <= 40 for each in found), found


@one_of_three
def test_uvicorns_worker_takes_all_that_wait(tmp_path):
    """The control."""
    options = ("-k", "uvicorn_worker.UvicornWorker")
    with gunicorn(tmp_path, *options, WORKERS="4", application="tests.server.stock:app") as server:
        most = max(shares(server, 64)[-1] for _ in range(10))
    assert most > 40
