"""A task from its row to its end: claims, leases, retries, dead letters."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from talentsphere.db.base import now
from talentsphere.tasks import queue
from talentsphere.tasks.models import SOON, WHENEVER
from talentsphere.tasks.queries import health
from talentsphere.tasks.queue import LeaseLost, TaskFailed, add_task, pause_s

OVER = -timedelta(seconds=1)
"""The lease of who has died meanwhile."""
KINDS, LEASE = ("test.leave_a_mark", "test.fail"), timedelta(seconds=30)


@pytest.fixture
def claim(database):
    def claim(worker="a", limit=1, lease=LEASE):
        with database.writing() as session:
            return queue.claim(session, worker, KINDS, limit, lease, now())

    return claim


def test_a_committed_task_runs_once_and_says_what_came_out(add, make_worker, tasks, marks):
    add(n=7)
    assert (make_worker().run_due(), make_worker().run_due()) == (1, 0)
    (task,) = tasks()
    assert (task.status, task.attempts, task.progress, task.result, task.error) == ("done", 1, 100, {"n": 7}, None)
    assert marks() == [7]


def test_a_task_of_a_rolled_back_transaction_never_runs(database, make_worker, tasks, marks):
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        add_task(session, "test.leave_a_mark", {"n": 1})
        raise ZeroDivisionError
    assert (make_worker().run_due(), tasks(), marks()) == (0, [], [])


def test_a_task_waits_for_its_time(add, make_worker, tasks):
    add(run_at=now() + timedelta(hours=1))
    assert make_worker().run_due() == 0
    assert tasks()[0].status == "queued"


def test_the_urgent_come_first_then_the_oldest(add, claim):
    add(n=1, priority=WHENEVER)
    add(n=2)
    add(n=3)
    add(n=4, priority=SOON)
    assert [one.args["n"] for one in claim(limit=3)] == [4, 2, 3]


def test_a_kind_that_the_worker_does_not_know_waits_for_one_that_does(add, make_worker, tasks):
    add("undreamt")
    assert make_worker().run_due() == 0
    assert tasks()[0].status == "queued"


def test_while_an_equal_task_waits_none_is_added(add, claim, tasks):
    first = add(dedupe_key="x")
    assert (add(dedupe_key="x"), add(dedupe_key="y") == first, len(tasks())) == (first, False, 2)


def test_work_asked_for_while_its_like_runs_is_done_afterwards(add, claim, make_worker, marks):
    add(n=1, dedupe_key="x")
    claim()
    add(n=2, dedupe_key="x")
    assert (make_worker().run_due(), marks()) == (1, [2])


def test_eight_workers_never_get_the_same_task(app, add, database):
    for n in range(40):
        add(n=n)
    claimed, errors = [], []

    def work(name: str) -> None:
        try:
            with app.app_context():
                while True:
                    with database.writing() as session:
                        found = queue.claim(session, name, KINDS, 3, LEASE, now())
                    if not found:
                        return
                    claimed.extend(found)
        except Exception as error:  # shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"worker {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(one.args["n"] for one in claimed) == list(range(40))


def test_a_failure_waits_longer_each_time_and_leaves_no_effect(add, make_worker, tasks, marks):
    add("fail")
    make_worker().run_due()
    (task,) = tasks()
    assert (task.status, task.attempts, task.error) == ("queued", 1, "TaskFailed: the printer is on fire")
    assert timedelta(seconds=2) < task.run_at - now() < timedelta(seconds=8)
    assert marks() == []
    assert [pause_s(attempt, 0.5) for attempt in (1, 2, 3, 10)] == [5, 15, 45, 3600]
    assert (pause_s(1, 0.0), pause_s(1, 0.999)) == (2.5, pytest.approx(7.495))


def test_after_its_last_attempt_a_task_is_a_dead_letter_that_can_be_revived(add, database, make_worker, tasks):
    public_id = add("fail", max_attempts=1)
    make_worker().run_due()
    (task,) = tasks()
    assert (task.status, task.finished_at is None) == ("failed", False)
    with database.writing() as session:
        assert queue.retry_task(session, public_id, now())
        assert not queue.retry_task(session, public_id, now())
    assert (tasks()[0].status, tasks()[0].attempts, tasks()[0].finished_at) == ("queued", 0, None)


def test_what_can_never_succeed_is_not_tried_again(add, make_worker, tasks):
    add("refuse")
    assert make_worker().run_due() == 1
    assert (tasks()[0].status, tasks()[0].attempts) == ("failed", 1)


def test_an_unforeseen_error_is_kept_without_its_text(add, make_worker, tasks):
    add("break_down")
    make_worker().run_due()
    assert tasks()[0].error == "ZeroDivisionError"


def test_a_silent_workers_task_is_done_by_another_and_its_own_effect_is_not_kept(
    add, database, claim, make_worker, tasks, marks
):
    add(n=1)
    (lost,) = claim("silent", lease=OVER)
    with database.writing() as session:
        assert queue.release_lapsed(session, now()) == 1
    assert (make_worker().run_due(), marks()) == (1, [1])
    with pytest.raises(LeaseLost), database.writing() as session:
        add_task(session, "test.leave_a_mark", {"n": 2})
        queue.finish(session, lost)
    assert [task.attempts for task in tasks()] == [2]


def test_a_renewed_lease_is_not_released(add, claim, database):
    add()
    (mine,) = claim("a", lease=OVER)
    with database.writing() as session:
        queue.renew(session, "a", [mine.id], now() + LEASE)
        assert queue.release_lapsed(session, now()) == 0


def test_a_task_that_kills_every_worker_ends_as_a_dead_letter(add, claim, database, tasks):
    add(max_attempts=2)
    for _ in range(2):
        claim("mortal", lease=OVER)
        with database.writing() as session:
            queue.release_lapsed(session, now())
    assert (tasks()[0].status, tasks()[0].error) == ("failed", "its worker died")


def test_what_is_given_back_is_not_counted_as_an_attempt(add, claim, database, tasks):
    add()
    (mine,) = claim()
    with database.writing() as session:
        queue.give_back(session, mine)
    assert (tasks()[0].status, tasks()[0].attempts) == ("queued", 0)


def test_progress_is_seen_while_the_task_runs(add, claim, database, tasks):
    add()
    (mine,) = claim()
    with database.writing() as session:
        queue.note_progress(session, mine, 40)
    assert (tasks()[0].status, tasks()[0].progress, tasks()[0].version) == ("running", 40, 3)


def test_old_tasks_are_forgotten_and_dead_letters_later(add, database, make_worker, tasks):
    add()
    add("refuse")
    add(run_at=now() + timedelta(days=90))
    make_worker().run_due()
    with database.writing() as session:
        assert queue.prune_tasks(session, now() + timedelta(days=6), 100) == 0
        assert queue.prune_tasks(session, now() + timedelta(days=8), 100) == 1
        assert queue.prune_tasks(session, now() + timedelta(days=31), 100) == 1
    assert [task.status for task in tasks()] == ["queued"]


def test_the_health_counts_dead_letters_and_how_long_a_due_task_waits(add, database, make_worker):
    add("refuse")
    make_worker().run_due()
    add(run_at=now() - timedelta(minutes=5))
    with database.reading() as session:
        found = health(session.connection(), now())
    assert (found.workers, found.failed) == (0, 1)
    assert 299 < found.waiting_s < 330


def test_only_texts_of_ours_are_kept():
    assert queue.text_of(TaskFailed("x" * 300)) == ("TaskFailed: " + "x" * 300)[:200]
    assert queue.text_of(OSError("ada@example.org")) == "OSError"
