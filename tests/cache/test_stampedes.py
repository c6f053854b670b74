"""RC7: of 64 clients of four processes that ask for an expired answer at once, one has it computed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from flask import Flask
from tests.processes import PATIENCE_S, SERVER, run_together

from talentsphere.app import create_app
from talentsphere.cache.core import CACHE
from talentsphere.cache.flight import Flights, NoLease
from talentsphere.db.session import engines_of
from talentsphere.domains.jobs import services
from talentsphere.settings import Settings

PROCESSES, THREADS = 4, 16
REBUILD_S = 0.2
TARGET = "/api/v2/jobs/stats"
SHARED = pytest.mark.parametrize("environment", ["redis", "filesystem"], indirect=True)


def rebuilds(instance: Flask, folder: Path, *, leased: bool = True) -> int:
    """Return how often the answer was computed for ``PROCESSES`` times ``THREADS`` clients."""
    made = folder / "made"
    made.touch()
    work = (instance.extensions["talentsphere.settings"], made, SERVER.Barrier(PROCESSES), leased)
    assert run_together(_ask_together, [work] * PROCESSES) == [0] * PROCESSES
    return made.stat().st_size


def _ask_together(settings: Settings, made: Path, start: Barrier, leased: bool) -> None:
    instance = create_app(settings)
    if not leased:
        instance.extensions[CACHE]._flights = Flights(NoLease())
    compute = services.list_tallies

    def slow(session):
        with made.open("ab") as file:
            file.write(b".")
        time.sleep(REBUILD_S)
        return compute(session)

    services.list_tallies = slow
    start.wait(PATIENCE_S)
    with ThreadPoolExecutor(THREADS) as pool:
        codes = list(pool.map(lambda _: instance.test_client().get(TARGET).status_code, range(THREADS)))
    assert codes == [200] * THREADS


@pytest.fixture
def expired(environment, make_settings):
    """An instance whose answer is stored and too old."""
    known = {name: value for name, value in environment.items() if name != "FRESHNESS_TOKEN"}
    instance = create_app(make_settings(**known, CACHE_TTL_JOB_STATS="1"))
    assert [instance.test_client().get(TARGET).headers["X-Cache"] for _ in range(3)][-1] == "HIT"
    time.sleep(1.1)
    engines_of(instance).write.dispose()
    return instance


@SHARED
def test_one_of_four_processes_computes_for_all(expired, tmp_path):
    assert rebuilds(expired, tmp_path) == 1


@pytest.mark.parametrize("environment", ["redis"], indirect=True)
def test_without_the_lease_each_process_would(expired, tmp_path):
    assert rebuilds(expired, tmp_path, leased=False) > 1
