"""What the routes of both versions do alike when a posting is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from talentsphere.api.auth import reach
from talentsphere.api.caching import versioned
from talentsphere.api.conditions import check_version
from talentsphere.api.json import json_response, to_json
from talentsphere.db.rows import AnyRow
from talentsphere.db.session import writing
from talentsphere.domains.jobs.editing import Written, get_job_to_write
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.queries import find_job

Step = Callable[[Session, Job], None]


def locked_job(session: Session, reference: str) -> Job:
    """Return the posting within the caller's reach, locked, at the version that ``If-Match`` allows."""
    job = get_job_to_write(session, reach(), reference)
    check_version(job.version)
    return job


def changed_job(reference: str, step: Step, columns: tuple[Any, ...]) -> AnyRow:
    """Take ``step`` with the posting, and return its row as it is now."""
    with writing() as session:
        job = locked_job(session, reference)
        step(session, job)
        row = find_job(session, job.id, columns)
    assert row is not None
    return row


def created(shown: dict[str, Any], made: Written, version: str) -> Response:
    """Return 201 with the address of a new posting: the public one, or its company's while it is a draft."""
    company = f"/companies/{made['company_id']}" if made["status"] == "draft" else ""
    response = versioned(json_response(shown, 201), made["version"])
    if made["similar"]:  # the ETag stays that of the posting
        response.set_data(to_json({**shown, "similar": made["similar"]}))
    response.headers["Location"] = f"/api/{version}{company}/jobs/{made['id']}"
    return response
