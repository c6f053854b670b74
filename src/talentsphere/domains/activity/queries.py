"""Every statement about the activity log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from talentsphere.cache.dependencies import depends_on
from talentsphere.db.base import now
from talentsphere.db.caller import Actor, Extent, Reach, of_company
from talentsphere.db.changes import mark_changed
from talentsphere.db.events import add_event
from talentsphere.db.paging import Window, ascending_page
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.activity.models import Activity

PLACE = (Activity.at, Activity.id)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOGS_PRUNED = "logs_pruned"
EXACT = 1000
"""Up to so many entries of a narrowed list are counted; above there are more than these."""


@dataclass(frozen=True)
class ActivityFilter:
    """Which entries are wanted; what is None narrows nothing. From ``since`` on, and before ``until``."""

    user_id: int | None = None
    action: str | None = None
    level: str | None = None
    object: str | None = None
    object_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def record_change(
    session: Session,
    actor: Actor,
    action: str,
    object_id: int,
    *,
    company_id: int | None = None,
    level: str = "info",
    details: dict[str, Any] | None = None,
) -> None:
    """Log that ``actor`` did ``action`` (``job.closed``) to the object, and append it to the change feed.

    One statement, and the one of all the transaction's events at its end.
    """
    object_ = action.partition(".")[0]
    add_activity(session, actor, action, object_, object_id, company_id=company_id, level=level, details=details)
    add_event(session, action, object_id, company_id=company_id)


class Changed(NamedTuple):
    """An object that was changed."""

    object_id: int
    company_id: int | None
    details: dict[str, Any] | None = None


def record_changes(session: Session, actor: Actor, action: str, changed: Sequence[Changed]) -> None:
    """Do the same for many objects, each with an entry and an event of its own; one statement for the entries."""
    object_ = action.partition(".")[0]
    if changed:
        mark_changed(session, *{tag for each in changed for tag in tags_of_entry(each.company_id)})
        session.connection().execute(
            insert(Activity).inline(),
            [_entry(actor, action, object_, each.object_id, each.company_id, "info", each.details) for each in changed],
        )
    for each in changed:
        add_event(session, action, each.object_id, company_id=each.company_id)


def add_activity(
    session: Session,
    actor: Actor,
    action: str,
    object_: str | None = None,
    object_id: int | None = None,
    *,
    company_id: int | None = None,
    level: str = "info",
    details: dict[str, Any] | None = None,
) -> None:
    """Log that ``actor`` did ``action`` (``job.created``) in this transaction; one statement.

    ``company_id`` is the company that may read it. ``details`` hold names of fields and numbers, nothing personal.
    """
    mark_changed(session, *tags_of_entry(company_id))
    entry = _entry(actor, action, object_, object_id, company_id, level, details)
    session.connection().execute(insert(Activity).inline(), entry)


def _entry(
    actor: Actor,
    action: str,
    object_: str | None,
    object_id: int | None,
    company_id: int | None,
    level: str,
    details: dict[str, Any] | None,
) -> dict[str, Any]:
    return {
        "at": now(),
        "user_id": actor.user_id,
        "api_key_id": actor.api_key_id,
        "company_id": company_id,
        "action": action,
        "level": level,
        "object": object_,
        "object_id": object_id,
        "request_id": actor.request_id,
        "details": details,
    }


def tags_of_entry(company_id: int | None) -> set[str]:
    """Return the tags that an entry touches: of the log of all, and of that of its company."""
    return {"logs", *([_tag_of(company_id)] if company_id is not None else [])}


def list_activities(
    session: Reader, reach: Reach, wanted: ActivityFilter, window: Window, columns: Sequence[Any]
) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` entries within ``reach``, newest first, in the walk's direction; one statement.

    A row has ``columns`` and then its place. Each filter has an index with the time, ``ix_activity_logs_*``.
    """
    depends_on("logs" if reach.extent is Extent.EVERYTHING else _tag_of(reach.company_id))
    after = window.after and (literal(_time(window.after[0]), Activity.at.type), window.after[1])
    newest_first = replace(window, backwards=not window.backwards, after=after)
    statement = select(*columns, Activity.at.label("place_0"), Activity.id.label("place_1"))
    statement = statement.where(*_conditions(reach, wanted))
    return session.execute(ascending_page(statement, PLACE, newest_first)).all()


def place_of(row: AnyRow) -> tuple[int, int]:
    """Return a listed row's place in the walk: its time in microseconds of the epoch, and its id."""
    return (row.place_0 - EPOCH) // timedelta(microseconds=1), row.place_1


def count_activities(session: Reader, reach: Reach, wanted: ActivityFilter) -> tuple[int, bool]:
    """Return how many entries there are, and whether that is an estimate; one statement.

    Up to ``EXACT`` are counted. The whole log is estimated by its span of ids, as only its oldest end is ever pruned.
    """
    if wanted == ActivityFilter() and reach.extent is Extent.EVERYTHING:
        first, last = session.execute(select(_outermost(False), _outermost(True))).one()
        span = last - first + 1 if last else 0
        return span, span > EXACT
    some = select(Activity.id).where(*_conditions(reach, wanted)).limit(EXACT + 1).subquery()
    found = session.scalar(select(func.count()).select_from(some)) or 0
    return found, found > EXACT


def count_activities_before(session: Reader, moment: datetime) -> int:
    """Return how many entries are older than ``moment``; one statement."""
    return session.scalar(select(func.count()).select_from(Activity).where(Activity.at < moment)) or 0


def prune_activities(session: Session, moment: datetime, batch: int) -> int:
    """Delete up to ``batch`` entries that are older than ``moment``, the oldest first; two statements.

    Returns how many they were. Uses ``ix_activity_logs_at``.
    """
    mark_changed(session, "logs", LOGS_PRUNED)
    oldest = select(Activity.id).where(Activity.at < moment).order_by(*PLACE).limit(batch)
    ids = session.scalars(oldest).all()  # in one statement the planner of PostgreSQL may read the whole table
    session.connection().execute(delete(Activity).where(Activity.id.in_(ids)))
    return len(ids)


def _tag_of(company_id: int | None) -> str:
    return f"logs:{company_id}"


def _conditions(reach: Reach, wanted: ActivityFilter) -> list[ColumnElement[bool]]:
    equal = {
        Activity.user_id: wanted.user_id,
        Activity.action: wanted.action,
        Activity.level: wanted.level,
        Activity.object: wanted.object,
        Activity.object_id: wanted.object_id,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.since is not None:
        conditions.append(Activity.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Activity.at < wanted.until)
    return [of_company(Activity.company_id, reach), *conditions]


def _outermost(is_last: bool) -> Any:
    function = func.max if is_last else func.min
    return select(function(Activity.id)).scalar_subquery()


def _time(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
