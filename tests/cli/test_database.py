"""``talentsphere db`` takes nothing away that was not named."""

from __future__ import annotations

import sqlite3

import pytest
from click.testing import CliRunner

from talentsphere.cli import main
from talentsphere.db.migrations import MIGRATIONS as FOLDER

pytestmark = pytest.mark.once

MIGRATIONS = len(list((FOLDER / "versions").glob("[0-9]*.py")))


@pytest.fixture
def instance(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "SECRET_KEY", "TALENTSPHERE_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TALENTSPHERE_HOME", str(tmp_path))
    run("upgrade")
    return tmp_path / "talentsphere.db"


def run(*arguments: str):
    return CliRunner().invoke(main, ["db", *arguments])


def has_jobs(path) -> bool:
    return bool(sqlite3.connect(path).execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone())


def test_downgrade_must_be_told_where_to(instance):
    result = run("downgrade")
    assert (result.exit_code, has_jobs(instance)) == (2, True)
    assert "REVISION" in result.output


@pytest.mark.parametrize(
    "revision", ["base", f"-{MIGRATIONS}", "0001-1", f"head-{MIGRATIONS}", "0000", "nonsense", "nonsense-1"]
)
def test_no_revision_removes_everything_by_itself(instance, revision):
    assert run("downgrade", revision).exit_code != 0
    assert has_jobs(instance)


def test_the_first_migration_is_not_undone_by_a_step(instance):
    while (result := run("downgrade", "-1")).exit_code == 0:
        assert has_jobs(instance)
    assert "--yes" in result.output
    assert has_jobs(instance)


def test_yes_removes_everything(instance):
    result = run("downgrade", "base", "--yes")
    assert (result.exit_code, has_jobs(instance)) == (0, False)
    assert result.stdout == "database is at nothing\n"


def test_a_revision_that_is_there_needs_no_yes(instance):
    assert run("downgrade", "0001").exit_code == 0
    assert has_jobs(instance)
