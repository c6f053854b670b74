"""People as their colleagues see them, the shapes of both versions side by side."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from talentsphere.api.examples import shown_by
from talentsphere.api.fields import stated
from talentsphere.api.inputs import BIGGEST_ID, Ids, Word
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.api.policy import INTERVIEWER, MANAGER, RECRUITER
from talentsphere.db.rows import AnyRow
from talentsphere.domains.accounts.models import User

COMPANY_ROLES = (RECRUITER, MANAGER, INTERVIEWER)
EXAMPLE = {
    "id": 9,
    "email": "ada@example.org",
    "full_name": "Ada Lovelace",
    "role": "recruiter",
    "company_id": 3,
    "team_id": 7,
    "is_active": True,
    "version": 1,
    "created_at": "2026-01-31T09:00:00Z",
    "updated_at": "2026-01-31T09:00:00Z",
}
"""One person, for the documentation of both shapes."""


class PersonChanges(Schema):
    """What staff may change about a person of their company; what is left out stays."""

    role = Word(COMPANY_ROLES, metadata={"example": "interviewer"})
    team_id = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, BIGGEST_ID),
        metadata={"description": "A team of their company; null: in none", "example": 7},
    )
    is_active = fields.Boolean(
        truthy={True}, falsy={False}, metadata={"description": "False ends every session and keeps the person out"}
    )


@shown_by(EXAMPLE)
class PersonV2(Schema):
    """A person. A field without a value is left out."""

    id = fields.Integer(required=True)
    full_name = fields.String(required=True)
    email = fields.String(required=True)
    role = fields.String(required=True)
    team_id = fields.Integer()
    is_active = fields.Boolean(required=True)


@shown_by(EXAMPLE)
class PersonV1(Schema):
    """A person, every field always there."""

    id = fields.Integer(required=True)
    full_name = fields.String(required=True)
    email = fields.String(required=True)
    role = fields.String(required=True)
    company_id = fields.Integer(required=True, allow_none=True)
    team_id = fields.Integer(required=True, allow_none=True)
    is_active = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


class PeopleFilter(Schema):
    """Which people of a company or a team are wanted."""

    active = fields.Boolean(
        truthy={"true", "1"},
        falsy={"false", "0"},
        metadata={"description": "Only those who may sign in, or only the others", "example": True},
    )
    role = Word(COMPANY_ROLES, metadata={"description": "Only those with this role", "example": "interviewer"})


class PeopleQueryV1(PeopleFilter, PageNumbers):
    """The parameters of v1's lists."""


class PeopleQueryV2(PeopleFilter, CursorOrPage):
    """The parameters of v2's lists."""


class PeopleBatchQuery(Schema):
    """Which people are wanted."""

    ids = Ids(required=True)


NAMES_V1, NAMES_V2 = tuple(PersonV1().fields), tuple(PersonV2().fields)
PERSON_V1 = tuple(getattr(User, name) for name in NAMES_V1)
PERSON_V2 = (*(getattr(User, name) for name in NAMES_V2), User.version)


def person_v1(row: AnyRow | User) -> dict[str, Any]:
    """Return a person as a ``PersonV1``."""
    return {name: getattr(row, name) for name in NAMES_V1}


def person_v2(row: AnyRow | User) -> dict[str, Any]:
    """Return a person as a ``PersonV2``."""
    return stated({name: getattr(row, name) for name in NAMES_V2})
