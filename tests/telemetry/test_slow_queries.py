"""Slow statements are logged by their shape, and never with what was asked for."""

from __future__ import annotations

from contextvars import copy_context

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.factories import make_job

from talentsphere.app import create_app
from talentsphere.db.session import engines_of
from talentsphere.telemetry.slow_queries import fingerprint, normalized
from talentsphere.telemetry.timing import Timing, start_timing


def fail(engine) -> Timing:
    """Run a statement that the database refuses."""
    timing = start_timing("abc")
    with engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text("SELECT nothing FROM nowhere WHERE name = 'very-secret'"))
    return timing


UNSHARED = {"Cache-Control": "no-cache"}
"""Asks past the cache, which has statements of its own."""


@pytest.fixture
def slow(make_settings, database):
    """A client to which every statement is slow."""
    make_job()
    return create_app(make_settings(SLOW_QUERY_MS="0")).test_client()


def test_a_slow_statement_is_logged_without_its_parameters(slow, log_lines):
    slow.get("/api/v2/jobs?location=very-secret&salary_min=424242", headers={"X-Request-ID": "abc", **UNSHARED})
    [line] = log_lines
    assert "very-secret" not in str(line)
    assert "424242" not in str(line)
    assert "FROM jobs" in line["sql"]
    assert line["ms"] >= 0
    assert line["request_id"] == "abc"


def test_the_same_question_has_the_same_fingerprint_whatever_it_asks_for(slow, log_lines):
    for target in ("/api/v2/jobs?location=here", "/api/v2/jobs?location=there", "/api/v2/jobs/1"):
        slow.get(target, headers=UNSHARED)
    first, second, other = log_lines
    assert first["fingerprint"] == second["fingerprint"] != other["fingerprint"]


def test_a_statement_that_fails_is_logged_and_counted(make_settings, database, log_lines):
    engine = engines_of(create_app(make_settings(SLOW_QUERY_MS="0"))).read
    timing = copy_context().run(fail, engine)
    [line] = log_lines
    assert line["sql"] == "SELECT nothing FROM nowhere WHERE name = ?"
    assert (line["request_id"], timing.statements) == ("abc", 1)


def test_a_quick_statement_is_not_logged(make_settings, database, log_lines):
    create_app(make_settings(SLOW_QUERY_MS="60000")).test_client().get("/api/v2/jobs")
    assert log_lines == []


@pytest.mark.parametrize(
    ("statement", "shape"),
    [
        ("SELECT 1,  'it''s'\n FROM t", "SELECT ?, ? FROM t"),
        ("WHERE id IN (?, ?, ?)", "WHERE id IN (?)"),
        ("WHERE id IN (%(id_1_1)s, %(id_1_2)s)", "WHERE id IN (?)"),
        ("LIMIT 20.5 OFFSET 3", "LIMIT ? OFFSET ?"),
    ],
)
def test_a_shape_holds_no_literal_and_no_length(statement, shape):
    assert normalized(statement) == shape


@given(secret=st.text(st.characters(exclude_characters="'"), min_size=6))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_no_quoted_text_survives(secret):
    statement = normalized(f"SELECT * FROM people WHERE name = '{secret}'")
    assert statement == "SELECT * FROM people WHERE name = ?"
    assert fingerprint(statement) == fingerprint(normalized("SELECT * FROM people WHERE name = 'x'"))
