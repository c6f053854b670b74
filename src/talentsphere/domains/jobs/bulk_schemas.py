"""What clients send to write many postings, and what they are told; both versions alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from talentsphere.api.examples import shown_by
from talentsphere.api.inputs import BIGGEST_ID, Word
from talentsphere.api.openapi import ProblemError
from talentsphere.api.strict import body_errors
from talentsphere.domains.jobs.bodies import EXAMPLE, Closing, JobChanges, NewJob
from talentsphere.domains.jobs.bulk_rows import ATOMIC, MODES, MOST, Refusal, refused
from talentsphere.domains.jobs.drafting import Given
from talentsphere.domains.jobs.models import STATUSES
from talentsphere.domains.jobs.own_schemas import Similar
from talentsphere.errors import InvalidInput

MODE = "`atomic`: all or nothing; `each`: what can be taken, with a result for each (207)"


class Rows(fields.List[Any]):
    """A list whose rows are judged one by one later (``judged``); the field inside documents them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:  # noqa: ARG002
        if not isinstance(value, list):
            raise self.make_error("invalid")
        return value


def _id(**more: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(1, BIGGEST_ID), **more)


def _mode() -> fields.Field[Any]:
    return Word(MODES, load_default=ATOMIC, metadata={"description": MODE})


def _rows(shape: type[Schema]) -> Rows:
    return Rows(fields.Nested(shape), required=True, validate=validate.Length(1, MOST))


@shown_by({"mode": "atomic"})
class NewJobs(Schema):
    """Up to a thousand new postings."""

    mode = _mode()
    jobs = _rows(NewJob)


@shown_by({**EXAMPLE, "id": 17, "version": 1})
class JobChangesOf(JobChanges):
    """What becomes different of one posting, at the version that was read."""

    id = _id(required=True)
    version = fields.Integer(strict=True, required=True, validate=validate.Range(1))


@shown_by({"mode": "atomic"})
class JobsChanges(Schema):
    """Changes of up to a thousand postings."""

    mode = _mode()
    jobs = _rows(JobChangesOf)


@shown_by({"mode": "atomic", "ids": [17, 18]})
class ClosingJobs(Closing):
    """Which postings are over, and why."""

    mode = _mode()
    ids = fields.List(_id(), required=True, validate=validate.Length(1, MOST))


@shown_by({"id": 17, "version": 1, "job_status": "open"})
class JobWritten(Schema):
    """A posting that was written."""

    id = fields.Integer(required=True)
    version = fields.Integer(required=True, metadata={"description": "The one it has now"})
    job_status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    similar = fields.List(fields.Nested(Similar), metadata={"description": "Of a new one that repeats others"})


class JobsWritten(Schema):
    """All of them were written, in the order of the request."""

    data = fields.List(fields.Nested(JobWritten), required=True)


@shown_by({"index": 0, "status": 201, "id": 17, "version": 1, "job_status": "open"})
class RowResult(Schema):
    """What became of one row: `id` when it was taken, else `errors`."""

    index = fields.Integer(required=True, metadata={"description": "Its place in the request, from 0"})
    status = fields.Integer(required=True, metadata={"description": "The status that it would have had alone"})
    id = fields.Integer()
    version = fields.Integer()
    job_status = fields.String(metadata={"enum": list(STATUSES)})
    similar = fields.List(fields.Nested(Similar))
    errors = fields.List(fields.Nested(ProblemError))


class RowResults(Schema):
    """What became of each row, in the order of the request."""

    results = fields.List(fields.Nested(RowResult), required=True)


def judged(shape: Schema, rows: Sequence[Any]) -> tuple[list[tuple[int, Given]], list[Refusal]]:
    """Return the rows that ``shape`` takes, with their places, and the refusals of the others."""
    taken: list[tuple[int, Given]] = []
    refusals = []
    for index, row in enumerate(rows):
        try:
            taken.append((index, shape.load(row)))
        except ValidationError as error:
            errors = body_errors(error.messages_dict, shape)
            refusals.append(refused(index, InvalidInput("invalid", errors=errors)))
    return taken, refusals
