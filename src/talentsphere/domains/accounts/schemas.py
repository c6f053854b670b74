"""Accounts and sign-ins as clients see them, the shapes of both versions side by side."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from talentsphere.api.examples import shown_by
from talentsphere.api.fields import stated
from talentsphere.api.inputs import Line
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.api.shapes import page_of, walk_of
from talentsphere.db.rows import AnyRow
from talentsphere.domains.accounts.models import Session as SignIn
from talentsphere.domains.accounts.models import User
from talentsphere.domains.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from talentsphere.domains.accounts.signing_in import Tokens
from talentsphere.domains.accounts.tokens import LIFETIME
from talentsphere.domains.companies.models import Company, Team

EXAMPLE = {
    "id": 9,
    "email": "ada@example.org",
    "email_verified": True,
    "full_name": "Ada Lovelace",
    "role": "recruiter",
    "company": {"id": 3, "name": "Viamo", "slug": "viamo"},
    "company_id": 3,
    "team": {"id": 2, "name": "Platform"},
    "preferences": {"digest": "weekly"},
    "version": 1,
    "created_at": "2026-01-31T09:00:00Z",
    "updated_at": "2026-01-31T09:00:00Z",
    "password": "correct horse battery",  # nosec B105
    "old_password": "correct horse battery",  # nosec B105
    "new_password": "incorrect zebra battery",  # nosec B105
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI5In0.x0Y",  # nosec B105
    "refresh_token": "tsr_Vq3xZk1MhQf0m8u2Jb6cW7yT5rN4pL9sD1aE3gH0",  # nosec B105
    "token": "Vq3xZk1MhQf0m8u2Jb6cW7yT5rN4pL9sD1aE3gH0",  # nosec B105
    "token_type": "Bearer",  # nosec B105
    "expires_in": 900,
    "status": "accepted",
}
"""One person, for the documentation."""
SIGN_IN_EXAMPLE = {
    "id": 12,
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
    "created_at": "2026-01-31T09:00:00Z",
    "last_used_at": "2026-01-31T09:00:00Z",
    "expires_at": "2026-03-02T09:00:00Z",
}
MAX_PREFERENCES = 50
PREFERENCE = re.compile(r"[a-z][a-z0-9_.]{0,59}", re.ASCII)


class Address(fields.Email):
    """An e-mail address of at most 254 characters, without the spaces around it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=254), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return super()._deserialize(value.strip() if isinstance(value, str) else value, attr, data, **kwargs)


class Preferences(fields.Dict):
    """Settings that clients keep for a person: short values by name. Null takes one away."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found: dict[str, Any] = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        if len(found) > MAX_PREFERENCES:
            raise ValidationError(f"must be at most {MAX_PREFERENCES}")
        for name, each in found.items():
            if not PREFERENCE.fullmatch(str(name)):
                raise ValidationError("names must be lower-case letters, digits, _ and ., at most 60")
            if not isinstance(each, str | bool | int | None) or len(str(each)) > 200 or "\0" in str(each):
                raise ValidationError(
                    f"{name}: must be a text of at most 200 characters, a whole number, a truth or null"
                )
        return found


def _new_password(**kwargs: Any) -> fields.String:
    return fields.String(required=True, validate=validate.Length(MIN_LENGTH, MAX_LENGTH), **kwargs)


def _password() -> fields.String:
    """Return a field for a password that exists, or not: what is too long for any is not hashed."""
    return fields.String(required=True, validate=validate.Length(1, MAX_LENGTH))


def _secret(length: int = 200) -> fields.String:
    return fields.String(required=True, validate=validate.Length(1, length))


@shown_by(EXAMPLE)
class NewAccount(Schema):
    """Who wants an account."""

    email = Address(required=True)
    password = _new_password()
    full_name = Line(200, required=True)


@shown_by({**EXAMPLE, "role": "candidate"})
class RegisteredAccount(Schema):
    """The account that is there now. Whether it was there before is told to the address alone, by mail."""

    email = fields.String(required=True)
    full_name = fields.String(required=True)
    role = fields.String(required=True)


@shown_by(EXAMPLE)
class Credentials(Schema):
    """Who signs in."""

    email = fields.String(required=True, validate=validate.Length(1, 254))
    password = _password()


@shown_by(EXAMPLE)
class SignedIn(Schema):
    """The pair of tokens of a session: `access_token` is sent with requests, `refresh_token` gets the next pair."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True, metadata={"description": "Good once"})
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds that `access_token` holds"})


@shown_by(EXAMPLE)
class Refreshing(Schema):
    """The refresh token of the last pair."""

    refresh_token = _secret()


@shown_by(EXAMPLE)
class ForgottenPassword(Schema):
    """Whose password is forgotten."""

    email = fields.String(required=True, validate=validate.Length(1, 254))


@shown_by(EXAMPLE)
class PasswordReset(Schema):
    """The secret of the mailed link, and the new password."""

    token = _secret()
    password = _new_password()


@shown_by(EXAMPLE)
class MailedSecret(Schema):
    """The secret of the mailed link."""

    token = _secret()


@shown_by(EXAMPLE)
class PasswordChange(Schema):
    """The password that is, and the one to be."""

    old_password = _password()
    new_password = _new_password()


