"""The locks hold everything that ``pyproject.toml`` asks for, each file by its hash."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.architecture.repository import ROOT

pytestmark = pytest.mark.once

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ENTRY = re.compile(r"^(\S+==[^\\\n]+?) *((?:\\\n +--hash=\S+ *)*)$", re.MULTILINE)
ASKED = {
    "requirements.txt": PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"],
    "requirements-dev.txt": PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"],
}


def locked(lock: str) -> dict[str, Requirement]:
    entries = [Requirement(match[1]) for match in ENTRY.finditer((ROOT / lock).read_text())]
    return {canonicalize_name(entry.name): entry for entry in entries}


def version(entry: Requirement) -> str:
    (specifier,) = entry.specifier
    return specifier.version


@pytest.mark.parametrize("lock", ASKED)
def test_lock_holds_what_is_asked_for(lock):
    pins = locked(lock)
    asked = [Requirement(text) for text in ASKED[lock]]
    missing = [str(one) for one in asked if not one.specifier.contains(version(pins[canonicalize_name(one.name)]))]

    assert missing == []


@pytest.mark.parametrize("lock", ASKED)
def test_every_entry_has_a_hash_and_nothing_else_stands_there(lock):
    text = (ROOT / lock).read_text()

    assert [match[1] for match in ENTRY.finditer(text) if not match[2]] == []
    assert ENTRY.sub("", text).strip() == ""


def test_development_runs_what_production_runs():
    production, development = locked("requirements.txt"), locked("requirements-dev.txt")

    assert [str(pin) for name, pin in production.items() if str(development.get(name)) != str(pin)] == []
