"""Every statement that reads the change feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, func, select, true

from talentsphere.db.base import now
from talentsphere.db.caller import Reach, of_company
from talentsphere.db.events import Event, FeedConsumer, FeedState, feed_end, feed_horizon
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.changes.errors import FeedTruncated

COLUMNS = (Event.seq, Event.type, Event.object, Event.object_id.label("id"), Event.op, Event.at, Event.company_id)


class Position(NamedTuple):
    """Where a reader stands: it knows of everything up to ``seq``, in the numbers of ``era``."""

    era: int
    seq: int


@dataclass(frozen=True)
class Page:
    """Some events in their order, and the position behind them."""

    rows: Sequence[AnyRow]
    position: Position


class Lag(NamedTuple):
    """``waiting`` events are committed and not shown yet, the oldest for ``held_s``; what each consumer has unread."""

    waiting: int
    held_s: float
    consumers: dict[str, int]


def list_changes(session: Reader, reach: Reach, since: Position | None, limit: int) -> Page:
    """Return up to ``limit`` events within ``reach`` after ``since``, or from the first that is there; one statement.

    A row has ``COLUMNS``. When there are fewer than ``limit`` the position is the end of the feed, also for a company
    in which nothing happens. Raises ``FeedTruncated``. Uses ``pk_events`` or ``ix_events_company``.
    """
    return read_page(session, since, limit, of_company(Event.company_id, reach))


def latest_position(session: Reader) -> Position:
    """Return the position behind everything that is decided; one statement."""
    state = _state()
    row = session.execute(select(state)).one()
    return Position(row.era, row.horizon - 1)


def read_page(session: Reader, since: Position | None, limit: int, *which: ColumnElement[bool]) -> Page:
    """Return the events that match ``which`` as ``list_changes`` does."""
    after = since.seq if since is not None else 0
    state, page = _state(), _page(after, limit, *which)
    statement = select(*state.c, *page.c).select_from(state.outerjoin(page, true())).order_by(page.c.seq)
    rows = session.execute(statement).all()
    first = rows[0]
    if since is not None and (since.era != first.era or not first.pruned <= after < first.end):
        raise FeedTruncated("read everything anew, then follow the feed from `latest`, asked for before you began")
    found = rows if first.seq is not None else []
    return Page(found, Position(first.era, found[-1].seq if len(found) == limit else max(after, first.horizon - 1)))


def list_newest(session: Reader, limit: int) -> Sequence[AnyRow]:
    """Return the last ``limit`` decided events in their order; one statement."""
    newest = select(*COLUMNS).where(Event.seq < feed_horizon()).order_by(Event.seq.desc()).limit(limit)
    return session.execute(newest).all()[::-1]


def measure_lag(session: Reader) -> Lag:
    """Return how far the feed, and each consumer of it, is behind the newest write; two statements."""
    behind = select(func.count(), func.min(Event.at)).where(Event.seq >= feed_horizon())
    waiting, since = session.execute(behind).one()
    unread = select(FeedConsumer.name, func.count(Event.seq)).outerjoin(Event, Event.seq > FeedConsumer.seq)
    consumers = session.execute(unread.group_by(FeedConsumer.name).order_by(FeedConsumer.name)).all()
    held_s = 0.0 if since is None else (now() - since).total_seconds()
    return Lag(waiting, held_s, {row.name: row[1] for row in consumers})


def _page(after: int, limit: int, *which: ColumnElement[bool]) -> Subquery:
    """Return the events between ``after`` and the horizon: a statement has one snapshot, so it has one horizon."""
    page = select(*COLUMNS).where(Event.seq > after, Event.seq < feed_horizon(), *which)
    return page.order_by(Event.seq).limit(limit).subquery("page")


def _state() -> Subquery:
    """Return one row: (horizon, end, era, pruned)."""
    columns = (
        feed_horizon().label("horizon"),
        feed_end().label("end"),
        _of_state(FeedState.era),
        _of_state(FeedState.pruned),
    )
    return select(*columns).subquery("state")


def _of_state(column: Any) -> ColumnElement[int]:
    return func.coalesce(select(func.max(column)).scalar_subquery(), 0).label(column.key)
