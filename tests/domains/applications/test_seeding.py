"""A company's made-up month: as large as asked, the same every time, and its figures right."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from talentsphere.cli.importing import seed
from talentsphere.domains.accounts.models import User
from talentsphere.domains.analytics.checking import find_differences
from talentsphere.domains.applications import seeding
from talentsphere.domains.applications.models import Application, ApplicationEvent
from talentsphere.domains.applications.seeding import Month, Seeded, seed_month

SMALL = Month(5, 40, 120, datetime(2026, 6, 1, tzinfo=UTC))


def shape(database) -> list[tuple[object, ...]]:
    columns = (Application.job_id, Application.candidate_id, Application.stage, Application.status, Application.source)
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(Application.id))]


def test_a_month_has_what_was_asked_for_and_right_figures(app, database):
    with app.app_context():
        assert seed_month(SMALL) == Seeded(1, 120, 0)
    with database.reading() as session:
        assert find_differences(session) == []
        assert Counter(session.scalars(select(User.role)))["candidate"] == 40
        kinds = Counter(session.scalars(select(ApplicationEvent.kind)))
    assert kinds["applied"] == 120
    assert kinds["moved"] > kinds["withdrawn"] > 0
    assert {"active", "rejected"} <= {status for _, _, _, status, _ in shape(database)}


def test_made_again_it_adds_nothing(app, database):
    with app.app_context():
        seed_month(SMALL)
        whole = shape(database)
        assert seed_month(SMALL) == Seeded(1, 0, 120)
    assert shape(database) == whole


def test_interrupted_it_goes_on_and_comes_to_the_same(app, database, monkeypatch):
    monkeypatch.setattr(seeding, "BATCH", 50)

    def interrupt(_done: int) -> None:
        raise KeyboardInterrupt

    with app.app_context():
        with pytest.raises(KeyboardInterrupt):
            seed_month(SMALL, interrupt)
        assert len(shape(database)) == 50
        assert seed_month(SMALL) == Seeded(1, 70, 50)
        resumed = [row[2:] for row in shape(database)]
        monkeypatch.setattr(seeding, "BATCH", 1_000)
        assert seed_month(replace(SMALL, jobs=6, applications=120)).added == 120
    assert [row[2:] for row in shape(database)][120:] == resumed


def test_more_applications_than_pairs_are_refused(app, database, monkeypatch):
    monkeypatch.setattr("talentsphere.app.create_app", lambda _settings: app)
    result = CliRunner().invoke(seed, ["--company", "--jobs", "2", "--candidates", "2", "--applications", "5"])
    assert result.exit_code == 2
    assert "pairs" in result.output


@pytest.mark.parametrize("options", [[], ["--candidates", "5"]])
def test_without_a_number_of_postings_it_asks_for_one(app, database, monkeypatch, options):
    monkeypatch.setattr("talentsphere.app.create_app", lambda _settings: app)
    result = CliRunner().invoke(seed, options)
    assert (result.exit_code, "--jobs" in result.output) == (2, True)


def test_the_command_says_what_it_made(app, database, monkeypatch):
    monkeypatch.setattr("talentsphere.app.create_app", lambda _settings: app)
    small = ["--company", "--jobs", "3", "--candidates", "10", "--applications", "20", "--until", "2026-06-01"]
    result = CliRunner().invoke(seed, small)
    assert result.exit_code == 0, result.output
    assert "20 added" in result.stdout
