"""Suggestions by the clock: what the feed tells of is folded in, and labels that nobody has are removed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from talentsphere.db.events import FeedConsumer
from talentsphere.domains.changes.consumers import keep_position, read_changes
from talentsphere.domains.changes.errors import FeedTruncated
from talentsphere.domains.changes.queries import latest_position
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.suggestions.services import refresh, refresh_labels, sweep
from talentsphere.tasks.models import WHENEVER
from talentsphere.tasks.queue import add_task

FOLD, WALK, SWEEP = "suggestions.fold", "suggestions.walk", "suggestions.sweep"
EVERY_S = 30
EVENTS, POSTINGS, LABELS = 20, 20, 500
"""Dealt with in one transaction, so that no writer waits for long."""


def fold(session: Session, _args: dict[str, Any]) -> dict[str, int]:
    """Count the labels anew that the next events are about; when there are more, a task of its own goes on.

    Who has no position yet, or one that the feed has forgotten, walks over all postings.
    """
    if session.scalar(select(FeedConsumer.seq).where(FeedConsumer.name == FOLD)) is None:
        return _begin(session)
    try:
        page = read_changes(session, FOLD, EVENTS)
    except FeedTruncated:
        return _begin(session)
    jobs = [row.id for row in page.rows if row.object == "job"]
    labels = refresh(session, jobs)
    named = {kind: {row.id for row in page.rows if row.object == kind} for kind in ("company", "skill")}
    labels += refresh_labels(session, named)
    keep_position(session, FOLD, page.position)
    if len(page.rows) == EVENTS:
        add_task(session, FOLD, dedupe_key=FOLD)
    return {"events": len(page.rows), "labels": labels}


def walk(session: Session, args: dict[str, Any]) -> dict[str, int]:
    """Count the labels of the next open postings by id; when there are more, a task of its own goes on."""
    page = select(Job.id).where(Job.status == "open", Job.id > int(args.get("after", 0))).order_by(Job.id)
    ids = session.scalars(page.limit(POSTINGS)).all()
    labels = refresh(session, ids)
    if len(ids) == POSTINGS:
        add_task(session, WALK, {"after": ids[-1]}, priority=WHENEVER)
    return {"postings": len(ids), "labels": labels}


def clean(session: Session, args: dict[str, Any]) -> dict[str, int]:
    """Remove labels that no open posting has: of postings deleted or renamed, which no event names."""
    last = sweep(session, int(args.get("after", 0)), LABELS)
    if last is not None:
        add_task(session, SWEEP, {"after": last}, priority=WHENEVER)
    return {"last": last or 0}


def _begin(session: Session) -> dict[str, int]:
    keep_position(session, FOLD, latest_position(session))
    return walk(session, {"after": 0})
