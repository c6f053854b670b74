"""Errors as clients see them: ``application/problem+json`` (RFC 9457), rendered here and nowhere else."""

from __future__ import annotations

import http
from typing import Any

import structlog
from flask import Flask, Response, request
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from talentsphere.api.json import to_json
from talentsphere.api.request_id import request_id
from talentsphere.db.conflicts import is_lost_reference
from talentsphere.db.session import is_unavailable
from talentsphere.errors import DomainError, PreconditionFailed, Unavailable

MIMETYPE = "application/problem+json"
RETRY_AFTER_S = 1
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate", "Location")

log = structlog.get_logger(__name__)


def problem_body(
    status: int,
    title: str | None = None,
    detail: str | None = None,
    *,
    type_: str = "about:blank",
    instance: str | None = None,
    request_id: str | None = None,
    **extra: Any,
) -> bytes:
    """Return the bytes of a problem document; a title left out is the status's own phrase. No Flask needed."""
    document = {
        "type": type_,
        "title": title or http.HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
        **extra,
    }
    return to_json({name: value for name, value in document.items() if value is not None})


def problem_response(status: int, title: str | None = None, detail: str | None = None, **extra: Any) -> Response:
    """Return the problem document of the current request."""
    body = problem_body(status, title, detail, instance=request.path, request_id=request_id(), **extra)
    response = Response(body, status, mimetype=MIMETYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def register_problems(app: Flask) -> None:
    """Make every error of ``app`` a problem document."""
    app.register_error_handler(DomainError, _render_refusal)
    app.register_error_handler(HTTPException, _render_http_error)
    app.register_error_handler(StaleDataError, _render_lost_race)
    app.register_error_handler(Exception, _render_crash)


def _render_refusal(error: DomainError) -> Response:
    extras = dict(error.extras)
    retry_after_s = extras.pop("retry_after_s", None)
    response = problem_response(error.status, error.title, error.detail, type_=f"/problems/{error.slug}", **extras)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="talentsphere"'
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(retry_after_s)
    return response


def _render_http_error(error: HTTPException) -> Response:
    if error.response is not None and error.code is not None and error.code < 400:
        return Response(status=error.code, headers=error.get_response().headers)
    status = error.code or 500
    response = problem_response(status, detail=_detail_of(error))
    for name, value in error.get_headers(request.environ):
        if name in KEPT_HEADERS:
            response.headers[name] = value
    return response


def _detail_of(error: HTTPException) -> str | None:
    if isinstance(error, InternalServerError):
        return None
    if isinstance(error, RequestEntityTooLarge):
        return "the body is larger than this address takes"
    return error.description


def _render_lost_race(_error: Exception) -> Response:
    """The version that an update names, or what a row refers to, was not there any more: nothing was changed."""
    return _render_refusal(PreconditionFailed("it was changed at the same moment; read it again"))


def _render_crash(error: Exception) -> Response:
    if is_lost_reference(error):
        return _render_lost_race(error)
    if is_unavailable(error):
        log.warning("database_unavailable", error=type(error).__name__, request_id=request_id())
        refusal = Unavailable("the database did not answer in time; try again", retry_after_s=RETRY_AFTER_S)
        return _render_refusal(refusal)
    log.exception("unexpected_error", method=request.method, path=request.path, request_id=request_id())
    return problem_response(500)
