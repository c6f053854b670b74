"""Each process begins with a home and settings that work, or ends with a sentence and status 78."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from talentsphere import app as application
from talentsphere import starting
from talentsphere.app import create_app

KEY = "Qm9vdHN0cmFwIHRlc3RzIHdpdGggYSBsb25nIGtleQ"
TALENTSPHERE = Path(sys.executable).with_name("talentsphere")


def talentsphere(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": KEY, "TALENTSPHERE_HOME": str(folder / "new"), **variables}
    return subprocess.run(
        [TALENTSPHERE, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_home_that_is_missing_is_made_for_this_user_alone(tmp_path):
    done = talentsphere(tmp_path, "db", "upgrade")
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert (tmp_path / "new" / "talentsphere.db").exists()


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    for command in (("db", "upgrade"), ("prepare",), ("serve",)):
        done = talentsphere(tmp_path, *command, TALENTSPHERE_HOME=str(tmp_path / "file" / "home"))
        assert done.returncode == starting.EX_CONFIG
        assert done.stderr.startswith("talentsphere: TALENTSPHERE_HOME cannot be used")


def test_a_relative_database_is_one_file_in_the_current_folder(tmp_path):
    done = talentsphere(tmp_path, "db", "upgrade", DATABASE_URL="sqlite:///board.db")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.rglob("*.db")] == ["board.db"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("sqlite:///x.db", "sqlite:///{here}/x.db"),
        ("sqlite:///x.db?timeout=3", "sqlite:///{here}/x.db?timeout=3"),
        ("sqlite:////srv/x.db", "sqlite:////srv/x.db"),
    ],
)
def test_the_path_of_a_database_is_absolute(make_settings, monkeypatch, tmp_path, given, kept):
    monkeypatch.chdir(tmp_path)
    assert make_settings(DATABASE_URL=given).database_url.value() == kept.format(here=tmp_path)


@pytest.fixture
def warnings(monkeypatch):
    """What the application logs while it is built."""
    capture = structlog.testing.LogCapture()
    monkeypatch.setattr(application, "log", structlog.wrap_logger(None, processors=[capture]))
    return capture.entries


def test_each_older_name_is_warned_of_once(make_settings, warnings):
    create_app(make_settings(DB_MAX_CONNECTIONS="40", DB_COMMAND_TIMEOUT="20"))
    assert [line["note"].split()[0] for line in warnings] == ["DB_MAX_CONNECTIONS", "DB_COMMAND_TIMEOUT"]


def test_the_names_of_today_bring_no_warning(make_settings, warnings):
    create_app(make_settings(DB_POOL_PRESET="large"))
    assert warnings == []


def test_a_command_warns_on_standard_error(tmp_path):
    done = talentsphere(tmp_path, "db", "upgrade", DB_MAX_CONNECTIONS="40")
    assert done.stderr.count("DB_MAX_CONNECTIONS is an older name; use DB_POOL_PRESET") == 1
    assert "older name" not in done.stdout
