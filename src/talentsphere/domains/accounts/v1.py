"""``/api/v1/users/me``: one's own account and sessions, whole."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow
from talentsphere.api.caching import cached, uncached, versioned
from talentsphere.api.conditions import check_version, conditional
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import ID, id_in_path
from talentsphere.db.base import now
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts import profiles, queries, services, signing_in
from talentsphere.domains.accounts.asking import person
from talentsphere.domains.accounts.caching import PROFILE
from talentsphere.domains.accounts.schemas import (
    PROFILE_V1,
    SESSION_V1,
    PasswordChange,
    ProfileChanges,
    ProfileV1,
    SessionListQueryV1,
    SessionPageV1,
    profile_v1,
    session_v1,
)

bp = Blueprint("account", "v1", "/api/v1/users/me", description="One's own account")


@bp.get("")
@bp.response(200, ProfileV1)
@allow("account.read")
@cached(PROFILE)
def get_account() -> Response:
    """Give one's own account."""
    with reading() as session:
        row = queries.get_profile(session, person()[0], PROFILE_V1)
    return versioned(json_response(profile_v1(row)), row.version)


@bp.patch("")
@bp.arguments(ProfileChanges)
@bp.response(200, ProfileV1)
@allow("account.update")
@conditional
def update_account(changes: dict[str, Any]) -> Response:
    """Change one's name or preferences."""
    with writing() as session:
        user = queries.lock_user(session, person()[0])
        check_version(user.version)
        profiles.change_profile(session, user, changes, actor())
        row = queries.get_profile(session, user.id, PROFILE_V1)
    return versioned(json_response(profile_v1(row)), row.version)


@bp.post("/password")
@bp.arguments(PasswordChange)
@bp.response(204)
@allow("account.change_password")
def change_password(given: dict[str, Any]) -> Response:
    """Set a new password, and end one's other sessions."""
    services.change_password(*person(), given["old_password"], given["new_password"], actor())
    return Response(status=204)


@bp.get("/sessions")
@bp.arguments(SessionListQueryV1, location="query")
@bp.response(200, SessionPageV1)
@allow("session.list")
@uncached("it names the session that asks")
def list_sessions(query: dict[str, Any]) -> Response:
    """List one's other sessions, the newest first, and `current`, the one that asks."""
    window, own, at = numbered_window(query), person(), now()
    with reading() as session:
        rows = queries.list_other_sign_ins(session, *own, at, window, SESSION_V1)
        count = queries.count_other_sign_ins(session, *own, at)
        current = queries.get_sign_in(session, *own, SESSION_V1)
    page = numbered_page(rows, window, Total(count), session_v1)
    return json_response({**page, "current": session_v1(current)})


@bp.delete("/sessions")
@bp.response(204)
@allow("session.end")
def end_sessions() -> Response:
    """End one's other sessions."""
    signing_in.sign_out_others(*person(), actor())
    return Response(status=204)


@bp.delete(f"/sessions/<{ID}:session_id>", parameters=id_in_path("session_id", "the session"))
@bp.response(204)
@bp.alt_response(404, "NOT_FOUND")
@allow("session.end")
def end_session(session_id: int) -> Response:
    """End one of one's own sessions, whichever."""
    signing_in.sign_out(person()[0], session_id, actor())
    return Response(status=204)
