"""PostgreSQL's limits, on every connection and asserted, and its prepared statements.

Collected only when it is the engine under test.
"""

from __future__ import annotations

import contextlib
import traceback

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.scratch import TEST_DATABASE_URL

from talentsphere.app import create_app
from talentsphere.db.postgresql import connect_args, on_connect
from talentsphere.db.prepared import MOST, planned_once
from talentsphere.db.session import database as flask_database
from talentsphere.db.session import engines_of, reading
from talentsphere.settings import SettingsError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("statement_timeout", "30s"), ("lock_timeout", "5s"), ("idle_in_transaction_session_timeout", "1min"),
        ("TimeZone", "UTC"), ("jit", "off"), ("application_name", "talentsphere"),
    ],
)  # fmt: skip
def test_every_connection_has_our_limits(database, name, value):
    with database.engine.connect() as connection:
        assert connection.execute(text(f"SHOW {name}")).scalar() == value


def test_a_statement_that_takes_too_long_is_ended(make_settings, database):
    app = create_app(make_settings(DB_STATEMENT_TIMEOUT_S="0.2"))
    with pytest.raises(DBAPIError, match="statement timeout"), engines_of(app).read.connect() as connection:
        connection.execute(text("SELECT pg_sleep(5)"))


def test_a_server_that_drops_the_limits_is_refused(settings):
    url = TEST_DATABASE_URL.replace("+psycopg2", "")
    without = psycopg2.connect(url)
    try:
        with pytest.raises(SettingsError, match="DATABASE_URL"):
            on_connect(settings)(without, None)
    finally:
        without.close()


def test_a_server_that_took_them_is_accepted(settings):
    connection = psycopg2.connect(TEST_DATABASE_URL.replace("+psycopg2", ""), **connect_args(settings))
    try:
        assert on_connect(settings)(connection, None) is None
    finally:
        connection.close()


JOBS = planned_once(text("SELECT count(*) AS n FROM jobs WHERE status = :status"))
PLANS = text("SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE '%FROM jobs%'")


@pytest.fixture
def connection(database):
    with database.app.app_context():
        flask_database.engine.dispose()  # one that has prepared nothing yet
        with reading() as connection:
            yield connection
            connection.invalidate()


def ask(connection, statement=JOBS) -> int:
    return connection.execute(statement, {"status": "open"}).scalar_one()


def test_a_marked_statement_is_planned_once_a_connection(connection):
    assert [ask(connection) for _ in range(3)] == [0, 0, 0]
    assert connection.scalars(PLANS).all() == [3]


def test_other_statements_are_sent_as_text(connection):
    ask(connection, text("SELECT count(*) FROM jobs WHERE status = :status"))
    assert connection.scalars(PLANS).all() == []


def test_a_plan_that_was_lost_is_done_without(connection):
    ask(connection)
    connection.execute(text("DEALLOCATE ALL"))
    assert [ask(connection) for _ in range(2)] == [0, 0]


def test_a_column_that_changed_its_type_is_read(database):
    version = planned_once(text("SELECT version FROM companies"))
    with database.app.app_context(), reading() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE companies (version integer)"))
        connection.execute(text("INSERT INTO companies VALUES (7)"))
        before = connection.scalars(version).all()
        connection.execute(text("ALTER TABLE companies ALTER version TYPE text"))
        assert (before, connection.scalars(version).all()) == ([7], ["7"])
        connection.invalidate()


def test_a_transaction_prepares_nothing(database):
    with database.writing() as session:
        assert session.execute(JOBS, {"status": "open"}).scalar_one() == 0
        assert session.scalars(PLANS).all() == []


def test_a_connection_prepares_only_so_many_statements(connection):
    for number in range(MOST + 5):
        connection.execute(planned_once(text(f"SELECT {number}")))
    assert connection.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == MOST


def test_a_percent_sign_and_a_name_used_twice_survive_preparing(connection):
    statement = planned_once(text("SELECT 5 % 3 || '%' || :word || :word"))
    found = [connection.scalar(statement, {"word": word}) for word in ("a", "b%s")]
    assert found == ["2%aa", "2%b%sb%s"]


CANARY = "kanarienvogel@example.org"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("INSERT INTO companies VALUES (1, :canary)", "23502 companies"),
        ("SELECT CAST(:canary AS int)", "22P02"),
        ("INSERT INTO skills (id, name, name_key, slug, kind) VALUES (1, :canary, 'a', :canary, 'x'), "
         "(2, :canary, 'a', :canary, 'x')", "uq_skills_slug"),
        ("SELECT :canary FROM nowhere", 'relation "nowhere" does not exist'),
    ],
)  # fmt: skip
def test_what_the_database_refuses_names_no_value(database, statement, named):
    with pytest.raises(DBAPIError) as refusal, engines_of(database.app).write.begin() as connection:
        connection.execute(text(statement), {"canary": CANARY})
    said = "".join(traceback.format_exception(refusal.value))
    assert CANARY not in said
    assert named in str(refusal.value)
    assert refusal.value.orig.pgcode


def test_the_database_itself_would_name_it(database):
    """The control."""
    with pytest.raises(psycopg2.Error, match=CANARY), contextlib.closing(database.engine.raw_connection()) as raw:
        raw.cursor().execute("SELECT CAST(%s AS int)", (CANARY,))
