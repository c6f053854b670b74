"""What a bulk call saves: a hundred postings in one transaction, and the same as a hundred single requests.

    python -m benchmarks.bulk_writes [--rounds 10] [--engine sqlite|postgresql]

One worker, one kept connection, a recruiter's token; each round makes a hundred single postings, then a hundred in one
call, of texts as long as real ones that nothing repeats. The gate is a ratio of 15, the aim 500 ms. Exits 1 when one is
missed.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.authenticated_cost import cpu_s, settings_from
from tests.drills.product import Line, instance
from tests.factories import bearer, make_company, make_jobs, make_skill, make_user

ROWS, GATE, AIM_MS = 100, 15, 500
POSTINGS, WORDS = 500, 250
VARIABLES = {"RATE_LIMIT_API": "100000000/minute"}
SKILLS = ("Python", "SQL", "Kubernetes", "Nursing", "Triage")


def main() -> int:
    """Measure both, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        instance(Path(folder) / "home", settings_from, options.engine, **VARIABLES) as found,
    ):
        with found.filling():
            company = make_company()
            for name in SKILLS:
                make_skill(name)
            make_jobs(POSTINGS, company, skills=SKILLS[:2])
            caller = bearer(make_user("recruiter", company))
        with found.serving(WORKERS="1") as server:
            line, worker = Line(server.port), server.workers()[0]
            singles, bulks = [], []
            for number in range(options.rounds + 1):  # the first warms up
                before = cpu_s(worker)
                singles.append((single(line, caller, postings(2 * number)), cpu_s(worker) - before))
                before = cpu_s(worker)
                bulks.append((bulk(line, caller, postings(2 * number + 1)), cpu_s(worker) - before))
    return report(options.engine, singles[1:], bulks[1:])


def report(engine: str, singles: list[tuple[float, float]], bulks: list[tuple[float, float]]) -> int:
    """Print the medians, and return 1 when a goal is missed."""
    one, many = (statistics.median(wall for wall, _ in each) * 1000 for each in (singles, bulks))
    one_cpu, many_cpu = (statistics.fmean(cpu for _, cpu in each) * 1000 for each in (singles, bulks))
    print("| 100 postings | ms | CPU ms of the worker |\n|---|---:|---:|")
    print(f"| singles | {one:.0f} | {one_cpu:.0f} |\n| one bulk call | {many:.0f} | {many_cpu:.0f} |")
    print(f"| ratio | {one / many:.1f} | {one_cpu / many_cpu:.1f} |")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"\n{engine}, one worker; {len(singles)} rounds; texts of {WORDS} words; {machine}")
    return 0 if one / many >= GATE and many < AIM_MS else 1


def postings(number: int) -> list[dict[str, Any]]:
    """Return a hundred bodies that are unlike each other and those of other numbers."""
    rng = random.Random(number)
    return [
        {
            "title": f"Engineer {number} {n}",
            "description": " ".join(f"word{rng.randrange(5000)}" for _ in range(WORDS)),
            "location": "Toronto, Ontario",
            "status": "open",
            "salary_min": 50_000,
            "currency": "CAD",
            "skills": rng.sample(SKILLS, 3),
        }
        for n in range(ROWS)
    ]


def single(line: Line, caller: Mapping[str, str], bodies: list[dict[str, Any]]) -> float:
    """Return the seconds of a request for each body."""
    began = time.perf_counter()
    for body in bodies:
        answer = line.ask("POST", "/api/v2/jobs", body, **caller)
        assert answer.status == 201, answer.body
    return time.perf_counter() - began


def bulk(line: Line, caller: Mapping[str, str], bodies: list[dict[str, Any]]) -> float:
    """Return the seconds of one call with all bodies."""
    began = time.perf_counter()
    answer = line.ask("POST", "/api/v2/jobs/bulk", {"jobs": bodies}, **caller)
    assert answer.status == 201, answer.body
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
