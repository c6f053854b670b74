"""``/api/v1/jobs/search``."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.caching import cached
from talentsphere.api.fields import only
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import or_selection
from talentsphere.api.strict import warn
from talentsphere.db.session import reading
from talentsphere.domains.jobs.caching import JOB_SEARCH
from talentsphere.domains.jobs.schemas import JOB_V1, job_v1
from talentsphere.domains.jobs.search.parameters import SearchQueryV1
from talentsphere.domains.jobs.search.schemas import JobHitV1, hits_page_of
from talentsphere.domains.jobs.search.searching import Answer, day_of, search, shown_hit

bp = Blueprint("job_search", "v1", "/api/v1/jobs/search", description="Searching open postings")


@bp.get("")
@bp.arguments(SearchQueryV1, location="query")
@bp.response(200, or_selection(JobHitV1, hits_page_of))
@cached(JOB_SEARCH)
def search_jobs(query: dict[str, Any]) -> Response:
    """Search open postings by words, the best first."""
    window = numbered_window(query)
    with reading() as session:
        answer = search(session, query, window, day_of(window, query["sort"]), JOB_V1)
    assert answer.count is not None  # v1 always counts
    total = Total(answer.count.number, answer.count.is_estimate)
    _say(answer)
    shape = only(query.get("wanted_fields"), job_v1)
    page = numbered_page(answer.hits, window, total, shown_hit(answer, query, shape))  # type: ignore[arg-type]
    page["items"] = [shown for shown in page["items"] if shown is not None]
    return json_response({**page, **({"facets": answer.facets} if answer.facets else {})})


def _say(answer: Answer) -> None:
    if answer.meant:
        warn(f"nothing was found; did you mean {answer.meant}?")
    if answer.match == "any":
        warn("few postings hold all words: those that hold some of them follow")
    if answer.is_cut:
        warn("only the newest matches are ranked; sort=newest walks all of them")
