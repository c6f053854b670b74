"""``talentsphere logs prune``."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import func, insert, select

from talentsphere.cli import logs
from talentsphere.db.base import now
from talentsphere.domains.activity.models import Activity


@pytest.fixture
def prune(app, database, monkeypatch):
    """Run the command on the database of the tests."""
    monkeypatch.setattr("talentsphere.app.create_app", lambda _settings: app)
    monkeypatch.setattr(logs, "BATCH", 10)

    def run(*arguments: str):
        result = CliRunner().invoke(logs.logs, ["prune", *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def add_entries(database, days_ago: int, count: int) -> None:
    row = {"at": now() - timedelta(days=days_ago), "action": "job.updated", "level": "info"}
    with database.writing() as session:
        session.execute(insert(Activity), [row] * count)


def count_entries(database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Activity))


def test_old_entries_are_deleted_in_batches_and_new_ones_kept(prune, database):
    add_entries(database, 100, 25)
    add_entries(database, 10, 5)
    assert prune("--days", "90") == "25 entries deleted\n"
    assert count_entries(database) == 5


def test_a_dry_run_counts_and_deletes_nothing(prune, database):
    add_entries(database, 100, 12)
    assert prune("--days", "90", "--dry-run") == "12 entries would be deleted\n"
    assert orjson.loads(prune("--days", "90", "--dry-run", "--json")) == {"older": 12, "deleted": 0}
    assert count_entries(database) == 12


def test_repeated_it_does_nothing(prune, database):
    add_entries(database, 100, 10)
    assert orjson.loads(prune("--days", "90", "--json")) == {"older": 10, "deleted": 10}
    assert orjson.loads(prune("--days", "90", "--json")) == {"older": 0, "deleted": 0}
