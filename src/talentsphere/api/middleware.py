"""What happens around every request in Flask: its timing, its id, the headers of its answer."""

from __future__ import annotations

from flask import Flask, Request, Response, g, request
from flask.sessions import SessionInterface
from werkzeug.exceptions import RequestURITooLarge

from talentsphere.api.auth import authorize
from talentsphere.api.headers import MAX_TARGET, preflight_headers, standard_headers
from talentsphere.api.request_id import request_id
from talentsphere.errors import NotFound
from talentsphere.settings import Settings
from talentsphere.telemetry.metrics import METRICS, UNCOUNTED_REQUEST, Metrics
from talentsphere.telemetry.timing import Timing, start_timing

POLICY = "Content-Security-Policy"


def register_middleware(app: Flask, settings: Settings) -> None:
    """Open each request's account and complete each response's headers."""
    secure = settings.public_url.startswith("https://")
    app.session_interface = NoSession()

    @app.before_request
    def begin() -> None:
        g.timing = start_timing(request_id())
        if len(request.full_path) > MAX_TARGET:
            raise RequestURITooLarge
        if "\0" in request.path:
            raise NotFound("no address holds the character NUL")

    app.before_request(authorize)

    @app.after_request
    def complete(response: Response) -> Response:
        origin = request.headers.get("Origin")
        id_ = g.timing.request_id if "timing" in g else request_id()
        standard = standard_headers(id_, origin, settings.cors_origins, secure=secure)
        if POLICY in response.headers:  # a page that states its own
            standard = [header for header in standard if header[0] != POLICY]
        response.headers.extend(standard)
        if request.method == "OPTIONS" and origin in settings.cors_origins:
            response.headers.extend(preflight_headers())
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
        if "x_cache" in g:
            response.headers["X-Cache"] = g.x_cache
        if "timing" in g:
            g.timing.cache = g.get("x_cache", "").lower()
            response.headers["Server-Timing"] = g.timing.server_timing()
            _count(app.extensions[METRICS], g.timing, response.status_code)
        return response


def _count(metrics: Metrics, timing: Timing, status: int) -> None:
    if UNCOUNTED_REQUEST in request.environ:
        return
    route = request.url_rule.rule if request.url_rule is not None else None
    metrics.observe(route, request.method, status, timing.elapsed_s(), timing.statements)


class NoSession(SessionInterface):
    """Flask without cookie sessions: clients send a bearer token, and no answer sets a cookie."""

    def open_session(self, app: Flask, request: Request) -> None:  # noqa: ARG002
        return None
