"""A semaphore of the whole host: never more than its slots at once, and none lost with its holder."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from talentsphere.host.locks import Busy, HostSemaphore

pytestmark = pytest.mark.once

HOLD = """
import sys, time
from pathlib import Path
from talentsphere.host.locks import HostSemaphore
with HostSemaphore(Path(sys.argv[1]), "test", slots=1, waiting=0, patience_s=30).held():
    print("held", flush=True)
    time.sleep(60)
"""


class Gauge:
    """Counts how many are inside at once."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self.inside -= 1


def semaphore(folder: Path, **changes: float) -> HostSemaphore:
    return HostSemaphore(folder / "run", "test", **{"slots": 2, "waiting": 100, "patience_s": 30.0, **changes})


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the only slot."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path / "run"], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()


def test_threads_and_processes_hold_no_more_than_the_slots_at_once(tmp_path):
    gauge = Gauge()
    apart = [semaphore(tmp_path) for _ in range(4)]  # as separate as those of four processes

    def hold(number: int) -> None:
        with apart[number % 4].held(), gauge:
            time.sleep(0.002)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(hold, range(100)))
    assert gauge.most == 2


def test_without_it_they_would(tmp_path):
    gauge = Gauge()

    def hold(_number: int) -> None:
        with gauge:
            time.sleep(0.01)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(hold, range(100)))
    assert gauge.most > 2


def test_who_finds_no_slot_in_time_is_told(tmp_path, holder):
    with pytest.raises(Busy), semaphore(tmp_path, slots=1, patience_s=0.02).held():
        pytest.fail("held")


def test_a_holder_that_is_killed_gives_its_slot_back(tmp_path, holder):
    holder.kill()
    holder.wait()

    with semaphore(tmp_path, slots=1, patience_s=5).held():
        assert holder.returncode == -9


def test_no_more_than_the_allowed_wait(tmp_path, holder):
    one = semaphore(tmp_path, slots=1, waiting=1, patience_s=2.0)
    refused_after_s = []

    def ask(_number: int) -> None:
        began = time.monotonic()
        with pytest.raises(Busy), one.held():
            pytest.fail("held")
        refused_after_s.append(time.monotonic() - began)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(4)))
    assert sum(seconds > 1.5 for seconds in refused_after_s) == 2


def test_an_error_inside_gives_the_slot_back(tmp_path):
    one = semaphore(tmp_path, slots=1, waiting=0, patience_s=0.02)
    with pytest.raises(ZeroDivisionError), one.held():
        _ = 1 / 0

    with one.held():
        assert (tmp_path / "run" / "test-0.lock").stat().st_mode & 0o777 == 0o600
