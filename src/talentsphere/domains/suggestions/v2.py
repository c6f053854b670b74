"""``/api/v2/jobs/suggest``: what to search for, while it is typed."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.caching import cached
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.shapes import few_of
from talentsphere.db.session import reading
from talentsphere.domains.suggestions.caching import SUGGESTIONS
from talentsphere.domains.suggestions.models import KINDS
from talentsphere.domains.suggestions.queries import suggest
from talentsphere.domains.suggestions.schemas import SuggestionV2, SuggestQuery, suggestion_v2

bp = Blueprint("suggestions", "v2", "/api/v2/jobs/suggest", description="What to search for")


@bp.get("")
@bp.arguments(SuggestQuery, location="query")
@bp.response(200, few_of("data", SuggestionV2))
@cached(SUGGESTIONS)
def suggest_searches(query: dict[str, Any]) -> Response:
    """Complete what is typed to titles, skills, companies and places that open postings have."""
    with reading() as session:
        rows = suggest(session, query["q"], query.get("type") or KINDS, query["limit"])
    return json_response({"data": [suggestion_v2(row) for row in rows]})
