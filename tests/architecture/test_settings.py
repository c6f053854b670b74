"""``.env.optimized`` documents every setting, with the default that the settings object has."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from tests.architecture.repository import ROOT

from talentsphere.settings import Settings

pytestmark = pytest.mark.once

LINE = re.compile(r"^(#?)([A-Z][A-Z0-9_]+)=(.*)$")
VARIABLES = {"env": "TALENTSPHERE_ENV", "home": "TALENTSPHERE_HOME", "cache_ttls": "CACHE_TTL_JOB_LIST"}


def documented() -> dict[str, str | None]:
    """Return the value that the file gives each variable; None for one that is commented out."""
    lines = (ROOT / ".env.optimized").read_text().splitlines()
    matches = [match for match in map(LINE.match, lines) if match]
    assert len({match[2] for match in matches}) == len(matches), "a variable stands there twice"
    return {match[2]: None if match[1] else match[3] for match in matches}


def variables() -> set[str]:
    return {VARIABLES.get(field.name, field.name.upper()) for field in fields(Settings) if field.name != "notes"}


@pytest.fixture
def bare_environment(monkeypatch, tmp_path):
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def without_secrets(settings: Settings) -> dict[str, str]:
    return {field.name: repr(getattr(settings, field.name)) for field in fields(settings) if field.name != "secret_key"}


def test_every_setting_is_documented_and_nothing_else():
    assert set(documented()) == variables()


def test_every_variable_has_its_meaning_above_it():
    text = (ROOT / ".env.optimized").read_text()
    bare = [name for name in documented() if not re.search(rf"^# .*\n((# .*|#?[A-Z_]+=.*)\n)*#?{name}=", text, re.M)]
    assert bare == []


def test_the_documented_values_are_the_defaults(bare_environment, monkeypatch):
    defaults = Settings.from_env()
    for name, value in documented().items():
        if value is not None:
            monkeypatch.setenv(name, value)

    assert without_secrets(Settings.from_env()) == without_secrets(defaults)


def test_another_value_would_be_noticed(bare_environment, monkeypatch):
    defaults = Settings.from_env()
    monkeypatch.setenv("SLOW_QUERY_MS", "501")

    assert without_secrets(Settings.from_env()) != without_secrets(defaults)
