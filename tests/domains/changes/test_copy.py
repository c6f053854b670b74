"""A copy that is built from the feed alone equals the database, whoever writes and reads at the same time."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import text, true
from tests.domains.changes.copying import Copy, Watcher, Writer, facts_of, people_the_board, threads
from tests.domains.jobs.importing.files import import_bytes, lines, row
from tests.factories import make_company

from talentsphere.db import events, session
from talentsphere.db.caller import Extent, Reach
from talentsphere.db.events import add_event
from talentsphere.db.session import engines_of, writing
from talentsphere.domains.companies.models import Company

LONGEST_S = 450
LONG = pytest.param(10_000, marks=pytest.mark.full)


def drain(copy: Copy) -> None:
    while copy.follow():
        pass


def run(app, writes: int, watchers: list[Watcher], copies: list[Copy]) -> int:
    """Let four writers make ``writes`` changes while the others look on; return how many were made."""
    writers = [Writer(seed, patience_s=0.004) for seed in range(4)]
    begun = time.monotonic()
    steps = (*(each.write for each in writers), *(each.look for each in watchers), *(each.follow for each in copies))
    with threads(app, *steps) as errors:
        while sum(each.done for each in writers) < writes and not errors and time.monotonic() - begun < LONGEST_S:
            time.sleep(0.02)
    return sum(each.done for each in writers)


@pytest.mark.parametrize("writes", [300, LONG])
def test_a_copy_of_the_feed_equals_the_database_after_random_writes(app, database, writes):
    people_the_board()
    copies, watcher = [Copy(), Copy(Reach(Extent.COMPANY, company_id=2))], Watcher()
    assert run(app, writes, [watcher], copies) >= writes
    with app.app_context():
        for copy in copies:
            drain(copy)
    with database.reading() as reader:
        whole = facts_of(reader)
        assert copies[0].facts == whole
        assert watcher.late == 0
        assert copies[0].seen == sorted(set(copies[0].seen))
    assert len({key[0] for key in whole}) == 5
    own = {key: rows for key, rows in whole.items() if key in copies[1].facts}
    assert copies[1].facts == own
    assert ("company", 2) in own and ("company", 1) not in own


def test_who_reads_without_the_horizon_sees_numbers_appear_behind(app, database):
    """The control of the watcher: on PostgreSQL it must notice, and on SQLite a writer is alone."""
    people_the_board()
    naive = Watcher(true())
    run(app, 300, [naive], [])
    assert (naive.late > 0) == (not database.is_sqlite)


def test_numbers_of_a_plain_sequence_appear_out_of_order(app, database, monkeypatch):
    """The negative control: the same feed with the numbers of a sequence, whose readers see one behind another."""
    if database.is_sqlite:
        return
    plain = text(str(events._INSERT).replace(f"{events._OWN} + place - 1", "nextval('plain')"))
    monkeypatch.setattr(events, "_INSERT", plain)
    with engines_of(app).write.begin() as connection:
        connection.execute(text("CREATE SEQUENCE plain"))
    naive = Watcher(true())
    try:
        assert late_after_crossing(app, naive) == 1
    finally:
        with engines_of(app).write.begin() as connection:
            connection.execute(text("DROP SEQUENCE plain"))


def test_numbers_of_transactions_never_do(app, database):
    """The same crossing: SQLite lets nobody write meanwhile."""
    if not database.is_sqlite:
        assert late_after_crossing(app, Watcher()) == 0


def late_after_crossing(app, watcher: Watcher) -> int:
    """Let a writer take its number, and commit after one with a later number did; return what ``watcher`` noted."""
    has_number, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with app.app_context(), writing() as slow_session:
            add_event(slow_session, "job.updated", 1)
            events.write_events(slow_session)
            has_number.set()
            may_commit.wait(10)

    thread = threading.Thread(target=slow)
    thread.start()
    assert has_number.wait(10)
    with app.app_context():
        with writing() as fast_session:
            add_event(fast_session, "job.updated", 2)
        watcher.look()
        may_commit.set()
        thread.join()
        watcher.look()
    return watcher.late


def test_a_copy_follows_imports_and_a_posting_that_changes_its_company(app, database):
    copy, old, new = Copy(), *(Copy(Reach(Extent.COMPANY, company_id=id_)) for id_ in (1, 2))
    import_bytes(app, lines(row(external_id="1"), row(external_id="2", company="Acme")))
    with app.app_context():
        drain(copy), drain(old), drain(new)
    assert ("job", 1) in old.facts and ("job", 1) not in new.facts
    import_bytes(
        app, lines(row(external_id="1", company="Acme"), row(external_id="2", company="Acme", status="closed"))
    )
    with app.app_context():
        drain(copy), drain(old), drain(new)
    assert ("job", 1) not in old.facts and ("job", 1) in new.facts
    with database.reading() as reader:
        assert copy.facts == facts_of(reader)


@pytest.mark.unfed
def test_a_copy_that_misses_an_event_is_noticed(app, database, monkeypatch):
    """The control of the comparison."""
    make_company("Viamo")
    copy = Copy()
    with app.app_context():
        drain(copy)
    monkeypatch.setattr(
        session, "BEFORE_COMMIT", [step for step in session.BEFORE_COMMIT if step is not session.write_events]
    )
    with database.writing() as writer:
        writer.get(Company, 1).website = "https://example.org"
    with app.app_context():
        drain(copy)
    with database.reading() as reader:
        assert copy.facts != facts_of(reader)
