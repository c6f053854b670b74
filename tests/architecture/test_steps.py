"""``scripts/lib/steps.sh`` counts: a gate or a run of tests that fails can never end as a success."""

from __future__ import annotations

import subprocess

import pytest
from tests.architecture.repository import ROOT

pytestmark = pytest.mark.once

PREPARE = """
set -euo pipefail
VENV={venv} WORK={work}
source scripts/lib/venv.sh
source scripts/lib/steps.sh
says() {{ printf '%s\\n' "$1"; return "$2"; }}
"""


@pytest.fixture
def conclude(tmp_path):
    """Run steps and return (exit status, the last lines)."""
    (tmp_path / "venv" / "bin").mkdir(parents=True)

    def run(steps: str) -> tuple[int, str]:
        script = PREPARE.format(venv=tmp_path / "venv", work=tmp_path) + steps + "\nconclude\n"
        result = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
        return result.returncode, result.stdout.rpartition("\n\n")[2].strip()

    return run


@pytest.mark.parametrize(
    ("steps", "status", "closing"),
    [
        ("gate one true", 0, "total: 1 passed, 0 failed"),
        ("gate one false", 1, "total: 0 passed, 1 failed"),
        ("gate one false; gate two true", 1, "total: 1 passed, 1 failed"),
        ("suite one says '12 passed in 3.45s' 0", 0, "total: 12 passed, 0 failed"),
        ("suite one says '3 failed, 120 passed, 4 errors in 3.45s' 1", 1, "total: 120 passed, 7 failed"),
        ("suite one says '5 passed, 2 skipped in 61.00s (0:01:01)' 0", 0, "total: 5 passed, 0 failed, 2 skipped"),
        ("suite one says 'no tests ran in 0.10s' 5", 1, "total: 0 passed, 1 failed"),
        ("suite one says 'Segmentation fault' 139", 1, "total: 0 passed, 1 failed"),
        ("suite one says 'nothing at all' 0", 1, "total: 0 passed, 1 failed"),
    ],
)
def test_failures_are_counted(conclude, steps, status, closing):
    assert conclude(steps) == (status, closing)


def test_tests_without_their_data_are_named_in_the_last_line(conclude):
    lines = "SKIPPED [3] tests/x.py:1: set TALENTSPHERE_TEST_DATA\n1 passed, 3 skipped in 0.10s"
    status, closing = conclude(f"suite one says '{lines}' 0")

    assert status == 0
    assert closing.splitlines()[-1] == "3 tests need the real data: set TALENTSPHERE_TEST_DATA to its folder"
