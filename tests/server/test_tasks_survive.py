"""What was committed is done once, and what was not is never done, whoever is killed meanwhile."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import quantiles

import psutil
import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from tests.server.chaos import DONE, KIND, WANTED
from tests.server.postgres import postgres
from tests.server.running import ROOT, Gunicorn, gunicorn, wait_until

pytestmark = pytest.mark.server

APPLICATION = "tests.server.chaos:app"
TAKEN_BACK = 1_000_000
"""Numbers from here on belong to requests that were rolled back."""


@contextlib.contextmanager
def database(kind: str, folder):
    """Give the URL of a new, migrated database."""
    if kind == "sqlite":
        yield migrated(f"sqlite:///{folder / 'chaos.db'}", folder)
        return
    with postgres() as server:
        admin = create_engine(make_url(server).set(drivername="postgresql+psycopg2"), isolation_level="AUTOCOMMIT")
        name = f"talentsphere_chaos_{os.getpid()}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield migrated(make_url(server).set(database=name).render_as_string(hide_password=False), folder)
        finally:
            with admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            admin.dispose()


def migrated(url: str, folder) -> str:
    environment = {**os.environ, "DATABASE_URL": url, "TALENTSPHERE_HOME": str(folder)}
    command = [str(Path(sys.executable).with_name("talentsphere")), "db", "upgrade"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return url


@dataclass
class Workers:
    """``talentsphere worker`` processes, each started again when it was killed."""

    folder: object
    url: str
    processes: list[subprocess.Popen] = field(default_factory=list)

    def start(self, count: int) -> None:
        while len(self.processes) < count:
            self.processes.append(self._new())

    def revive(self) -> None:
        self.processes = [each if each.poll() is None else self._new() for each in self.processes]

    def stop(self) -> list[int]:
        """TERM, and the exit statuses; one that was just started must hear it first."""
        for each in self.processes:
            wait_until(lambda each=each: self._listens(each), 30, "a worker handles signals")
        for each in self.processes:
            each.terminate()
        return [each.wait(30) for each in self.processes]

    def _listens(self, process: subprocess.Popen) -> bool:
        """Tell whether the process has installed its handler of TERM, or is over."""
        if process.poll() is not None:
            return True
        caught = re.search(r"^SigCgt:\s*([0-9a-f]+)", Path(f"/proc/{process.pid}/status").read_text(), re.M)
        return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)

    def _new(self) -> subprocess.Popen:
        environment = {**os.environ, "DATABASE_URL": self.url, "TALENTSPHERE_HOME": str(self.folder)}
        with (self.folder / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.server.chaos_worker"]
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


class Killer:
    """Kills a web worker or a task worker, at random, every ``period_s`` seconds, and ``most`` of them.

    A process that was just started may need longer than that to begin.
    """

    def __init__(self, server: Gunicorn, workers: Workers, period_s: float, most: int) -> None:
        self.server, self.workers, self.period_s, self.most = server, workers, period_s, most
        self.killed: Counter[str] = Counter()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stopping.set()
        self._thread.join()
        self.workers.revive()

    def _run(self) -> None:
        while self.killed.total() < self.most and not self._stopping.wait(self.period_s):
            victims = [("web", each) for each in self.server.workers()]
            victims += [("task", psutil.Process(each.pid)) for each in self.workers.processes if each.poll() is None]
            kind, victim = random.choice(victims)
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.kill()
                self.killed[kind] += 1
            time.sleep(0.1)
            self.workers.revive()


def post(port: int, path: str) -> int:
    """Return the status; 0 when the server died before it answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def send(port: int, path: str, numbers: range, pause_s: float) -> dict[int, int]:
    """Post each number once, four at a time; return the statuses."""

    def one(n: int) -> int:
        time.sleep(pause_s)
        return post(port, f"{path}/{n}")

    with ThreadPoolExecutor(4) as pool:
        return dict(zip(numbers, pool.map(one, numbers), strict=True))


