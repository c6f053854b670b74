"""Events are collected while a transaction writes, and stored with it in one statement, or not at all."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select, text
from tests.factories import make_company, make_job

from talentsphere.db import events
from talentsphere.db.caller import Actor, Extent, Reach
from talentsphere.db.events import Event, add_event, forget_events
from talentsphere.db.session import writing
from talentsphere.domains.jobs.editing import close_job, delete_job, get_job_to_write
from talentsphere.domains.jobs.featuring import feature_jobs

EVERYTHING = Reach(Extent.EVERYTHING)


def stored(database) -> list[tuple[object, ...]]:
    """(type, id, op, company) of each event in its order."""
    columns = (Event.type, Event.object_id, Event.op, Event.company_id)
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(Event.seq))]


def test_an_event_says_what_happened_to_which_object_and_whose_it_is(database):
    job = make_job(company="Viamo")
    with database.writing() as session:
        close_job(session, Actor(), get_job_to_write(session, EVERYTHING, "1"), "filled")
    assert stored(database) == [
        ("company.created", 1, "upsert", 1),
        ("job.created", job.id, "upsert", 1),
        ("job.closed", job.id, "upsert", 1),
    ]


def test_what_is_deleted_leaves_a_tombstone(database):
    make_job()
    with database.writing() as session:
        delete_job(session, Actor(), get_job_to_write(session, EVERYTHING, "1"))
    assert stored(database)[-1] == ("job.deleted", 1, "delete", 1)


def test_of_several_changes_of_one_object_the_last_remains_in_its_place(database):
    with database.writing() as session:
        add_event(session, "job.created", 1)
        add_event(session, "job.created", 2)
        add_event(session, "job.deleted", 1)
    assert stored(database) == [("job.created", 2, "upsert", None), ("job.deleted", 1, "delete", None)]


def test_a_posting_that_leaves_a_company_has_an_event_for_both(database):
    with database.writing() as session:
        add_event(session, "job.left", 1, company_id=1)
        add_event(session, "job.updated", 1, company_id=2)
    assert stored(database) == [("job.left", 1, "delete", 1), ("job.updated", 1, "upsert", 2)]


def test_what_is_rolled_back_leaves_no_event(database):
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        add_event(session, "job.created", 1)
        raise ZeroDivisionError
    assert stored(database) == []


def test_a_block_inside_another_only_collects(database):
    with database.writing():
        with writing() as inner:
            add_event(inner, "job.created", 1)
        assert stored(database) == []
    assert stored(database) == [("job.created", 1, "upsert", None)]


def test_an_inner_block_that_failed_leaves_nothing_to_the_outer_one(database):
    with database.writing(), pytest.raises(ZeroDivisionError), writing() as inner:
        add_event(inner, "job.created", 1)
        raise ZeroDivisionError
    assert stored(database) == []


def test_what_was_forgotten_is_not_stored(database):
    with database.writing() as session:
        add_event(session, "job.created", 1)
        forget_events(session)
    assert stored(database) == []


def test_a_thousand_events_are_one_statement(database):
    statements = []
    with database.writing() as session:
        event.listen(session.connection(), "before_cursor_execute", lambda *given: statements.append(given[2]))
        for id_ in range(1_000):
            add_event(session, "job.created", id_, company_id=7)
    assert len([sql for sql in statements if "INTO events" in sql]) == 1
    assert [row[1] for row in stored(database)] == list(range(1_000))


def test_a_transaction_that_changes_too_much_is_refused_whole(database, monkeypatch):
    monkeypatch.setattr(events, "MOST", 2)
    with pytest.raises(ValueError, match="changed 3 objects"), database.writing() as session:
        for id_ in range(3):
            add_event(session, "job.created", id_)
    assert stored(database) == []


def test_numbers_are_exact_in_javascript(database):
    make_company()
    with database.reading() as session:
        assert 0 < session.scalars(select(Event.seq)).one() < 2**53


def test_a_number_is_never_given_again_after_its_event_was_removed(database):
    make_company()
    with database.writing() as session:
        first = session.scalars(select(Event.seq)).one()
        session.execute(text("DELETE FROM events"))
    make_company()
    with database.reading() as session:
        assert session.scalars(select(Event.seq)).one() > first


def test_featuring_tells_of_those_that_it_changed(database):
    make_job()
    make_job(featured=True)
    with database.writing() as session:
        feature_jobs(session, [1, 2], featured=True)
    assert stored(database)[-1] == ("job.updated", 1, "upsert", 1)
    assert len(stored(database)) == 4
