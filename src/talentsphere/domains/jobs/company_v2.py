"""``/api/v2/companies/{id}/jobs``: a company's own postings, drafts and paused ones included."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import allow, reach
from talentsphere.api.caching import cached, versioned
from talentsphere.api.fields import only
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, Walk, walk_response
from talentsphere.api.shapes import or_selection, walk_of
from talentsphere.db.session import reading
from talentsphere.domains.jobs.caching import COMPANY_JOBS
from talentsphere.domains.jobs.own import count_company_jobs, list_company_jobs, place_of
from talentsphere.domains.jobs.own_schemas import (
    OWN_JOB_CARD_V2,
    OWN_JOB_V2,
    OwnJobCardV2,
    OwnJobQueryV2,
    OwnJobsQueryV2,
    OwnJobV2,
    own_job_card,
    own_job_v2,
)
from talentsphere.domains.jobs.parameters import COMPANY, JOB
from talentsphere.domains.jobs.services import get_member_company_id, get_own_job

bp = Blueprint("company_jobs", "v2", "/api/v2/companies", description="A company's own postings")


@bp.get("/<reference>/jobs", parameters=COMPANY, tags=["jobs"])
@bp.arguments(OwnJobsQueryV2, location="query")
@bp.response(200, or_selection(OwnJobCardV2, walk_of))
@bp.alt_response(404, "NOT_FOUND")
@allow("job.read")
@cached(COMPANY_JOBS)
def list_company_postings(query: dict[str, Any], reference: str) -> Response:
    """List the company's postings that the caller may see, whatever their status, newest first."""
    statuses = query.get("status", ())
    with reading() as session:
        company_id = get_member_company_id(session, reach(), reference)
        walk: Walk[Any] = Walk.of(query, ["company", company_id, *statuses], place_of)
        rows = list_company_jobs(session, reach(), company_id, statuses, walk.window, OWN_JOB_CARD_V2)
        counted = query["count"] != "none"
        total = Total(count_company_jobs(session, reach(), company_id, statuses)) if counted else None
    applied = {**({"status": statuses} if statuses else {}), "sort": "newest"}
    return walk_response(walk, rows, only(query.get("wanted_fields"), own_job_card), applied, total)


@bp.get("/<reference>/jobs/<job>", parameters=[*COMPANY, *JOB], tags=["jobs"])
@bp.arguments(OwnJobQueryV2, location="query")
@bp.response(200, or_selection(OwnJobV2))
@bp.alt_response(404, "NOT_FOUND")
@allow("job.read")
@cached(COMPANY_JOBS)
def get_company_posting(query: dict[str, Any], reference: str, job: str) -> Response:
    """Give one of the company's postings, whatever its status, by id or slug."""
    with reading() as session:
        row = get_own_job(session, reach(), reference, job, OWN_JOB_V2)
    return versioned(json_response(only(query.get("wanted_fields"), own_job_v2)(row)), row.version)
