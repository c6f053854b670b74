"""``talentsphere tasks`` and ``talentsphere jobs expire``: what the operator sees and mends."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from tests.factories import make_job

from talentsphere.cli import main
from talentsphere.db.base import now
from talentsphere.domains.jobs.models import Job
from talentsphere.tasks.models import Schedule, Task


@pytest.fixture
def run(app, database, monkeypatch):
    """Run a command on the database under test, and return (exit status, output)."""
    settings = app.extensions["talentsphere.settings"]
    monkeypatch.setenv("DATABASE_URL", settings.database_url.value())
    monkeypatch.setenv("TALENTSPHERE_HOME", str(settings.home))
    monkeypatch.setenv("SECRET_KEY", settings.secret_key.value())

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, arguments, catch_exceptions=False)
        return result.exit_code, result.output

    return run


@pytest.fixture
def dead(database):
    """A dead letter's public id."""
    with database.writing() as session:
        task = Task(kind="test.nothing", status="failed", finished_at=now(), attempts=10, error="OSError")
        session.add(task)
    return str(task.public_id)


def test_run_does_what_the_clock_and_the_queue_ask_for_then_ends(run, database):
    status, output = run("tasks", "run", "--json")
    assert status == 0
    with database.reading() as session:
        done, schedules = session.scalars(select(Task.status)).all(), session.scalars(select(Schedule.name)).all()
        kinds = set(session.scalars(select(Task.kind)))
    assert {"jobs.expire", "jobs.publish", "tasks.prune", "database.analyze"} <= set(schedules)
    assert set(done) == {"done"}
    assert json.loads(output)["attempts"] == len(done)
    assert kinds >= set(schedules)  # and those that have more to do than fits into one go on


def test_dead_letters_are_listed_and_tried_again(run, database, dead):
    assert "OSError" in run("tasks", "list", "--status", "failed")[1]
    assert json.loads(run("tasks", "list", "--json")[1])["public_id"] == dead
    assert run("tasks", "retry", dead, "--json") == (0, '{"retried":1,"missing":[]}\n')
    assert run("tasks", "retry", dead)[0] == 1
    with database.reading() as session:
        assert session.scalars(select(Task.status)).one() == "queued"


def test_all_dead_letters_of_a_kind_are_tried_again(run, dead):
    assert run("tasks", "retry", "--failed", "--kind", "mail.send")[1] == "0 wait again\n"
    assert run("tasks", "retry", "--failed")[1] == "1 wait again\n"
    assert run("tasks", "retry")[0] == 2


def test_jobs_expire_closes_what_is_over_at_once(run, client, database):
    make_job(expires_at=now() - timedelta(minutes=1))
    assert run("jobs", "expire", "--json") == (0, '{"expired":1}\n')
    assert run("jobs", "expire")[1] == "0 expired\n"
    with database.reading() as session:
        assert session.get(Job, 1).closed_reason == "expired"
    assert client.get("/api/v2/jobs/1").status_code == 410
