"""``/api/v2/jobs/search``."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.caching import cached
from talentsphere.api.fields import only
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, Walk
from talentsphere.api.shapes import or_selection
from talentsphere.db.session import reading
from talentsphere.domains.jobs.caching import JOB_SEARCH
from talentsphere.domains.jobs.schemas import JOB_CARD_V2, job_card
from talentsphere.domains.jobs.search.parameters import SearchQueryV2
from talentsphere.domains.jobs.search.ranking import Hit
from talentsphere.domains.jobs.search.schemas import JobHitV2, hits_walk_of
from talentsphere.domains.jobs.search.searching import Answer, day_of, search, shown_hit

bp = Blueprint("job_search", "v2", "/api/v2/jobs/search", description="Searching open postings")
PAGING = ("limit", "cursor", "page", "count", "wanted_fields", "facets", "explain", "highlight")


@bp.get("")
@bp.arguments(SearchQueryV2, location="query")
@bp.response(200, or_selection(JobHitV2, hits_walk_of))
@cached(JOB_SEARCH)
def search_jobs(query: dict[str, Any]) -> Response:
    """Search open postings by words, the best first."""
    applied = {name: value for name, value in query.items() if name not in PAGING and value is not None}
    walk: Walk[Hit] = Walk.of(query, applied, lambda hit: hit.place)
    day = day_of(walk.window, query["sort"])
    walk = Walk(walk.identity, walk.window, walk.page, walk.has_cursor, lambda hit: _place(hit, query["sort"], day))
    with reading() as session:
        answer = search(session, query, walk.window, day, JOB_CARD_V2)
    return _response(walk, answer, query, applied)


def _place(hit: Hit, sort: str, day: int) -> tuple[int, ...]:
    """Return where a match stands, for a cursor; the day by which it is scored goes along."""
    return (day, hit.score, hit.key) if sort == "relevance" else (hit.key,)


def _response(walk: Walk[Hit], answer: Answer, query: dict[str, Any], applied: dict[str, Any]) -> Response:
    total = Total(answer.count.number, answer.count.is_estimate) if answer.count else None
    shape = only(query.get("wanted_fields"), lambda row: job_card(row[1:]))
    said = {**applied, "match": answer.match, **({"partial": True} if answer.is_cut else {})}
    body, headers = walk.answer(answer.hits, shown_hit(answer, query, shape), said, total)
    body["data"] = [shown for shown in body["data"] if shown is not None]
    if answer.facets:
        body["facets"] = answer.facets
    if answer.meant:
        body["did_you_mean"] = answer.meant
    response = json_response(body)
    response.headers.extend(headers)
    return response
