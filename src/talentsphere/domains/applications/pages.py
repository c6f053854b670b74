"""The page behind a signed link: where an application stands, to whoever has its address."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, render_template

from talentsphere.api.auth import open_to_all
from talentsphere.api.caching import uncached
from talentsphere.api.openapi import Blueprint
from talentsphere.api.static import static_url
from talentsphere.db.caller import Extent, Reach
from talentsphere.db.session import reading
from talentsphere.domains.applications.links import PATH, read_status_token
from talentsphere.domains.applications.models import ON_BOARD, Application
from talentsphere.domains.applications.parameters import StatusToken
from talentsphere.domains.applications.queries import SHOWN_STATUS, get_application
from talentsphere.domains.applications.stages import list_stages
from talentsphere.errors import NotFound

EVERYTHING = Reach(Extent.EVERYTHING)
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SEEN = (Application.job_id, Application.stage, SHOWN_STATUS.label("status"))

bp = Blueprint("applications", "pages", "", description="Where an application stands")


@bp.get(PATH)
@bp.arguments(StatusToken, location="query")
@bp.response(200, {"type": "string"}, content_type="text/html")
@bp.alt_response(404, "NOT_FOUND")
@uncached("a page for one person")
@open_to_all
def show_application_status(query: dict[str, Any]) -> Response:
    """Show the stage of one application, by the signature in its link alone

    Neither the person nor the job is named: the address may be in other hands. Of a rejection that can still be undone
    nothing is shown.
    """
    application_id = read_status_token(current_app.extensions["talentsphere.settings"], query["token"])
    if application_id is None:
        raise NotFound("the link is not one of ours, or not whole")
    with reading() as session:
        row = get_application(session, EVERYTHING, application_id, SEEN)
        names = {stage["stage"]: stage["name"] for stage in list_stages(session, row.job_id)}
    stage, is_over = names.get(row.stage, row.stage), row.status not in ON_BOARD
    looks = {"css": static_url("pages.css"), "icon": static_url("icon.svg")}
    page = render_template("application_status.html", stage=stage, is_over=is_over, **looks)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(page, mimetype="text/html", headers=headers)
