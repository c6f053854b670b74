"""Applications as the company sees them, the shapes of both versions side by side, and the columns that fill them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields

from talentsphere.api.examples import shown_by
from talentsphere.api.fields import stated
from talentsphere.db.rows import AnyRow
from talentsphere.domains.accounts.models import User
from talentsphere.domains.applications.board import Counts
from talentsphere.domains.applications.models import (
    EVENT_KINDS,
    ON_BOARD,
    REJECT_REASONS,
    STAGE_KINDS,
    STATUSES,
    VISIBILITIES,
    Application,
)
from talentsphere.domains.applications.queries import tags_of_application
from talentsphere.domains.applications.stages import in_order
from talentsphere.domains.jobs.asking import QuestionRef
from talentsphere.domains.jobs.models import STATUSES as JOB_STATUSES
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.resumes.models import Resume

MOMENT = "2026-02-03T10:00:00Z"
EXAMPLE: dict[str, Any] = {
    "id": 41,
    "status": "active",
    "stage": "screen",
    "source": "linkedin",
    "tags": ["relocation"],
    "is_knocked_out": False,
    "applied_at": "2026-02-01T10:00:00Z",
    "entered_at": MOMENT,
    "decided_at": None,
    "undo_until": None,
    "reject_reason": None,
    "suspicion": None,
    "updated_at": MOMENT,
    "version": 2,
    "cover_letter": "I have built pipelines for six years.",
    "resume_id": "7f1d6c1e-5b0a-4a39-9a3e-0d1c2b3a4f5e",
    "answers": [{"question_id": 1, "question": "Do you have a driving licence?", "kind": "choice", "answer": "car"}],
}
"""One application, for the documentation of every shape."""


@shown_by({"id": 12, "full_name": "Ada Lovelace", "email": "ada@example.org"})
class CandidateRef(Schema):
    """Who applied."""

    id = fields.Integer(required=True)
    full_name = fields.String(required=True)
    email = fields.String(required=True)


@shown_by({"id": 17, "title": "Data Engineer"})
class JobRef(Schema):
    """The job."""

    id = fields.Integer(required=True)
    title = fields.String(required=True)


class Answered(Schema):
    """A question as it was, and its answer: a text, a number, true or false, or a list of texts."""

    question_id = fields.Integer(required=True)
    question = fields.String(required=True)
    kind = fields.String(required=True)
    answer = fields.Raw(required=True, metadata={"example": "car"})


@shown_by(stated(EXAMPLE))
class CardV2(Schema):
    """An application in a list or on the board. A field without a value is left out."""

    id = fields.Integer(required=True)
    candidate = fields.String(required=True, metadata={"example": "Ada Lovelace"})
    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    stage = fields.String(required=True)
    source = fields.String()
    tags = fields.List(fields.String(), required=True)
    is_knocked_out = fields.Boolean(required=True)
    applied_at = fields.DateTime(required=True)
    entered_at = fields.DateTime(required=True, metadata={"description": "Since when it stands in its stage"})
    version = fields.Integer(required=True)


@shown_by(stated(EXAMPLE))
class ApplicationV2(Schema):
    """An application, whole. A field without a value is left out."""

    id = fields.Integer(required=True)
    job = fields.Nested(JobRef, required=True)
    candidate = fields.Nested(CandidateRef, required=True)
    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    stage = fields.String(required=True)
    source = fields.String()
    tags = fields.List(fields.String(), required=True)
    is_knocked_out = fields.Boolean(required=True)
    applied_at = fields.DateTime(required=True)
    entered_at = fields.DateTime(required=True)
    decided_at = fields.DateTime()
    undo_until = fields.DateTime(metadata={"description": "So long the rejection can be undone"})
    reject_reason = fields.String(metadata={"enum": list(REJECT_REASONS)})
    suspicion = fields.String(metadata={"description": "Why it was quarantined"})
    cover_letter = fields.String()
    resume_id = fields.UUID()
    answers = fields.List(fields.Nested(Answered), required=True)
    version = fields.Integer(required=True)


@shown_by(EXAMPLE)
class CardV1(Schema):
    """An application in a list or on the board, every field always there."""

    id = fields.Integer(required=True)
    job_id = fields.Integer(required=True)
    company_id = fields.Integer(required=True)
    candidate = fields.Nested(CandidateRef, required=True)
    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    stage = fields.String(required=True)
    source = fields.String(required=True, allow_none=True)
    tags = fields.List(fields.String(), required=True)
    is_knocked_out = fields.Boolean(required=True)
    applied_at = fields.DateTime(required=True)
    entered_at = fields.DateTime(required=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    undo_until = fields.DateTime(required=True, allow_none=True)
    reject_reason = fields.String(required=True, allow_none=True)
    suspicion = fields.String(required=True, allow_none=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


@shown_by(EXAMPLE)
class ApplicationV1(CardV1):
    """An application, whole, every field always there."""

    job = fields.Nested(JobRef, required=True)
    cover_letter = fields.String(required=True, allow_none=True)
    resume_id = fields.UUID(required=True, allow_none=True)
    answers = fields.List(fields.Nested(Answered), required=True)


@shown_by({"stage": "screen", "name": "Screen", "kind": "screen"})
class StageShape(Schema):
    """A stage of a job: `stage` is the word by which applications name it."""

    stage = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": list(STAGE_KINDS)})


class ColumnV2(StageShape):
    """A stage on the board, its newest cards first."""

    count = fields.Integer(required=True, metadata={"example": 240})
    cards = fields.List(fields.Nested(CardV2), required=True)


class ColumnV1(StageShape):
    """A stage on the board, its newest cards first."""

    count = fields.Integer(required=True, metadata={"example": 240})
    cards = fields.List(fields.Nested(CardV1), required=True)


class BoardJob(JobRef):
    """The job of a board."""

    status = fields.String(required=True, metadata={"enum": list(JOB_STATUSES), "example": "open"})


class OffBoard(Schema):
    """How many applications stand on no board."""

    rejected = fields.Integer(required=True, metadata={"example": 31})
    withdrawn = fields.Integer(required=True, metadata={"example": 4})
    quarantined = fields.Integer(required=True, metadata={"example": 2})


class BoardV2(Schema):
    """A job's applications by stage."""

    job = fields.Nested(BoardJob, required=True)
    stages = fields.List(fields.Nested(ColumnV2), required=True)
    off_board = fields.Nested(OffBoard, required=True)


