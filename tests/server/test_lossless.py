"""Recycling and HUP lose nothing, and the checks would notice if they did."""

import signal
import time

import pytest
from tests.server.attempts import one_of_three
from tests.server.checker import MIXED, SIMPLE, Checker, Tally
from tests.server.running import Gunicorn, gunicorn, nginx

pytestmark = pytest.mark.server

HASTY = ("-k", "tests.server.workers.Hasty")
ROOMY = {"MAX_REQUESTS": "300", "THREADS": "16", "DB_POOL_PRESET": "large"}
"""Even when every client meets the same worker, none is shed."""


def storm(server: Gunicorn, checker: Checker, seconds: float, calm_s: float = 5, hup_every_s: float = 2) -> Tally:
    """Let workers recycle while ``checker`` asks, then send HUP again and again for ``seconds``."""
    with checker:
        time.sleep(calm_s)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(hup_every_s)
            server.signal(signal.SIGHUP)
        return checker.stop()


def recycled(server: Gunicorn) -> int:
    return server.text().count("asking for a successor")


def assert_lossless(tally: Tally, server: Gunicorn) -> None:
    assert (len(tally.failed), len(tally.wrong), tally.refused) == (0, 0, 0), str(tally)
    assert tally.shed <= tally.total / 1000, str(tally)
    assert "Bad file descriptor" not in server.text()
    assert "Traceback" not in server.text()


def test_recycling_and_hup_lose_nothing(tmp_path):
    with gunicorn(tmp_path, *HASTY, **ROOMY) as server:
        tally = storm(server, Checker(server.port, 32, MIXED, idle_s=2), 8)
        assert_lossless(tally, server)
        assert tally.total > 500
        assert recycled(server) >= 1, server.text()


@one_of_three
def test_uvicorns_plain_worker_loses_requests(tmp_path):
    options = ("-k", "uvicorn_worker.UvicornWorker", "--max-requests", "300")
    with gunicorn(tmp_path, *options, application="tests.server.stock:app") as server:
        tally = storm(server, Checker(server.port, 32, SIMPLE), 2, calm_s=1)
        assert tally.failed, str(tally)


@pytest.mark.full
@pytest.mark.parametrize("way", ["direct", "nginx"])
def test_a_long_storm_loses_nothing(tmp_path, way):
    with gunicorn(tmp_path, *HASTY, **ROOMY) as server, nginx(server.port) as proxy:
        port = server.port if way == "direct" else proxy
        tally = storm(server, Checker(port, 32, MIXED, idle_s=5), 120)
        print(tally, recycled(server), "recycled")
        assert_lossless(tally, server)
        assert tally.total > 2000
        assert server.text().count("Worker exiting") >= 20


@pytest.mark.full
def test_recycling_four_workers_loses_nothing(tmp_path):
    with gunicorn(tmp_path, *HASTY, **{**ROOMY, "WORKERS": "4", "THREADS": "12"}) as server:
        with Checker(server.port, 24, MIXED, idle_s=5) as checker:
            time.sleep(60)
            tally = checker.stop()
        print(tally, recycled(server), "recycled")
        assert_lossless(tally, server)


@pytest.mark.full
@pytest.mark.parametrize(
    ("worker", "kinds"), [("ClosesIdleAtOnce", SIMPLE), ("HasNoGrace", {"slow_view": 1, "get": 8})]
)
@one_of_three
def test_a_worse_leaver_loses_requests(tmp_path, worker, kinds):
    options = ("-k", f"tests.server.workers.{worker}")
    with gunicorn(tmp_path, *options, **ROOMY) as server:
        tally = storm(server, Checker(server.port, 32, kinds, idle_s=0.3), 60)
        print(tally, recycled(server), "recycled")
        assert tally.failed, str(tally)
