"""The tables of tasks, of what is done by the clock, and of the processes that do it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Integer, SmallInteger, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from talentsphere.db.base import Base, now
from talentsphere.db.types import UtcDateTime, folded

STATUSES = ("queued", "running", "done", "failed")
SOON, NORMAL, WHENEVER = 0, 1, 2
PRIORITIES = (SOON, NORMAL, WHENEVER)
MAX_ATTEMPTS = 10
"""With the pauses between them (``queue.pause_s``) some three hours."""

_QUEUED, _RUNNING, _OVER = text("status = 'queued'"), text("status = 'running'"), text("finished_at IS NOT NULL")
BIG = BigInteger().with_variant(Integer, "sqlite")


class Task(Base):
    """Work to be done after the transaction that wrote the row. ``failed`` is a dead letter: nobody tries again.

    Its owner is no foreign key: the mechanism knows no accounts, and a task outlives them.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", "status"),
        CheckConstraint(f"priority IN {PRIORITIES}", "priority"),
        # queries.find_task
        Index("uq_tasks_public_id", "public_id", unique=True),
        # queue.claim, and its question whether anything is due
        Index("ix_tasks_due", "priority", "run_at", "id", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
        # queue.add_task: work that is waited for anyway is not added again
        Index("uq_tasks_dedupe_key", "dedupe_key", unique=True, sqlite_where=_QUEUED, postgresql_where=_QUEUED),
        # queue.release_lapsed
        Index("ix_tasks_lease_until", "lease_until", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        # queue.prune_tasks
        Index("ix_tasks_over", "status", "finished_at", sqlite_where=_OVER, postgresql_where=_OVER),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(Uuid, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(String(60))
    """``domain.verb``; the registry of handlers says what it means."""
    args: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Ids and numbers; never a name, an address or a secret."""
    status: Mapped[str] = mapped_column(String(10), default="queued")
    priority: Mapped[int] = mapped_column(SmallInteger, default=NORMAL)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """Not before."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How often it was begun."""
    max_attempts: Mapped[int] = mapped_column(default=MAX_ATTEMPTS)
    leased_by: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    progress: Mapped[int | None] = mapped_column(SmallInteger)
    """Percent."""
    result: Mapped[Any | None] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(String(200))
    """Of the last attempt: the class, and a text when it is one of ours; nothing personal."""
    dedupe_key: Mapped[str | None] = mapped_column(folded(120))
    """Unique among the queued; taken away when the task begins, so that what is written meanwhile is done after it."""
    user_id: Mapped[int | None]
    company_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class Schedule(Base):
    """Something done by the clock; whose row it is to advance, one worker of all hosts adds its task."""

    __tablename__ = "schedules"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    name: Mapped[str] = mapped_column(folded(60), primary_key=True)
    """The kind of its tasks."""
    every_s: Mapped[int]
    next_run: Mapped[datetime] = mapped_column(UtcDateTime)
    last_run: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its last task was added."""
    task_id: Mapped[int | None] = mapped_column(BIG)
    """That task, unless it was pruned; the next one waits until it is over."""


class Worker(Base):
    """A process that works tasks off. One that ends well takes its row away; who stays silent has died."""

    __tablename__ = "task_workers"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
