"""``reading()`` never commits, ``writing()`` commits as a whole or not at all; ids are known before the insert."""

from __future__ import annotations

import contextlib

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm.exc import StaleDataError
from tests.factories import make_company, make_job, make_jobs

from talentsphere.app import create_app
from talentsphere.db.ids import allocate_ids
from talentsphere.db.session import engines_of, reading, writing
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import Job

pytestmark = pytest.mark.unfed


def count(database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Company))


def add_company(session, name="Acme", **columns) -> None:
    session.add(Company(name=name, name_key=name.lower(), slug=name.lower(), **columns))


def test_writing_commits_when_the_block_ends(database):
    with database.writing() as session:
        add_company(session)
    assert count(database) == 1


def test_writing_rolls_back_everything_when_it_raises(database):
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        add_company(session)
        session.flush()
        raise ZeroDivisionError
    assert count(database) == 0


def test_reading_never_commits(database):
    with database.reading() as session:
        add_company(session)
    assert count(database) == 0


def test_what_was_written_can_be_used_after_the_block(database):
    with database.writing() as session:
        company = Company(name="Acme", name_key="acme", slug="acme")
        session.add(company)
    assert (company.id, company.name) == (1, "Acme")


def test_an_old_version_is_not_written_over_a_newer_one(database):
    make_company()
    with database.reading() as session:
        stale = session.scalars(select(Company)).one()
        session.expunge(stale)
    with database.writing() as session:
        session.scalars(select(Company)).one().website = "https://example.org"
    with pytest.raises(StaleDataError), database.writing() as session:
        session.add(stale)
        stale.website = "https://example.com"


def test_a_relation_that_was_not_asked_for_is_not_loaded(database):
    make_job()
    with database.reading() as session, pytest.raises(Exception, match="lazy='raise'"):
        assert session.scalars(select(Job)).one().company


def test_allocated_ids_ascend_and_continue_where_the_last_ended(database):
    with database.writing() as session:
        assert list(allocate_ids(session, Company, 3))[:1] == [1]
    make_jobs(2)
    with database.writing() as session:
        ids = list(allocate_ids(session, Job, 3))
    assert ids == sorted(ids)
    assert ids[0] > 2


def test_an_id_is_never_given_again(database):
    job = make_job()
    with database.writing() as session:
        session.execute(text("DELETE FROM jobs"))
    assert make_job().id > job.id


def test_the_key_of_a_posting_holds_its_allocated_id(database):
    make_jobs(3)
    with database.reading() as session:
        found = session.execute(select(Job.key, Job.id)).all()
    assert [key & 0xFFFFFF for key, _ in found] == [id_ for _, id_ in found]


def test_no_allocation_costs_more_than_one_statement(database):
    statements = []
    with database.writing() as session:
        event.listen(session.connection(), "before_cursor_execute", lambda *_: statements.append(1))
        allocate_ids(session, Job, 1000)
        assert len(statements) == 1


def test_a_block_inside_another_joins_it_and_the_outer_one_commits(database):
    with database.writing() as outer:
        with writing() as inner:
            add_company(inner)
        assert inner is outer
        assert count_elsewhere(database) == 0
    assert count(database) == 1


def test_reading_inside_writing_sees_what_was_written(database):
    with database.writing() as session:
        add_company(session)
        with reading() as reader:
            assert reader.scalar(select(func.count()).select_from(Company)) == 1


def test_an_inner_block_that_fails_undoes_the_outer_one_even_when_caught(database):
    with database.writing() as outer:
        add_company(outer, "Before")
        with pytest.raises(ZeroDivisionError), writing() as inner:
            add_company(inner, "Inside")
            inner.flush()
            raise ZeroDivisionError
    assert count(database) == 0


def test_nothing_can_be_written_after_an_inner_block_failed(database):
    with pytest.raises(InvalidRequestError), database.writing() as outer:
        with pytest.raises(ZeroDivisionError), writing():
            raise ZeroDivisionError
        add_company(outer)
        outer.flush()
    assert count(database) == 0


def test_a_block_after_another_is_one_of_its_own(database):
    for name in ("Acme", "Viamo"):
        with database.writing() as session:
            add_company(session, name)
    assert count(database) == 2


def count_elsewhere(database) -> int:
    """What another connection sees."""
    with engines_of(database.app).read.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Company))


def test_a_burst_opens_its_connections_once(make_settings):
    app = create_app(make_settings(WORKERS="2"))
    engine = engines_of(app).read
    opened = []
    event.listen(engine, "connect", lambda *_: opened.append(1))
    try:
        for _ in range(3):
            with contextlib.ExitStack() as burst:
                for _ in range(sum(app.extensions["talentsphere.settings"].pool)):
                    burst.enter_context(engine.connect())
        assert len(opened) == sum(app.extensions["talentsphere.settings"].pool)
    finally:
        engine.dispose()
