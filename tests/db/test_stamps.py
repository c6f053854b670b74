"""The database's order of writes: stamps, horizons, and what no write in flight is above."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from talentsphere.db.session import engines_of
from talentsphere.db.stamps import horizon_of, latest_stamp, stamp_of


@pytest.fixture
def engines(app, database):
    return engines_of(app)


def horizon(engines) -> int:
    with engines.read.connect() as connection:
        return horizon_of(connection).number


def committed_stamp(engines) -> int:
    with Session(engines.write) as session, session.begin():
        return stamp_of(session).stamp


def test_stamps_rise_and_a_committed_one_is_below_every_later_horizon(engines):
    for _ in range(3):
        before = horizon(engines)
        stamp = committed_stamp(engines)
        assert before <= stamp < horizon(engines)


def test_a_write_in_flight_is_not_below_the_horizon(engines):
    with Session(engines.write) as session, session.begin():
        stamp = stamp_of(session).stamp
        assert horizon(engines) <= stamp
    assert horizon(engines) > stamp


def test_a_write_that_was_rolled_back_holds_no_horizon_up(engines):
    with Session(engines.write) as session:
        session.begin()
        stamp_of(session)
        session.rollback()
    stamp = committed_stamp(engines)
    assert horizon(engines) > stamp


def test_stamps_of_writers_at_once_all_differ(engines):
    with ThreadPoolExecutor(4) as pool:
        stamps = list(pool.map(lambda _: committed_stamp(engines), range(40)))
    assert len(set(stamps)) == 40


def test_who_writes_alone_knows_the_horizon_after_the_commit(engines):
    """On a server whose other databases are written, one of many writes is alone."""
    notes = []
    for _ in range(50):
        with Session(engines.write) as session, session.begin():
            written = stamp_of(session)
        assert written.after <= horizon(engines)
        notes.append(written.after > written.stamp)
    assert any(notes)


def test_who_writes_beside_others_knows_none_that_is_above_them(engines, database):
    if database.is_sqlite:
        pytest.skip("a writer of SQLite is alone")
    with Session(engines.write) as one, Session(engines.write) as two, one.begin():
        flying = stamp_of(one).stamp
        with two.begin():
            written = stamp_of(two)
        assert written.after <= flying < written.stamp


def test_the_latest_stamp_is_above_what_has_ended(engines):
    stamp = committed_stamp(engines)
    with engines.write.begin() as connection:
        assert latest_stamp(connection).number >= stamp
    assert horizon(engines) > stamp


def test_an_idle_database_gets_a_horizon_above_the_latest_stamp(engines):
    with engines.write.begin() as connection:
        latest = latest_stamp(connection).number
    assert horizon(engines) > latest


def test_a_database_says_always_the_same_about_which_it_is(engines):
    with engines.read.connect() as connection, engines.write.begin() as writer:
        assert horizon_of(connection).instance == latest_stamp(writer).instance > 0


def test_no_write_in_flight_is_above_the_latest_stamp(engines, database):
    """PostgreSQL's ``pg_snapshot_xmax`` counts what has ended, so one may be above it."""
    if database.is_sqlite:
        pytest.skip("a writer of SQLite is alone")
    with Session(engines.write) as one, Session(engines.write) as two, one.begin(), two.begin():
        flying = [stamp_of(one).stamp, stamp_of(two).stamp]
        with engines.write.begin() as connection:
            latest = latest_stamp(connection).number
        assert max(flying) < latest
