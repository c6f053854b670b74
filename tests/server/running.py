"""Starts the real gunicorn configuration, and nginx, around an application for a test."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
APPLICATION = "tests.server.application:app"
WORKER = "talentsphere.server.worker.Worker"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds: float, what: str):
    """Return the first true value of ``condition()``, or fail after ``seconds``."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


class Gunicorn:
    """One master and its workers, with the shipped configuration."""

    def __init__(self, folder: Path, *options: str, application: str = APPLICATION, **variables: str) -> None:
        self.port = free_port()
        self.folder = folder
        self.log = folder / "server.log"
        self.pidfile = folder / "server.pid"
        environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "TALENTSPHERE_HOME": str(folder),
            "PORT": str(self.port),
            "WORKERS": "2",
            "THREADS": "8",
            **variables,
        }
        gunicorn = Path(sys.executable).with_name("gunicorn")
        configuration = ROOT / "gunicorn.optimized.conf.py"
        command = [sys.executable, gunicorn, "-c", configuration, "--pid", self.pidfile, *options, application]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_until(self.is_up, 20, "gunicorn answers")
            workers = int(environment["WORKERS"])
            wait_until(lambda: len(self.workers()) == workers, 5, "all workers are forked")
        except AssertionError:
            self.kill()
            raise AssertionError(self.text()) from None

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.text()
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/health/live")[0] in (200, 404)
        return False

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def get(self, target: str, timeout: float = 10, **headers: str) -> tuple[int, dict, bytes]:
        return get(self.port, target, timeout, **headers)

    def workers(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children()
        return []

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        """TERM, and the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(60)

    def kill(self) -> None:
        """End everything at once, also what USR2 left behind."""
        for process in [*self.workers(), self.process]:
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                process.kill()
        self.process.wait(10)


@contextlib.contextmanager
def gunicorn(folder: Path, *options: str, application: str = APPLICATION, **variables: str):
    server = Gunicorn(folder, *options, application=application, **variables)
    try:
        yield server
    finally:
        server.kill()


@contextlib.contextmanager
def nginx(upstream_port: int, **changed: str):
    """The shipped nginx.conf on a free port, before the given upstream; yields the port.

    ``changed`` are texts of it, by any name, each as "old -> new".
    """
    port = free_port()
    # Started by root, nginx serves as nobody, who cannot enter pytest's folders.
    folder = Path(tempfile.mkdtemp(prefix="ts-nginx-", dir="/tmp"))
    folder.chmod(0o755)
    text = (ROOT / "nginx.conf").read_text()
    assert "127.0.0.1:5001" in text
    assert "listen 8080;" in text
    text = text.replace("127.0.0.1:5001", f"127.0.0.1:{upstream_port}").replace("listen 8080;", f"listen {port};")
    for change in changed.values():
        old, new = change.split(" -> ")
        assert old in text
        text = text.replace(old, new)
    (folder / "nginx.conf").write_text(text)
    binary = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert binary, "nginx is not installed"
    command = [binary, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _accepts(port), 10, "nginx listens")
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def get(port: int, target: str, timeout: float = 10, **headers: str) -> tuple[int, dict, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def exchange(port: int, data: bytes, seconds: float = 2.0, *, half_close: bool = False) -> bytes:
    """Send raw bytes and return all that comes back until the server closes or is silent for ``seconds``."""
    with socket.create_connection(("127.0.0.1", port), seconds) as client:
        client.settimeout(seconds)
        received = b""
        try:
            client.sendall(data)
            if half_close:
                client.shutdown(socket.SHUT_WR)
            while chunk := client.recv(65536):
                received += chunk
        except (TimeoutError, ConnectionError):
            pass
        return received


def statuses(received: bytes) -> list[int]:
    """Return the status of each response in ``received``; bodies of these tests never hold a status line."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]
