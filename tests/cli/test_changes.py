"""``talentsphere changes``: the feed at the shell."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from talentsphere.app import create_app
from talentsphere.cli import main
from talentsphere.db.events import add_event
from talentsphere.db.session import engines_of, writing
from talentsphere.settings import Settings

pytestmark = pytest.mark.once


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An instance of its own, whose feed has three events."""
    for name in ("DATABASE_URL", "SECRET_KEY", "TALENTSPHERE_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TALENTSPHERE_HOME", str(tmp_path))
    assert CliRunner().invoke(main, ["db", "upgrade"]).exit_code == 0
    app = create_app(Settings.from_env())
    with app.app_context(), writing() as session:
        add_event(session, "company.created", 4, company_id=4)
        add_event(session, "job.deleted", 7, company_id=4)
        add_event(session, "skill.created", 9)
    engines_of(app).write.dispose()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["changes", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_tail_shows_the_newest_in_their_order(home):
    lines = run("tail", "--limit", "2").splitlines()
    assert [line.split()[3:] for line in lines] == [["job.deleted", "7", "company", "4"], ["skill.created", "9"]]


def test_tail_gives_json_lines(home):
    rows = [json.loads(line) for line in run("tail", "--json").splitlines()]
    assert [(row["seq"], row["type"], row["op"]) for row in rows] == [
        (1, "company.created", "upsert"),
        (2, "job.deleted", "delete"),
        (3, "skill.created", "upsert"),
    ]
    assert rows[0]["at"].endswith("Z")


def test_lag_tells_that_nothing_waits(home):
    assert run("lag") == "0 events wait, for 0.0 s\n"
    assert json.loads(run("lag", "--json")) == {"waiting": 0, "held_s": 0.0, "consumers": {}}


def test_prune_keeps_what_is_young(home):
    assert run("prune", "--days", "1", "--dry-run") == "0 would be removed\n"
    assert json.loads(run("prune", "--json")) == {"removed": 0, "dry_run": False}
