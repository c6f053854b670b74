"""``talentsphere rollups``: its exit status says whether the kept figures are right."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update
from tests.domains.analytics.histories import Histories

from talentsphere.cli.rollups import rollups
from talentsphere.db.changes import mark_changed
from talentsphere.domains.analytics.models import DayRollup

pytestmark = pytest.mark.unfed


@pytest.fixture
def run(app, monkeypatch):
    """Run the command on the database of the tests."""
    monkeypatch.setattr("talentsphere.app.create_app", lambda _settings: app)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(rollups, arguments)

    return run


def test_check_says_what_differs_and_rebuild_mends_it(database, run):
    Histories(database).play(100)
    right = run("check")
    assert (right.exit_code, right.output) == (0, "0 differences\n")

    with database.writing() as session:
        session.execute(update(DayRollup).values(hires=DayRollup.hires + 1))
        mark_changed(session, "rollups")
    wrong = run("check", "--json")
    assert wrong.exit_code == 1
    found = json.loads(wrong.output)
    assert found["differences"] > 0
    assert found["first"][0]["what"] == "day_rollups"

    assert json.loads(run("rebuild", "--json").output)["rows"] > 0
    assert run("check").exit_code == 0
