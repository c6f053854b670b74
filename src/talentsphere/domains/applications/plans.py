"""The named queries of hiring, each with the index that it must use."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from talentsphere.db.caller import Extent, Reach
from talentsphere.db.paging import Window
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.applications.board import count_by_stage, find_board_job, list_first_cards
from talentsphere.domains.applications.history import list_history
from talentsphere.domains.applications.models import Application, Note
from talentsphere.domains.applications.notes import count_notes, list_notes
from talentsphere.domains.applications.own_schemas import OWN_APPLICATION, OWN_CARD_V2
from talentsphere.domains.applications.queries import (
    ApplicationFilter,
    count_applications,
    find_own_id,
    get_application,
    list_applications,
    list_own_applications,
    lock_application,
    lock_applications,
    lock_open_job,
)
from talentsphere.domains.applications.schemas import APPLICATION_V2, CARD_V2
from talentsphere.domains.applications.stages import list_stages, list_templates

EVERYTHING = Reach(Extent.EVERYTHING)
PAGE = Window(20)
BOARD, OF_JOB, OWN = "ix_applications_board", "ix_applications_job", "ix_applications_candidate"
COMPANIES = ("companies",)
"""One company's name is joined; a planner may read the few companies of the scratch database whole for it."""
ONCE, STEPS = "uq_applications_job_candidate", "ix_application_events_application"


def _busiest_job(session: Session) -> int:
    """Return the job with the most applications: more than a planner would rather sort."""
    counted = select(Application.job_id).group_by(Application.job_id).order_by(func.count().desc(), Application.job_id)
    return session.scalar(counted.limit(1)) or 0


def _busiest_candidate(session: Session) -> int:
    counted = select(Application.candidate_id).group_by(Application.candidate_id)
    return session.scalar(counted.order_by(func.count().desc(), Application.candidate_id).limit(1)) or 0


def _board(session: Session, job_id: int) -> object:
    job = find_board_job(session, EVERYTHING, job_id)
    assert job is not None
    return count_by_stage(session, job), list_first_cards(session, job, 20, CARD_V2)


def _list(
    stage: str | None = None, status: str | None = None, after: tuple[int] | None = None
) -> Callable[[Session, int], object]:
    wanted, window = ApplicationFilter(stage, status), Window(20, after=after)
    return lambda session, job_id: list_applications(session, job_id, wanted, window, CARD_V2)


def _count(session: Session, job_id: int) -> object:
    return count_applications(session, job_id, ApplicationFilter(stage="screen", status="active", tag="sql"))


def _own(session: Session, user_id: int) -> object:
    return list_own_applications(session, user_id, PAGE, OWN_CARD_V2)


def _noted(session: Session) -> int:
    return session.scalar(select(Note.application_id).limit(1)) or 0


def _notes(session: Session, application_id: int) -> object:
    return list_notes(session, application_id, 1, PAGE), count_notes(session, application_id, 1)


def _locked(session: Session) -> object:
    return lock_application(session, EVERYTHING, 1), lock_applications(session, EVERYTHING, [1, 2])


def _one(session: Session) -> object:
    return get_application(session, EVERYTHING, 1, APPLICATION_V2)


def _candidate(session: Session) -> int:
    return session.scalar(select(Application.candidate_id).where(Application.id == 1)) or 0


def _own_one(session: Session, user_id: int) -> object:
    return get_application(session, Reach(Extent.OWN, user_id), 1, OWN_APPLICATION)


def _first(session: Session, user_id: int) -> object:
    return find_own_id(session, 1, user_id)


def _job(session: Session) -> object:
    return lock_open_job(session, 1, 1, uuid.UUID(int=1))


PLANS = (
    NamedQuery("applications.board", (BOARD, "pk_application_tallies", "pk_job_stages"), _board, given=_busiest_job),
    NamedQuery("applications.list", (OF_JOB,), _list(), given=_busiest_job),
    NamedQuery("applications.list.deep", (OF_JOB,), _list(after=(5000,)), given=_busiest_job),
    NamedQuery("applications.list.stage", (BOARD,), _list("offer", "active"), given=_busiest_job),
    NamedQuery("applications.count.tag", (BOARD,), _count, given=_busiest_job, scans=("application_tags",)),
    NamedQuery("applications.own", (OWN,), _own, given=_busiest_candidate, scans=COMPANIES),
    NamedQuery("applications.one", ("pk_applications",), _one, scans=COMPANIES),
    NamedQuery("applications.one.own", (), _own_one, given=_candidate, scans=COMPANIES),
    NamedQuery("applications.lock", ("pk_applications",), _locked),
    NamedQuery("applications.apply.job", ("pk_jobs", "uq_resumes_public_id"), _job, scans=COMPANIES),
    NamedQuery("applications.apply.first", (ONCE,), _first, given=_busiest_candidate),
    NamedQuery("applications.history", (STEPS,), lambda session: list_history(session, 1)),
    NamedQuery("applications.notes", ("ix_notes_application",), _notes, given=_noted),
    NamedQuery("applications.stages", ("pk_job_stages",), lambda session: list_stages(session, 1)),
    NamedQuery(
        "applications.templates", ("uq_stage_templates_company_name",), lambda session: list_templates(session, 1)
    ),
)
