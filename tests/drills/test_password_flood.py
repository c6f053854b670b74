"""Sixty-four who sign in at once: so many hashes at a time on the host, so much memory, and the others are served."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate

import psutil
import pytest
from tests.drills.product import Line, at_once, instance, lines_to_all, log_in
from tests.factories import make_user

from talentsphere.domains.accounts.passwords import MEMORY_KIB, PasswordHasher

pytestmark = pytest.mark.server
CLIENTS = 64
SLOTS = max(1, len(os.sched_getaffinity(0)) - 1)
HASH_MB = MEMORY_KIB / 1024
MARGIN_MB = 40
"""What threads that serve for the first time cost four workers besides."""
STRONG = PasswordHasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1)


@dataclass
class Flood:
    """What a flood of logins did."""

    statuses: Counter = field(default_factory=Counter)
    grown_mb: float = 0.0
    at_once: int = 0
    live_s: list[float] = field(default_factory=list)

    @property
    def p99_ms(self) -> float:
        return sorted(self.live_s)[int(len(self.live_s) * 0.99)] * 1000

    def __str__(self) -> str:
        return (
            f"{dict(self.statuses)}, {self.at_once} hashes at once, memory +{self.grown_mb:.0f} MB, "
            f"/health/live p99 {self.p99_ms:.0f} ms of {len(self.live_s)}"
        )


def flooded(tmp_path, make_settings, application: str, rounds: int = 1) -> Flood:
    """Let ``CLIENTS`` log in at once, each ``rounds`` times, while memory and liveness are watched."""
    seen, over = Flood(), threading.Event()
    with instance(tmp_path, make_settings, RATE_LIMIT_ENABLED="false") as found:
        with found.filling():
            make_user(password_hash=STRONG.hash("correct horse battery"))
        with found.serving(application, THREADS="9") as server:
            for line in lines_to_all(server.port):
                for _ in range(3):  # what a worker needs for its first login is no growth
                    body = {"email": "ada@example.org", "password": "x" * 8}
                    line.ask("POST", "/api/v2/auth/login", body)
                line.close()
            workers = server.workers()
            watchers = [
                threading.Thread(target=watch_memory, args=(workers, seen, over)),
                threading.Thread(target=watch_live, args=(server.port, seen, over)),
            ]
            for watcher in watchers:
                watcher.start()
            asked = at_once(lambda _n: log_in(server.port, "ada@example.org"), range(CLIENTS * rounds), CLIENTS)
            over.set()
            for watcher in watchers:
                watcher.join()
        seen.statuses.update(answer.status for answer in asked)
        without = [answer for answer in asked if answer.status == 503 and "retry-after" not in answer.headers]
        assert without == []
        notes = (tmp_path / "hashes").read_bytes()
        seen.at_once = max(accumulate(1 if note == ord("+") else -1 for note in notes))
    print(seen)
    return seen


def watch_memory(workers: list[psutil.Process], seen: Flood, over: threading.Event) -> None:
    before = resident_mb(workers)
    while not over.wait(0.005):
        seen.grown_mb = max(seen.grown_mb, resident_mb(workers) - before)


def resident_mb(workers: list[psutil.Process]) -> float:
    return sum(worker.memory_info().rss for worker in workers) / 2**20


def watch_live(port: int, seen: Flood, over: threading.Event) -> None:
    line = Line(port)
    while not over.wait(0.01):
        began = time.monotonic()
        assert line.ask("GET", "/health/live").status == 200
        seen.live_s.append(time.monotonic() - began)
    line.close()


def test_a_flood_of_logins_is_bounded_in_hashes_and_memory(tmp_path, make_settings):
    seen = flooded(tmp_path, make_settings, "tests.drills.counted_hashes:app")
    assert seen.at_once <= SLOTS
    assert seen.grown_mb <= SLOTS * HASH_MB + MARGIN_MB
    assert set(seen.statuses) <= {200, 503}
    assert seen.statuses[200] >= 8


def test_without_the_semaphore_it_is_not(tmp_path, make_settings):
    """The control."""
    seen = flooded(tmp_path, make_settings, "tests.drills.unbounded_hashes:app")
    assert seen.at_once > SLOTS
    assert seen.grown_mb > SLOTS * HASH_MB + MARGIN_MB


@pytest.mark.full
def test_a_long_flood_leaves_the_others_served(tmp_path, make_settings):
    seen = flooded(tmp_path, make_settings, "tests.drills.counted_hashes:app", rounds=10)
    assert seen.at_once <= SLOTS
    assert seen.grown_mb <= SLOTS * HASH_MB + MARGIN_MB
    assert seen.p99_ms < 150
