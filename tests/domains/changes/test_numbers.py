"""The numbers of the feed on PostgreSQL: what holds the horizon back, and what a restore does to them."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, make_url, select, text
from tests.factories import make_skill
from tests.scratch import TEST_DATABASE_URL

from talentsphere.cli.numbers import lift_numbers as lift_with_notice
from talentsphere.cli.preparing import NUMBERS_ASCEND
from talentsphere.db.caller import Extent, Reach
from talentsphere.db.events import PLACE_BITS, Event, add_event, lift_numbers
from talentsphere.db.session import engines_of, reading
from talentsphere.domains.changes.errors import FeedTruncated
from talentsphere.domains.changes.queries import latest_position, list_changes, measure_lag

EVERYTHING = Reach(Extent.EVERYTHING)
AHEAD = 2**52


def shown(since=None) -> list[int]:
    """The ids that the feed names."""
    with reading() as session:
        return [row.id for row in list_changes(session, EVERYTHING, since, 100).rows]


@pytest.fixture
def restored(app, database):
    """A database whose one event has a number that its server is far from, as after a restore into a young one."""
    make_skill("Python")
    with database.writing() as session:
        session.execute(text("UPDATE events SET seq = :ahead"), {"ahead": AHEAD})
    with app.app_context():
        yield


def lift(database) -> bool:
    with database.writing() as session:
        return lift_numbers(session)


def test_a_restored_feed_goes_on_above_its_highest_number(restored, database):
    if database.is_sqlite:
        assert lift(database) is False
        return
    assert lift(database) is True
    make_skill("SQL")
    assert shown() == [1, 2]
    assert lift(database) is False


def test_prepare_sees_that_numbers_must_be_lifted(restored, database):
    if database.is_sqlite:
        return
    with reading() as session:
        assert session.scalar(text(NUMBERS_ASCEND)) is None
    with database.app.app_context():
        lift_with_notice()
    with reading() as session:
        assert session.scalar(text(NUMBERS_ASCEND)) == 1


def test_without_the_lift_new_events_stand_before_the_old_ones(restored, database):
    """The control."""
    make_skill("SQL")
    with reading() as session:
        numbers = session.execute(text("SELECT object_id FROM events ORDER BY seq")).scalars().all()
    assert numbers == ([1, 2] if database.is_sqlite else [2, 1])


def test_a_position_from_before_the_restore_holds_no_longer(restored, database):
    with reading() as session:
        before = latest_position(session)
    if lift(database):
        with pytest.raises(FeedTruncated):
            shown(before)


def test_a_position_that_no_reader_was_given_is_refused(app, database):
    with app.app_context(), reading() as session:
        end = latest_position(session)
        with pytest.raises(FeedTruncated):
            list_changes(session, EVERYTHING, end._replace(seq=end.seq + AHEAD), 100)


def test_a_writer_that_takes_its_time_holds_the_feed_back_until_it_ends(app, database):
    if database.is_sqlite:
        return
    with app.app_context(), engines_of(app).write.begin() as slow:
        slow.execute(text("SELECT pg_current_xact_id()"))
        make_skill("Python")
        assert shown() == []
        with reading() as session:
            assert measure_lag(session).waiting == 1
        slow.rollback()
        assert shown() == [1]


def test_a_writer_of_another_database_does_not(app, database):
    if database.is_sqlite:
        return
    elsewhere = create_engine(make_url(TEST_DATABASE_URL).set(drivername="postgresql+psycopg2", database="postgres"))
    with app.app_context(), elsewhere.begin() as slow:
        slow.execute(text("SELECT pg_current_xact_id()"))
        make_skill("Python")
        assert shown() == [1]
    elsewhere.dispose()


def test_a_number_is_made_of_the_transaction_and_the_place_in_it(app, database):
    if database.is_sqlite:
        return
    with database.writing() as session:
        own = int(session.scalar(text("SELECT CAST(pg_current_xact_id() AS text)")))
        add_event(session, "job.created", 1)
        add_event(session, "job.created", 2)
    with database.reading() as session:
        numbers = session.scalars(select(Event.seq).order_by(Event.seq)).all()
    assert numbers == [own << PLACE_BITS, (own << PLACE_BITS) + 1]
