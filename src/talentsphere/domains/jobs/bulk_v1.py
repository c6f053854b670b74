"""``/api/v1/jobs/bulk``: up to a thousand postings at once, in one transaction."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import allow
from talentsphere.api.idempotency import idempotent
from talentsphere.api.openapi import Blueprint
from talentsphere.domains.jobs import bulk_answering
from talentsphere.domains.jobs.bulk_schemas import ClosingJobs, JobsChanges, JobsWritten, NewJobs, RowResults

bp = Blueprint("bulk_jobs", "v1", "/api/v1/jobs/bulk", description="Many postings at once")


@bp.post("", tags=["jobs"])
@bp.arguments(NewJobs)
@bp.response(201, JobsWritten)
@bp.alt_response(207, schema=RowResults, description="With `mode: each`")
@bp.alt_response(409, "CONFLICT")
@allow("job.create")
@idempotent
def create_jobs(body: dict[str, Any]) -> Response:
    """Add up to a thousand postings in one transaction."""
    return bulk_answering.create(body)


@bp.patch("", tags=["jobs"])
@bp.arguments(JobsChanges)
@bp.response(200, JobsWritten)
@bp.alt_response(207, schema=RowResults, description="With `mode: each`")
@bp.alt_response(409, "CONFLICT")
@allow("job.update")
def update_jobs(body: dict[str, Any]) -> Response:
    """Change up to a thousand postings in one transaction, each at the version that its row names."""
    return bulk_answering.update(body)


@bp.post("/close", tags=["jobs"])
@bp.arguments(ClosingJobs)
@bp.response(200, JobsWritten)
@bp.alt_response(207, schema=RowResults, description="With `mode: each`")
@allow("job.close")
@idempotent
def close_jobs(body: dict[str, Any]) -> Response:
    """End up to a thousand public postings in one transaction, and say why."""
    return bulk_answering.close(body)
