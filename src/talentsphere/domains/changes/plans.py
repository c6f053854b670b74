"""The named queries of the change feed, each with the index that it must use."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Extent, Reach
from talentsphere.db.events import Event
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.changes.pruning import list_prunable
from talentsphere.domains.changes.queries import Position, list_changes

ALL = Reach(Extent.EVERYTHING)
STATE = ("feed_state", "feed_consumers")


def _quiet_company(session: Session) -> int:
    """Return a company with few events; of one that has many a planner may read the whole feed up to the limit."""
    statement = select(Event.company_id).where(Event.company_id.is_not(None)).group_by(Event.company_id)
    return session.scalar(statement.order_by(func.count()).limit(1)) or 0


def _list_own(session: Session, company_id: int) -> object:
    return list_changes(session, Reach(Extent.COMPANY, company_id=company_id), None, 100)


PLANS = (
    NamedQuery("changes.list", ("pk_events",), lambda session: list_changes(session, ALL, None, 100), STATE),
    NamedQuery("changes.list.company", ("ix_events_company",), _list_own, STATE, given=_quiet_company),
    NamedQuery(
        "changes.list.deep", ("pk_events",), lambda session: list_changes(session, ALL, Position(0, 5_000), 100), STATE
    ),
    NamedQuery(
        "changes.prune",
        ("pk_events",),
        lambda session: list_prunable(session, now() - timedelta(days=30), 1_000),
        STATE,
    ),
)
