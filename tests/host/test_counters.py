"""Counters that processes share: exact among processes and threads, and whole after a death at any instruction."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager

import pytest
from tests.processes import begin, run_together

from talentsphere.host.counters import ROWS, SIZE, SLOTS, Counters

pytestmark = pytest.mark.once

NOON = 1_800_000_000.0


@pytest.fixture
def counters(tmp_path) -> Counters:
    return Counters(tmp_path / "run" / "limits")


def test_a_key_counts_up_within_its_window(counters):
    assert [counters.add("a", 60, now=NOON + second).times for second in range(3)] == [1, 2, 3]
    assert counters.add("a", 60, now=NOON + 30).ends_at == NOON + 60


def test_another_key_counts_for_itself(counters):
    counters.add("a", 60)
    assert counters.add("b", 60).times == 1


def test_a_window_that_is_over_begins_anew(counters):
    counters.add("a", 60, now=NOON)
    assert counters.add("a", 60, now=NOON + 60) == (1, NOON + 120)


def test_a_clock_that_is_set_back_locks_nobody_out(counters):
    counters.add("a", 60, 100, now=NOON)
    assert counters.add("a", 60, now=NOON - 3600) == (1, NOON - 3540)


def test_a_window_that_another_began_while_one_waited_goes_on(tmp_path, monkeypatch):
    clock = [NOON]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    waiting, other = Counters(tmp_path / "counters"), Counters(tmp_path / "counters")
    locked = waiting._locked

    @contextmanager
    def locked_later(key):
        clock[0] = NOON + 0.005
        other.add(key, 60)
        with locked(key) as found:
            yield found

    waiting._locked = locked_later
    assert waiting.add("a", 60).times == 2


def test_a_key_is_found_until_it_is_forgotten_or_over(counters):
    counters.add("a", 60, now=NOON)
    assert counters.find("a", now=NOON + 59) == (1, NOON + 60)
    assert counters.find("a", now=NOON + 60) is None
    assert counters.find("b", now=NOON) is None
    counters.forget("a")
    assert counters.find("a", now=NOON) is None


def test_every_key_is_forgotten_at_once(counters):
    for number in range(20):
        counters.add(f"key {number}", 60, now=NOON)
    counters.forget_all()
    assert [counters.find(f"key {number}", now=NOON) for number in range(20)] == [None] * 20
    assert counters.add("key 0", 60, now=NOON).times == 1


def test_the_file_is_private_and_has_its_whole_size_at_once(counters, tmp_path):
    counters.add("a", 60)
    status = (tmp_path / "run" / "limits").stat()
    assert (status.st_size, status.st_mode & 0o777) == (SIZE, 0o600)
    assert status.st_blocks * 512 >= SIZE


def test_a_flood_of_new_keys_pushes_out_no_key_that_is_seen_often(counters):
    counters.add("account", 60, 9, now=NOON)
    for number in range(2 * ROWS * SLOTS):
        counters.add(f"flood {number}", 60, now=NOON)
    assert counters.add("account", 60, now=NOON).times == 10


def test_processes_and_threads_count_together(tmp_path):
    path = tmp_path / "limits"
    assert run_together(_count_in_threads, [(path,)] * 4) == [0] * 4
    assert Counters(path).add("a", 600).times == 4 * 4 * 500 + 1


def test_counters_that_are_not_shared_would_be_noticed(tmp_path):
    """The control: each process with a file of its own."""
    run_together(_count_in_threads, [(tmp_path / str(number),) for number in range(4)])
    assert Counters(tmp_path / "0").add("a", 600).times == 4 * 500 + 1


def test_a_death_at_any_instruction_leaves_no_lock_and_no_wrong_count(tmp_path):
    path = tmp_path / "limits"
    for attempt in range(20):
        victim = begin(_count_for_ever, path)
        time.sleep(0.01 + attempt * 0.002)
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        before = Counters(path).find("a")
        after = Counters(path).add("a", 600).times
        assert after == (before.times if before else 0) + 1


def _count_in_threads(path) -> None:
    counters = Counters(path)
    threads = [threading.Thread(target=lambda: [counters.add("a", 600) for _ in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _count_for_ever(path) -> None:
    counters = Counters(path)
    for number in range(10**9):
        counters.add("a", 600)
        counters.add(f"other {number}", 600)
