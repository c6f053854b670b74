"""The named queries of the activity log, each with the index that it must use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from talentsphere.db.caller import Extent, Reach
from talentsphere.db.paging import Window
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.activity.queries import (
    ActivityFilter,
    count_activities,
    count_activities_before,
    list_activities,
    prune_activities,
)
from talentsphere.domains.activity.schemas import ACTIVITY_V2

ALL, COMPANY = Reach(Extent.EVERYTHING), Reach(Extent.COMPANY, company_id=7)
FIRST, DEEP = Window(20), Window(20, after=(1_767_225_600_000_000, 500))
BEGAN, ENDED = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def _list(reach: Reach = ALL, window: Window = FIRST, **narrowed: Any) -> Callable[[Session], object]:
    return lambda session: list_activities(session, reach, ActivityFilter(**narrowed), window, ACTIVITY_V2)


AT, BY_COMPANY = ("ix_activity_logs_at",), ("ix_activity_logs_company",)
PLANS = (
    NamedQuery("activity.list", AT, _list()),
    NamedQuery("activity.list.deep", AT, _list(window=DEEP)),
    NamedQuery("activity.list.span", AT, _list(since=BEGAN, until=ENDED)),
    NamedQuery("activity.list.company", BY_COMPANY, _list(COMPANY)),
    NamedQuery("activity.list.company.deep", BY_COMPANY, _list(COMPANY, DEEP)),
    NamedQuery("activity.list.company.span", BY_COMPANY, _list(COMPANY, since=BEGAN, until=ENDED)),
    NamedQuery("activity.list.user", ("ix_activity_logs_user",), _list(user_id=7)),
    NamedQuery("activity.list.action", ("ix_activity_logs_action",), _list(action="job.deleted")),
    NamedQuery("activity.list.level", ("ix_activity_logs_level",), _list(level="security")),
    NamedQuery("activity.list.object", ("ix_activity_logs_object",), _list(object="job", object_id=7)),
    NamedQuery("activity.count", BY_COMPANY, lambda session: count_activities(session, COMPANY, ActivityFilter())),
    NamedQuery("activity.span", (), lambda session: count_activities(session, ALL, ActivityFilter())),
    NamedQuery(  # a small batch, as some ten thousand rows stand for the millions of a year
        "activity.prune", AT, lambda session: prune_activities(session, BEGAN, 20)
    ),
    NamedQuery("activity.prune.count", AT, lambda session: count_activities_before(session, BEGAN)),
)
