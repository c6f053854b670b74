"""``/api/v2/skills``: the skill dictionary, minimal."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.caching import cached
from talentsphere.api.fields import only
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, Walk, walk_response
from talentsphere.api.shapes import or_selection, reference_to, walk_of
from talentsphere.db.rows import Reader
from talentsphere.db.session import reading
from talentsphere.domains.names import folded_name
from talentsphere.domains.skills import queries
from talentsphere.domains.skills.caching import SKILLS
from talentsphere.domains.skills.schemas import SKILL_V2, SkillListQueryV2, SkillQueryV2, SkillV2, skill_v2
from talentsphere.errors import NotFound

bp = Blueprint("skills", "v2", "/api/v2/skills", description="The skill dictionary")


@bp.get("")
@bp.arguments(SkillListQueryV2, location="query")
@bp.response(200, or_selection(SkillV2, walk_of))
@cached(SKILLS)
def list_skills(query: dict[str, Any]) -> Response:
    """List skills by name, with their aliases."""
    prefix = folded_name(query.get("q", ""), 200)
    walk: Walk[Any] = Walk.of(query, ("skills", prefix), queries.place_of)
    with reading() as session:
        rows = queries.list_skills(session, prefix, walk.window, SKILL_V2)
        total = _total(session, prefix, query["count"])
    applied = {"sort": "name", **({"q": prefix} if prefix else {})}
    return walk_response(walk, rows, only(query.get("wanted_fields"), skill_v2), applied, total)


def _total(session: Reader, prefix: str, count: str) -> Total | None:
    return None if count == "none" else Total(*queries.count_skills(session, prefix, exact=count == "exact"))


@bp.get("/<reference>", parameters=reference_to("the skill", "kubernetes"))
@bp.arguments(SkillQueryV2, location="query")
@bp.response(200, or_selection(SkillV2))
@bp.alt_response(404, "NOT_FOUND")
@cached(SKILLS)
def get_skill(query: dict[str, Any], reference: str) -> Response:
    """Give one skill by id or slug."""
    with reading() as session:
        row = queries.find_skill(session, reference, SKILL_V2)
    if row is None:
        raise NotFound(f"there is no skill {reference}")
    return json_response(only(query.get("wanted_fields"), skill_v2)(row))
