"""How workers and masters end, and what a master may hold when it forks."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest
from tests.server.attempts import one_of_three
from tests.server.checker import SIMPLE, Checker
from tests.server.running import APPLICATION, ROOT, WORKER, exchange, free_port, gunicorn, wait_until

from talentsphere.server.lame_duck import LameDuck, Leaving

pytestmark = pytest.mark.server


def exit_codes(text: str) -> list[str]:
    return re.findall(r"exited with code|was sent SIG\w+", text)


def test_term_under_load_only_refuses_new_connections(tmp_path):
    with gunicorn(tmp_path) as server, Checker(server.port, 16, {"get": 4, "post": 1, "slow_view": 1}) as checker:
        time.sleep(1.5)
        status = server.stop()
        tally = checker.stop()
        assert status == 0
        assert (tally.failed, tally.wrong) == ([], []), str(tally)
        assert tally.refused > 0
        assert exit_codes(server.text()) == []
        assert "Bad file descriptor" not in server.text()


@pytest.mark.parametrize("kind", [WORKER, "gthread"])
def test_term_in_the_first_moment_of_workers_is_not_lost(tmp_path, kind):
    assert max(seconds_to_end(tmp_path, kind) for _ in range(3)) < 4


def test_a_term_that_is_not_held_is_lost(tmp_path):
    assert seconds_to_end(tmp_path, WORKER, HOLD="no") > 4


def seconds_to_end(folder, kind: str, **variables: str) -> float:
    """Send TERM while the first of four workers boots, and return how long the master takes; 6 s is all its grace."""
    own = {"TALENTSPHERE_HOME": str(folder), "PORT": str(free_port()), "WORKERS": "4", **variables}
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | own
    configuration = ROOT / "tests/server/slow_boot.conf.py"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        configuration,
        "-k",
        kind,
        "--graceful-timeout",
        "6",
        APPLICATION,
    ]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert any("Booting worker" in line for line in process.stderr)
        began = time.monotonic()
        process.terminate()
        process.communicate(timeout=30)
    return time.monotonic() - began


def test_gthread_resets_connections_under_term(tmp_path):
    """The control: the same checker sees what a worker without a lame duck does."""
    assert any(lost_by_gthread(tmp_path) for _ in range(4))


def lost_by_gthread(folder) -> int:
    with gunicorn(folder, "-k", "gthread") as server, Checker(server.port, 16, {"get": 1}, idle_s=0.2) as checker:
        time.sleep(0.7)
        server.stop()
        return len(checker.stop().failed)


def test_usr2_hands_over_without_loss(tmp_path):
    with gunicorn(tmp_path) as server, Checker(server.port, 16, SIMPLE) as checker:
        time.sleep(0.5)
        server.signal(signal.SIGUSR2)
        successor = wait_until(lambda: successor_pid(server), 15, "the new master writes its pid")
        wait_until(lambda: len(psutil.Process(successor).children()) == 2, 15, "the new master has workers")
        time.sleep(1)
        try:
            assert server.stop() == 0
            time.sleep(1)
            tally = checker.stop()
            assert (tally.failed, tally.wrong, tally.refused) == ([], [], 0), str(tally)
            assert server.get("/health/live")[0] == 200
        finally:
            psutil.Process(successor).terminate()
            psutil.Process(successor).wait(30)


def successor_pid(server) -> int | None:
    file = server.pidfile.with_name(server.pidfile.name + ".2")
    return int(file.read_text()) if file.exists() and file.read_text().strip() else None


def test_hup_with_preload_keeps_the_old_code(tmp_path):
    module = tmp_path / "changing.py"
    body = (
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [('Content-Length', '3')])\n"
        "    return [b'{}']\n"
    )
    module.write_text(body.format("one"))
    with gunicorn(tmp_path, "--pythonpath", str(tmp_path), application="changing:app") as server:
        assert server.get("/")[2] == b"one"
        before = {worker.pid for worker in server.workers()}
        module.write_text(body.format("two"))
        server.signal(signal.SIGHUP)
        wait_until(lambda: not before & {worker.pid for worker in server.workers()}, 20, "the workers are new")
        assert server.get("/")[2] == b"one"


def test_no_bad_descriptor_at_many_exits(tmp_path):
    with gunicorn(tmp_path) as server:
        wait_until(lambda: replaced(server, set()), 5, "the workers obey signals")
        for _ in range(5):
            before = {worker.pid for worker in server.workers()}
            for pid in before:
                os.kill(pid, signal.SIGTERM)
            wait_until(lambda before=before: replaced(server, before), 15, "the workers are new")
        assert server.stop() == 0
        assert exit_codes(server.text()) == []
        assert "Bad file descriptor" not in server.text()
        assert server.text().count("Worker exiting") >= 12


def replaced(server, before: set[int]) -> bool:
    now = {worker.pid for worker in server.workers()}
    obeying = {int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", server.text())}
    return len(now) == 2 and not now & before and now <= obeying and server.is_up()


@one_of_three
def test_uvicorns_worker_closes_a_descriptor_twice(tmp_path):
    """The control for the test above: gunicorn's wrapper of a socket instead of the socket."""
    with gunicorn(tmp_path, "-k", "uvicorn_worker.UvicornWorker", application="tests.server.stock:app") as server:
        server.stop()
        assert "Bad file descriptor" in server.text()


