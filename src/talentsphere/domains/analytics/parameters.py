"""The parameters of figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from marshmallow import Schema, validate

from talentsphere.api.inputs import BIGGEST_ID, Moment, Tidy, Whole
from talentsphere.domains.analytics.queries import FigureFilter
from talentsphere.domains.names import folded_name

MOST_DAYS, MOST_SOURCES = 366, 100


class FunnelQuery(Schema):
    """Whose way through the stages is wanted."""

    job = Whole(
        validate=validate.Range(1, BIGGEST_ID),
        metadata={"description": "Id of one job, by its own stages; else all jobs, by kind of stage", "example": 4711},
    )
    source = Tidy(
        lambda text: folded_name(text, 80),
        validate=validate.Length(1, 80),
        metadata={"description": "Who came from there", "example": "linkedin"},
    )
    since = Moment(metadata={"description": "Who applied in the month of this day or later", "example": "2026-01-01"})
    until = Moment(metadata={"description": "Who applied in the month of this day or before", "example": "2026-02-28"})


class SourceQuery(Schema):
    """Which sources are wanted."""

    since = Moment(metadata={"description": "Who applied in the month of this day or later", "example": "2026-01-01"})
    until = Moment(metadata={"description": "Who applied in the month of this day or before", "example": "2026-02-28"})
    limit = Whole(
        load_default=20,
        validate=validate.Range(1, MOST_SOURCES),
        metadata={"description": "How many at most", "example": 20},
    )


class DayQuery(Schema):
    """Which days are wanted."""

    days = Whole(
        load_default=30,
        validate=validate.Range(1, MOST_DAYS),
        metadata={"description": "How many, the last of which is today (UTC)", "example": 30},
    )


def filter_of(query: dict[str, Any]) -> FigureFilter:
    """Return the filter that ``query`` names."""
    return FigureFilter(query.get("job"), query.get("source"), _month(query.get("since")), _month(query.get("until")))


def first_day(query: dict[str, Any], at: datetime) -> date:
    return at.astimezone(UTC).date() - timedelta(days=query["days"] - 1)


def _month(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(UTC).date().replace(day=1)
