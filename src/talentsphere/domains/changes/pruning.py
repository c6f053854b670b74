"""Removing old events, always from the beginning of the feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.dialect import put_row
from talentsphere.db.events import THE_ROW, Event, FeedConsumer, FeedState, feed_horizon
from talentsphere.db.rows import Reader
from talentsphere.db.session import reading, writing

BATCH = 1_000


def prune_events(session: Session, before: datetime, batch: int = BATCH, at: datetime | None = None) -> int:
    """Remove up to ``batch`` of the first events, those older than ``before``, and return how many.

    What a consumer has not read stays until it is twice as old. Call it in a transaction of its own until it returns
    less than ``batch``. At most five statements.
    """
    old = list_prunable(session, before, batch, at=at)
    if not old:
        return 0
    state = session.get(FeedState, THE_ROW)
    kept = {"base": state.base, "era": state.era} if state is not None else {"base": 0, "era": 0}
    put_row(session, FeedState, {"id": THE_ROW, **kept, "pruned": old[-1]})
    removed = session.connection().execute(delete(Event).where(Event.seq <= old[-1]))
    return removed.rowcount


def list_prunable(
    session: Reader, before: datetime, batch: int, after: int = 0, at: datetime | None = None
) -> Sequence[int]:
    """Return the numbers that ``prune_events`` would remove, of those after ``after``; two statements."""
    abandoned = before - ((at or now()) - before)
    slowest = session.scalar(select(func.min(FeedConsumer.seq)))
    first = select(Event.seq, Event.at).where(Event.seq > after, Event.seq < feed_horizon())
    rows = session.execute(first.order_by(Event.seq).limit(batch)).all()
    is_read = [slowest is None or row.seq <= slowest for row in rows]
    old = takewhile(lambda pair: pair[0].at < (before if pair[1] else abandoned), zip(rows, is_read, strict=True))
    return [row.seq for row, _ in old]


def prune_all(before: datetime) -> int:
    """Remove everything that is prunable, ``BATCH`` in a transaction, and return how many; needs an application."""
    total = 0
    while True:
        with writing() as session:
            removed = prune_events(session, before)
        total += removed
        if removed < BATCH:
            return total


def count_prunable(before: datetime) -> int:
    """Return how many events ``prune_all`` would remove; needs an application."""
    total, after = 0, 0
    with reading() as session:
        while old := list_prunable(session, before, BATCH, after):
            total, after = total + len(old), old[-1]
    return total
