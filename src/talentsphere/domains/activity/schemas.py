"""Entries of the activity log as clients see them, the shapes of both versions side by side."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from talentsphere.api.examples import shown_by
from talentsphere.db.rows import AnyRow
from talentsphere.domains.activity.models import LEVELS, Activity

EXAMPLE = {
    "id": 90210,
    "at": "2026-01-31T09:00:00Z",
    "action": "job.updated",
    "level": "info",
    "user_id": 17,
    "api_key_id": None,
    "company_id": 3,
    "object": "job",
    "object_id": 4711,
    "request_id": "5c1f0e9b7a-2f",
    "details": {"fields": ["title", "salary_max"]},
}
"""One entry, for the documentation of both shapes."""
WHAT = "Names of fields and numbers, nothing personal"


@shown_by({**EXAMPLE, "api_key_id": 5})
class ActivityV2(Schema):
    """One thing that was done. A field without a value is left out; nobody in it means the operator at the shell."""

    id = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    action = fields.String(required=True)
    level = fields.String(required=True, metadata={"enum": list(LEVELS)})
    user_id = fields.Integer()
    api_key_id = fields.Integer()
    object = fields.String()
    object_id = fields.Integer()
    details = fields.Dict(metadata={"description": WHAT})


@shown_by(EXAMPLE)
class ActivityV1(Schema):
    """One thing that was done, every field always there."""

    id = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    action = fields.String(required=True)
    level = fields.String(required=True, metadata={"enum": list(LEVELS)})
    user_id = fields.Integer(required=True, allow_none=True)
    api_key_id = fields.Integer(required=True, allow_none=True)
    company_id = fields.Integer(required=True, allow_none=True)
    object = fields.String(required=True, allow_none=True)
    object_id = fields.Integer(required=True, allow_none=True)
    request_id = fields.String(required=True, allow_none=True, metadata={"description": "Of its log lines"})
    details = fields.Dict(required=True, allow_none=True, metadata={"description": WHAT})


NAMES_V1, NAMES_V2 = tuple(ActivityV1().fields), tuple(ActivityV2().fields)
ACTIVITY_V1 = tuple(getattr(Activity, name) for name in NAMES_V1)
ACTIVITY_V2 = tuple(getattr(Activity, name) for name in NAMES_V2)


def activity_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row that begins with ``ACTIVITY_V1`` as an ``ActivityV1``."""
    return dict(zip(NAMES_V1, row, strict=False))


def activity_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row that begins with ``ACTIVITY_V2`` as an ``ActivityV2``."""
    return {name: value for name, value in zip(NAMES_V2, row, strict=False) if value is not None}
