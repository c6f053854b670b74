"""The runner: threads, leases that are kept, an end that loses nothing; and what is done by the clock."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select, update
from tests.server.running import wait_until

from talentsphere.db.base import now
from talentsphere.tasks import worker as running
from talentsphere.tasks.handlers import Inside, Outside
from talentsphere.tasks.models import Schedule, Worker
from talentsphere.tasks.queries import health
from talentsphere.tasks.schedules import Every, add_due, keep_schedules


def nothing(*_) -> None:
    """Change nothing."""


CLOCK = (Every("test.tick", 60),)


@pytest.fixture
def start(make_worker):
    """Run a worker in a thread; it is stopped with the test."""
    started = []

    def start(handlers, **options):
        worker = make_worker(handlers, **options)
        thread = threading.Thread(target=worker.run)
        thread.start()
        started.append((worker, thread))
        return worker, thread

    yield start
    for worker, thread in started:
        worker.stop()
        thread.join(30)


@pytest.fixture
def ticking(database):
    with database.writing() as session:
        keep_schedules(session, CLOCK, now())


def schedule(database) -> Schedule:
    with database.reading() as session:
        return session.scalars(select(Schedule)).one()


def test_as_many_tasks_run_at_once_as_there_are_threads(add, start, tasks):
    together = threading.Barrier(3)

    def meet(claim):
        together.wait(20)
        return nothing

    for n in range(3):
        add("meet", n)
    start({"test.meet": Outside(meet)}, threads=3)
    wait_until(lambda: [task.status for task in tasks()] == ["done"] * 3, 20, "three tasks met")


def test_a_task_that_outlives_its_lease_keeps_it_while_its_worker_lives(add, start, tasks, marks):
    go = threading.Event()

    def linger(claim):
        go.wait(20)
        return nothing

    add("linger")
    start({"test.linger": Outside(linger)}, lease_s=0.4)
    wait_until(lambda: tasks()[0].status == "running", 20, "the task began")
    first = tasks()[0].lease_until
    wait_until(lambda: tasks()[0].lease_until > first + timedelta(seconds=0.6), 20, "the lease was renewed")
    go.set()
    wait_until(lambda: tasks()[0].status == "done", 20, "the task ended")
    assert tasks()[0].attempts == 1


def test_a_worker_that_is_stopped_finishes_what_runs_and_claims_nothing_more(add, start, tasks, database):
    go = threading.Event()

    def linger(claim):
        go.wait(20)
        return nothing

    for n in range(2):
        add("linger", n)
    worker, thread = start({"test.linger": Outside(linger)}, threads=1)
    wait_until(lambda: tasks()[0].status == "running", 20, "the first task began")
    worker.stop()
    go.set()
    thread.join(20)
    assert [(task.status, task.attempts) for task in tasks()] == [("done", 1), ("queued", 0)]
    with database.reading() as session:
        assert session.scalars(select(Worker)).all() == []


def test_what_does_not_end_in_time_is_given_back_and_its_late_effect_is_not_kept(add, start, tasks, marks, monkeypatch):
    monkeypatch.setattr(running, "DRAIN_S", 0.2)
    go = threading.Event()

    def dawdle(claim):
        go.wait(20)
        return lambda session: session.execute(update(Schedule).values(every_s=1))

    add("dawdle")
    worker, thread = start({"test.dawdle": Outside(dawdle)})
    wait_until(lambda: tasks()[0].status == "running", 20, "the task began")
    worker.stop()
    thread.join(20)
    go.set()
    assert (tasks()[0].status, tasks()[0].attempts) == ("queued", 0)


def test_a_worker_says_that_it_lives(start, database):
    start({}, lease_s=0.4)

    def workers() -> int:
        with database.reading() as session:
            return health(session.connection(), now()).workers

    wait_until(lambda: workers() == 1, 20, "the worker was seen")


def test_a_worker_that_fell_silent_has_died(database):
    with database.writing() as session:
        session.add(Worker(name="gone", seen_at=now() - timedelta(minutes=5)))
    with database.reading() as session:
        found = health(session.connection(), now())
    assert (found.workers, found.died) == (0, 1)


def test_a_due_schedule_adds_one_task_whoever_looks(database, ticking, tasks):
    at = now()
    with database.writing() as session:
        assert add_due(session, CLOCK[0], at)
        assert not add_due(session, CLOCK[0], at)
    assert [task.kind for task in tasks()] == ["test.tick"]
    assert (schedule(database).last_run, schedule(database).next_run) == (at, at + timedelta(seconds=60))


def test_a_schedule_waits_until_its_last_task_is_over(database, ticking, tasks, make_worker):
    later = now() + timedelta(minutes=2)
    with database.writing() as session:
        assert add_due(session, CLOCK[0], now())
    with database.writing() as session:
        assert not add_due(session, CLOCK[0], later)
    make_worker({"test.tick": Inside(nothing)}, CLOCK).run_due()
    with database.writing() as session:
        assert add_due(session, CLOCK[0], later)


def test_eight_workers_add_the_task_of_a_schedule_once(app, database, ticking, tasks):
    at = now()

    def look() -> None:
        with app.app_context(), database.writing() as session:
            add_due(session, CLOCK[0], at)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tasks()) == 1


def test_schedules_are_those_that_are_wanted(database, ticking):
    with database.writing() as session:
        keep_schedules(session, (Every("test.tock", 5),), now())
    assert (schedule(database).name, schedule(database).every_s) == ("test.tock", 5)


def test_a_late_schedule_is_overdue(database, ticking):
    with database.reading() as session:
        assert health(session.connection(), now() + timedelta(seconds=20)).overdue == []
        assert health(session.connection(), now() + timedelta(seconds=40)).overdue == ["test.tick"]


def test_the_worker_does_what_the_clock_asks_for(start, database, marks):
    ticked = threading.Event()
    start({"test.tick": Inside(lambda *_: ticked.set())}, schedules=CLOCK)
    assert ticked.wait(20)


def test_short_tasks_share_transactions_and_one_that_fails_harms_no_other(add, make_worker, marks, tasks):
    for n in range(20):
        add(n=n)
    add("fail", 99)
    for n in range(20, 40):
        add(n=n)
    make_worker().run_due()
    assert sorted(marks()) == list(range(40))
    assert [task.status for task in tasks()] == ["done"] * 20 + ["queued"] + ["done"] * 20
    assert [task.attempts for task in tasks()] == [1] * 41


def test_tasks_without_a_failure_cost_few_commits(add, make_worker, marks):
    for n in range(60):
        add(n=n)
    worker, commits = make_worker(), []

    def note(connection) -> None:
        commits.append(connection)

    event.listen(Engine, "commit", note)
    worker.run_due()
    event.remove(Engine, "commit", note)
    assert (sorted(marks()), len(commits) <= 8) == (list(range(60)), True)
