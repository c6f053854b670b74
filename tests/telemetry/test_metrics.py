"""Figures are counted in files that outlive their process: nothing is lost, nobody's is taken, and reading sums."""

from __future__ import annotations

import os
import random
import signal
import threading

import pytest
from tests.processes import begin, end_of

from talentsphere.host.slots import Slot, free_slots
from talentsphere.telemetry.figures import FiguresReader, Tally, read_figures
from talentsphere.telemetry.metrics import BOUNDS_S, UNKNOWN, Metrics, begin_anew, forget_the_dead

pytestmark = pytest.mark.once


def count_as_process(folder, requests: int, *, is_killed: bool = False) -> None:
    """Count in a process of its own."""
    assert end_of(begin(_count, folder, requests, is_killed)) == (-signal.SIGKILL if is_killed else 0)


def _count(folder, requests: int, is_killed: bool) -> None:
    metrics = Metrics(folder)
    for _ in range(requests):
        metrics.observe("/jobs", "GET", 200, 0.001, 2)
    metrics.publish({"sampled_at": 4e9, "pool_in_use": 1})
    if is_killed:
        os.kill(os.getpid(), signal.SIGKILL)


def test_an_answer_is_counted_with_its_time_and_statements(tmp_path):
    metrics = Metrics(tmp_path)
    metrics.observe("/jobs", "GET", 200, 0.25, 2)
    metrics.observe("/jobs", "GET", 503, 0.5, 0)
    tally = read_figures(tmp_path).routes["GET", "/jobs"]
    assert (tally.requests, tally.errors, tally.statements, tally.seconds) == (2, 1, 2, 0.75)


@pytest.mark.parametrize(
    "path",
    ["/health", "/health/detailed", "/metrics", "/api/performance", "/api/v1/health/metrics", "/api/cache/stats"],
)
def test_what_monitors_ask_is_not_counted(tmp_path, path):
    Metrics(tmp_path).observe(path, "GET", 200, 0.1, 0)
    assert read_figures(tmp_path).all.requests == 0


def test_what_a_client_makes_up_makes_no_series(tmp_path):
    metrics = Metrics(tmp_path)
    for number in range(50):
        metrics.observe(None, f"MADE{number}", 404, 0.1, 0)
    assert {route: tally.requests for route, tally in read_figures(tmp_path).routes.items()} == {("OTHER", UNKNOWN): 50}


def test_processes_are_summed_and_kept_when_they_are_killed(tmp_path):
    for is_killed in (False, True, True):
        count_as_process(tmp_path, 100, is_killed=is_killed)
    total = read_figures(tmp_path).all
    assert (total.requests, total.statements) == (300, 600)


def test_a_successor_takes_over_the_files_of_the_dead(tmp_path):
    for _ in range(5):
        count_as_process(tmp_path, 1)
    assert len(list(tmp_path.glob("histogram_*"))) == 1


def test_processes_that_live_together_never_share_a_slot(tmp_path):
    slots = [Slot(tmp_path) for _ in range(3)]
    assert [slot.number for slot in slots] == [0, 1, 2]
    slots[1].close()
    with free_slots(tmp_path) as free:
        assert free == [1]
        assert Slot(tmp_path).number == 3
    assert Slot(tmp_path).number == 1


def test_threads_lose_nothing(tmp_path):
    metrics = Metrics(tmp_path)
    observe = lambda: [metrics.observe("/jobs", "GET", 200, 0.001, 1) for _ in range(2000)]  # noqa: E731
    threads = [threading.Thread(target=observe) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_figures(tmp_path).all.requests == 8000


def test_the_dead_leave_their_counts_and_not_how_they_were(tmp_path):
    count_as_process(tmp_path, 10)
    assert len(list(tmp_path.glob("gauge_*"))) == 1
    forget_the_dead(tmp_path)
    figures = read_figures(tmp_path)
    assert (figures.all.requests, figures.processes) == (10, [])


def test_a_start_forgets_the_dead_and_keeps_the_living(tmp_path):
    count_as_process(tmp_path, 10)
    living = Metrics(tmp_path / "other")
    living.observe("/jobs", "GET", 200, 0.1, 0)
    for folder in (tmp_path, tmp_path / "other"):
        begin_anew(folder)
    assert read_figures(tmp_path).all.requests == 0
    assert read_figures(tmp_path / "other").all.requests == 1


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_a_percentile_is_within_a_tenth(share):
    draw = random.Random(7)
    times = sorted(draw.lognormvariate(-6, 1.2) for _ in range(20_000))
    tally = Tally()
    for seconds in times:
        tally.times[next(bound for bound in BOUNDS_S if bound >= seconds)] += 1
    assert tally.percentile_s(share) == pytest.approx(times[int(share * len(times))], rel=0.1)


def test_a_percentile_of_nothing_is_nothing():
    assert Tally().percentile_s(0.5) == 0.0


def test_figures_that_cannot_be_kept_hold_no_request_up(tmp_path):
    (tmp_path / "blocked").write_text("")
    metrics = Metrics(tmp_path / "blocked" / "metrics")
    metrics.observe("/jobs", "GET", 200, 0.1, 0)
    metrics.publish({"sampled_at": 1.0})


def test_who_asks_meanwhile_shares_one_reading_and_none_is_old(tmp_path):
    metrics, reader = Metrics(tmp_path), FiguresReader(tmp_path)
    for expected in range(1, 20):
        metrics.observe("/jobs", "GET", 200, 0.001, 0)
        assert reader.read().all.requests == expected
