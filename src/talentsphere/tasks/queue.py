"""Every step in the life of a task: added, claimed, kept, finished, failed, retried, forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, literal, select, update
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.dialect import insert_unless_there
from talentsphere.db.rows import Reader
from talentsphere.db.types import UtcDateTime
from talentsphere.tasks.models import MAX_ATTEMPTS, NORMAL, PRIORITIES, Task

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 3600.0
DONE_KEPT_FOR, FAILED_KEPT_FOR = timedelta(days=7), timedelta(days=30)
DIED = "its worker died"
Args = Mapping[str, int | str | None]


@dataclass(frozen=True)
class Owner:
    """Who may ask how a task is; nobody but admins when both are None."""

    user_id: int | None = None
    company_id: int | None = None


@dataclass(frozen=True)
class Claim:
    """A task that ``worker`` has begun, as its attempt number ``attempt``; both together fence what it writes."""

    id: int
    kind: str
    args: dict[str, Any]
    attempt: int
    max_attempts: int
    worker: str


class LeaseLost(Exception):
    """The task is not this worker's any more; what it was about to write must not be kept."""


class TaskFailed(Exception):
    """Raised by a handler: a reason that says nothing personal. ``retry=False``: trying again is pointless."""

    def __init__(self, reason: str, *, retry: bool = True) -> None:
        super().__init__(reason)
        self.retry = retry


def add_task(
    session: Session,
    kind: str,
    args: Args | None = None,
    *,
    run_at: datetime | None = None,
    dedupe_key: str | None = None,
    owner: Owner | None = None,
    priority: int = NORMAL,
    max_attempts: int = MAX_ATTEMPTS,
) -> uuid.UUID:
    """Add a task that runs when this transaction is committed, and never when it is not; return its public id.

    One statement. While a task with the same ``dedupe_key`` waits, that one is returned and none is added: three.
    """
    public_id, owner = uuid.uuid4(), owner or Owner()
    row = {
        "public_id": public_id, "kind": kind, "args": dict(args or {}), "status": "queued", "priority": priority,
        "run_at": run_at or now(), "attempts": 0, "max_attempts": max_attempts, "dedupe_key": dedupe_key,
        "user_id": owner.user_id, "company_id": owner.company_id, "created_at": now(), "version": 1,
    }  # fmt: skip
    while not insert_unless_there(session, Task, row):
        waiting = select(Task.public_id).where(Task.dedupe_key == dedupe_key, Task.status == "queued")
        found = session.scalar(waiting.with_for_update())  # locked: it cannot begin before this is committed
        if found is not None:
            return found
    return public_id


def next_due(session: Reader) -> datetime | None:
    """Return when the first waiting task is due, or nothing when none waits; one statement, answered by an index."""
    firsts = (
        select(func.min(Task.run_at)).where(Task.status == "queued", Task.priority == priority).scalar_subquery()
        for priority in PRIORITIES
    )
    found = session.execute(select(*firsts)).one()
    return min((moment for moment in found if moment is not None), default=None)


def claim(
    session: Session, worker: str, kinds: Collection[str], limit: int, lease: timedelta, at: datetime
) -> list[Claim]:
    """Begin up to ``limit`` due tasks of ``kinds``, the most urgent and oldest first; two to four statements.

    No two workers get the same one: on PostgreSQL rows that another one looks at are skipped, on SQLite a writer is
    alone.
    """
    ids: list[int] = []
    for priority in PRIORITIES:
        if len(ids) < limit:
            due = select(Task.id).where(Task.status == "queued", Task.priority == priority, Task.run_at <= at)
            due = due.where(Task.kind.in_(sorted(kinds))).order_by(Task.run_at, Task.id).limit(limit - len(ids))
            ids += session.scalars(due.with_for_update(skip_locked=True))
    return _begun(session, ids, worker, at + lease, at) if ids else []


def _begun(session: Session, ids: Sequence[int], worker: str, until: datetime, at: datetime) -> list[Claim]:
    begun = update(Task).where(Task.id.in_(ids)).values(
        status="running", attempts=Task.attempts + 1, leased_by=worker, lease_until=until, started_at=at,
        dedupe_key=None, progress=None, version=Task.version + 1,
    )  # fmt: skip
    columns = (Task.id, Task.kind, Task.args, Task.attempts, Task.max_attempts)
    rows = {row.id: row for row in session.execute(begun.returning(*columns))}
    return [
        Claim(row.id, row.kind, row.args, row.attempts, row.max_attempts, worker) for row in map(rows.__getitem__, ids)
    ]


