"""What knowing the caller costs: the same uncached read with an access token, and without one.

    python -m benchmarks.authenticated_cost [--rounds 30] [--requests 100] [--engine sqlite|postgresql]

One worker, one connection, rounds that take turns, so that both reads meet the same machine. The session is one that
the worker remembers, as it is for all but the first request of a second. The aim is a ratio of 1.15; CPU time is that
of the worker, and holds still when other work disturbs the machine. Exits 1 when the CPU time misses the aim.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import psutil
from tests.drills.product import Line, instance
from tests.factories import bearer, make_jobs, make_user

from talentsphere.settings import Settings

AIM = 1.15
POSTINGS = 200
APPLICATION = "benchmarks.authenticated_app:app"
READS = {"list of 20": "/api/v2/jobs?limit=20", "one posting": "/api/v2/jobs/100"}
WITHOUT = {"CACHE_ENABLED": "false", "RATE_LIMIT_API": "100000000/minute"}
"""The limit is counted, as it always is, and not reached."""


class Turn(NamedTuple):
    """One round of one read, per request."""

    wall_ms: float
    cpu_ms: float


def main() -> int:
    """Measure every read and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        instance(Path(folder) / "home", settings_from, options.engine, **WITHOUT) as found,
    ):
        with found.filling():
            make_jobs(POSTINGS, skills=["Python", "SQL"])
            caller = bearer(make_user())
        with found.serving(APPLICATION, WORKERS="1") as server:
            line, worker = Line(server.port), server.workers()[0]
            ratios = [
                compared(name, target, line, worker, caller, options.rounds, options.requests)
                for name, target in READS.items()
            ]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(
        f"\n{options.engine}, {POSTINGS} postings, one worker; {options.rounds} rounds of {options.requests}; {machine}"
    )
    return 0 if max(ratios) <= AIM else 1


def compared(
    name: str, target: str, line: Line, worker: psutil.Process, caller: Mapping[str, str], rounds: int, requests: int
) -> float:
    """Print how one read compares, and return the ratio of CPU times."""
    if name == next(iter(READS)):
        print("| read | anonymous ms | signed in ms | ratio | anonymous CPU ms | signed in CPU ms | ratio of CPU |")
        print("|---|---:|---:|---:|---:|---:|---:|")
    anonymous: list[Turn] = []
    known: list[Turn] = []
    turn(line, worker, target, {}, requests), turn(line, worker, f"/signed-in{target}", caller, requests)
    for _ in range(rounds):
        anonymous.append(turn(line, worker, target, {}, requests))
        known.append(turn(line, worker, f"/signed-in{target}", caller, requests))
    wall = [statistics.median(each.wall_ms for each in turns) for turns in (anonymous, known)]
    cpu = [statistics.fmean(each.cpu_ms for each in turns) for turns in (anonymous, known)]
    print(
        f"| {name} | {wall[0]:.2f} | {wall[1]:.2f} | {wall[1] / wall[0]:.3f} "
        f"| {cpu[0]:.2f} | {cpu[1]:.2f} | {cpu[1] / cpu[0]:.3f} |"
    )
    return cpu[1] / cpu[0]


def turn(line: Line, worker: psutil.Process, target: str, headers: Mapping[str, str], requests: int) -> Turn:
    """Send ``requests`` one after the other; return the median time, and the mean CPU time, of one."""
    times, before = [], cpu_s(worker)
    for _ in range(requests):
        began = time.perf_counter()
        status = line.ask("GET", target, **headers).status
        times.append(time.perf_counter() - began)
        assert status == 200, status
    return Turn(statistics.median(times) * 1000, (cpu_s(worker) - before) / requests * 1000)


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def settings_from(**variables: str) -> Settings:
    """Return the settings that the variables make, whatever the shell says."""
    with mock.patch.dict(os.environ, {**variables, "PATH": os.environ["PATH"]}, clear=True):
        return Settings.from_env()


if __name__ == "__main__":
    sys.exit(main())