def numbers(engine: Engine, action: str) -> Counter[int]:
    with engine.connect() as connection:
        statement = text("SELECT object_id FROM activity_logs WHERE action = :action")
        return Counter(connection.scalars(statement, {"action": action}))


def waiting(engine: Engine) -> int:
    with engine.connect() as connection:
        statement = text("SELECT count(*) FROM tasks WHERE kind = :kind AND status <> 'done'")
        return connection.scalar(statement, {"kind": KIND}) or 0


def faults(wanted: Counter[int], done: Counter[int]) -> dict[str, int]:
    """Return what was forgotten, what was done twice, and what nobody had asked for."""
    return {
        "forgotten": len(wanted.keys() - done.keys()),
        "twice": sum(count > 1 for count in done.values()),
        "unasked": len(done.keys() - wanted.keys()),
    }


def report_latency(engine: Engine) -> None:
    with engine.connect() as connection:
        statement = text("SELECT created_at, finished_at FROM tasks WHERE kind = :kind")
        rows = connection.execute(statement, {"kind": KIND}).all()
    times = [tuple(datetime.fromisoformat(str(each)) for each in row) for row in rows]
    seconds = [(after - before).total_seconds() for before, after in times]
    cuts = quantiles(seconds, n=100)
    print(f"from commit to done: p50 {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s, longest {max(seconds):.2f} s")


def survive(kind: str, folder, count: int, period_s: float, pause_s: float = 0.0, most: int = 1_000) -> None:
    with database(kind, folder) as url:
        engine = create_engine(url)
        with gunicorn(folder, application=APPLICATION, DATABASE_URL=url) as server:
            workers = Workers(folder, url)
            try:
                workers.start(2)
                with Killer(server, workers, period_s, most) as killer:
                    asked = send(server.port, "/work", range(count), pause_s)
                    taken_back = send(server.port, "/taken-back", range(TAKEN_BACK, TAKEN_BACK + count // 20), pause_s)
                    wait_until(lambda: waiting(engine) < max(count // 50, 5), 300, "most tasks are done")
                wait_until(lambda: waiting(engine) == 0, 60, "all tasks are done")
                assert workers.stop() == [0, 0]
            finally:
                for each in workers.processes:
                    each.kill()
        wanted, done = numbers(engine, WANTED), numbers(engine, DONE)
        report_latency(engine)
        print(f"{kind}: {count} asked, {len(wanted)} committed, {done.total()} done, killed {dict(killer.killed)}")
        engine.dispose()
    assert faults(wanted, done) == {"forgotten": 0, "twice": 0, "unasked": 0}
    assert {n for n, status in asked.items() if status == 200} - wanted.keys() == set()
    assert set(taken_back.values()) <= {403, 0}
    assert [n for n in done if n >= TAKEN_BACK] == []
    assert killer.killed.total() >= 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_committed_task_is_done_once_while_processes_are_killed(kind, tmp_path):
    survive(kind, tmp_path, count=300, period_s=1.0, pause_s=0.05, most=8)


@pytest.mark.full
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_ten_thousand_tasks_survive_a_kill_every_three_seconds(kind, tmp_path):
    survive(kind, tmp_path, count=10_000, period_s=3.0)


def test_work_in_threads_of_web_workers_is_forgotten(tmp_path):
    """The control: the same check fails for what is done the wrong way."""
    with database("sqlite", tmp_path) as url:
        engine = create_engine(url)
        with gunicorn(tmp_path, application=APPLICATION, DATABASE_URL=url) as server:
            with Killer(server, Workers(tmp_path, url), 0.5, 1_000):
                send(server.port, "/thread", range(200), 0.05)
            time.sleep(2)
        wanted, done = numbers(engine, WANTED), numbers(engine, DONE)
        engine.dispose()
    assert faults(wanted, done)["forgotten"] > 0
