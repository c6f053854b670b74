"""Requests per CPU second of the server: bare uvicorn, our door, our house, gthread.

    python -m benchmarks.server_speed [--seconds 5] [--connections 32]

Needs wrk. One worker each, wrk beside it; CPU time is that of the worker, so that other work on the machine
matters less. Writes a table to standard output.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil
from tests.server.running import gunicorn

STOCK = ("-k", "uvicorn_worker.UvicornWorker")
CASES = (
    ("bare uvicorn worker, constant bytes", STOCK, "benchmarks.server_apps:constant", "/"),
    ("our door, /health/live", (), "benchmarks.server_apps:plain", "/health/live"),
    ("our house, plain WSGI", (), "benchmarks.server_apps:plain", "/"),
    ("our house, trivial Flask view", (), "benchmarks.server_apps:flask_app", "/"),
    ("gthread, plain WSGI", ("-k", "gthread"), "benchmarks.server_apps:plain", "/"),
    ("gthread, trivial Flask view", ("-k", "gthread"), "benchmarks.server_apps:flask_app", "/"),
)


def measure(
    options: tuple[str, ...], application: str, target: str, seconds: int, connections: int
) -> tuple[float, float]:
    """Return requests per second and per CPU second."""
    threads = str(max(8, connections // 2))
    folder = Path(tempfile.mkdtemp(prefix="ts-speed-"))
    variables = {"WORKERS": "1", "THREADS": threads, "LOG_LEVEL": "WARNING", "DB_POOL_PRESET": "large"}
    try:
        with gunicorn(folder, *options, application=application, **variables) as server:
            wrk = ["wrk", "-t1", f"-c{connections}", f"http://127.0.0.1:{server.port}{target}"]
            subprocess.run([*wrk, "-d1"], check=True, capture_output=True)
            worker = server.workers()[0]
            before = cpu_s(worker)
            said = subprocess.run([*wrk, f"-d{seconds}"], check=True, capture_output=True, text=True).stdout
            used_s = cpu_s(worker) - before
    finally:
        shutil.rmtree(folder)
    assert "Non-2xx" not in said, said
    count = int(re.search(r"(\d+) requests in", said)[1])
    return count / seconds, count / used_s


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    wanted = parser.parse_args()
    print(f"{os.cpu_count()} cores, {wanted.connections} connections, {wanted.seconds} s each")
    print("| what | requests/s | per CPU second |\n|---|---:|---:|")
    for name, options, application, target in CASES:
        speed, per_cpu_s = measure(options, application, target, wanted.seconds, wanted.connections)
        print(f"| {name} | {speed:,.0f} | {per_cpu_s:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
