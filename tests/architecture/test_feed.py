"""Every table is in the change feed or says that it is not, and a write without its event is noticed."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text, update
from tests.factories import make_company
from tests.feed_guard import owed_objects

from talentsphere.db.base import Base, now
from talentsphere.db.bulk import insert_rows
from talentsphere.db.events import add_event
from talentsphere.domains.changes.fed import FED, NOT_FED
from talentsphere.domains.companies.models import Company, Team


def test_every_table_is_fed_or_declared_not_to_be():
    assert set(Base.metadata.tables) == set(FED) | NOT_FED
    assert not set(FED) & NOT_FED


def test_columns_that_stand_apart_are_columns():
    unknown = [name for name, fed in FED.items() if fed.apart - set(Base.metadata.tables[name].c.keys())]
    assert unknown == []


TEAM = {
    "id": 1, "company_id": 1, "name": "Ops", "name_key": "ops", "is_active": True, "version": 1,
    "created_at": now(), "updated_at": now(),
}  # fmt: skip


def by_entity(session):
    session.get(Company, 1).website = "https://example.org"


def by_core(session):
    session.execute(update(Company).values(website="x"))


def by_raw_sql(session):
    session.execute(text("UPDATE companies SET website = 'x'"))


def by_several_rows(session):
    session.execute(insert(Team), [TEAM, {**TEAM, "id": 2, "name_key": "dev"}])


def by_bulk(session):
    insert_rows(session, Team.__table__, [TEAM])


def by_deleting(session):
    session.execute(text("DELETE FROM companies"))


WRITES = [by_entity, by_core, by_raw_sql, by_several_rows, by_bulk, by_deleting]


@pytest.fixture
def missed_by(database, watched_feed):
    """Write, append events of these types, and return what the guard missed."""

    def miss(write, *types) -> list[str]:
        with database.writing() as session:
            write(session)
            for type_ in types:
                add_event(session, type_, 1)
        missed = list(watched_feed.missed)
        watched_feed.missed.clear()
        return missed

    return miss


@pytest.mark.parametrize("write", WRITES)
def test_a_write_without_its_event_is_noticed_however_it_is_made(missed_by, write):
    make_company()
    assert missed_by(write) in (["company"], ["team"])


@pytest.mark.parametrize("write", WRITES)
def test_the_event_of_another_object_does_not_do(missed_by, write):
    make_company()
    assert missed_by(write, "job.updated") in (["company"], ["team"])


@pytest.mark.parametrize("write", WRITES)
def test_with_its_event_nothing_is_missed(missed_by, write):
    make_company()
    assert missed_by(write, "company.updated", "team.updated") == []


def test_what_changes_nothing_needs_no_event(missed_by):
    assert missed_by(lambda session: session.execute(text("DELETE FROM jobs"))) == []


def test_what_is_rolled_back_needs_no_event(database, watched_feed):
    make_company()
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        by_several_rows(session)
        raise ZeroDivisionError
    assert watched_feed.missed == []


@pytest.mark.parametrize(
    ("statement", "owed"),
    [
        ("UPDATE companies SET open_jobs = companies.open_jobs + 1 WHERE id = 4", []),
        ("UPDATE companies SET open_jobs = 1, website = 'x' WHERE id = 4", ["company"]),
        ("UPDATE users SET password_hash = 'x'", []),
        ("UPDATE users SET is_active = false RETURNING id", ["user"]),
        ("WITH gone AS (DELETE FROM job_skills RETURNING job_id) SELECT * FROM gone", ["job"]),
        ("SELECT * FROM jobs FOR UPDATE OF jobs", []),
        ("INSERT INTO job_tallies (n) VALUES (1) ON CONFLICT DO UPDATE SET n = 2", []),
        ('insert into "jobs" (id) values (1)', ["job"]),
    ],
)
def test_statements_owe_the_objects_that_they_write(statement, owed):
    assert list(owed_objects(statement)) == owed
