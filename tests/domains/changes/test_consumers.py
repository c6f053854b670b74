"""Readers within the product keep their position, and pruning waits for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from tests.factories import make_skill

from talentsphere.db.base import now
from talentsphere.db.events import Event
from talentsphere.domains.changes.consumers import keep_position, read_changes
from talentsphere.domains.changes.errors import FeedTruncated
from talentsphere.domains.changes.pruning import count_prunable, prune_all, prune_events
from talentsphere.domains.changes.queries import latest_position, list_newest, measure_lag

DAY = timedelta(days=1)
RETENTION = 30 * DAY


@pytest.fixture
def skills(database):
    """Events of the skills 1 to 4."""
    for name in ("Python", "SQL", "Go", "Rust"):
        make_skill(name)


def consume(database, limit=100) -> list[int]:
    """Deal with a page, and return the ids that it named."""
    with database.writing() as session:
        page = read_changes(session, "search", limit)
        keep_position(session, "search", page.position)
    return [row.id for row in page.rows]


def prune(database, later, batch=1_000) -> int:
    """Prune as it will be after ``later``."""
    at = now() + later
    with database.writing() as session:
        return prune_events(session, at - RETENTION, batch, at=at)


def left(database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Event))


def test_a_consumer_goes_on_where_it_stopped(database, skills):
    assert [consume(database, 3), consume(database, 3), consume(database, 3)] == [[1, 2, 3], [4], []]
    make_skill("Java")
    assert consume(database) == [5]


def test_an_effect_that_failed_is_tried_again(database, skills):
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        keep_position(session, "search", read_changes(session, "search", 100).position)
        raise ZeroDivisionError
    assert consume(database) == [1, 2, 3, 4]


def test_consumers_do_not_share_a_position(database, skills):
    consume(database)
    with database.writing() as session:
        assert len(read_changes(session, "webhooks", 100).rows) == 4


def test_only_what_is_old_is_removed(database, skills):
    assert [prune(database, 29 * DAY), prune(database, 31 * DAY)] == [0, 4]


def test_a_batch_removes_the_first_ones(database, skills):
    assert prune(database, 31 * DAY, batch=3) == 3
    with database.reading() as session:
        assert [row.id for row in list_newest(session, 10)] == [4]


def test_what_a_consumer_has_not_read_stays_until_it_is_twice_as_old(database, skills):
    consume(database, 3)
    assert prune(database, 31 * DAY) == 3
    assert prune(database, 59 * DAY) == 0
    assert prune(database, 61 * DAY) == 1


def test_a_consumer_that_slept_too_long_is_told_and_begins_anew(database, skills):
    consume(database, 1)
    prune(database, 61 * DAY)
    with pytest.raises(FeedTruncated):
        consume(database)
    with database.writing() as session:
        keep_position(session, "search", latest_position(session))
    assert consume(database) == []


def test_pruning_goes_on_until_all_is_done_and_a_dry_run_removes_nothing(app, database, skills):
    with app.app_context():
        assert (count_prunable(now() + DAY), left(database)) == (4, 4)
        assert (prune_all(now() + DAY), left(database)) == (4, 0)


def test_the_lag_counts_what_each_consumer_has_not_read(database, skills):
    consume(database, 1)
    with database.reading() as session:
        assert measure_lag(session) == (0, 0.0, {"search": 3})
