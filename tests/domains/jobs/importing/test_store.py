"""Two imports at once: what they write is counted as it is stored."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from tests.domains.jobs.importing.files import counts, import_bytes, import_rows, lines, row

from talentsphere.app import create_app
from talentsphere.db.conflicts import is_conflict
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.importing import run
from talentsphere.domains.jobs.importing.companies import Companies
from talentsphere.domains.jobs.importing.identity import identity_of
from talentsphere.domains.jobs.importing.normalise import posting_of
from talentsphere.domains.jobs.importing.run import Summary
from talentsphere.domains.jobs.importing.store import Ready, store
from talentsphere.domains.jobs.models import Job, JobTally

AT = datetime(2026, 6, 1, tzinfo=UTC)
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def ready(**fields: Any) -> Ready:
    fields = row(**fields)
    identity = identity_of(fields, "board", b"")
    return Ready(1, posting_of(fields, identity, AT), (), identity.content_hash)


def in_background(work: Any) -> Thread:
    thread = Thread(target=work)
    thread.start()
    return thread


def wait_until_one_waits(database: Any) -> None:
    """Return when a connection waits for another's lock; SQLite waits before it reads anything."""
    if database.is_sqlite:
        return
    for _ in range(500):
        with database.reading() as session:
            if session.scalar(WAITING):
                return
        time.sleep(0.01)
    pytest.fail("nobody waits")


def counted(database: Any) -> tuple[dict[str, int], int]:
    """Return the kept counts: postings by status, and the open ones of all companies."""
    with database.reading() as session:
        tallies = session.execute(select(JobTally.status, func.sum(JobTally.n)).group_by(JobTally.status))
        kept = {status: int(n) for status, n in tallies if n}
        return kept, session.scalar(select(func.sum(Company.open_jobs)))


def stored(database: Any) -> tuple[dict[str, int], int]:
    """Return the same, counted from the rows."""
    with database.reading() as session:
        found = session.execute(select(Job.status, func.count().label("n")).group_by(Job.status))
        by_status = {each.status: each.n for each in found}
    return by_status, by_status.get("open", 0)


def test_two_imports_that_close_the_same_posting_count_it_once(app, database):
    import_rows(app, row(), row(external_id="2"), row(external_id="3"))

    def close(*ids: str) -> None:
        with database.writing() as session:
            store(session, [ready(external_id=each, status="closed") for each in ids], Companies(), AT)

    with database.writing() as session:
        store(session, [ready(status="closed"), ready(external_id="2", status="closed")], Companies(), AT)
        second = in_background(lambda: close("2", "1"))
        wait_until_one_waits(database)
    second.join()

    assert counted(database) == stored(database) == ({"open": 1, "closed": 2}, 1)


def test_the_comparison_would_notice_a_posting_counted_twice(app, database):
    import_rows(app, row())
    with database.writing() as session:
        session.execute(text("UPDATE companies SET open_jobs = open_jobs + 1"))

    assert counted(database) != stored(database)


def test_a_deadlock_is_no_end_of_an_import(app, database):
    if database.is_sqlite:
        pytest.skip("a writer of SQLite is alone")
    content = lines(*(row(external_id=each, title="Nurse") for each in "12"))
    import_rows(app, row(), row(external_id="2"))
    summaries = list[Summary]()

    with database.writing() as session:
        session.execute(text("SET LOCAL deadlock_timeout = '1min'"))  # the import is the one that gives way
        lock(session, 2)
        importing = in_background(lambda: summaries.append(import_bytes(app, content)[0]))
        wait_until_one_waits(database)
        lock(session, 1)
    importing.join()

    assert [counts(summary) for summary in summaries] == [(0, 2, 0, 0)]
    assert counted(database) == stored(database) == ({"open": 2}, 2)


def lock(session: Any, job_id: int) -> None:
    session.execute(select(Job.id).where(Job.id == job_id).with_for_update())


def test_a_row_that_another_import_adds_meanwhile_is_no_reject(app, database):
    summaries = list[Summary]()

    with database.writing() as session:
        store(session, [ready()], Companies(), AT)
        importing = in_background(lambda: summaries.append(import_rows(app, row(title="Nurse"))[0]))
        wait_until_one_waits(database)
    importing.join()

    assert [counts(summary) for summary in summaries] == [(0, 1, 0, 0)]
    assert counted(database) == stored(database) == ({"open": 1}, 1)


def test_a_busy_database_is_no_end_of_an_import(database, make_settings, monkeypatch):
    if not database.is_sqlite:
        pytest.skip("on PostgreSQL writers lock rows")
    impatient = create_app(make_settings(DB_POOL_TIMEOUT_S="0.1"))
    with database.writing() as session:
        session.execute(select(Job.id))

        def refused(error: DBAPIError) -> bool:
            session.rollback()
            return is_conflict(error)

        monkeypatch.setattr(run, "is_conflict", refused)
        summary, _ = import_rows(impatient, row())

    assert counts(summary) == (1, 0, 0, 0)


def test_a_busy_database_ends_an_import_when_it_stays_busy(database, make_settings):
    if not database.is_sqlite:
        pytest.skip("on PostgreSQL writers lock rows")
    impatient = create_app(make_settings(DB_POOL_TIMEOUT_S="0.1"))
    with database.writing() as session:
        session.execute(select(Job.id))
        with pytest.raises(OperationalError):
            import_rows(impatient, row())
