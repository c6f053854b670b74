"""``/api/v2/jobs``: the board in minimal payloads, with cursors, refusing what it does not know."""

from __future__ import annotations

from collections.abc import Sequence
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
from talentsphere.api.pagination import Total, Walk, walk_response
from talentsphere.api.shapes import batch_of, few_of, or_selection, walk_of
from talentsphere.db.base import now
from talentsphere.db.rows import AnyRow, Reader
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
from talentsphere.domains.jobs.listing import list_open_jobs, place_of
from talentsphere.domains.jobs.own_schemas import OWN_JOB_V2, CreatedJobV2, OwnJobV2, own_job_v2, written_job_v2
from talentsphere.domains.jobs.parameters import REFERENCE, BatchQueryV2, FeaturedQueryV2, JobListQueryV2, JobQueryV2
from talentsphere.domains.jobs.queries import list_jobs_by_ids
from talentsphere.domains.jobs.schemas import CLOSED, JOB_CARD_V2, JOB_V2, JobCardV2, JobStats, JobV2, job_card, job_v2
from talentsphere.domains.jobs.services import (
    board_stats,
    filter_of,
    get_public_job,
    search_and_count,
    similar_to,
)

bp = Blueprint("jobs", "v2", "/api/v2/jobs", description="Open postings")
CARD = (JOB_CARD_V2, job_card)


@bp.get("")
@bp.arguments(JobListQueryV2, location="query")
@bp.response(200, or_selection(JobCardV2, walk_of))
@cached(JOB_LIST)
def list_jobs(query: dict[str, Any]) -> Response:
    """List open postings, newest first."""
    applied = _applied(query)
    walk: Walk[Any] = Walk.of(query, applied, place_of(query["sort"]))
    with reading() as session:
        rows, total = _search(session, filter_of(session, query), query["sort"], walk, query["count"])
    return walk_response(walk, rows, only(query.get("wanted_fields"), job_card), applied, total)


def _search(
    session: Reader, wanted: JobFilter, sort: str, walk: Walk[Any], count: str
) -> tuple[Sequence[AnyRow], Total | None]:
    if count == "none":
        return list_open_jobs(session, wanted, sort, walk.window, JOB_CARD_V2), None
    rows, number, is_estimate = search_and_count(session, wanted, sort, walk.window, JOB_CARD_V2, count)
    return rows, Total(number, is_estimate)


def _applied(query: dict[str, Any]) -> dict[str, Any]:
    """Return what was understood: the filters and the sort."""
    paging = ("limit", "cursor", "page", "count", "wanted_fields")
    return {name: value for name, value in query.items() if name not in paging and value is not None}


@bp.get("/featured")
@bp.arguments(FeaturedQueryV2, location="query")
@bp.response(200, or_selection(JobCardV2, walk_of))
@cached(JOB_LIST)
def list_featured_jobs(query: dict[str, Any]) -> Response:
    """List the newest featured postings."""
    walk: Walk[Any] = Walk.of(query, "featured", place_of("newest"))
    with reading() as session:
        rows, total = _search(session, JobFilter(featured=True), "newest", walk, query["count"])
    shape = only(query.get("wanted_fields"), job_card)
    return walk_response(walk, rows, shape, {"featured": True, "sort": "newest"}, total)


@bp.get("/stats")
@bp.response(200, JobStats)
@cached(JOB_STATS)
def get_job_stats() -> Response:
    """Give the figures of the whole board."""
    with reading() as session:
        return json_response(board_stats(session, now().replace(second=0, microsecond=0)))


@bp.get("/batch")
@bp.arguments(BatchQueryV2, location="query")
@bp.response(200, or_selection(JobCardV2, partial(batch_of, "data")))
@cached(JOB_LIST)
def get_jobs(query: dict[str, Any]) -> Response:
    """Give up to a hundred postings by id, in the order asked, and the ids that are missing."""
    ids = query["ids"]
    with reading() as session:
        found = list_jobs_by_ids(session, ids, JOB_CARD_V2)
    shape = only(query.get("wanted_fields"), job_card)
    cards = [shape(found[id_][1:]) for id_ in ids if id_ in found]
    return json_response({"data": cards, "missing": [id_ for id_ in ids if id_ not in found]})


@bp.get("/<reference>", parameters=REFERENCE)
@bp.arguments(JobQueryV2, location="query")
@bp.response(200, or_selection(JobV2))
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(410, **CLOSED)
@cached(JOB_PAGE)
def get_job(query: dict[str, Any], reference: str) -> Response:
    """Give one posting by id or slug."""
    with reading() as session:
        row = get_public_job(session, reference, JOB_V2, CARD)
        include = query.get("include", ())
        more = {"similar": similar_to(session, row, *CARD)} if "similar" in include else {}
    if "questions" in include:
        more["questions"] = public_questions(row.questions)
    return versioned(json_response({**only(query.get("wanted_fields"), job_v2)(row), **more}), row.version)


@bp.get("/<reference>/similar", parameters=REFERENCE)
@bp.response(200, few_of("data", JobCardV2))
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(410, **CLOSED)
@cached(JOB_LIST)
def list_similar_jobs(reference: str) -> Response:
    """List open postings that share skills with this one."""
    with reading() as session:
        row = get_public_job(session, reference, JOB_V2, CARD)
        return json_response({"data": similar_to(session, row, *CARD)})


@bp.post("")
@bp.arguments(NewJob)
@bp.response(201, CreatedJobV2)
@bp.alt_response(409, "CONFLICT")
@allow("job.create")
@idempotent
def create_job(new: dict[str, Any]) -> Response:
    """Add a posting: a draft, or public at once with `status: open`. What it repeats is named in `similar`."""
    with writing() as session:
        made = add_job(session, reach(), actor(), new)
    return created(written_job_v2(made), made, "v2")


@bp.patch("/<reference>", parameters=REFERENCE)
@bp.arguments(JobChanges)
@bp.response(200, OwnJobV2)
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
@bp.response(200, OwnJobV2)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("job.publish")
@idempotent
@conditional
def publish_job(reference: str) -> Response:
    """Make a posting public; one that was closed keeps the date of its first publication."""
    return _written(reference, lambda session, job: open_job(session, actor(), job))


@bp.post("/<reference>/pause", parameters=REFERENCE)
@bp.response(200, OwnJobV2)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("job.pause")
@idempotent
@conditional
def pause_job(reference: str) -> Response:
    """Take an open posting off the board; publishing brings it back."""
    return _written(reference, lambda session, job: halt_job(session, actor(), job))


@bp.post("/<reference>/confirm", parameters=REFERENCE)
@bp.response(200, OwnJobV2)
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
@bp.response(200, OwnJobV2)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("job.close")
@idempotent
@conditional
def close_job(closing: dict[str, Any], reference: str) -> Response:
    """End a public posting, and say why."""
    return _written(reference, lambda session, job: end_job(session, actor(), job, closing["reason"]))


def _written(reference: str, step: Step) -> Response:
    row = changed_job(reference, step, OWN_JOB_V2)
    return versioned(json_response(own_job_v2(row)), row.version)
