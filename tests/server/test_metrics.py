"""Four workers, one sum: what clients were answered is what the figures say, also after workers were replaced."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.server.running import gunicorn, wait_until

from talentsphere.telemetry.figures import read_figures
from talentsphere.telemetry.metrics import FOLDER

pytestmark = pytest.mark.server
PRODUCT = "talentsphere.wsgi:app"


def ask(server, times: int) -> int:
    """Ask for a public list on connections of their own, and return how many were answered by the product."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda _: server.get("/api/v2/jobs?limit=x")[0], range(times))).count(400)


def counted(server) -> int:
    return read_figures(server.folder / FOLDER).all.requests


def test_a_thousand_answers_of_four_workers_are_a_thousand(tmp_path):
    with gunicorn(tmp_path, application=PRODUCT, WORKERS="4") as server:
        before = counted(server)
        assert ask(server, 1000) == 1000
        assert counted(server) - before == 1000
        wait_until(lambda: len(read_figures(tmp_path / FOLDER).processes) == 4, 10, "each worker says how it is")


def test_figures_outlive_the_workers_that_counted_them(tmp_path):
    with gunicorn(tmp_path, application=PRODUCT, WORKERS="2") as server:
        ask(server, 100)
        before = counted(server)
        for worker in server.workers():
            worker.kill()
        wait_until(lambda: len(server.workers()) == 2 and server.is_up(), 20, "both workers are back")
        assert counted(server) == before
        ask(server, 100)
        assert counted(server) == before + 100
        assert len(list((tmp_path / FOLDER).glob("histogram_*"))) <= 3


def test_a_new_start_counts_from_zero(tmp_path):
    for _ in range(2):
        with gunicorn(tmp_path, application=PRODUCT, WORKERS="2") as server:
            assert counted(server) == 0
            ask(server, 20)
            assert counted(server) == 20
            server.stop()
