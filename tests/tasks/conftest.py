"""A table of tasks, and handlers that only tests have."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from talentsphere.db.base import now
from talentsphere.db.changes import mark_changed
from talentsphere.domains.activity.models import Activity
from talentsphere.tasks.handlers import Inside
from talentsphere.tasks.models import Task
from talentsphere.tasks.queue import TaskFailed, add_task
from talentsphere.tasks.worker import Worker


def leave_a_mark(session, args) -> dict[str, int]:
    """The effect of a task: one row, of which two would be two."""
    mark_changed(session, "logs")
    session.execute(insert(Activity), {"at": now(), "action": "test.ran", "level": "info", "object_id": args["n"]})
    return {"n": args["n"]}


def fail(session, args) -> None:
    leave_a_mark(session, args)
    raise TaskFailed("the printer is on fire")


def refuse(session, args) -> None:
    raise TaskFailed("there is no printer", retry=False)


def break_down(session, args) -> None:
    raise ZeroDivisionError("a secret of ada@example.org")


HANDLERS = {f"test.{step.__name__}": Inside(step) for step in (leave_a_mark, fail, refuse, break_down)}


@pytest.fixture
def add(database):
    """Add a task in a transaction of its own, and return its public id: ``add("leave_a_mark", n=1)``."""

    def add(name="leave_a_mark", n=1, **options):
        with database.writing() as session:
            return add_task(session, f"test.{name}", {"n": n}, **options)

    return add


@pytest.fixture
def marks(database):
    """Return the numbers that tasks have left, in order."""

    def read() -> list[int]:
        with database.reading() as session:
            return list(session.scalars(select(Activity.object_id).where(Activity.action == "test.ran")))

    return read


@pytest.fixture
def tasks(database):
    """Return every task, the oldest first."""

    def read() -> list[Task]:
        with database.reading() as session:
            return list(session.scalars(select(Task).order_by(Task.id)))

    return read


@pytest.fixture
def make_worker(app, database):
    """Return a worker of this process: ``make_worker().run_due()``."""

    def make(handlers=HANDLERS, schedules=(), **options) -> Worker:
        return Worker(app.app_context, handlers, schedules, **options)

    return make
