"""``/api/v2/changes``: what changed, for whoever keeps a copy."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import allow, reach
from talentsphere.api.caching import uncached
from talentsphere.api.cursors import Cursor, read_cursor, write_cursor
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.db.session import reading
from talentsphere.domains.changes.queries import Page, Position, latest_position, list_changes
from talentsphere.domains.changes.schemas import LATEST, ChangesQuery, ChangesV2, change_v2

bp = Blueprint("changes", "v2", "/api/v2/changes", description="What changed, in order")


@bp.get("")
@bp.arguments(ChangesQuery, location="query")
@bp.response(200, ChangesV2)
@bp.alt_response(410, "GONE")
@uncached("what follows a position is asked for once")
@allow("change.read")
def list_changes_since(query: dict[str, Any]) -> Response:
    """List what changed since a position, with tombstones; of a company for its keys."""
    text = query.get("since")
    with reading() as session:
        if text == LATEST:
            page = Page([], latest_position(session))
        else:
            page = list_changes(session, reach(), _position(text), query["limit"])
    position = write_cursor(Cursor(tuple(page.position)), "changes")
    return json_response({"data": [change_v2(row) for row in page.rows], "next": position})


def _position(text: str | None) -> Position | None:
    return Position(*read_cursor(text, "changes", "since").values) if text else None
