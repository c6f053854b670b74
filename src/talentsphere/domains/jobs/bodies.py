"""What clients send to write a posting; both versions take the same."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from talentsphere.api.examples import shown_by
from talentsphere.api.inputs import BIGGEST_ID, Moment, Word, formed
from talentsphere.domains.jobs.asking import EXAMPLE as QUESTION
from talentsphere.domains.jobs.asking import MAX_QUESTIONS, NewQuestion
from talentsphere.domains.jobs.importing import posting as limits
from talentsphere.domains.jobs.importing.geography import geography
from talentsphere.domains.jobs.importing.pay import HIGHEST
from talentsphere.domains.jobs.importing.prepare import MAX_SKILLS
from talentsphere.domains.jobs.importing.text import one_line, printable
from talentsphere.domains.jobs.models import CLOSED_REASONS, EMPLOYMENT_TYPES, EXPERIENCE_LEVELS, SALARY_PERIODS

NEW_STATUSES = ("draft", "open", "closed")
PAY = "Whole units of `currency` in a `salary_period`"

EXAMPLE: dict[str, Any] = {
    "title": "Data Engineer",
    "description": "<p>Build pipelines in Python.</p>",
    "company_id": 3,
    "location": "Toronto, Ontario",
    "city": "Toronto",
    "region": "Ontario",
    "country": "CA",
    "remote": False,
    "employment_type": "full_time",
    "experience_level": "mid",
    "salary_min": 90000,
    "salary_max": 120000,
    "currency": "CAD",
    "salary_period": "year",
    "skills": ["Python"],
    "publish_at": "2026-02-02T09:00:00Z",
    "expires_at": "2026-03-31T09:00:00Z",
    "external_id": "REQ-1042",
    "status": "open",
    "reason": "filled",
    "questions": [{name: value for name, value in QUESTION.items() if name != "id"}],
}


class Line(fields.String):
    """A text on one line, cleaned as an import cleans it (no tags, entities decoded); at most ``length`` characters."""

    def __init__(self, length: int, shortest: int = 0, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(shortest, length), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return one_line(super()._deserialize(value, attr, data, **kwargs))


class Title(Line):
    """A line that says something."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        title = super()._deserialize(value, attr, data, **kwargs)
        if not any(sign.isalnum() for sign in title):
            raise ValidationError("must say what the job is")
        return title


class OwnId(fields.String):
    """An id of the client's: no prose, so that ``a<1>b`` and ``?id=1&copy=2`` mean just that."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return printable(super()._deserialize(value, attr, data, **kwargs)).strip()


class Amount(fields.Integer):
    """Money in whole units; JSON's true is no number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, allow_none=True, validate=validate.Range(0, HIGHEST), **kwargs)

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


def _country(code: str) -> None:
    if code.upper() not in geography().codes:
        raise ValidationError("must be a country of ISO 3166-1, in two letters")


def _code(letters: int, error: str, description: str, check: Any = None) -> fields.String:
    """Return a field of so many letters, in capitals."""
    field = formed(f"[A-Za-z]{{{letters}}}", error, str.upper, description=description)
    field.allow_none = True
    if check is not None:
        field.validators.append(check)
    return field


@shown_by(EXAMPLE)
class JobBody(Schema):
    """The facts of a posting. A text may be HTML or plain; what is not stated stays unknown."""

    location = Line(limits.MAX_LOCATION, allow_none=True, metadata={"description": "As it will be shown"})
    city = Line(limits.MAX_PLACE, allow_none=True)
    region = Line(limits.MAX_PLACE, allow_none=True)
    country = _code(2, "must be two letters (ISO 3166-1)", "ISO 3166-1 alpha-2", _country)
    remote = fields.Boolean()
    employment_type = Word(EMPLOYMENT_TYPES, allow_none=True)
    experience_level = Word(EXPERIENCE_LEVELS, allow_none=True)
    salary_min = Amount(metadata={"description": PAY})
    salary_max = Amount(metadata={"description": PAY})
    currency = _code(3, "must be three letters (ISO 4217)", "ISO 4217")
    salary_period = Word(
        SALARY_PERIODS, allow_none=True, metadata={"description": "`year` when pay is stated without it"}
    )
    skills = fields.List(
        Line(200, shortest=1),
        allow_none=True,
        validate=validate.Length(max=MAX_SKILLS),
        metadata={"description": "Names, slugs or aliases; left out or null: those that title and description name"},
    )
    featured = fields.Boolean(metadata={"description": "Only an admin sets it"})
    publish_at = Moment(allow_none=True, metadata={"description": "When a draft is published; only drafts have one"})
    expires_at = Moment(
        allow_none=True, metadata={"description": "When a published posting is closed, within a second"}
    )
    external_id = OwnId(
        allow_none=True,
        validate=validate.Length(1, limits.MAX_EXTERNAL_ID),
        metadata={"description": "Your own id; unique in your company"},
    )
    questions = fields.List(
        fields.Nested(NewQuestion),
        allow_none=True,
        validate=validate.Length(max=MAX_QUESTIONS),
        metadata={"description": "What who applies is asked: all of them, in their order"},
    )


@shown_by(EXAMPLE)
class NewJob(JobBody):
    """A new posting."""

    title = Title(limits.MAX_TITLE, required=True)
    description = fields.String(required=True, validate=validate.Length(1, limits.MAX_DESCRIPTION))
    company_id = fields.Integer(
        strict=True,
        validate=validate.Range(1, BIGGEST_ID),
        metadata={"description": "Whose posting it is: an admin gives it, everybody else writes for their own company"},
    )
    status = Word(NEW_STATUSES, load_default="draft")


@shown_by(EXAMPLE)
class JobChanges(JobBody):
    """What becomes different; what is left out stays, null removes."""

    title = Title(limits.MAX_TITLE)
    description = fields.String(validate=validate.Length(1, limits.MAX_DESCRIPTION))


@shown_by(EXAMPLE)
class Closing(Schema):
    """Why a posting is over."""

    reason = Word(CLOSED_REASONS, required=True)
