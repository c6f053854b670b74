"""What must not stand in a file that others clone."""

from __future__ import annotations

import re

import pytest
from tests.architecture.repository import ROOT, tracked_text

pytestmark = pytest.mark.once

# Written in pieces, so that this file does not find itself.
MACHINE_PATH = re.compile(
    r"(/" + r"work/(main|steering|shared|\.library)|/" + r"home/[a-z]+/|/" + r"tmp/bash_jobs|/" + r"tmp/ts/)"
)
REGISTRY = re.compile(
    r"(--(extra-)?index-"
    + r"url|find-"
    + r'links|"resolved": *"http|registry *= *["{]|https?://[^ ]*/(simple|packages)/)'
)
UNFINISHED = re.compile(r"(Not" + r"ImplementedError|TO" + r"DO|FIX" + r"ME|XX" + r"X|assert " + r"True\b)")
SKIPPED = re.compile(r"@pytest\.mark\.(skip|xfail)\b")
CONFIGURATION = re.compile(
    r"(requirements.*\.txt|\.lock|lock\.json|\.toml|\.cfg|\.npmrc|Dockerfile[^/]*|\.ya?ml|\.sh)$"
)
CODE = re.compile(r"^(src|scripts|tests)/.*\.(py|sh)$")


def findings(pattern: re.Pattern[str], files: list[tuple[str, str]]) -> list[str]:
    """Return ``path:line: text`` of each line that matches."""
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in files
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_path_of_one_machine():
    assert findings(MACHINE_PATH, tracked_text()) == []


def test_no_configuration_names_a_package_registry():
    assert findings(REGISTRY, [entry for entry in tracked_text() if CONFIGURATION.search(entry[0])]) == []


def test_no_code_is_left_unfinished():
    assert findings(UNFINISHED, [entry for entry in tracked_text() if CODE.search(entry[0])]) == []


def test_no_file_is_a_link():
    """A copy of the repository by other means than git may turn links into files that hold their target's name."""
    assert [path for path, _ in tracked_text() if (ROOT / path).is_symlink()] == []


def test_no_test_is_switched_off():
    assert findings(SKIPPED, [entry for entry in tracked_text() if entry[0].startswith("tests/")]) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (MACHINE_PATH, "see /" + "work/main/README.md"),
        (REGISTRY, "--index-" + "url https://example.org/simple"),
        (REGISTRY, "https://example.org/" + "simple/flask/"),
        (UNFINISHED, "# TO" + "DO: later"),
        (SKIPPED, "@pytest.mark." + "xfail"),
    ],
)
def test_the_search_finds_what_it_looks_for(pattern, line):
    assert findings(pattern, [("file", line)]) == [f"file:1: {line}"]