@pytest.mark.parametrize(("worker", "stacks"), [("Hasty", True), ("EnablesFaulthandlerEarly", False)])
def test_a_hung_worker_leaves_its_stacks_in_the_log(tmp_path, worker, stacks):
    with gunicorn(tmp_path, "-k", f"tests.server.workers.{worker}", "--timeout", "2", WORKERS="1") as server:
        hung = server.workers()[0]
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"GET /hang HTTP/1.1\r\nHost: a\r\n\r\n")
            wait_until(lambda: not hung.is_running() or hung.status() == "zombie", 15, "the worker is killed")
        assert ("in hang" in server.text()) is stacks
        wait_until(server.is_up, 10, "a new worker answers")


def test_a_worker_over_its_memory_is_replaced_first(tmp_path):
    with gunicorn(tmp_path, "-k", "tests.server.workers.Hasty", WORKERS="1", WORKER_MEMORY_LIMIT_MB="64") as server:
        old = server.workers()[0]
        exchange(server.port, b"GET /grow?mb=80 HTTP/1.1\r\nHost: a\r\n\r\n", 1)
        wait_until(lambda: len(server.workers()) == 2, 10, "the successor is there before the worker goes")
        wait_until(lambda: not old.is_running(), 15, "the worker is gone")
        assert "MB of memory" in server.text()


def test_an_orphan_leaves(tmp_path):
    with gunicorn(tmp_path) as server:
        workers = server.workers()
        server.process.kill()
        gone, _ = psutil.wait_procs(workers, 15)
        assert len(gone) == 2


def test_the_master_holds_one_thread_and_no_connection(tmp_path):
    with gunicorn(tmp_path) as server:
        master = psutil.Process(server.process.pid)
        assert master.num_threads() == 1
        sockets = [c for c in master.net_connections("all") if c.status != "LISTEN"]
        assert sockets == []


@pytest.mark.parametrize("what", ["connection", "thread"])
def test_a_master_that_would_share_or_lose_something_does_not_start(tmp_path, what):
    leaks = {
        "connection": "import socket\nleak = socket.socketpair()\n",
        "thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n",
    }
    (tmp_path / "leaking.py").write_text(leaks[what] + "def app(environ, start_response):\n    return []\n")
    found = f"opened . {what}s|and 1 {what}s"
    starting = gunicorn(tmp_path, "--pythonpath", str(tmp_path), application="leaking:app")
    with pytest.raises(AssertionError, match=found), starting:
        pass


def test_without_a_lock_nobody_leaves(tmp_path):
    duck = object.__new__(LameDuck)
    duck._lock, duck._has_warned = None, False
    duck._leaving = Leaving(max_requests=1, memory_bytes=1, lock=tmp_path / "home" / "lock", grace_s=1)
    assert not duck._take_turn()
    (tmp_path / "home").mkdir()
    assert duck._take_turn()