class BoardV1(Schema):
    """A job's applications by stage."""

    job = fields.Nested(BoardJob, required=True)
    stages = fields.List(fields.Nested(ColumnV1), required=True)
    off_board = fields.Nested(OffBoard, required=True)


@shown_by({"id": 9, "full_name": "Grace Hopper"})
class Person(Schema):
    """Who did it."""

    id = fields.Integer(required=True)
    full_name = fields.String(required=True)


class FormShape(Schema):
    """What a form for people needs. A field named `website` must stay empty: no person sees it."""

    job_id = fields.Integer(required=True)
    questions = fields.List(fields.Nested(QuestionRef), required=True)
    form_token = fields.String(required=True, metadata={"example": "1770000000000.3q2-7wEBAgMEBQYHCAkKCw"})


@shown_by({"at": MOMENT, "kind": "moved", "from": "new", "to": "screen", "duration_s": 172800})
class HistoryStep(Schema):
    """One step: who, when, from where to where, and after how long there. `by` is null for a key or a rule."""

    at = fields.DateTime(required=True)
    kind = fields.String(required=True, metadata={"enum": list(EVENT_KINDS)})
    by = fields.Nested(Person, required=True, allow_none=True)
    from_status = fields.String(required=True, allow_none=True, metadata={"example": "active"})
    to_status = fields.String(required=True, metadata={"example": "active"})
    from_ = fields.String(data_key="from", required=True, allow_none=True, metadata={"example": "new"})
    to = fields.String(required=True)
    duration_s = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True, metadata={"example": None})
    comment = fields.String(required=True, allow_none=True, metadata={"example": None})


@shown_by({"id": 41, "stage": "interview", "status": "active", "version": 3})
class MovedV2(Schema):
    """An application where it stands now."""

    id = fields.Integer(required=True)
    stage = fields.String(required=True)
    status = fields.String(required=True)
    version = fields.Integer(required=True)


class MovedV1(MovedV2):
    """An application where it stands now."""


@shown_by({"id": 5, "text": "Strong on SQL.", "visibility": "team", "created_at": MOMENT, "version": 1})
class NoteV2(Schema):
    """A note. `private`: for its author alone."""

    id = fields.Integer(required=True)
    text = fields.String(required=True)
    visibility = fields.String(required=True, metadata={"enum": list(VISIBILITIES)})
    author = fields.String(metadata={"example": "Grace Hopper"})
    created_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


