"""``/api/v2/jobs/{id}``: applying to a job, and who applied."""

from __future__ import annotations

import time
from typing import Any

from flask import Response

from talentsphere.api.auth import allow, open_to_all
from talentsphere.api.caching import cached, uncached
from talentsphere.api.idempotency import idempotent
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, Walk, walk_response
from talentsphere.api.shapes import walk_of
from talentsphere.db.session import reading
from talentsphere.domains.applications.answering import (
    applied,
    counted,
    depend_on_list,
    get_job,
    settings,
    shown_board,
)
from talentsphere.domains.applications.caching import BOARD, JOB_APPLICATIONS
from talentsphere.domains.applications.links import form_token
from talentsphere.domains.applications.own_schemas import OwnApplicationV2, own_application_v2
from talentsphere.domains.applications.parameters import ApplicationsQueryV2, BoardQuery, NewApplication
from talentsphere.domains.applications.queries import ApplicationFilter, place_of
from talentsphere.domains.applications.queries import list_applications as list_of_job
from talentsphere.domains.applications.schemas import CARD_V2, BoardV2, CardV2, FormShape, card_v2
from talentsphere.domains.jobs.asking import public_questions
from talentsphere.domains.jobs.parameters import JOB
from talentsphere.domains.jobs.schemas import CLOSED, JOB_CARD_V2, JOB_V2, job_card
from talentsphere.domains.jobs.services import get_public_job

bp = Blueprint("board", "v2", "/api/v2/jobs", description="Applying to a job, and who applied")


@bp.get("/<job>/application-form", parameters=JOB)
@bp.response(200, FormShape)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(410, **CLOSED)
@uncached("each is signed with its time")
@open_to_all
def get_application_form(job: str) -> Response:
    """Give what a form for people needs: the questions, and a token that says when it was fetched."""
    with reading() as session:
        row = get_public_job(session, job, JOB_V2, (JOB_CARD_V2, job_card))
    token = form_token(settings(), row.id, int(time.time() * 1000))
    return json_response({"job_id": row.id, "questions": public_questions(row.questions), "form_token": token})


@bp.post("/<job>/applications", parameters=JOB)
@bp.arguments(NewApplication)
@bp.response(201, OwnApplicationV2)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@bp.alt_response(410, **CLOSED)
@allow("application.create")
@idempotent
def create_application(given: dict[str, Any], job: str) -> Response:
    """Apply to a job, once: again is 409 with the `id` of the first."""
    return applied(job, given, own_application_v2, "v2")


@bp.get("/<job>/applications", parameters=JOB)
@bp.arguments(ApplicationsQueryV2, location="query")
@bp.response(200, walk_of(CardV2))
@bp.alt_response(404, "NOT_FOUND")
@allow("application.list")
@cached(JOB_APPLICATIONS)
def list_applications(query: dict[str, Any], job: str) -> Response:
    """List the applications to a job, newest first."""
    applied_filter: dict[str, Any] = {name: query[name] for name in ("stage", "status", "tag") if name in query}
    wanted = ApplicationFilter(query.get("stage"), query.get("status"), query.get("tag"))
    with reading() as session:
        found = get_job(session, job)
        walk: Walk[Any] = Walk.of(query, ["applications", found.id, applied_filter], place_of)
        rows = list_of_job(session, found.id, wanted, walk.window, CARD_V2)
        total = None if query["count"] == "none" else Total(counted(session, found, wanted))
    depend_on_list(found, rows)
    return walk_response(walk, rows, card_v2, {**applied_filter, "sort": "newest"}, total)


@bp.get("/<job>/board", parameters=JOB)
@bp.arguments(BoardQuery, location="query")
@bp.response(200, BoardV2)
@bp.alt_response(404, "NOT_FOUND")
@allow("application.list")
@cached(BOARD)
def get_board(query: dict[str, Any], job: str) -> Response:
    """Give the board of a job: each stage with its count and its newest applications."""
    return shown_board(job, query["limit"], CARD_V2, card_v2)
