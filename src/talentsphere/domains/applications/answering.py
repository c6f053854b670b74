"""What the routes of both versions do alike."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, current_app
from sqlalchemy.orm import Session

from talentsphere.api.auth import actor, reach
from talentsphere.api.caching import versioned
from talentsphere.api.conditions import check_version
from talentsphere.api.json import json_response
from talentsphere.api.limits import count_apply
from talentsphere.cache.dependencies import depends_on
from talentsphere.db.caller import Extent
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.db.session import reading, writing
from talentsphere.domains.applications import pipeline
from talentsphere.domains.applications.applying import LETTER, add_application, confirm
from talentsphere.domains.applications.board import count_by_stage, find_board_job, list_first_cards
from talentsphere.domains.applications.links import status_link
from talentsphere.domains.applications.models import Application
from talentsphere.domains.applications.own_schemas import OWN_APPLICATION
from talentsphere.domains.applications.queries import (
    ApplicationFilter,
    count_applications,
    find_job,
    get_application,
    lock_application,
    lock_applications,
    lock_open_job,
)
from talentsphere.domains.applications.schemas import board
from talentsphere.domains.applications.stages import Stage, check_first, get_template, numbered_stages
from talentsphere.domains.applications.suspicion import suspicion_of
from talentsphere.domains.applications.tagging import of_application, of_candidate, of_job
from talentsphere.domains.applications.tallies import list_tallies
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.schemas import JOB_CARD_V2, JOB_V2, job_card
from talentsphere.domains.jobs.services import get_public_job, id_of
from talentsphere.errors import NotFound
from talentsphere.settings import Settings

Shape = Callable[[AnyRow], dict[str, Any]]
OwnShape = Callable[[AnyRow, str], dict[str, Any]]
Move = Callable[[Session, Application], None]
JOB = (Job.id, Job.slug, Job.company_id, Job.version)
SEEN = (Application.id, Application.company_id)


def settings() -> Settings:
    """Return the settings of the current application."""
    found: Settings = current_app.extensions["talentsphere.settings"]
    return found


def applied(reference: str, given: dict[str, Any], shape: OwnShape, version: str) -> Response:
    """Apply to the job in the caller's name, and answer 201 with the application as they see it."""
    caller = actor()
    count_apply(caller.user_id)
    with writing() as session:
        job = open_job(session, reference, caller.user_id or 0, given.get("resume_id"))
        suspicion = suspicion_of(settings(), job.id, caller.user_id, given)
        application_id = add_application(session, settings(), caller, job, given, suspicion)
        row = get_application(session, reach(), application_id, OWN_APPLICATION)
    response = versioned(json_response(shape(row, status_link(settings(), row.id)), 201), row.version)
    response.headers["Location"] = f"/api/{version}/applications/{application_id}"
    return response


def open_job(session: Session, reference: str, user_id: int, resume: uuid.UUID | None) -> AnyRow:
    """Return the open job with this id or slug, which stays open; else ``JobClosed`` or ``NotFound``."""
    row = lock_open_job(session, id_of(reference), user_id, resume)
    if row is None or row.status != "open" or not _is_meant(reference, row.slug):
        get_public_job(session, reference, JOB_V2, (JOB_CARD_V2, job_card))
        raise NotFound(f"there is no open job {reference}")
    return row


def get_job(session: Reader, reference: str) -> AnyRow:
    """Return the job (``JOB``) within the caller's reach, or raise ``NotFound``; one statement."""
    row = find_job(session, reach(), id_of(reference), JOB)
    return _found(row, reference)


def shown_board(reference: str, limit: int, columns: Sequence[Any], shape: Shape) -> Response:
    """Answer with the job's board; three statements."""
    with reading() as session:
        job = _found(find_board_job(session, reach(), id_of(reference)), reference)
        counts = count_by_stage(session, job)
        cards = list_first_cards(session, job, limit, columns)
    people = {f"user:{row.candidate_id}" for rows in cards.values() for row in rows}
    depends_on(of_job(job.id), f"job:{job.id}", *people)
    return json_response(board(job, counts, cards, shape))


