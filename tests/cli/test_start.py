"""``scripts/start_dev_optimized.sh`` in a home of its own, as a newcomer runs it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import psutil
import pytest
from tests.server.running import wait_until

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "start_dev_optimized.sh"

pytestmark = pytest.mark.server


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def get(port: int, path: str) -> dict:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return json.load(answer)


def wait_until_ready(port: int, limit_s: float) -> float:
    """Return the seconds until ``/health`` answers; it must within ``limit_s``."""
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        try:
            get(port, "/health")
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
        else:
            return time.monotonic() - began
    pytest.fail(f"no answer within {limit_s} s")


@contextmanager
def started(home: Path, limit_s: float) -> Iterator[tuple[subprocess.Popen[bytes], int, float]]:
    """Start the script in a group of its own; give (process, port, seconds until it answered)."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "VENV": sys.prefix,
        "PORT": str(port),
        "TALENTSPHERE_HOME": str(home),
    }
    process = subprocess.Popen([SCRIPT], env=environment, start_new_session=True, stdin=subprocess.DEVNULL)
    try:
        yield process, port, wait_until_ready(port, limit_s)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def members(group: int) -> list[str]:
    """Return the command lines of the processes of one group."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group:
                found.append(" ".join(process.cmdline()))
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def workers(group: int) -> list[psutil.Process]:
    """Return the processes of the group that work tasks off."""
    found = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.Error):
            if os.getpgid(process.pid) == group and process.cmdline()[-1:] == ["worker"]:
                found.append(process)
    return found


def post(port: int, path: str, body: dict) -> None:
    data = json.dumps(body).encode()
    with urlopen(Request(f"http://127.0.0.1:{port}{path}", data), timeout=5) as answer:
        assert answer.status == 202


def outbox(home: Path) -> str:
    command = [str(Path(sys.prefix) / "bin" / "talentsphere"), "outbox", "list"]
    environment = {"PATH": os.environ["PATH"], "TALENTSPHERE_HOME": str(home)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def filled_home(tmp_path_factory) -> Path:
    """A home after the first start."""
    home = tmp_path_factory.mktemp("instance")
    with started(home, limit_s=60) as (process, _, _):
        process.terminate()
        process.wait(20)
    return home


def test_first_start_serves_the_sample(tmp_path):
    with started(tmp_path, limit_s=60) as (_, port, _):
        assert get(port, "/api/v1/jobs?page_size=1")["total"] == 2263


def test_second_start_answers_within_5_s(filled_home):
    with started(filled_home, limit_s=20) as (_, port, seconds):
        assert get(port, "/api/v1/jobs?page_size=1")["total"] == 2263
        assert seconds < 5


def test_all_processes_are_in_one_group_and_end_with_term(filled_home):
    with started(filled_home, limit_s=20) as (process, _, _):
        assert len(members(process.pid)) > 1

        process.terminate()
        process.wait(20)

        assert members(process.pid) == []


def test_a_mail_is_kept_by_the_worker_beside_the_server(filled_home):
    with started(filled_home, limit_s=20) as (_, port, _):
        asked = {"email": "admin@talentsphere.local"}
        post(port, "/api/v2/auth/password/forgot", asked)
        wait_until(lambda: "kept" in outbox(filled_home), 15, "the mail is kept")


def test_a_worker_that_is_killed_is_started_again(filled_home):
    with started(filled_home, limit_s=20) as (process, _, _):
        first = wait_until(lambda: workers(process.pid), 10, "the worker runs")
        first[0].kill()
        wait_until(lambda: [each for each in workers(process.pid) if each not in first], 15, "another one runs")
        process.terminate()
        process.wait(20)

        assert members(process.pid) == []


def test_home_holds_everything_that_was_written(filled_home):
    assert {"talentsphere.db", "secret-key"} <= {path.name for path in filled_home.iterdir()}
