"""People of a hiring team as clients see them, the shapes of both versions side by side."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from talentsphere.api.examples import shown_by
from talentsphere.api.inputs import Word
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.api.policy import INTERVIEWER, MANAGER
from talentsphere.db.rows import AnyRow
from talentsphere.domains.accounts.models import User
from talentsphere.domains.jobs.models import HiringTeamMember

ROLES = (MANAGER, INTERVIEWER)
EXAMPLE = {
    "user_id": 9,
    "full_name": "Ada Lovelace",
    "role": "interviewer",
    "email": "ada@example.org",
    "is_active": True,
    "created_at": "2026-01-31T09:00:00Z",
}
"""One person, for the documentation of both shapes."""


@shown_by(EXAMPLE)
class Membership(Schema):
    """As what a person takes part."""

    role = Word(ROLES, required=True)


@shown_by(EXAMPLE)
class TeamMemberV2(Schema):
    """A person of the team."""

    user_id = fields.Integer(required=True)
    full_name = fields.String(required=True)
    role = fields.String(required=True, metadata={"enum": list(ROLES)})


@shown_by(EXAMPLE)
class TeamMemberV1(TeamMemberV2):
    """A person of the team, every field always there."""

    email = fields.String(required=True)
    is_active = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)


class TeamQueryV1(PageNumbers):
    """The parameters of v1's list."""


class TeamQueryV2(CursorOrPage):
    """The parameters of v2's list."""


_COLUMNS = {
    "user_id": HiringTeamMember.user_id, "full_name": User.full_name, "role": HiringTeamMember.role,
    "email": User.email, "is_active": User.is_active, "created_at": HiringTeamMember.created_at,
}  # fmt: skip
MEMBER_V1 = tuple(_COLUMNS[name] for name in TeamMemberV1().fields)
MEMBER_V2 = tuple(_COLUMNS[name] for name in TeamMemberV2().fields)


def member(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``MEMBER_V1`` as a ``TeamMemberV1``, one of ``MEMBER_V2`` as a ``TeamMemberV2``."""
    return dict(row._mapping)
