"""Teams as clients see them, the shapes of both versions side by side."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from talentsphere.api.examples import shown_by
from talentsphere.api.inputs import BIGGEST_ID, Line
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.db.rows import AnyRow
from talentsphere.domains.companies.models import Team

EXAMPLE = {
    "id": 7,
    "name": "Engineering",
    "company_id": 3,
    "is_active": True,
    "version": 1,
    "created_at": "2026-01-31T09:00:00Z",
    "updated_at": "2026-01-31T09:00:00Z",
}
"""One team, for the documentation of both shapes."""


class TeamChanges(Schema):
    """What of a team may change; what is left out stays."""

    name = Line(200, metadata={"description": "Unique within the company", "example": "Engineering"})
    is_active = fields.Boolean(
        truthy={True}, falsy={False}, metadata={"description": "False: a department of the past"}
    )


class NewTeam(Schema):
    """A team to add."""

    name = Line(200, required=True, metadata={"description": "Unique within the company", "example": "Engineering"})
    company_id = fields.Integer(
        strict=True,
        validate=validate.Range(1, BIGGEST_ID),
        metadata={
            "description": "Whose team it is: an admin says it, for others it is their own company",
            "example": 3,
        },
    )


@shown_by(EXAMPLE)
class TeamV2(Schema):
    """A team."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    is_active = fields.Boolean(required=True)


@shown_by(EXAMPLE)
class TeamV1(Schema):
    """A team, every field always there."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    company_id = fields.Integer(required=True)
    is_active = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


class TeamListQueryV1(PageNumbers):
    """The parameters of v1's list."""


class TeamListQueryV2(CursorOrPage):
    """The parameters of v2's list."""


NAMES_V1, NAMES_V2 = tuple(TeamV1().fields), tuple(TeamV2().fields)
TEAM_V1 = tuple(getattr(Team, name) for name in NAMES_V1)
TEAM_V2 = (*(getattr(Team, name) for name in NAMES_V2), Team.version)


def team_v1(row: AnyRow | Team) -> dict[str, Any]:
    """Return a team as a ``TeamV1``."""
    return {name: getattr(row, name) for name in NAMES_V1}


def team_v2(row: AnyRow | Team) -> dict[str, Any]:
    """Return a team as a ``TeamV2``."""
    return {name: getattr(row, name) for name in NAMES_V2}
