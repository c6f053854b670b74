"""``/api/v1/companies/{id}/jobs``: a company's own postings, drafts and paused ones included."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import allow, reach
from talentsphere.api.caching import cached, versioned
from talentsphere.api.fields import only
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import or_selection, page_of
from talentsphere.db.session import reading
from talentsphere.domains.jobs.caching import COMPANY_JOBS
from talentsphere.domains.jobs.own import count_company_jobs, list_company_jobs
from talentsphere.domains.jobs.own_schemas import OwnJobsQueryV1
from talentsphere.domains.jobs.parameters import COMPANY, JOB, JobQueryV1
from talentsphere.domains.jobs.schemas import JOB_V1, JobV1, job_v1
from talentsphere.domains.jobs.services import get_member_company_id, get_own_job

bp = Blueprint("company_jobs", "v1", "/api/v1/companies", description="A company's own postings")


@bp.get("/<reference>/jobs", parameters=COMPANY, tags=["jobs"])
@bp.arguments(OwnJobsQueryV1, location="query")
@bp.response(200, or_selection(JobV1, page_of))
@bp.alt_response(404, "NOT_FOUND")
@allow("job.read")
@cached(COMPANY_JOBS)
def list_company_postings(query: dict[str, Any], reference: str) -> Response:
    """List the company's postings that the caller may see, whatever their status, newest first."""
    window, statuses = numbered_window(query), query.get("status", ())
    with reading() as session:
        company_id = get_member_company_id(session, reach(), reference)
        rows = list_company_jobs(session, reach(), company_id, statuses, window, JOB_V1)
        total = Total(count_company_jobs(session, reach(), company_id, statuses))
    shape = only(query.get("wanted_fields"), job_v1)
    return json_response(numbered_page(rows, window, total, shape))


@bp.get("/<reference>/jobs/<job>", parameters=[*COMPANY, *JOB], tags=["jobs"])
@bp.arguments(JobQueryV1, location="query")
@bp.response(200, or_selection(JobV1))
@bp.alt_response(404, "NOT_FOUND")
@allow("job.read")
@cached(COMPANY_JOBS)
def get_company_posting(query: dict[str, Any], reference: str, job: str) -> Response:
    """Give one of the company's postings, whatever its status, by id or slug."""
    with reading() as session:
        row = get_own_job(session, reach(), reference, job, JOB_V1)
    return versioned(json_response(only(query.get("wanted_fields"), job_v1)(row)), row.version)
