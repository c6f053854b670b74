"""Invitations as clients see them, the shapes of both versions side by side."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from talentsphere.api.examples import shown_by
from talentsphere.api.fields import stated
from talentsphere.api.inputs import BIGGEST_ID, Line, Word
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.db.base import now
from talentsphere.db.rows import AnyRow
from talentsphere.domains.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from talentsphere.domains.accounts.people_schemas import COMPANY_ROLES
from talentsphere.domains.accounts.schemas import Address
from talentsphere.domains.companies.invitations import status_of_invitation
from talentsphere.domains.companies.models import Invitation

EXAMPLE = {
    "id": 5,
    "email": "grace@example.org",
    "role": "interviewer",
    "team_id": 7,
    "status": "open",
    "company_id": 3,
    "invited_by": 9,
    "created_at": "2026-01-31T09:00:00Z",
    "expires_at": "2026-02-07T09:00:00Z",
    "accepted_at": "2026-02-01T09:00:00Z",
    "withdrawn_at": "2026-02-01T09:00:00Z",
    "token": "Vq3xZk1MhQf0m8u2Jb6cW7yT5rN4pL9sD1aE3gH0",  # nosec B105
    "password": "correct horse battery",  # nosec B105
    "full_name": "Grace Hopper",
    "company": {"id": 3, "name": "Viamo", "slug": "viamo"},
}
"""One invitation, for the documentation."""


@shown_by(EXAMPLE)
class NewInvitation(Schema):
    """Whom to invite, and as what."""

    email = Address(required=True)
    role = Word(COMPANY_ROLES, required=True)
    team_id = fields.Integer(strict=True, allow_none=True, validate=validate.Range(1, BIGGEST_ID))


@shown_by(EXAMPLE)
class InvitationV2(Schema):
    """An invitation. A field without a value is left out."""

    id = fields.Integer(required=True)
    email = fields.String(required=True)
    role = fields.String(required=True)
    team_id = fields.Integer()
    status = fields.String(required=True, metadata={"description": "`open, accepted, withdrawn` or `expired`"})
    expires_at = fields.DateTime(required=True)


@shown_by(EXAMPLE)
class InvitationV1(Schema):
    """An invitation, every field always there."""

    id = fields.Integer(required=True)
    email = fields.String(required=True)
    role = fields.String(required=True)
    team_id = fields.Integer(required=True, allow_none=True)
    status = fields.String(required=True, metadata={"description": "`open, accepted, withdrawn` or `expired`"})
    company_id = fields.Integer(required=True)
    invited_by = fields.Integer(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    accepted_at = fields.DateTime(required=True, allow_none=True)
    withdrawn_at = fields.DateTime(required=True, allow_none=True)


@shown_by(EXAMPLE)
class AcceptedInvitation(Schema):
    """The secret of the mailed link. Who has no account gives a password and a name; who has one, its password, or
    an access token as for any request."""

    token = fields.String(required=True, validate=validate.Length(1, 200))
    password = fields.String(validate=validate.Length(MIN_LENGTH, MAX_LENGTH))
    full_name = Line(200)


class JoinedCompany(Schema):
    """The company that was joined."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)


@shown_by(EXAMPLE)
class Joined(Schema):
    """Who joined, and as what."""

    email = fields.String(required=True)
    role = fields.String(required=True)
    company = fields.Nested(JoinedCompany, required=True)


class InvitationListQueryV1(PageNumbers):
    """The parameters of v1's list."""


class InvitationListQueryV2(CursorOrPage):
    """The parameters of v2's list."""


NAMES_V1, NAMES_V2 = tuple(InvitationV1().fields), tuple(InvitationV2().fields)


def columns_v1() -> tuple[Any, ...]:
    """Return the columns of an ``InvitationV1``, as it is now."""
    return _columns(NAMES_V1)


def columns_v2() -> tuple[Any, ...]:
    """Return the columns of an ``InvitationV2``, as it is now."""
    return _columns(NAMES_V2)


def _columns(names: tuple[str, ...]) -> tuple[Any, ...]:
    status = status_of_invitation(now()).label("status")
    return tuple(status if name == "status" else getattr(Invitation, name) for name in names)


def invitation_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``columns_v1`` as an ``InvitationV1``."""
    return {name: getattr(row, name) for name in NAMES_V1}


def invitation_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``columns_v2`` as an ``InvitationV2``."""
    return stated({name: getattr(row, name) for name in NAMES_V2})


def joined(invitation: AnyRow) -> dict[str, Any]:
    """Return an invitation that was accepted as a ``Joined``."""
    company = {"id": invitation.company_id, "name": invitation.company_name, "slug": invitation.company_slug}
    return {"email": invitation.email, "role": invitation.role, "company": company}
