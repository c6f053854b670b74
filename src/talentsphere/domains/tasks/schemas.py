"""A task as its owner sees it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from talentsphere.api.examples import shown_by
from talentsphere.db.rows import AnyRow
from talentsphere.tasks.models import STATUSES, Task

EXAMPLE: dict[str, Any] = {
    "id": "7f1d6c1e-5b0a-4a39-9a3e-0d1c2b3a4f5e",
    "kind": "jobs.expire",
    "status": "running",
    "progress": 40,
    "result": None,
    "error": None,
    "attempts": 1,
}


@shown_by(EXAMPLE)
class TaskV1(Schema):
    """Work that happens later, whole, every field always there."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    status = fields.String(
        required=True,
        metadata={"enum": list(STATUSES), "description": "`failed`: it was tried often enough"},
    )
    progress = fields.Integer(required=True, allow_none=True, metadata={"description": "Percent, where it is known"})
    result = fields.Raw(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True, metadata={"description": "Of the last attempt"})
    attempts = fields.Integer(required=True)
    run_at = fields.DateTime(required=True, metadata={"description": "Not before"})
    created_at = fields.DateTime(required=True)
    started_at = fields.DateTime(required=True, allow_none=True)
    finished_at = fields.DateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


@shown_by({name: value for name, value in EXAMPLE.items() if value is not None})
class TaskV2(Schema):
    """Work that happens later. A field without a value is left out."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    progress = fields.Integer(metadata={"description": "Percent, where it is known"})
    result = fields.Raw()
    error = fields.String(metadata={"description": "Of the last attempt"})
    finished_at = fields.DateTime()


_V1 = tuple(name for name in TaskV1().fields if name != "id")
_V2 = tuple(name for name in TaskV2().fields if name != "id")
TASK_V1 = (Task.public_id.label("id"), *(getattr(Task, name) for name in _V1))
TASK_V2 = (Task.public_id.label("id"), *(getattr(Task, name) for name in _V2), Task.version)


def task_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``TASK_V1`` as a ``TaskV1``."""
    return dict(row._mapping)


def task_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``TASK_V2`` as a ``TaskV2``, without what has no value."""
    return {name: getattr(row, name) for name in ("id", *_V2) if getattr(row, name) is not None}
