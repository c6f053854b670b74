"""What is done by the clock: each due schedule becomes one ordinary task, whatever the number of workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from talentsphere.db.dialect import insert_unless_there
from talentsphere.db.rows import Reader
from talentsphere.tasks.models import WHENEVER, Schedule, Task
from talentsphere.tasks.queue import add_task

MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Every:
    """A task of the kind ``name`` (without args) each ``seconds``, and as soon as there is work for it.

    ``work_at`` says when there is (None: never), by one look into an index: every idle worker asks each ``POLL_S``.
    """

    name: str
    seconds: int
    priority: int = WHENEVER
    work_at: Callable[[Reader], datetime | None] | None = None

    def has_work(self, session: Reader, at: datetime) -> bool:
        """Tell whether it is wanted before its turn; one statement when it says when, none else."""
        due_at = self.work_at(session) if self.work_at else None
        return due_at is not None and due_at <= at


def keep_schedules(session: Session, wanted: Sequence[Every], at: datetime) -> None:
    """Make the table hold what is ``wanted``: a new one is due at once; two statements and one a schedule."""
    session.execute(delete(Schedule).where(Schedule.name.not_in([every.name for every in wanted])))
    for every in wanted:
        row = {"name": every.name, "every_s": every.seconds, "next_run": at}
        if not insert_unless_there(session, Schedule, row):
            same = (Schedule.name == every.name, Schedule.every_s != every.seconds)
            session.execute(update(Schedule).where(*same).values(every_s=every.seconds, next_run=at))


def earliest(session: Reader) -> datetime | None:
    """Return when the next schedule is due; one statement over a few rows."""
    return min(session.scalars(select(Schedule.next_run)), default=None)


def add_due(session: Session, every: Every, at: datetime) -> bool:
    """Add the task of a schedule that is due, unless its last one is not over; tell whether one was added.

    At most six statements. Of all workers that try, one advances the row.
    """
    row = session.execute(
        select(Schedule.next_run, Schedule.task_id).where(Schedule.name == every.name).with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None or _is_waiting(session, row.task_id) or not (row.next_run <= at or every.has_work(session, at)):
        return False
    public_id = add_task(session, every.name, priority=every.priority, dedupe_key=f"schedule:{every.name}")
    task_id = session.scalar(select(Task.id).where(Task.public_id == public_id))
    after = {"next_run": at + timedelta(seconds=every.seconds), "last_run": at, "task_id": task_id}
    session.execute(update(Schedule).where(Schedule.name == every.name).values(after))
    return True


def _is_waiting(session: Session, task_id: int | None) -> bool:
    unfinished = select(Task.id).where(Task.id == task_id, Task.status.in_(("queued", "running")))
    return task_id is not None and session.scalar(unfinished) is not None
