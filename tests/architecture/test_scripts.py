"""Every script says what it is for and stops at the first failure."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.architecture.repository import ROOT, tracked_files

pytestmark = pytest.mark.once

SCRIPTS = sorted(path for path in tracked_files() if path.parent == ROOT / "scripts" or path == ROOT / ".ci/run")
SHELL = [path for path in SCRIPTS if path.read_text().startswith("#!/usr/bin/env bash")]
LIBRARIES = sorted(path for path in tracked_files() if path.parent == ROOT / "scripts/lib")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_script_is_executable(path):
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("path", SHELL, ids=name)
def test_script_starts_with_its_purpose_and_stops_at_failures(path):
    lines = path.read_text().splitlines()

    assert re.match(r"# [A-Z].{20,}", lines[1])
    assert "set -euo pipefail" in lines


@pytest.mark.parametrize("path", LIBRARIES, ids=name)
def test_library_says_that_it_is_sourced(path):
    assert "# Sourced by" in path.read_text()


@pytest.mark.parametrize("path", [*SHELL, *LIBRARIES], ids=name)
def test_script_has_no_syntax_error(path):
    assert subprocess.run(["bash", "-n", path], check=False).returncode == 0


@pytest.mark.parametrize("script", ["scripts/test.sh", "scripts/start_dev_optimized.sh"])
def test_dry_run_says_what_would_happen_and_changes_nothing(script, tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "VENV": str(tmp_path / "venv"),
        "TALENTSPHERE_HOME": str(tmp_path / "home"),
    }
    result = subprocess.run([ROOT / script, "--dry-run"], env=environment, capture_output=True, text=True, check=True)

    assert result.stdout + result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("script", ["scripts/test.sh", "scripts/start_dev_optimized.sh"])
def test_unknown_argument_is_refused(script):
    result = subprocess.run([ROOT / script, "--fast"], capture_output=True, text=True, check=False)

    assert result.returncode == 1
    assert "usage:" in result.stderr
