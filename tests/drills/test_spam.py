"""``scripts/spam_drill.py``: programs are quarantined, people are not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.architecture.repository import ROOT

DRILL = ROOT / "scripts" / "spam_drill.py"


def drilled(*options: str) -> dict[str, float]:
    """Run the drill, and return its figures; it fails when what it promises does not hold."""
    ran = subprocess.run([sys.executable, DRILL, "--json", *options], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.full
def test_of_five_hundred_programs_95_in_100_are_quarantined_and_no_person_is():
    figures = drilled()
    print(figures)
    assert figures["share_quarantined"] >= 0.95
    assert figures["people_quarantined"] == 0


def test_a_short_drill_says_what_became_of_everybody():
    figures = drilled("--posts", "60", "--people", "5")
    assert (figures["posts"], figures["people"], figures["people_quarantined"]) == (60, 5, 0)
    assert figures["quarantined_for_honeypot"] == 20
