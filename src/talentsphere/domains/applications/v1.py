"""``/api/v1/applications``: one application, whole, and every step of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, principal
from talentsphere.api.caching import cached, uncached
from talentsphere.api.conditions import conditional
from talentsphere.api.idempotency import idempotent
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import ID, batch_of, few_of, id_in_path, page_of
from talentsphere.db.session import reading
from talentsphere.domains.applications import pipeline
from talentsphere.domains.applications.answering import (
    Move,
    depend_on_own,
    moved_together,
    rejected,
    released,
    seen_application,
    shown,
    stepped,
)
from talentsphere.domains.applications.caching import APPLICATION, MY_APPLICATIONS
from talentsphere.domains.applications.history import list_history
from talentsphere.domains.applications.notes import change_application
from talentsphere.domains.applications.own_schemas import (
    OWN_CARD_V1,
    OwnApplicationV1,
    OwnCardV1,
    own_application_v1,
    own_card_v1,
)
from talentsphere.domains.applications.parameters import (
    ApplicationChanges,
    BulkMove,
    PageQueryV1,
    Rejection,
)
from talentsphere.domains.applications.parameters import (
    Move as MoveBody,
)
from talentsphere.domains.applications.queries import list_own_applications
from talentsphere.domains.applications.schemas import (
    APPLICATION_V1,
    ApplicationV1,
    HistoryStep,
    MovedV1,
    application_v1,
    history_step,
)

bp = Blueprint("applications", "v1", "/api/v1", description="Applications")
ONE, ONE_ID = f"/applications/<{ID}:application_id>", id_in_path("application_id", "the application")
WHOLE = (APPLICATION_V1, application_v1, own_application_v1)


@bp.get("/users/me/applications")
@bp.arguments(PageQueryV1, location="query")
@bp.response(200, page_of(OwnCardV1))
@allow("application.list_own")
@cached(MY_APPLICATIONS)
def list_my_applications(query: dict[str, Any]) -> Response:
    """List one's own applications, newest first."""
    window, user_id = numbered_window(query), principal().user_id or 0
    with reading() as session:
        rows, total = list_own_applications(session, user_id, window, OWN_CARD_V1)
    depend_on_own(user_id, rows)
    return json_response(numbered_page(rows, window, Total(total), own_card_v1))


@bp.get(ONE, parameters=ONE_ID)
@bp.response(200, {"oneOf": [ApplicationV1, OwnApplicationV1]})
@bp.alt_response(404, "NOT_FOUND")
@allow("application.read")
@cached(APPLICATION)
def get_application(application_id: int) -> Response:
    """Give one application: to the company whole, to its candidate what is theirs."""
    with reading() as session:
        return shown(session, application_id, *WHOLE)


@bp.patch(ONE, parameters=ONE_ID)
@bp.arguments(ApplicationChanges)
@bp.response(200, ApplicationV1)
@bp.alt_response(404, "NOT_FOUND")
@allow("application.move")
@conditional
def update_application(changes: dict[str, Any], application_id: int) -> Response:
    """Change tags or source."""
    return _stepped(application_id, lambda session, found: change_application(session, actor(), found, changes))


@bp.post(f"{ONE}/move", parameters=ONE_ID)
@bp.arguments(MoveBody)
@bp.response(200, ApplicationV1)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("application.move")
@idempotent
@conditional
def move_application(wanted: dict[str, Any], application_id: int) -> Response:
    """Let an application stand in another stage of its job."""
    stage, comment = wanted["stage"], wanted.get("comment")
    return _stepped(application_id, lambda session, found: pipeline.move(session, actor(), found, stage, comment))


@bp.post(f"{ONE}/reject", parameters=ONE_ID)
@bp.arguments(Rejection)
@bp.response(200, ApplicationV1)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("application.move")
@idempotent
@conditional
def reject_application(rejection: dict[str, Any], application_id: int) -> Response:
    """End an application for a reason; for a while it can be undone, and the candidate is told only after that."""
    return _stepped(application_id, rejected(rejection))


@bp.post(f"{ONE}/undo", parameters=ONE_ID)
@bp.response(200, ApplicationV1)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("application.move")
@idempotent
@conditional
def undo_rejection(application_id: int) -> Response:
    """Take a rejection back: no mail was sent, and none will be."""
    return _stepped(application_id, lambda session, found: pipeline.undo(session, actor(), found))


@bp.post(f"{ONE}/release", parameters=ONE_ID)
@bp.response(200, ApplicationV1)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("application.move")
@idempotent
@conditional
def release_application(application_id: int) -> Response:
    """Put a quarantined application on the board."""
    return _stepped(application_id, released)


@bp.post(f"{ONE}/withdraw", parameters=ONE_ID)
@bp.response(200, OwnApplicationV1)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("application.withdraw")
@idempotent
@conditional
def withdraw_application(application_id: int) -> Response:
    """End one's own application."""
    return _stepped(application_id, lambda session, found: pipeline.withdraw(session, actor(), found))


@bp.post("/applications/bulk-move")
@bp.arguments(BulkMove)
@bp.response(200, partial(batch_of, "items")(MovedV1))
@bp.alt_response(409, "CONFLICT")
@allow("application.move")
@idempotent
def move_applications(wanted: dict[str, Any]) -> Response:
    """Move up to a hundred applications to one job, all or none; those out of reach are `missing`."""
    return moved_together(wanted, "items")


@bp.get(f"{ONE}/history", parameters=ONE_ID)
@bp.response(200, few_of("items", HistoryStep))
@bp.alt_response(404, "NOT_FOUND")
@allow("application.history")
@uncached("few ask")
def list_application_history(application_id: int) -> Response:
    """List every step of an application: who, when, from where to where, after how long."""
    with reading() as session:
        seen_application(session, application_id)
        rows = list_history(session, application_id)
    return json_response({"items": [history_step(row) for row in rows]})


def _stepped(application_id: int, step: Move) -> Response:
    return stepped(application_id, step, *WHOLE)