def renew(session: Session, worker: str, ids: Collection[int], until: datetime) -> None:
    """Keep the worker's running tasks until then; one statement."""
    mine = (Task.id.in_(sorted(ids)), Task.status == "running", Task.leased_by == worker)
    session.execute(update(Task).where(*mine).values(lease_until=until))


def note_progress(session: Session, claim: Claim, percent: int) -> None:
    """Say how far the task is, in a transaction of its own; one statement, or ``LeaseLost``."""
    _change(session, claim, progress=percent)


def finish(session: Session, claim: Claim, result: Any = None) -> None:
    """Mark the task as done in the transaction of its effect; one statement, or ``LeaseLost``."""
    _change(session, claim, status="done", result=result, progress=100, error=None, finished_at=now(), **_FREE)


def fail(session: Session, claim: Claim, error: BaseException, draw: float) -> bool:
    """Let the task wait for its next attempt, or make it a dead letter; tell whether it waits. One statement.

    ``draw`` is uniform on [0, 1).
    """
    again = claim.attempt < claim.max_attempts and getattr(error, "retry", True)
    if again:
        run_at = now() + timedelta(seconds=pause_s(claim.attempt, draw))
        _change(session, claim, status="queued", error=text_of(error), run_at=run_at, **_FREE)
    else:
        _change(session, claim, status="failed", error=text_of(error), finished_at=now(), **_FREE)
    return again


def give_back(session: Session, claim: Claim) -> None:
    """Let another worker begin the task at once: this one ends, and the attempt does not count. One statement."""
    _change(session, claim, status="queued", attempts=Task.attempts - 1, run_at=now(), **_FREE)


def release_lapsed(session: Session, at: datetime) -> int:
    """Let the tasks of silent workers wait again, or fail after their last attempt; return how many. One statement."""
    over = Task.attempts >= Task.max_attempts
    lapsed = update(Task).where(Task.status == "running", Task.lease_until < at)
    released = lapsed.values(
        status=case((over, "failed"), else_="queued"), run_at=at, error=DIED,
        finished_at=case((over, literal(at, UtcDateTime()))),
        version=Task.version + 1, **_FREE,
    )  # fmt: skip
    return len(session.execute(released.returning(Task.id)).all())


def retry_task(session: Session, public_id: uuid.UUID, at: datetime) -> bool:
    """Let a dead letter wait again with all its attempts before it; tell whether it was one. One statement."""
    dead = (Task.public_id == public_id, Task.status == "failed")
    return len(_revived(session, dead, at)) == 1


def retry_failed(session: Session, kind: str | None, at: datetime) -> int:
    """Let every dead letter (of ``kind``) wait again; return how many. One statement."""
    dead = [Task.status == "failed", Task.finished_at.is_not(None), *([Task.kind == kind] if kind else [])]
    return len(_revived(session, dead, at))


def _revived(session: Session, which: Sequence[ColumnElement[bool]], at: datetime) -> Sequence[int]:
    waiting = {"status": "queued", "attempts": 0, "run_at": at, "finished_at": None, "version": Task.version + 1}
    return session.scalars(update(Task).where(*which).values(waiting).returning(Task.id)).all()


def prune_tasks(session: Session, at: datetime, limit: int) -> int:
    """Delete up to ``limit`` tasks that are over for long, the oldest first; return how many. Two statements."""
    deleted = 0
    for status, kept_for in (("done", DONE_KEPT_FOR), ("failed", FAILED_KEPT_FOR)):
        old = select(Task.id).where(Task.status == status, Task.finished_at < at - kept_for)
        old = old.where(Task.finished_at.is_not(None)).order_by(Task.finished_at).limit(limit - deleted)
        deleted += session.connection().execute(delete(Task).where(Task.id.in_(old))).rowcount
    return deleted


def pause_s(attempt: int, draw: float) -> float:
    """Return the seconds before the attempt after ``attempt``: three times longer each time, and never two alike.

    The jitter keeps what failed together from coming back together.
    """
    return float(min(FIRST_PAUSE_S * 3 ** (attempt - 1), LONGEST_PAUSE_S) * (0.5 + draw))


def text_of(error: BaseException) -> str:
    """Return what the row tells of ``error``: only texts of ours are known to hold nothing personal."""
    return f"{type(error).__name__}: {error}"[:200] if isinstance(error, TaskFailed) else type(error).__name__[:200]


_FREE: dict[str, Any] = {"leased_by": None, "lease_until": None}


def _change(session: Session, claim: Claim, **values: Any) -> None:
    mine = (Task.id == claim.id, Task.leased_by == claim.worker, Task.attempts == claim.attempt)
    changed = update(Task).where(*mine, Task.status == "running").values(version=Task.version + 1, **values)
    if not session.execute(changed.returning(Task.id)).all():
        raise LeaseLost(f"task {claim.id}")
