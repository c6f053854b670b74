"""What clients send to hiring: bodies and parameters."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from talentsphere.api.examples import shown_by
from talentsphere.api.inputs import BIGGEST_ID, MAX_IDS, Line, Prose, Tidy, Whole, Word
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.domains.applications.models import REJECT_REASONS, STAGE_KINDS, STAGE_LENGTH, STATUSES, VISIBILITIES
from talentsphere.domains.applications.schemas import EXAMPLE
from talentsphere.domains.jobs.asking import MAX_QUESTIONS
from talentsphere.domains.names import folded_name

MAX_LETTER, MAX_NOTE, MAX_TAGS, MAX_STAGES = 20_000, 10_000, 20, 30
STAGE_WORD = "[a-z0-9][a-z0-9_-]{0,39}"


def _tag(**metadata: Any) -> Tidy:
    return Tidy(lambda text: folded_name(text, 40), validate=validate.Length(1, 40), metadata=metadata)


def _stage(description: str, **kwargs: Any) -> fields.String:
    metadata = {"description": description, "example": "screen"}
    return fields.String(validate=validate.Length(1, STAGE_LENGTH), metadata=metadata, **kwargs)


def _comment() -> Prose:
    return Prose(500, allow_none=True, metadata={"description": "For the history", "example": "Strong on SQL."})


class NewAnswer(Schema):
    """The answer to one question: a text, a number, true or false, a day, or a list of options."""

    question_id = fields.Integer(strict=True, required=True, metadata={"example": 1})
    answer = fields.Raw(required=True, allow_none=True, metadata={"example": "car"})


@shown_by({**EXAMPLE, "answers": [{"question_id": 1, "answer": "car"}]})
class NewApplication(Schema):
    """An application."""

    cover_letter = Prose(MAX_LETTER, allow_none=True)
    resume_id = fields.UUID(allow_none=True, metadata={"description": "One of your resumes"})
    answers = fields.List(fields.Nested(NewAnswer), validate=validate.Length(max=MAX_QUESTIONS))
    source = Tidy(
        lambda text: folded_name(text, 80) or None,  # type: ignore[arg-type, return-value]
        allow_none=True,
        validate=validate.Length(max=80),
        metadata={"description": "Where you found the job"},
    )
    form_token = fields.String(
        allow_none=True,
        validate=validate.Length(max=100),
        metadata={"description": "Of `application-form`, for people who fill in a form", "example": None},
    )
    website = fields.String(
        allow_none=True,
        validate=validate.Length(max=500),
        metadata={"description": "Leave it empty: a field that no person sees", "example": ""},
    )


@shown_by({"stage": "interview"})
class Move(Schema):
    """Where to."""

    stage = _stage("The stage to enter", required=True)
    comment = _comment()


@shown_by({"ids": [41, 42], "stage": "interview", "from_stage": "screen"})
class BulkMove(Move):
    """Which applications of one job, and where to."""

    ids = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, BIGGEST_ID)),
        required=True,
        validate=validate.Length(1, MAX_IDS),
    )
    from_stage = _stage("Only those that still stand here; the others are `missing`")


@shown_by({"reason": "not_qualified"})
class Rejection(Schema):
    """Why, and whether the candidate is told."""

    reason = Word(tuple(reason for reason in REJECT_REASONS if reason != "knock_out"), required=True)
    comment = _comment()
    send_mail = fields.Boolean(
        load_default=True, metadata={"description": "Tell the candidate once it cannot be undone any more"}
    )
    delay_s = fields.Integer(
        strict=True,
        validate=validate.Range(0, 30 * 86_400),
        metadata={"description": "How long it can be undone; left out: `REJECTION_DELAY_S`", "example": 3600},
    )


class NoBody(Schema):
    """Nothing to say."""


@shown_by(EXAMPLE)
class ApplicationChanges(Schema):
    """What becomes different."""

    tags = fields.List(_tag(), validate=validate.Length(max=MAX_TAGS))
    source = Tidy(lambda text: folded_name(text, 80), allow_none=True, validate=validate.Length(1, 80))


@shown_by({"text": "Strong on SQL.", "visibility": "team"})
class NewNote(Schema):
    """A note."""

    text = Prose(MAX_NOTE, required=True)
    visibility = Word(VISIBILITIES, load_default="team")

    @validates_schema
    def refuse_nothing(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data.get("text", "x"):
            raise ValidationError("must say something", "text")


@shown_by({"text": "Strong on SQL.", "visibility": "team"})
class NoteChanges(Schema):
    """What becomes different."""

    text = Prose(MAX_NOTE)
    visibility = Word(VISIBILITIES)


@shown_by({"stage": "screen", "name": "Phone screen", "kind": "screen"})
class NewStage(Schema):
    """A stage; its word is made of its name when it has none."""

    stage = fields.String(
        validate=validate.Regexp(f"{STAGE_WORD}\\Z", error="must be a word in small letters"),
        metadata={"pattern": f"^{STAGE_WORD}$"},
    )
    name = Line(80, required=True)
    kind = Word(STAGE_KINDS, required=True)


class Stages(Schema):
    """The stages of a job, in their order: its own, or those of a template."""

    stages = fields.List(fields.Nested(NewStage), validate=validate.Length(1, MAX_STAGES))
    template_id = fields.Integer(strict=True, validate=validate.Range(1, BIGGEST_ID), metadata={"example": 3})

    @validates_schema
    def need_one(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("stages" in data) == ("template_id" in data):
            raise ValidationError("give stages or template_id", "stages")


class NewTemplate(Schema):
    """Stages to keep."""

    name = Line(80, required=True, metadata={"example": "Engineers"})
    stages = fields.List(fields.Nested(NewStage), required=True, validate=validate.Length(1, MAX_STAGES))


class ApplicationFilters(Schema):
    """Which applications are wanted."""

    stage = _stage("Only this stage")
    status = fields.String(
        validate=validate.OneOf(STATUSES),
        metadata={"description": "Left out: all that are not quarantined", "example": "active"},
    )
    tag = _tag(description="Only those with this tag", example="relocation")


class ApplicationsQueryV1(ApplicationFilters, PageNumbers):
    """With page numbers."""


class ApplicationsQueryV2(ApplicationFilters, CursorOrPage):
    """With a cursor or a page."""


class BoardQuery(Schema):
    """How much of the board is wanted."""

    limit = Whole(
        load_default=20, validate=validate.Range(1, 100), metadata={"description": "Cards a stage", "example": 20}
    )


class PageQueryV1(PageNumbers):
    """Page numbers alone."""


class PageQueryV2(CursorOrPage):
    """A cursor or a page alone."""


class StatusToken(Schema):
    """The signature of a link that was mailed."""

    token = fields.String(
        required=True,
        validate=validate.Length(1, 100),
        metadata={"description": "As the mail has it", "example": "41.3q2-7wEBAgMEBQYHCAkKCw"},
    )
