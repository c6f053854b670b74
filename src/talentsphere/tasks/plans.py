"""The named queries of tasks, each with the index that it must use."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from talentsphere.db.caller import Extent, Reach
from talentsphere.db.plans import NamedQuery
from talentsphere.tasks.models import Task
from talentsphere.tasks.queries import get_task, health
from talentsphere.tasks.queue import add_task, claim, next_due, prune_tasks, release_lapsed, retry_failed

AT = datetime(2026, 7, 1, tzinfo=UTC)
KINDS = ("mail.send", "jobs.expire")


def _claim(session: Session) -> object:
    return claim(session, "host:1", KINDS, 4, timedelta(seconds=30), AT)


def _get(session: Session, public_id: uuid.UUID) -> object:
    return get_task(session, Reach(Extent.EVERYTHING), public_id, (Task.id,))


PLANS = (
    NamedQuery("tasks.next_due", ("ix_tasks_due",), next_due),
    NamedQuery("tasks.claim", ("ix_tasks_due", "pk_tasks"), _claim),
    NamedQuery("tasks.release", ("ix_tasks_lease_until",), lambda session: release_lapsed(session, AT)),
    NamedQuery("tasks.get", ("uq_tasks_public_id",), _get, given=lambda s: s.scalar(select(Task.public_id).limit(1))),
    NamedQuery(
        "tasks.dedupe",
        ("uq_tasks_dedupe_key",),
        lambda session: add_task(session, "jobs.expire", dedupe_key="schedule:jobs.expire"),
    ),
    NamedQuery("tasks.retry", ("ix_tasks_over",), lambda session: retry_failed(session, None, AT)),
    NamedQuery("tasks.prune", ("ix_tasks_over",), lambda session: prune_tasks(session, AT, 1_000)),
    NamedQuery(
        "tasks.health", ("ix_tasks_over",), lambda session: health(session, AT), scans=("schedules", "task_workers")
    ),
)
