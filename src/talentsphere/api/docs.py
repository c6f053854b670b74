"""The OpenAPI document and the page that shows it, both served from this instance alone."""

from __future__ import annotations

import functools
from typing import Any

from flask import Flask, Response, current_app, render_template

from talentsphere.api.caching import public, uncached
from talentsphere.api.examples import add_examples
from talentsphere.api.json import MIMETYPE, to_json
from talentsphere.api.openapi import Blueprint
from talentsphere.api.static import bp as static_bp
from talentsphere.api.static import static_url

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing but this instance; ``data:`` is for the icons inside Swagger UI's style sheet."""

bp = Blueprint("docs", "api", "/api", description="This documentation")


def register_docs(app: Flask, api: Any) -> None:
    """Serve ``/api/openapi.json``, built once at the first question, and ``/api/docs`` with its files."""
    for blueprint in (bp, static_bp):
        api.register_blueprint(blueprint)

    @functools.cache
    def document() -> bytes:
        return to_json(add_examples(api.spec.to_dict()))

    app.extensions["talentsphere.document"] = document


@bp.get("/openapi.json")
@bp.response(200, {"type": "object"}, example={"openapi": "3.1.0", "info": {"title": "TalentSphere"}})
@public
@uncached("a process makes it once")
def get_document() -> Response:
    """Get this description of the API

    OpenAPI 3.1, generated from the running routes.
    """
    return Response(current_app.extensions["talentsphere.document"](), mimetype=MIMETYPE)


@bp.get("/docs")
@bp.response(200, {"type": "string"}, content_type="text/html")
@public
@uncached("a process makes it once")
def show_docs() -> Response:
    """Show this description as a page

    Works offline: the page needs nothing but this instance.
    """
    names = ("swagger-ui.css", "docs.css", "icon.svg", "swagger-ui-bundle.js", "docs.js", "swagger-ui.LICENSE.txt")
    page = render_template(
        "docs.html", **{name.replace("-", "_").replace(".", "_"): static_url(name) for name in names}
    )
    return Response(page, mimetype="text/html", headers={"Content-Security-Policy": PAGE_POLICY})
