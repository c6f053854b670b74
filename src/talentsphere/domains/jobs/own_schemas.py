"""Postings as their company sees them in v2; in v1 they look alike to everybody."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from talentsphere.api.examples import shown_by
from talentsphere.api.fields import fields_of, stated
from talentsphere.api.inputs import words
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.db.rows import AnyRow
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.asking import OwnQuestion
from talentsphere.domains.jobs.models import CLOSED_REASONS, STATUSES, Job
from talentsphere.domains.jobs.schemas import (
    COMPANY_OF_JOB,
    EXAMPLE,
    SKILLS_OF_JOB,
    JobCardV2,
    JobV1,
    JobV2,
    Values,
    stale_v2,
    whole_v2,
)  # fmt: skip


@shown_by(stated(EXAMPLE))
class OwnJobCardV2(JobCardV2):
    """A posting in its company's own list. A field without a value is left out."""

    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    posted_at = fields.DateTime()
    publish_at = fields.DateTime()
    expires_at = fields.DateTime()
    confirmed_at = fields.DateTime()
    stale = fields.Boolean()
    external_id = fields.String()
    version = fields.Integer(required=True)


@shown_by(stated(EXAMPLE))
class OwnJobV2(JobV2):
    """A posting as its company sees it. A field without a value is left out."""

    class Meta:
        """What is like it is for applicants."""

        exclude = ("similar",)

    questions = fields.List(fields.Nested(OwnQuestion))
    external_id = fields.String()
    publish_at = fields.DateTime(metadata={"description": "Of a draft: when it will be published"})
    closed_reason = fields.String(metadata={"enum": list(CLOSED_REASONS)})
    closed_at = fields.DateTime()


@shown_by({"id": 16, "score": 0.94, "why": ["similar_text", "same_title"]})
class Similar(Schema):
    """A posting of the same company that the new one repeats or nearly repeats, and what says so."""

    id = fields.Integer(required=True)
    score = fields.Float(
        required=True,
        metadata={
            "description": "The share of their word sequences that both have, 0.7 to 1, estimated; 1 is the same text"
        },
    )
    why = fields.List(
        fields.String(validate=validate.OneOf(("same_text", "similar_text", "same_title", "same_place"))), required=True
    )


def _similar() -> fields.List[Any]:
    told = {"description": "Only when there are some: postings of the company that this one repeats, the likest first"}
    return fields.List(fields.Nested(Similar), metadata=told)


class CreatedJobV1(JobV1):
    """A new posting."""

    similar = _similar()


class CreatedJobV2(OwnJobV2):
    """A new posting."""

    class Meta:
        """It says what it is like."""

        exclude = ()

    similar = _similar()


class OwnJobs(Schema):
    """Which of a company's postings are wanted."""

    status = words(STATUSES, "Only these")


class OwnJobsQueryV1(OwnJobs, PageNumbers):
    """With page numbers."""

    wanted_fields = fields_of(JobV1)


class OwnJobsQueryV2(OwnJobs, CursorOrPage):
    """With a cursor or a page."""

    wanted_fields = fields_of(OwnJobCardV2)


class OwnJobQueryV2(Schema):
    """What of a posting is wanted."""

    wanted_fields = fields_of(OwnJobV2)


_CARD = tuple(name for name in OwnJobCardV2().fields if name != "stale")
_PLAIN = tuple(name for name in OwnJobV2().fields if name not in ("company", "skills", "stale"))
OWN_JOB_CARD_V2 = tuple(Company.name.label("company") if name == "company" else getattr(Job, name) for name in _CARD)
OWN_JOB_V2 = (*(getattr(Job, name) for name in _PLAIN), *COMPANY_OF_JOB, SKILLS_OF_JOB)


def own_job_card(row: AnyRow) -> dict[str, Any]:
    """Return a row that begins with ``OWN_JOB_CARD_V2`` as an ``OwnJobCardV2``."""
    shown = {name: value for name, value in zip(_CARD, row, strict=False) if value is not None}
    return {**shown, **stale_v2(row._mapping)}


def own_job_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``OWN_JOB_V2`` as an ``OwnJobV2``, without what has no value."""
    return written_job_v2(row._mapping)


def written_job_v2(values: Values) -> dict[str, Any]:
    """Return the same of values by name, as they were written."""
    return whole_v2(values, _PLAIN)