def counted(session: Reader, job: AnyRow, wanted: ApplicationFilter) -> int:
    """Return how many applications the list has: kept, unless tags narrow it; one statement."""
    if wanted.tag is not None:
        return count_applications(session, job.id, wanted)
    return sum(
        row.n
        for row in list_tallies(session, job.company_id, job.id)
        if (row.status == wanted.status if wanted.status else row.status != "quarantined")
        and wanted.stage in (None, row.stage)
    )


def depend_on_list(job: AnyRow, rows: Sequence[AnyRow]) -> None:
    """Say what a page of a job's applications shows."""
    depends_on(of_job(job.id), f"job:{job.id}", *(f"user:{row.candidate_id}" for row in rows))


def depend_on_own(user_id: int, rows: Sequence[AnyRow]) -> None:
    """Say what a page of one's own applications shows."""
    jobs = {f"job:{row.job_id}" for row in rows} | {f"company:{row.company_id}" for row in rows}
    depends_on(of_candidate(user_id), *jobs)


def shown(session: Reader, application_id: int, columns: Sequence[Any], shape: Shape, own_shape: OwnShape) -> Response:
    """Answer with the application as the caller may see it; one statement."""
    if reach().extent is Extent.OWN:
        row = get_application(session, reach(), application_id, OWN_APPLICATION)
        depend_on_own(reach().user_id or 0, [row])
        body = own_shape(row, status_link(settings(), row.id))
    else:
        row = get_application(session, reach(), application_id, columns)
        depends_on(of_application(row.id), f"job:{row.job}", f"user:{row.candidate_id}", "resumes")
        body = shape(row)
    return versioned(json_response(body), row.version)


def stepped(application_id: int, step: Move, columns: Sequence[Any], shape: Shape, own_shape: OwnShape) -> Response:
    """Take ``step`` with the application at the version that ``If-Match`` allows, and answer with it."""
    with writing() as session:
        application = lock_application(session, reach(), application_id)
        check_version(application.version)
        step(session, application)
        session.flush()
        return shown(session, application_id, columns, shape, own_shape)


def released(session: Session, application: Application) -> None:
    """Put a quarantined application on the board, and tell its candidate that it is here."""
    pipeline.release(session, actor(), application)
    confirm(session, settings(), application.id, get_application(session, reach(), application.id, LETTER))


def rejected(rejection: dict[str, Any]) -> Move:
    """Return the step that rejects as the body says."""
    delay_s = rejection.get("delay_s", settings().rejection_delay_s)

    def step(session: Session, application: Application) -> None:
        reason, comment = rejection["reason"], rejection.get("comment")
        pipeline.reject(session, actor(), application, reason, comment, delay_s, rejection["send_mail"])

    return step


def moved_together(wanted: dict[str, Any], key: str) -> Response:
    """Move several applications in one transaction, all or none, and answer with where they stand."""
    ids = list(dict.fromkeys(wanted["ids"]))
    with writing() as session:
        found = lock_applications(session, reach(), ids)
        standing = [each for each in found if wanted.get("from_stage") in (None, each.stage)]
        if standing:
            pipeline.move_all(session, actor(), standing, wanted["stage"], wanted.get("comment"))
    by_id = {each.id: each for each in standing}
    shown_ones = [
        {name: getattr(by_id[id_], name) for name in ("id", "stage", "status", "version")}
        for id_ in ids
        if id_ in by_id
    ]
    return json_response({key: shown_ones, "missing": [id_ for id_ in ids if id_ not in by_id]})


def seen_application(session: Reader, application_id: int) -> AnyRow:
    """Return (id, company) of an application within the caller's reach, or raise ``NotFound``; one statement."""
    return get_application(session, reach(), application_id, SEEN)


def stages_given(session: Session, company_id: int, given: dict[str, Any]) -> list[Stage]:
    """Return the stages that the body names itself, or by their template."""
    if "stages" in given:
        return numbered_stages(given["stages"])
    stages = list(get_template(session, company_id, given["template_id"]).stages)
    check_first(stages, "#/template_id")  # it may be older than the rule
    return stages


def _found(row: AnyRow | None, reference: str) -> AnyRow:
    if row is None or not _is_meant(reference, row.slug):
        raise NotFound(f"there is no job {reference}")
    return row


def _is_meant(reference: str, slug: str) -> bool:
    return reference.isdecimal() or reference.lower() == slug
