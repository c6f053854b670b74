"""The parameters of the activity log."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema

from talentsphere.api.inputs import BIGGEST_ID, Moment, Whole, Word, formed
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.domains.activity.models import LEVELS
from talentsphere.domains.activity.queries import ActivityFilter

BIGGEST = validate.Range(1, BIGGEST_ID)
FILTERS = {"user": "user_id", "action": "action", "level": "level", "object": "object", "object_id": "object_id",
           "since": "since", "until": "until"}  # fmt: skip


class ActivityFilters(Schema):
    """What the log is narrowed to; all of it must hold."""

    user = Whole(validate=BIGGEST, metadata={"description": "Id of the person who did it", "example": 17})
    action = formed(
        "[a-z_]{1,40}[.][a-z_]{1,40}", "must be an action such as job.created", str.strip,
        description="`object.verb`", example="job.created",
    )  # fmt: skip
    level = Word(LEVELS, metadata={"description": "How much it matters"})
    object = formed(
        "[a-z_]{1,40}", "must be the name of a kind such as job", description="What it was done to", example="job"
    )
    object_id = Whole(validate=BIGGEST, metadata={"description": "With `object`: which one", "example": 4711})
    since = Moment(metadata={"description": "From this time or day on", "example": "2026-01-31T09:00:00Z"})
    until = Moment(metadata={"description": "Before this time or day", "example": "2026-02-01"})

    @validates_schema
    def refuse_an_id_of_nothing(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if "object_id" in data and "object" not in data:
            raise ValidationError("needs object as well", "object_id")


class ActivityListQueryV1(ActivityFilters, PageNumbers):
    """The log with page numbers."""


class ActivityListQueryV2(ActivityFilters, CursorOrPage):
    """The log with a cursor or a page."""


def filter_of(query: dict[str, Any]) -> ActivityFilter:
    """Return the filter that ``query`` names."""
    return ActivityFilter(**{field: query[name] for name, field in FILTERS.items() if name in query})


def applied(query: dict[str, Any]) -> dict[str, Any]:
    """Return the filters as they were understood."""
    return {name: query[name] for name in FILTERS if name in query} | {"sort": "newest"}
