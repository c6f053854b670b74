"""``/api/v1/skills``: the skill dictionary, whole."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.caching import cached
from talentsphere.api.fields import only
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import or_selection, page_of, reference_to
from talentsphere.db.session import reading
from talentsphere.domains.names import folded_name
from talentsphere.domains.skills import queries
from talentsphere.domains.skills.caching import SKILLS
from talentsphere.domains.skills.schemas import SKILL_V1, SkillListQueryV1, SkillQueryV1, SkillV1, skill_v1
from talentsphere.errors import NotFound

bp = Blueprint("skills", "v1", "/api/v1/skills", description="The skill dictionary")


@bp.get("")
@bp.arguments(SkillListQueryV1, location="query")
@bp.response(200, or_selection(SkillV1, page_of))
@cached(SKILLS)
def list_skills(query: dict[str, Any]) -> Response:
    """List skills by name, with their aliases."""
    window, prefix = numbered_window(query), folded_name(query.get("q", ""), 200)
    with reading() as session:
        rows = queries.list_skills(session, prefix, window, SKILL_V1)
        total = Total(*queries.count_skills(session, prefix))
    return json_response(numbered_page(rows, window, total, only(query.get("wanted_fields"), skill_v1)))


@bp.get("/<reference>", parameters=reference_to("the skill", "kubernetes"))
@bp.arguments(SkillQueryV1, location="query")
@bp.response(200, or_selection(SkillV1))
@bp.alt_response(404, "NOT_FOUND")
@cached(SKILLS)
def get_skill(query: dict[str, Any], reference: str) -> Response:
    """Give one skill by id or slug."""
    with reading() as session:
        row = queries.find_skill(session, reference, SKILL_V1)
    if row is None:
        raise NotFound(f"there is no skill {reference}")
    return json_response(only(query.get("wanted_fields"), skill_v1)(row))
