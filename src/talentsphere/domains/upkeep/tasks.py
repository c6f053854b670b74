"""Forgetting what is old, a batch a transaction, and telling the planner how the tables are now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from flask import current_app
from sqlalchemy.orm import Session

from talentsphere.db import idempotency
from talentsphere.db.base import now
from talentsphere.db.session import database
from talentsphere.db.statistics import refresh_statistics
from talentsphere.domains.accounts.queries import prune_sign_ins
from talentsphere.domains.activity.queries import prune_activities
from talentsphere.domains.changes.pruning import prune_events
from talentsphere.domains.mail.queries import prune_mails
from talentsphere.settings import Settings
from talentsphere.tasks.handlers import Effect, Inside
from talentsphere.tasks.models import WHENEVER
from talentsphere.tasks.queue import Claim, add_task, prune_tasks

BATCH = 1_000
ACTIVITY_KEPT_FOR = timedelta(days=365)
Prune: TypeAlias = Callable[[Session, datetime, int], int]
"""``(session, now, limit) -> rows deleted``."""


def pruning(kind: str, prune: Prune) -> Inside:
    """Return the handler that deletes a batch; when it was full, a task of its own deletes the next."""

    def run(session: Session, _args: dict[str, Any]) -> dict[str, int]:
        deleted = prune(session, now(), BATCH)
        if deleted >= BATCH:
            add_task(session, kind, priority=WHENEVER)
        return {"deleted": deleted}

    return Inside(run)


def prune_log(session: Session, at: datetime, limit: int) -> int:
    return prune_activities(session, at - ACTIVITY_KEPT_FOR, limit)


def prune_answers(session: Session, at: datetime, limit: int) -> int:
    return idempotency.purge_answers(session, at - idempotency.KEPT_FOR, limit)


def prune_feed(session: Session, at: datetime, limit: int) -> int:
    settings: Settings = current_app.extensions["talentsphere.settings"]
    return prune_events(session, at - timedelta(days=settings.events_retention_days), limit)


def analyze(_claim: Claim) -> Effect:
    """Refresh the planner's statistics; on PostgreSQL that cannot be part of a transaction."""
    refresh_statistics(database.engine)
    return lambda _session: None


PRUNING: dict[str, Prune] = {
    "activity.prune": prune_log,
    "events.prune": prune_feed,
    "idempotency.prune": prune_answers,
    "mail.prune": prune_mails,
    "sessions.prune": prune_sign_ins,
    "tasks.prune": prune_tasks,
}
