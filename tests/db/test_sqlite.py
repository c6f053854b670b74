"""SQLite under eight writing processes, and its settings."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from tests.processes import SERVER, run_together

from talentsphere.app import create_app
from talentsphere.db import migrations
from talentsphere.db.session import engines_of, is_unavailable, writing
from talentsphere.domains.companies.models import Company

pytestmark = [pytest.mark.once, pytest.mark.unfed]  # rows are written by hand

PROCESSES, TIMES = 8, 25


@pytest.fixture
def app(make_settings, tmp_path):
    """An application on a SQLite file of its own, whatever the engine under test."""
    app = create_app(make_settings(DATABASE_URL=f"sqlite:///{tmp_path}/own.db"))
    with app.app_context():
        migrations.upgrade()
        with writing() as session:
            session.add(Company(name="Acme", name_key="acme", slug="acme"))
    engines_of(app).write.dispose()
    return app


def add_one(session: Session) -> None:
    """Read, then write what was read and one more."""
    seen = session.scalar(select(Company.open_jobs))
    session.execute(update(Company).values(open_jobs=seen + 1))


def immediately(app) -> None:
    with writing() as session:
        add_one(session)


def deferred(app) -> None:
    with Session(engines_of(app).read) as session, session.begin():
        add_one(session)


def run(settings, write, failures) -> None:
    app = create_app(settings)
    with app.app_context():
        for _ in range(TIMES):
            try:
                write(app)
            except OperationalError:
                with failures.get_lock():
                    failures.value += 1


def race(app, write) -> tuple[int, int]:
    """Let all processes write; return (what the counter says, how many writes failed)."""
    failures, settings = SERVER.Value("i", 0), app.extensions["talentsphere.settings"]
    assert run_together(run, [(settings, write, failures)] * PROCESSES) == [0] * PROCESSES
    with app.app_context(), Session(engines_of(app).read) as session:
        return session.scalar(select(Company.open_jobs)), failures.value


def test_eight_processes_that_read_modify_and_write_lose_nothing(app):
    assert race(app, immediately) == (PROCESSES * TIMES, 0)


def test_a_deferred_transaction_would_fail(app):
    counter, failures = race(app, deferred)
    assert failures > 0
    assert counter == PROCESSES * TIMES - failures


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 8000)]
)
def test_every_connection_has_our_settings(app, pragma, value):
    with app.app_context(), engines_of(app).read.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_readers_see_one_snapshot_while_a_writer_commits(app):
    with app.app_context(), Session(engines_of(app).read) as reader:
        before = reader.scalar(select(Company.open_jobs))
        with writing() as session:
            add_one(session)
        assert reader.scalar(select(Company.open_jobs)) == before


def test_a_database_that_another_process_writes_is_unavailable(make_settings, app, tmp_path):
    impatient = create_app(make_settings(DATABASE_URL=f"sqlite:///{tmp_path}/own.db", DB_POOL_TIMEOUT_S="0.1"))
    with app.app_context(), writing() as session:
        add_one(session)
        with pytest.raises(OperationalError) as refused, impatient.app_context(), writing() as second:
            add_one(second)

    assert is_unavailable(refused.value)


def test_whoever_waits_to_write_looks_as_often_as_those_who_came_later(make_settings, app, tmp_path, monkeypatch):
    """SQLite's own wait looks each 100 ms in the end, and never gets its turn where many write."""
    waiting = create_app(make_settings(DATABASE_URL=f"sqlite:///{tmp_path}/own.db", DB_POOL_TIMEOUT_S="0.3"))
    pauses: list[float] = []
    clock = SimpleNamespace(
        monotonic=time.monotonic, sleep=lambda seconds: (pauses.append(seconds), time.sleep(seconds))
    )
    monkeypatch.setattr("talentsphere.db.sqlite.time", clock)  # and not that of the threads of other tests
    with app.app_context(), writing() as session:
        add_one(session)
        with pytest.raises(OperationalError), waiting.app_context(), writing() as second:
            add_one(second)
    assert len(pauses) > 20
    assert max(pauses) <= 0.005
