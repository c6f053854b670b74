"""``/api/v1/auth``: accounts, signing in and out, forgotten passwords. Answers are never kept nor compressed."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, open_to_all
from talentsphere.api.json import secret_response
from talentsphere.api.openapi import Blueprint
from talentsphere.domains.accounts import services, signing_in
from talentsphere.domains.accounts.asking import device, person, stranger
from talentsphere.domains.accounts.schemas import (
    ACCEPTED,
    Accepted,
    Credentials,
    ForgottenPassword,
    MailedSecret,
    NewAccount,
    PasswordReset,
    Refreshing,
    RegisteredAccount,
    SignedIn,
    registered,
    signed_in,
)

bp = Blueprint("auth", "v1", "/api/v1/auth", description="Accounts and signing in")


@bp.post("/register")
@bp.arguments(NewAccount)
@bp.response(201, RegisteredAccount)
@open_to_all
def register(new: dict[str, Any]) -> Response:
    """Make a candidate's account and mail a link that proves the address.

    An address that has an account already is answered alike, and told by mail.
    """
    services.register(**new, actor=stranger())
    return secret_response(registered(new), 201)


@bp.post("/login")
@bp.arguments(Credentials)
@bp.response(200, SignedIn)
@bp.alt_response(401, "UNAUTHORIZED")
@open_to_all
def log_in(given: dict[str, Any]) -> Response:
    """Give the tokens of a new session for an address and its password."""
    return secret_response(signed_in(signing_in.sign_in(**given, user_agent=device(), actor=stranger())))


@bp.post("/refresh")
@bp.arguments(Refreshing)
@bp.response(200, SignedIn)
@bp.alt_response(401, "UNAUTHORIZED")
@open_to_all
def refresh_tokens(given: dict[str, Any]) -> Response:
    """Give the next pair of tokens for a refresh token, which is good once.

    Within ten seconds it gives the same pair again, for tabs that refresh at once. Later it must have been stolen, and
    the session ends.
    """
    return secret_response(signed_in(signing_in.refresh(given["refresh_token"], stranger())))


@bp.post("/logout")
@bp.response(204)
@allow("account.logout")
def log_out() -> Response:
    """End the session of the access token: its tokens are refused from now on."""
    signing_in.sign_out(*person(), actor())
    return Response(status=204)


@bp.post("/password/forgot")
@bp.arguments(ForgottenPassword)
@bp.response(202, Accepted)
@open_to_all
def forgot_password(given: dict[str, Any]) -> Response:
    """Mail a link for a new password, if the address has an account; the answer does not tell."""
    services.ask_reset(given["email"], stranger())
    return secret_response(ACCEPTED, 202)


@bp.post("/password/reset")
@bp.arguments(PasswordReset)
@bp.response(204)
@open_to_all
def reset_password(given: dict[str, Any]) -> Response:
    """Set a new password with the secret of the mailed link, once, and end every session."""
    services.reset_password(given["token"], given["password"], stranger())
    return Response(status=204)


@bp.post("/email/verify")
@bp.arguments(MailedSecret)
@bp.response(204)
@open_to_all
def verify_email(given: dict[str, Any]) -> Response:
    """Prove one's address with the secret of the mailed link, once."""
    services.verify_email(given["token"], stranger())
    return Response(status=204)


@bp.post("/email/verification")
@bp.response(202, Accepted)
@allow("account.update")
def mail_verification() -> Response:
    """Mail another link that proves one's address."""
    user_id, _ = person()
    services.mail_verification(user_id, actor())
    return secret_response(ACCEPTED, 202)
