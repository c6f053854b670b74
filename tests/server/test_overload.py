"""Overload degrades: what is accepted is answered in time, the rest is told at once."""

import contextlib
import http.client
import threading
import time

import pytest
from tests.server.attempts import one_of_three
from tests.server.running import get, gunicorn

pytestmark = pytest.mark.server

WORK = "/spin?ms=10"


class Load:
    """``clients`` that ask for CPU-bound work again and again, pausing after a 503."""

    def __init__(self, port: int, clients: int, rate: float | None = None) -> None:
        self.port, self.rate = port, rate
        self.good: list[float] = []
        self.shed: list[float] = []
        self.other: list[object] = []
        self.without_retry = 0
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._client, args=(clients,)) for _ in range(clients)]

    def run(self, seconds: float) -> None:
        for thread in self._threads:
            thread.start()
        time.sleep(seconds)
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _client(self, clients: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self._stopping.is_set():
            began_at = time.monotonic()
            try:
                connection.request("GET", WORK)
                response = connection.getresponse()
                response.read()
            except OSError as error:
                self.other.append(error)
                connection.close()
                continue
            took_s = time.monotonic() - began_at
            self._note(response, took_s)
            if self.rate:
                self._stopping.wait(max(0.0, clients / self.rate - took_s))
        connection.close()

    def _note(self, response: http.client.HTTPResponse, took_s: float) -> None:
        if response.status == 200:
            self.good.append(took_s)
        elif response.status == 503:
            self.shed.append(took_s)
            self.without_retry += response.headers["Retry-After"] is None
        else:
            self.other.append(response.status)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def overload(tmp_path, seconds: float) -> None:
    with gunicorn(tmp_path, WORKERS="1", THREADS="4") as server:
        peak = Load(server.port, 4)
        peak.run(seconds)
        capacity = len(peak.good) / seconds
        load = Load(server.port, 48, rate=3 * capacity)
        live: list[float] = []
        watcher = threading.Thread(target=watch_live, args=(server.port, live, seconds))
        watcher.start()
        load.run(seconds)
        watcher.join()
        assert load.other == []
        assert load.shed
        assert load.without_retry == 0
        # The test's clients share the cores with the server, so these bounds are wider than the promise.
        assert len(load.good) / seconds >= 0.6 * capacity
        assert percentile(load.good, 0.99) < 1
        assert percentile(load.shed, 0.5) < 0.3
        assert percentile(live, 0.9) < 0.4
        began_at = time.monotonic()
        assert get(server.port, "/echo")[0] == 200
        assert time.monotonic() - began_at < 0.5


def watch_live(port: int, live: list[float], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began_at = time.monotonic()
        with contextlib.suppress(TimeoutError):
            assert get(port, "/health/live")[0] == 200
        live.append(time.monotonic() - began_at)
        time.sleep(0.05)


@one_of_three
def test_three_times_the_load_is_shed(tmp_path):
    overload(tmp_path, 3)


@pytest.mark.full
@one_of_three
def test_three_times_the_load_is_shed_for_a_minute(tmp_path):
    overload(tmp_path, 60)


@one_of_three
def test_gthread_queues_without_bound(tmp_path):
    """The control: nothing is shed, everybody waits for all before."""
    with gunicorn(tmp_path, "-k", "gthread", WORKERS="1", THREADS="4") as server:
        load = Load(server.port, 48)
        load.run(2)
        assert load.shed == []
        assert percentile(load.good, 0.5) > 0.2
