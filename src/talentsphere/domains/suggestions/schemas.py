"""Suggestions as clients see them, the shapes of both versions side by side."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from talentsphere.api.examples import shown_by
from talentsphere.api.inputs import words
from talentsphere.db.rows import AnyRow
from talentsphere.domains.suggestions.models import KINDS

EXAMPLE = {"type": "skill", "text": "Kubernetes", "slug": "kubernetes", "jobs": 120}


@shown_by(EXAMPLE)
class SuggestionV2(Schema):
    """Something to search for. `slug`, of skills and companies, is what their filters take."""

    type = fields.String(required=True, metadata={"enum": list(KINDS)})
    text = fields.String(required=True)
    slug = fields.String()


@shown_by(EXAMPLE)
class SuggestionV1(Schema):
    """Something to search for, every field always there."""

    type = fields.String(required=True, metadata={"enum": list(KINDS)})
    text = fields.String(required=True)
    slug = fields.String(required=True, allow_none=True)
    jobs = fields.Integer(
        required=True, metadata={"description": "Open postings that have it when last counted; 1000: or more"}
    )


class SuggestQuery(Schema):
    """What was typed so far."""

    q = fields.String(
        required=True,
        validate=validate.Length(1, 100),
        metadata={"description": "The beginning of any word of what is looked for", "example": "kub"},
    )
    type = words(KINDS, "Only these kinds; all when it is not given")
    limit = fields.Integer(
        load_default=10, validate=validate.Range(1, 20), metadata={"description": "At most so many", "example": 10}
    )


def suggestion_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row with ``LABEL`` as a ``SuggestionV1``."""
    return {"type": row.kind, "text": row.label, "slug": row.slug, "jobs": row.weight}


def suggestion_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row with ``LABEL`` as a ``SuggestionV2``."""
    return {"type": row.kind, "text": row.label, **({"slug": row.slug} if row.slug else {})}
