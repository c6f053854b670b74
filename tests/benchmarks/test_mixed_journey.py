"""The mixed journey runs, its requests are the same each time, and 5 % of them are writes."""

from __future__ import annotations

import runpy
import subprocess
import sys

import pytest
from tests.server.running import ROOT

SCRIPT = ROOT / "benchmarks/mixed_journey.py"


def test_equal_seeds_give_the_same_journey_with_its_share_of_writes():
    journey = runpy.run_path(str(SCRIPT))["journey"]
    requests = journey(1, 5_000, list(range(1, 201)), 1)
    assert requests == journey(1, 5_000, list(range(1, 201)), 1)
    assert 0.04 < sum(request.method != "GET" for request in requests) / len(requests) < 0.06


@pytest.mark.full
def test_a_short_run_prints_both_rounds_without_a_failure(tmp_path):
    command = [sys.executable, SCRIPT, "--requests", "200", "--jobs", "50", "--clients", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    rows = [line.split("|")[1:-1] for line in done.stdout.splitlines() if line.startswith(("| with",))]
    assert [row[0].strip() for row in rows] == ["with", "without"], done.stderr
    assert [row[5].strip() for row in rows] == ["0", "0"], done.stderr
    assert float(rows[0][4].replace(",", "")) < float(rows[1][4].replace(",", ""))