@shown_by({"id": 5, "text": "Strong on SQL.", "visibility": "team", "created_at": MOMENT, "updated_at": MOMENT})
class NoteV1(Schema):
    """A note, every field always there."""

    id = fields.Integer(required=True)
    text = fields.String(required=True)
    visibility = fields.String(required=True, metadata={"enum": list(VISIBILITIES)})
    author = fields.Nested(Person, required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


@shown_by({"id": 3, "name": "Engineers", "created_at": MOMENT, "version": 1})
class TemplateShape(Schema):
    """Stages that a company keeps for its jobs."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    stages = fields.List(fields.Nested(StageShape), required=True)
    created_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


_TAGS = tags_of_application().label("tags")
_CANDIDATE = (User.id.label("candidate_id"), User.full_name, User.email)
_MADE = ("candidate", "tags", "job", "resume_id")
_CARD_V1 = tuple(name for name in CardV1().fields if name not in _MADE)
_CARD_V2 = tuple(name for name in CardV2().fields if name not in _MADE)
_PLAIN_V1 = tuple(name for name in ApplicationV1().fields if name not in _MADE)
_PLAIN_V2 = tuple(name for name in ApplicationV2().fields if name not in _MADE)
_PARTS = (*_CANDIDATE, _TAGS, Job.id.label("job"), Job.title, Resume.public_id.label("resume"))
CARD_V1 = (*(getattr(Application, name) for name in _CARD_V1), *_CANDIDATE, _TAGS)
CARD_V2 = (*(getattr(Application, name) for name in _CARD_V2), User.full_name, User.id.label("candidate_id"), _TAGS)
APPLICATION_V1 = (*(getattr(Application, name) for name in _PLAIN_V1), *_PARTS)
APPLICATION_V2 = (*(getattr(Application, name) for name in _PLAIN_V2), *_PARTS)


def card_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``CARD_V1`` as a ``CardV1``."""
    return {**_named(row, _CARD_V1), "candidate": _candidate(row), "tags": _tags(row)}


def card_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``CARD_V2`` as a ``CardV2``."""
    return {**stated(_named(row, _CARD_V2)), "candidate": row.full_name, "tags": _tags(row)}


def application_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``APPLICATION_V1`` as an ``ApplicationV1``."""
    return {**_named(row, _PLAIN_V1), **_parts(row)}


def application_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``APPLICATION_V2`` as an ``ApplicationV2``."""
    return stated({**_named(row, _PLAIN_V2), **_parts(row)})


def board(
    job: AnyRow, counts: Counts, cards: Mapping[str, Sequence[AnyRow]], shape: Callable[[AnyRow], dict[str, Any]]
) -> dict[str, Any]:
    """Return what ``board.py`` read as a board with cards of this shape."""
    stages = [
        {
            **stage,
            "count": sum(counts.get((stage["stage"], status), 0) for status in ON_BOARD),
            "cards": [shape(row) for row in cards.get(stage["stage"], ())],
        }
        for stage in in_order(job.stages)
    ]
    off = {name: sum(n for (_, status), n in counts.items() if status == name) for name in OffBoard().fields}
    return {"job": {"id": job.id, "title": job.title, "status": job.status}, "stages": stages, "off_board": off}


def history_step(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``HISTORY`` as a ``HistoryStep``."""
    return {
        **_named(row, ("at", "kind", "from_status", "to_status", "reason", "comment")),
        "by": _person(row.user_id, row.by), "from": row.from_stage, "to": row.to_stage, "duration_s": row.seconds,
    }  # fmt: skip


def note_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``NOTE`` as a ``NoteV1``."""
    return {
        **_named(row, ("id", "text", "visibility", "created_at", "updated_at", "version")),
        "author": _person(row.author_id, row.author),
    }


def note_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``NOTE`` as a ``NoteV2``."""
    return stated(_named(row, tuple(NoteV2().fields)))


def template(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``TEMPLATE`` as a ``TemplateShape``."""
    return dict(row._mapping)


def _person(user_id: int | None, full_name: str | None) -> dict[str, Any] | None:
    return None if user_id is None or full_name is None else {"id": user_id, "full_name": full_name}


def _named(row: AnyRow, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _parts(row: AnyRow) -> dict[str, Any]:
    job = {"id": row.job, "title": row.title}
    return {"job": job, "candidate": _candidate(row), "tags": _tags(row), "resume_id": row.resume}


def _candidate(row: AnyRow) -> dict[str, Any]:
    return {"id": row.candidate_id, "full_name": row.full_name, "email": row.email}


def _tags(row: AnyRow) -> list[str]:
    return sorted(each["tag"] for each in row.tags)
