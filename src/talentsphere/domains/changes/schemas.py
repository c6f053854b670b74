"""The parameters and the shape of the change feed."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from talentsphere.api.inputs import Whole, formed
from talentsphere.api.pagination import MAX_SIZE
from talentsphere.api.shapes import CURSOR
from talentsphere.db.events import DELETE, UPSERT
from talentsphere.db.rows import AnyRow

LATEST = "latest"


class ChangesQuery(Schema):
    """Where the feed is read from, and how much of it at once."""

    since = formed(
        "[A-Za-z0-9_-]{0,2000}",
        "not a position of the feed",
        description="`next` of an answer before; `latest`: only where the feed ends; without: from its beginning",
        example=LATEST,
    )
    limit = Whole(
        load_default=MAX_SIZE,
        validate=validate.Range(1, MAX_SIZE),
        metadata={"description": "How many at most", "example": 100},
    )


class ChangeV2(Schema):
    """One object that one transaction changed; read it by its id."""

    seq = fields.Integer(
        required=True, metadata={"description": "Ascends; nothing appears below one that was shown", "example": 1048576}
    )
    type = fields.String(required=True, metadata={"description": "What happened last", "example": "job.closed"})
    object = fields.String(
        required=True, metadata={"description": "`job`, `company`, `team`, `user` or `skill`", "example": "job"}
    )
    id = fields.Integer(required=True, metadata={"description": "Of the object", "example": 1370})
    op = fields.String(
        required=True,
        validate=validate.OneOf((UPSERT, DELETE)),
        metadata={"description": "`delete`: it is gone, or no longer the company's", "example": UPSERT},
    )
    at = fields.DateTime(required=True, metadata={"example": "2026-06-05T14:35:43Z"})
    company_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Whose it is, or null", "example": 12}
    )


class ChangesV2(Schema):
    """A page of the feed."""

    data = fields.List(fields.Nested(ChangeV2), required=True)
    next = fields.String(
        required=True,
        metadata={"description": "Give it back as `since`; there also when `data` is empty", "example": CURSOR},
    )


def change_v2(row: AnyRow) -> dict[str, Any]:
    """Return the event of a row."""
    names = ("seq", "type", "object", "id", "op", "at", "company_id")
    return {name: getattr(row, name) for name in names}
