"""Where imported bytes come from: files, standard input, and what is bundled."""

from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path
from typing import BinaryIO

from talentsphere.domains.jobs.importing.run import Source

SAMPLE = "sample_jobs.jsonl.gz"
DICTIONARY = "skills.csv.gz"


def file_source(name: str) -> Source:
    """Return the file of that name; "-" is standard input."""
    if name == "-":
        return Source("stdin", lambda: sys.stdin.buffer)
    path = Path(name)
    return Source(name, lambda: path.open("rb"), path.stat().st_size if path.is_file() else 0)


def sample_source() -> Source:
    """Return the bundled postings."""
    return _bundled(SAMPLE)


def dictionary_source() -> Source:
    """Return the bundled skill dictionary."""
    return _bundled(DICTIONARY)


def _bundled(name: str) -> Source:
    found = resources.files("talentsphere").joinpath("sample", name)

    def opened() -> BinaryIO:
        return found.open("rb")  # type: ignore[return-value]

    return Source(name, opened)