@shown_by(EXAMPLE)
class Accepted(Schema):
    """What was asked for is done if it can be; more is not said."""

    status = fields.String(required=True)


@shown_by(EXAMPLE)
class ProfileChanges(Schema):
    """What of one's profile is to change; `preferences` are merged, null takes one away."""

    full_name = Line(200)
    preferences = Preferences()


class CompanyOfUser(Schema):
    """The company that a person works for."""

    id = fields.Integer(required=True, metadata={"example": 3})
    name = fields.String(required=True, metadata={"example": "Viamo"})
    slug = fields.String(required=True, metadata={"example": "viamo"})


class TeamOfUser(Schema):
    """The team that a person is in."""

    id = fields.Integer(required=True, metadata={"example": 2})
    name = fields.String(required=True, metadata={"example": "Platform"})


@shown_by(EXAMPLE)
class ProfileV1(Schema):
    """One's own account, every field always there."""

    id = fields.Integer(required=True)
    email = fields.String(required=True)
    email_verified = fields.Boolean(required=True)
    full_name = fields.String(required=True)
    role = fields.String(required=True)
    company = fields.Nested(CompanyOfUser, required=True, allow_none=True)
    team = fields.Nested(TeamOfUser, required=True, allow_none=True)
    preferences = fields.Dict(required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


@shown_by(EXAMPLE)
class ProfileV2(Schema):
    """One's own account. A field without a value is left out."""

    id = fields.Integer(required=True)
    email = fields.String(required=True)
    full_name = fields.String(required=True)
    role = fields.String(required=True)
    company_id = fields.Integer()
    preferences = fields.Dict(required=True)


@shown_by(SIGN_IN_EXAMPLE)
class SessionV1(Schema):
    """A session: one sign-in, on one device."""

    id = fields.Integer(required=True)
    user_agent = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    last_used_at = fields.DateTime(required=True, metadata={"description": "When its tokens were last renewed"})
    expires_at = fields.DateTime(required=True, metadata={"description": "Unless its tokens are renewed before"})


@shown_by(SIGN_IN_EXAMPLE)
class SessionV2(Schema):
    """A session: one sign-in, on one device."""

    id = fields.Integer(required=True)
    user_agent = fields.String(required=True)
    last_used_at = fields.DateTime(required=True, metadata={"description": "When its tokens were last renewed"})


class SessionPageV1(page_of(SessionV1)):  # type: ignore[misc]  # the envelope is made
    """One's other sessions, and the one that asks."""

    current = fields.Nested(SessionV1, required=True)


class SessionWalkV2(walk_of(SessionV2)):  # type: ignore[misc]
    """One's other sessions, and the one that asks."""

    current = fields.Nested(SessionV2, required=True)


class SessionListQueryV1(PageNumbers):
    """The parameters of v1's list."""


class SessionListQueryV2(CursorOrPage):
    """The parameters of v2's list."""


PROFILE_V1 = (
    User.id, User.email, User.email_verified_at, User.full_name, User.role, User.preferences, User.version,
    User.created_at, User.updated_at, Company.id.label("company_id"), Company.name.label("company_name"),
    Company.slug.label("company_slug"), Team.id.label("team_id"), Team.name.label("team_name"),
)  # fmt: skip
PROFILE_V2 = (User.id, User.email, User.full_name, User.role, User.company_id, User.preferences, User.version)
SESSION_NAMES_V1, SESSION_NAMES_V2 = tuple(SessionV1().fields), tuple(SessionV2().fields)
SESSION_V1 = tuple(getattr(SignIn, name) for name in SESSION_NAMES_V1)
SESSION_V2 = tuple(getattr(SignIn, name) for name in SESSION_NAMES_V2)
ACCEPTED = {"status": "accepted"}
AS_THEY_ARE = ("id", "email", "full_name", "role", "preferences", "version", "created_at", "updated_at")


def registered(new: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a ``NewAccount``, whatever became of it."""
    return {"email": new["email"], "full_name": new["full_name"], "role": "candidate"}


def signed_in(tokens: Tokens) -> dict[str, Any]:
    """Return a pair of tokens as ``SignedIn``."""
    lifetime_s = int(LIFETIME.total_seconds())
    pair = {"access_token": tokens.access, "refresh_token": tokens.refresh}
    return {**pair, "token_type": "Bearer", "expires_in": lifetime_s}  # nosec B105


def profile_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``PROFILE_V1`` as a ``ProfileV1``."""
    company = {"id": row.company_id, "name": row.company_name, "slug": row.company_slug} if row.company_id else None
    team = {"id": row.team_id, "name": row.team_name} if row.team_id else None
    facts = {"email_verified": row.email_verified_at is not None, "company": company, "team": team}
    return {name: getattr(row, name) for name in AS_THEY_ARE} | facts


def profile_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``PROFILE_V2`` as a ``ProfileV2``."""
    return stated({name: getattr(row, name) for name in ProfileV2().fields})


def session_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``SESSION_V1`` as a ``SessionV1``."""
    return {name: getattr(row, name) for name in SESSION_NAMES_V1}


def session_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``SESSION_V2`` as a ``SessionV2``."""
    return {name: getattr(row, name) for name in SESSION_NAMES_V2}
