"""How tasks are doing: one, several, and all of them together."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, true, update
from sqlalchemy.orm import Session

from talentsphere.db.caller import Extent, Reach
from talentsphere.db.dialect import count_up_to, insert_unless_there
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.errors import NotFound
from talentsphere.tasks.models import Schedule, Task, Worker
from talentsphere.tasks.queue import next_due

COUNTED_UP_TO = 1_000
SILENT_AFTER = timedelta(seconds=45)
"""A worker that was not seen for so long has died."""
MISSED_FOR = timedelta(days=1)
"""How long the row of a dead worker is kept, for monitors to see."""
GRACE = timedelta(seconds=30)
"""A schedule may be so late before it is called overdue."""


@dataclass(frozen=True)
class Health:
    """The tasks of the instance at one moment."""

    workers: int
    died: int
    """Workers that ended without a word within the last day."""
    waiting_s: float
    """How long the task has waited that should have begun first."""
    failed: int
    """Dead letters, counted up to ``COUNTED_UP_TO``."""
    schedules: Sequence[dict[str, Any]]

    @property
    def overdue(self) -> list[str]:
        return [schedule["name"] for schedule in self.schedules if schedule["is_overdue"]]


def get_task(session: Reader, reach: Reach, public_id: uuid.UUID, columns: Sequence[Any]) -> AnyRow:
    """Return the task within ``reach``, or raise ``NotFound``; one statement."""
    row = session.execute(select(*columns).where(Task.public_id == public_id, _owned(reach))).one_or_none()
    if row is None:
        raise NotFound(f"there is no task {public_id}")
    return row


def list_tasks(session: Reader, status: str | None, kind: str | None, limit: int) -> Sequence[AnyRow]:
    """Return up to ``limit`` tasks, the newest first; one statement."""
    narrowed = [column == value for column, value in ((Task.status, status), (Task.kind, kind)) if value]
    return session.execute(select(*Task.__table__.c).where(*narrowed).order_by(Task.id.desc()).limit(limit)).all()


def tell_alive(session: Session, name: str, started_at: datetime, at: datetime) -> None:
    """Say that a worker lives, and forget those that have been dead for long; two statements, three at its start."""
    seen = update(Worker).where(Worker.name == name).values(seen_at=at).returning(Worker.name)
    if not session.execute(seen).all():
        insert_unless_there(session, Worker, {"name": name, "started_at": started_at, "seen_at": at})
    session.execute(delete(Worker).where(Worker.seen_at < at - MISSED_FOR))


def tell_gone(session: Session, name: str) -> None:
    """Say that a worker ends; one statement."""
    session.execute(delete(Worker).where(Worker.name == name))


def health(session: Reader, at: datetime) -> Health:
    """Return how tasks are doing at ``at``; four statements."""
    seen = list(session.scalars(select(Worker.seen_at)))
    alive = sum(moment > at - SILENT_AFTER for moment in seen)
    due_at = next_due(session)
    dead = select(Task.id).where(Task.status == "failed", Task.finished_at.is_not(None))
    return Health(
        workers=alive,
        died=len(seen) - alive,
        waiting_s=max(0.0, (at - due_at).total_seconds()) if due_at else 0.0,
        failed=session.scalar(select(count_up_to(dead, COUNTED_UP_TO))) or 0,
        schedules=_schedules(session, at),
    )


def _schedules(session: Reader, at: datetime) -> list[dict[str, Any]]:
    columns = (Schedule.name, Schedule.last_run, Schedule.next_run, Task.status.label("last_status"))
    rows = session.execute(select(*columns).outerjoin(Task, Task.id == Schedule.task_id).order_by(Schedule.name))
    return [{**row._mapping, "is_overdue": row.next_run < at - GRACE} for row in rows]


def _owned(reach: Reach) -> ColumnElement[bool]:
    """Return the condition that a task is within ``reach``: the company's, or the caller's own."""
    if reach.extent is Extent.EVERYTHING:
        return true()
    own = Task.user_id == reach.user_id
    return own | (Task.company_id == reach.company_id) if reach.extent is Extent.COMPANY else own
