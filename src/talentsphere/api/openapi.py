"""The OpenAPI 3.1 document, generated from the routes, and the blueprint class that fills it."""

from __future__ import annotations

import http
from collections.abc import Callable
from functools import wraps
from typing import Any

import flask_smorest
from flask import Flask, request
from flask_smorest import blueprint as smorest
from flask_smorest.utils import prepare_response
from marshmallow import INCLUDE, Schema, fields

from talentsphere import __version__
from talentsphere.api.conditions import CHANGING
from talentsphere.api.problem import MIMETYPE as PROBLEM
from talentsphere.api.strict import LenientParser, StrictParser
from talentsphere.errors import NotFound, PreconditionFailed, PreconditionRequired, Unavailable

DESCRIPTION = """Job board, applicant tracking, matching and content behind one JSON API.

**Two versions over the same data.** `/api/v2` answers with minimal payloads, walks lists by cursor and refuses what it
does not know, with a suggestion. `/api/v1` answers with whole objects and page numbers, and warns instead of refusing.

**Lists** of v2 are `{data, next, applied}`: give `next` back as `cursor` with the same filters. A walk shows each
posting once, whatever is published or closed meanwhile. Lists of v1 carry `page`, `total` and `total_pages`.

**Errors** are `application/problem+json` (RFC 9457) everywhere, with the `request_id` of their log line.

**Changes** of v2 (`PATCH`, `PUT`, `DELETE`) need `If-Match` with the `ETag` of what you have read: 428 without, 412
when somebody was faster. Only the version before the hyphen counts. v1 and actions honour it when it is given.

**Sending again** is safe with `Idempotency-Key` on a `POST`: one effect, and the first answer each time, for a day.

**Validators**: every public answer has an `ETag`; `If-None-Match` gets 304. `Server-Timing` tells what the answer cost.
"""
TAGS = [
    {"name": "jobs", "description": "Open postings: lists, filters, one, several, featured, similar, figures"},
    {"name": "board", "description": "Applying to a job, and who applied"},
    {"name": "applications", "description": "One application, every step of it, and where it stands"},
    {"name": "notes", "description": "What the hiring team writes about an application"},
    {"name": "stages", "description": "The stages of a job, and those that a company keeps for its jobs"},
    {"name": "companies", "description": "Employers with their number of open postings"},
    {"name": "users", "description": "People, as their colleagues see them"},
    {"name": "teams", "description": "Departments of a company"},
    {"name": "invitations", "description": "Asking people to join a company"},
    {"name": "skills", "description": "The skill dictionary with its aliases"},
    {"name": "auth", "description": "Accounts, signing in and out, forgotten passwords"},
    {"name": "account", "description": "One's own account and sessions"},
    {"name": "api-keys", "description": "Keys with which integrations act for a company or for the instance"},
    {"name": "changes", "description": "What changed, in order, for whoever keeps a copy"},
    {"name": "tasks", "description": "Work that happens later: its status, its progress, its result"},
    {"name": "mail", "description": "Mails: refusing a kind of them, and in development the outbox"},
    {"name": "health", "description": "Is the process alive, and can it serve?"},
    {"name": "performance", "description": "What requests cost, summed over the workers of the host"},
    {"name": "cache", "description": "What the cache does, and operating it"},
    {"name": "metrics", "description": "The same for Prometheus"},
    {"name": "docs", "description": "This documentation"},
]
PROBLEMS = {kind.status: kind for kind in (NotFound, PreconditionFailed, PreconditionRequired, Unavailable)}
EXPLAINED = (http.HTTPStatus.BAD_REQUEST,)
"""The statuses whose example is that of the fields of ``Problem``."""
VERSIONS = ("v1", "v2")
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The `ETag` that the object had when you read it, or `*`; another version is 412",
    "schema": {"type": "string"},
    "example": '"3-d822c41c9db203e45c"',
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "Sent again with the same body it gets the first answer, with `Idempotent-Replay: true`, for a day",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "f3f2c1d4-6a0e-4a56-9d0f-2b1f7c0c9a11",
}
NOT_MODIFIED = {"description": "What `If-None-Match` names is still right"}


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _typed(decorator: Any) -> Decorator:
    typed: Decorator = decorator
    return typed


class ProblemError(Schema):
    """One mistake: where it is and what to do."""

    pointer = fields.String(metadata={"description": "Where in the body, as a JSON pointer", "example": "#/title"})
    parameter = fields.String(metadata={"description": "Which query parameter", "example": "contry"})
    detail = fields.String(required=True, metadata={"example": "unknown parameter"})
    did_you_mean = fields.String(metadata={"example": "country"})


class Problem(Schema):
    """RFC 9457. `title` never varies for a `type`, `detail` does; a kind of problem may say more."""

    class Meta:
        """More fields may stand in it."""

        unknown = INCLUDE

    type = fields.String(required=True, metadata={"example": "/problems/invalid-query"})
    title = fields.String(required=True, metadata={"example": "The query has unknown or malformed parameters"})
    status = fields.Integer(required=True, metadata={"minimum": 400, "maximum": 599, "example": 400})
    detail = fields.String(metadata={"example": "contry: unknown parameter; did you mean country?"})
    instance = fields.String(metadata={"description": "The path that was asked for", "example": "/api/v2/jobs"})
    request_id = fields.String(metadata={"description": "For questions to the operator", "example": "5c1f0e9b7a-2f"})
    errors = fields.List(fields.Nested(ProblemError))


class NoParameters(Schema):
    """The query of a view that has no parameters."""


