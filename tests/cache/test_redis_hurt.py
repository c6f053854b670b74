"""RS4: Redis is stopped, killed, restarted and frozen under load: no error, no long wait, and soon as before."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from tests.cache import freshness
from tests.cache.redis_server import RedisServer

from talentsphere.cache import breaker
from talentsphere.cache.breaker import Breaker

pytestmark = pytest.mark.parametrize("environment", ["redis"], indirect=True)
THREADS = 4
NORMAL_S = 2.0
FRESH = {"Cache-Control": "no-cache"}


class Load:
    """Threads that ask again and again while the block runs; what they were answered, and when."""

    def __init__(self, instance: Flask, headers: dict[str, str] | None = None) -> None:
        self._instance, self._headers = instance, headers or {}
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(THREADS)]
        self.answers: list[tuple[float, float, int, str]] = []
        """(when it came, how long it took, status, X-Cache)"""

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        client = self._instance.test_client()
        while not self._over.is_set():
            number += 1
            began = time.monotonic()
            answer = client.get(f"/api/v2/jobs/{number % freshness.JOBS + 1}", headers=self._headers)
            ended = time.monotonic()
            self.answers.append((ended, ended - began, answer.status_code, answer.headers["X-Cache"]))

    @property
    def errors(self) -> int:
        return sum(status != 200 for _, _, status, _ in self.answers)

    def p99_s(self) -> float:
        taken = sorted(seconds for _, seconds, _, _ in self.answers)
        return taken[len(taken) * 99 // 100]

    def slow_share(self, begin: float, end: float, limit_s: float) -> float:
        """Return which part of the answers that came between the two moments took longer than ``limit_s``."""
        taken = [seconds for when, seconds, _, _ in self.answers if begin < when < end]
        return sum(seconds > limit_s for seconds in taken) / len(taken)

    def first_hit_after(self, moment: float) -> float:
        return min(when for when, _, _, said in self.answers if when > moment and said == "HIT") - moment


def hurt(server: RedisServer, rest_s: float) -> list[float]:
    """Do it all, freezing first, and return when Redis was back each time."""
    back: list[float] = []

    def ended() -> None:
        back.append(time.monotonic())
        time.sleep(NORMAL_S)

    steps: list[tuple[Callable[[], None], Callable[[], None]]] = [
        (server.freeze, server.thaw),
        (lambda: server.stop(signal.SIGTERM), server.start),
        (lambda: server.stop(signal.SIGKILL), server.start),
        (server.restart, lambda: None),
    ]
    for begin, end in steps:
        begin()
        time.sleep(rest_s)
        end()
        ended()
    return back


def hurt_under_load(instance: Flask, server: RedisServer, rest_s: float) -> dict[str, float]:
    with Load(instance, FRESH) as uncached:
        time.sleep(1.5)
    with Load(instance) as load:
        time.sleep(0.5)
        frozen_at = time.monotonic()
        back = hurt(server, rest_s)
    found = {
        "requests": len(load.answers),
        "errors": load.errors,
        "uncached_p99_ms": uncached.p99_s() * 1000,
        "p99_ms": load.p99_s() * 1000,
        "slowest_ms": max(seconds for _, seconds, _, _ in load.answers) * 1000,
        "slow_while_frozen": load.slow_share(frozen_at, back[0], 2 * uncached.p99_s()),
        "normal_after_s": max(load.first_hit_after(moment) for moment in back),
    }
    print({name: round(value, 2) for name, value in found.items()})
    return found


@pytest.mark.full
def test_redis_that_is_hurt_costs_no_error_and_little_time(instance, environment, server):
    found = hurt_under_load(instance, server, 3.0)
    assert found["errors"] == 0
    assert found["p99_ms"] <= 2 * found["uncached_p99_ms"]
    assert found["slow_while_frozen"] < 0.2
    assert found["normal_after_s"] < NORMAL_S


@pytest.mark.full
def test_a_product_that_waits_for_redis_each_time_would_be_caught(instance, environment, server, monkeypatch):
    monkeypatch.setattr(Breaker, "_may_ask", lambda _self: True)
    monkeypatch.setattr(Breaker, "is_open", False)
    found = hurt_under_load(instance, server, 3.0)
    assert found["slow_while_frozen"] > 0.5


def test_redis_that_is_frozen_or_gone_is_a_miss_and_soon_as_before(instance, environment, server):
    client = instance.test_client()

    def said() -> str:
        answer = client.get("/api/v2/jobs/1")
        assert answer.status_code == 200
        return answer.headers["X-Cache"]

    assert [said() for _ in range(3)][-1] == "HIT"
    for begin, end in ((server.freeze, server.thaw), (server.stop, server.start)):
        begin()
        began = time.monotonic()
        assert {said() for _ in range(20)} == {"MISS"}
        assert time.monotonic() - began < 1.5
        end()
        until = time.monotonic() + NORMAL_S
        while said() != "HIT":
            assert time.monotonic() < until
            time.sleep(0.02)


def test_one_of_many_threads_asks_again_after_a_failure(environment, monkeypatch):
    monkeypatch.setattr(breaker, "PAUSE_S", 0.05)
    asking, together = [], threading.Barrier(8)
    tested = Breaker("test", (OSError,))

    def refuse() -> bool:
        asking.append(1)
        time.sleep(0.02)
        raise OSError

    tested.run(refuse, None)
    time.sleep(0.06)

    def ask() -> None:
        together.wait()
        tested.run(refuse, None)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asking) == 2
