"""``UtcDateTime`` and folded text mean the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import StatementError
from tests.factories import make_company, make_job

from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import Job

pytestmark = pytest.mark.unfed  # rows are written by hand


def test_a_time_comes_back_as_the_same_moment_in_utc(database):
    berlin = datetime(2026, 1, 31, 10, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    make_job(expires_at=berlin)
    with database.reading() as session:
        found = session.scalar(select(Job.expires_at))
    assert (found, found.tzinfo) == (berlin, UTC)


def test_a_time_without_a_zone_is_refused(database):
    with pytest.raises(StatementError, match="without a zone"):
        make_job(expires_at=datetime(2026, 1, 31))  # noqa: DTZ001


def test_no_time_stays_no_time(database):
    make_job(expires_at=None)
    with database.reading() as session:
        assert session.scalar(select(Job.expires_at)) is None


moments = st.datetimes(datetime(1000, 1, 2), datetime(9998, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=moments, second=moments)
def test_the_database_orders_times_as_time_does(database, first, second):
    with database.writing() as session:
        session.query(Job).delete()
    make_job(expires_at=first)
    make_job(expires_at=second)
    with database.reading() as session:
        assert session.scalars(select(Job.expires_at).order_by(Job.expires_at)).all() == sorted([first, second])


def test_folded_text_is_ordered_by_its_characters(database):
    for name in ("é", "z", "a b", "ab", "a-b", "日本"):
        make_company(name)
    with database.reading() as session:
        found = session.scalars(select(Company.name_key).order_by(Company.name_key)).all()
    assert found == sorted(found)