class NoBody(Schema):
    """The body of an action that has no fields: none, or an empty object."""


NO_BODY = NoBody()


def _has_body(view: Any) -> bool:
    arguments = getattr(view, "_apidoc", {}).get("arguments", {})
    return any(each["in"] not in ("query", "path", "headers") for each in arguments.get("parameters", ()))


class Blueprint(smorest.Blueprint):
    """Routes of one domain in one version. An operation's id is ``<version>_<view>``, its tag the domain."""

    def __init__(self, name: str, version: str, url_prefix: str, description: str = "") -> None:
        super().__init__(f"{name}_{version}", f"{name}_{version}", url_prefix=url_prefix, description=description)
        self.domain, self.version = name, version
        self.ARGUMENTS_PARSER = LenientParser() if version == "v1" else StrictParser()

    def arguments(self, schema: Any, *, location: str = "json", **kwargs: Any) -> Decorator:
        """Give the view its parsed input first; a bad query is 400, a bad body 422."""
        schema = schema() if isinstance(schema, type) else schema  # one instance: making one costs more than a load
        if location == "query":
            kwargs.setdefault("error_status_code", 400)
        return _typed(super().arguments(schema, location=location, **kwargs))

    def response(self, status_code: Any, schema: Any = None, **kwargs: Any) -> Decorator:
        """Document the answer; the view returns it ready-made."""
        return _typed(super().response(status_code, schema, **kwargs))

    def alt_response(self, status_code: Any, response: str | None = None, **kwargs: Any) -> Decorator:
        """Document another answer."""
        return _typed(super().alt_response(status_code, response, **kwargs))

    @staticmethod
    def doc(**kwargs: Any) -> Decorator:
        """Add to the documentation as it is."""
        return _typed(smorest.Blueprint.doc(**kwargs))

    def get(self, rule: str, **options: Any) -> Decorator:  # type: ignore[override]
        """Register a view for GET and HEAD; in a version, one that declares no parameters has none.

        Outside the versions (health, documentation) more parameters do no harm: monitors and browsers add theirs.
        """
        register = _typed(super().get(rule, **options))
        return lambda view: register(self._without_parameters(view) if self._must_declare(view) else view)

    def post(self, rule: str, **options: Any) -> Decorator:  # type: ignore[override]
        """Register a view for POST; in a version, one that declares no body refuses every field of one."""
        register = _typed(super().post(rule, **options))
        return lambda view: register(view if self.version not in VERSIONS or _has_body(view) else self._bodiless(view))

    def _bodiless(self, view: Any) -> Any:
        @wraps(view)
        def refusing(*args: Any, **kwargs: Any) -> Any:
            if request.content_length:
                self.ARGUMENTS_PARSER.parse(NO_BODY, location="json")
            return view(*args, **kwargs)

        return refusing

    def _must_declare(self, view: Any) -> bool:
        return self.version in VERSIONS and "arguments" not in getattr(view, "_apidoc", {})

    def _without_parameters(self, view: Any) -> Any:
        return self.arguments(NoParameters, location="query", as_kwargs=True)(view)

    def _store_endpoint_docs(self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any) -> None:
        super()._store_endpoint_docs(endpoint, obj, parameters, tags or [self.domain], **options)
        for method in options.get("methods", ("GET",)):
            manual = self._docs[endpoint][method.lower()].setdefault("manual_doc", {})
            manual.setdefault("operationId", f"{self.version}_{endpoint}")
            if getattr(obj, "is_validated", False):
                manual.setdefault("responses", {})[304] = NOT_MODIFIED
            if getattr(obj, "is_conditional", False):
                required = self.version == "v2" and method in CHANGING
                manual.setdefault("parameters", []).append({**IF_MATCH, "required": required})
                refusals = {412: "PRECONDITION_FAILED"} | ({428: "PRECONDITION_REQUIRED"} if required else {})
                manual.setdefault("responses", {}).update(refusals)
            if getattr(obj, "is_idempotent", False):
                manual.setdefault("parameters", []).append(IDEMPOTENCY_KEY)


class Api(flask_smorest.Api):
    """flask-smorest without its own errors and pages: ``problem.py`` and ``pagination.py`` have them."""

    ERROR_SCHEMA = Problem  # type: ignore[assignment]

    def _register_pagination_header(self) -> None:
        return

    def _register_error_handlers(self) -> None:
        return

    def _register_responses(self) -> None:
        for status in http.HTTPStatus:
            if status >= 400:
                self._register_problem(status.name, status)
        self._register_problem("DEFAULT_ERROR", http.HTTPStatus.INTERNAL_SERVER_ERROR, "Any other refusal or failure")

    def _register_problem(self, name: str, status: http.HTTPStatus, description: str | None = None) -> None:
        response: dict[str, Any] = {"description": description or status.phrase, "schema": self.ERROR_SCHEMA}
        if status not in EXPLAINED:
            known = PROBLEMS.get(status)
            shown = (f"/problems/{known.slug}", known.title) if known else ("about:blank", status.phrase)
            response["example"] = {"type": shown[0], "title": shown[1], "status": status, "request_id": "5c1f0e9b7a-2f"}
        prepare_response(response, self.spec, PROBLEM)
        self.spec.components.response(name, response, lazy=True)


def create_api(app: Flask) -> Api:
    """Return the collector of routes and their document."""
    app.config.update(
        API_TITLE="TalentSphere",
        API_VERSION=__version__,
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {"description": DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
            "servers": [{"url": "/", "description": "This instance"}],
            "tags": TAGS,
        },
    )
    return Api(app)
