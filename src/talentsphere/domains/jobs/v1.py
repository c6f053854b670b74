"""``/api/v1/jobs``: the board in whole objects, with page numbers, warning about what it ignores."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, reach
from talentsphere.api.caching import cached, versioned
from talentsphere.api.conditions import conditional
from talentsphere.api.fields import only
from talentsphere.api.idempotency import idempotent
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import batch_of, few_of, or_selection, page_of
from talentsphere.db.base import now
from talentsphere.db.session import reading, writing
from talentsphere.domains.jobs.answering import Step, changed_job, created, locked_job
from talentsphere.domains.jobs.asking import public_questions
from talentsphere.domains.jobs.bodies import Closing, JobChanges, NewJob
from talentsphere.domains.jobs.caching import JOB_LIST, JOB_PAGE, JOB_STATS
from talentsphere.domains.jobs.editing import add_job, change_job
from talentsphere.domains.jobs.editing import close_job as end_job
from talentsphere.domains.jobs.editing import confirm_job as vouch_for_job
from talentsphere.domains.jobs.editing import delete_job as remove_job
from talentsphere.domains.jobs.editing import pause_job as halt_job
from talentsphere.domains.jobs.editing import publish_job as open_job
from talentsphere.domains.jobs.filters import JobFilter
from talentsphere.domains.jobs.own_schemas import CreatedJobV1
from talentsphere.domains.jobs.parameters import REFERENCE, BatchQueryV1, FeaturedQueryV1, JobListQueryV1, OneJobQueryV1
from talentsphere.domains.jobs.queries import list_jobs_by_ids
from talentsphere.domains.jobs.schemas import (
    CLOSED,
    JOB_ASKING_V1,
    JOB_CARD_V2,
    JOB_V1,
    JobStats,
    JobV1,
    job_card,
    job_v1,
    written_job_v1,
)
from talentsphere.domains.jobs.services import (
    board_stats,
    filter_of,
    get_public_job,
    search_and_count,
    similar_to,
)

bp = Blueprint("jobs", "v1", "/api/v1/jobs", description="Open postings")
FULL = (JOB_V1, job_v1)


@bp.get("")
@bp.arguments(JobListQueryV1, location="query")
@bp.response(200, or_selection(JobV1, page_of))
@cached(JOB_LIST)
def list_jobs(query: dict[str, Any]) -> Response:
    """List open postings, newest first."""
    return _page(None, query["sort"], query)


@bp.get("/featured")
@bp.arguments(FeaturedQueryV1, location="query")
@bp.response(200, or_selection(JobV1, page_of))
@cached(JOB_LIST)
def list_featured_jobs(query: dict[str, Any]) -> Response:
    """List the newest featured postings."""
    return _page(JobFilter(featured=True), "newest", query)


def _page(wanted: JobFilter | None, sort: str, query: dict[str, Any]) -> Response:
    """Answer with a page of ``wanted``, or of the filter in ``query``."""
    window = numbered_window(query)
    with reading() as session:
        narrowed = wanted or filter_of(session, query)
        rows, count, is_estimate = search_and_count(session, narrowed, sort, window, JOB_V1)
    shape = only(query.get("wanted_fields"), job_v1)
    return json_response(numbered_page(rows, window, Total(count, is_estimate), shape))


@bp.get("/stats")
@bp.response(200, JobStats)
@cached(JOB_STATS)
def get_job_stats() -> Response:
    """Give the figures of the whole board."""
    with reading() as session:
        return json_response(board_stats(session, now().replace(second=0, microsecond=0)))


@bp.get("/batch")
@bp.arguments(BatchQueryV1, location="query")
@bp.response(200, or_selection(JobV1, partial(batch_of, "items")))
@cached(JOB_LIST)
def get_jobs(query: dict[str, Any]) -> Response:
    """Give up to a hundred postings by id, in the order asked, and the ids that are missing."""
    ids = query["ids"]
    with reading() as session:
        found = list_jobs_by_ids(session, ids, JOB_V1)
    shape = only(query.get("wanted_fields"), job_v1)
    items = [shape(found[id_]) for id_ in ids if id_ in found]
    return json_response({"items": items, "missing": [id_ for id_ in ids if id_ not in found]})


@bp.get("/<reference>", parameters=REFERENCE)
@bp.arguments(OneJobQueryV1, location="query")
@bp.response(200, or_selection(JobV1))
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(410, **CLOSED)
@cached(JOB_PAGE)
def get_job(query: dict[str, Any], reference: str) -> Response:
    """Give one posting by id or slug."""
    asks = "questions" in query.get("include", ())
    with reading() as session:
        row = get_public_job(session, reference, JOB_ASKING_V1 if asks else JOB_V1, (JOB_CARD_V2, job_card))
    more = {"questions": public_questions(row.questions)} if asks else {}
    return versioned(json_response({**only(query.get("wanted_fields"), job_v1)(row), **more}), row.version)


@bp.get("/<reference>/similar", parameters=REFERENCE)
@bp.response(200, few_of("items", JobV1))
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(410, **CLOSED)
@cached(JOB_LIST)
def list_similar_jobs(reference: str) -> Response:
    """List open postings that share skills with this one."""
    with reading() as session:
        row = get_public_job(session, reference, JOB_V1, (JOB_CARD_V2, job_card))
        return json_response({"items": similar_to(session, row, *FULL)})


@bp.post("")
@bp.arguments(NewJob)
@bp.response(201, CreatedJobV1)
@bp.alt_response(409, "CONFLICT")
@allow("job.create")
@idempotent
def create_job(new: dict[str, Any]) -> Response:
    """Add a posting: a draft, or public at once with `status: open`. What it repeats is named in `similar`."""
    with writing() as session:
        made = add_job(session, reach(), actor(), new)
    return created(written_job_v1(made), made, "v1")


@bp.patch("/<reference>", parameters=REFERENCE)
@bp.arguments(JobChanges)
@bp.response(200, JobV1)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("job.update")
@conditional
def update_job(changes: dict[str, Any], reference: str) -> Response:
    """Change what the body names of a posting."""
    return _written(reference, lambda session, job: change_job(session, reach(), actor(), job, changes))


@bp.delete("/<reference>", parameters=REFERENCE)
@bp.response(204)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("job.delete")
@conditional
def delete_job(reference: str) -> Response:
    """Delete a posting for good."""
    with writing() as session:
        remove_job(session, actor(), locked_job(session, reference))
    return Response(status=204)


@bp.post("/<reference>/publish", parameters=REFERENCE)
@bp.response(200, JobV1)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("job.publish")
@idempotent
@conditional
def publish_job(reference: str) -> Response:
    """Make a posting public; one that was closed keeps the date of its first publication."""
    return _written(reference, lambda session, job: open_job(session, actor(), job))


@bp.post("/<reference>/pause", parameters=REFERENCE)
@bp.response(200, JobV1)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("job.pause")
@idempotent
@conditional
def pause_job(reference: str) -> Response:
    """Take an open posting off the board; publishing brings it back."""
    return _written(reference, lambda session, job: halt_job(session, actor(), job))


@bp.post("/<reference>/confirm", parameters=REFERENCE)
@bp.response(200, JobV1)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("job.confirm")
@idempotent
@conditional
def confirm_job(reference: str) -> Response:
    """Say that a public posting still stands, so that it is not stale."""
    return _written(reference, lambda session, job: vouch_for_job(session, actor(), job))


@bp.post("/<reference>/close", parameters=REFERENCE)
@bp.arguments(Closing)
@bp.response(200, JobV1)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("job.close")
@idempotent
@conditional
def close_job(closing: dict[str, Any], reference: str) -> Response:
    """End a public posting, and say why."""
    return _written(reference, lambda session, job: end_job(session, actor(), job, closing["reason"]))


def _written(reference: str, step: Step) -> Response:
    row = changed_job(reference, step, JOB_V1)
    return versioned(json_response(job_v1(row)), row.version)
