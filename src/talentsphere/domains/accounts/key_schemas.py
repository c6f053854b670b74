"""API keys as clients see them, the shapes of both versions side by side."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from talentsphere.api.examples import shown_by
from talentsphere.api.fields import stated
from talentsphere.api.inputs import BIGGEST_ID, Moment
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.api.policy import SCOPES
from talentsphere.db.base import now
from talentsphere.db.rows import AnyRow
from talentsphere.domains.accounts.models import ApiKey

EXAMPLE = {
    "id": 4,
    "name": "Careers page",
    "start": "tsk_Vq3xZk1M",
    "scopes": ["jobs:read", "jobs:write"],
    "company_id": 3,
    "created_by": 9,
    "expires_at": "2027-01-31T09:00:00Z",
    "last_used_at": "2026-01-31T09:00:00Z",
    "revoked_at": "2026-06-30T09:00:00Z",
    "created_at": "2026-01-31T09:00:00Z",
    "secret": "tsk_Vq3xZk1MhQf0m8u2Jb6cW7yT5rN4pL9sD1aE3gH0",  # nosec B105
}
"""One key, for the documentation."""


def _in_the_future(moment: datetime) -> None:
    if moment <= now():
        raise ValidationError("must be in the future")


class NewApiKey(Schema):
    """What a new key may do, and until when."""

    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES)),
        required=True,
        validate=validate.Length(1, len(SCOPES)),
        metadata={"description": "What it may do", "example": ["jobs:write"]},
    )
    name = fields.String(
        load_default="",
        validate=validate.Length(max=100),
        metadata={"description": "What it is for", "example": "Careers page"},
    )
    company_id = fields.Integer(
        strict=True,
        validate=validate.Range(1, BIGGEST_ID),
        metadata={"description": "Whose key it is; left out by an admin, it is one of the whole instance"},
    )
    expires_at = Moment(validate=_in_the_future)


@shown_by(EXAMPLE)
class ApiKeyV2(Schema):
    """A key without its secret. A field without a value is left out."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    start = fields.String(required=True, metadata={"description": "How the secret begins"})
    scopes = fields.List(fields.String(), required=True)
    expires_at = fields.DateTime()
    last_used_at = fields.DateTime(metadata={"description": "To the minute"})
    revoked_at = fields.DateTime()


@shown_by(EXAMPLE)
class ApiKeyV1(Schema):
    """A key without its secret, every field always there."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    start = fields.String(required=True, metadata={"description": "How the secret begins"})
    scopes = fields.List(fields.String(), required=True)
    company_id = fields.Integer(required=True, allow_none=True, metadata={"description": "Null: of the instance"})
    created_by = fields.Integer(required=True, allow_none=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    last_used_at = fields.DateTime(required=True, allow_none=True, metadata={"description": "To the minute"})
    revoked_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


@shown_by(EXAMPLE)
class MadeApiKeyV1(ApiKeyV1):
    """A new key with its secret, which is shown only this once."""

    secret = fields.String(required=True)


@shown_by(EXAMPLE)
class MadeApiKeyV2(ApiKeyV2):
    """A new key with its secret, which is shown only this once."""

    secret = fields.String(required=True)


class ApiKeyListQueryV1(PageNumbers):
    """The parameters of v1's list."""


class ApiKeyListQueryV2(CursorOrPage):
    """The parameters of v2's list."""


NAMES_V1, NAMES_V2 = tuple(ApiKeyV1().fields), tuple(ApiKeyV2().fields)
API_KEY_V1 = tuple(getattr(ApiKey, name) for name in NAMES_V1)
API_KEY_V2 = tuple(getattr(ApiKey, name) for name in NAMES_V2)


def api_key_v1(row: AnyRow | ApiKey) -> dict[str, Any]:
    """Return a key as an ``ApiKeyV1``."""
    return {name: getattr(row, name) for name in NAMES_V1} | {"scopes": row.scopes.split(" ")}


def api_key_v2(row: AnyRow | ApiKey) -> dict[str, Any]:
    """Return a key as an ``ApiKeyV2``."""
    return stated({name: getattr(row, name) for name in NAMES_V2}) | {"scopes": row.scopes.split(" ")}
