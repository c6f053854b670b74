"""Applications as their candidate sees them, the shapes of both versions side by side."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from talentsphere.api.examples import shown_by
from talentsphere.api.fields import stated
from talentsphere.db.rows import AnyRow
from talentsphere.domains.applications.models import Application
from talentsphere.domains.applications.queries import SHOWN_STATUS
from talentsphere.domains.applications.schemas import EXAMPLE, Answered, JobRef
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.schemas import CompanyRef
from talentsphere.domains.resumes.models import Resume

OWN_STATUSES = ("active", "hired", "rejected", "withdrawn")
LINK = "https://jobs.example.org/applications/status?token=41.3q2-7wEBAgMEBQYHCAkKCw"


@shown_by(EXAMPLE)
class OwnCardV2(Schema):
    """One's application in a list. A field without a value is left out."""

    id = fields.Integer(required=True)
    job_id = fields.Integer(required=True)
    title = fields.String(required=True, metadata={"example": "Data Engineer"})
    company = fields.String(required=True, metadata={"example": "Viamo"})
    status = fields.String(required=True, metadata={"enum": list(OWN_STATUSES)})
    stage = fields.String(required=True)
    applied_at = fields.DateTime(required=True)


@shown_by({**EXAMPLE, "status_url": LINK})
class OwnApplicationV2(OwnCardV2):
    """One's application, whole. A field without a value is left out."""

    source = fields.String()
    cover_letter = fields.String()
    resume_id = fields.UUID()
    answers = fields.List(fields.Nested(Answered), required=True)
    status_url = fields.String(required=True, metadata={"description": "Shows its stage to whoever has the address"})
    version = fields.Integer(required=True)


class OwnJobRef(JobRef):
    """The job."""

    slug = fields.String(required=True, metadata={"example": "data-engineer-17"})
    company = fields.Nested(CompanyRef, required=True)


@shown_by(EXAMPLE)
class OwnCardV1(Schema):
    """One's application in a list, every field always there."""

    id = fields.Integer(required=True)
    job = fields.Nested(OwnJobRef, required=True)
    status = fields.String(required=True, metadata={"enum": list(OWN_STATUSES)})
    stage = fields.String(required=True)
    source = fields.String(required=True, allow_none=True)
    applied_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


@shown_by({**EXAMPLE, "status_url": LINK})
class OwnApplicationV1(OwnCardV1):
    """One's application, whole, every field always there."""

    cover_letter = fields.String(required=True, allow_none=True)
    resume_id = fields.UUID(required=True, allow_none=True)
    answers = fields.List(fields.Nested(Answered), required=True)
    status_url = fields.String(required=True)


_SHORT = (
    Application.id, Application.stage, Application.applied_at, SHOWN_STATUS.label("status"), Application.job_id,
    Application.company_id, Job.title, Company.name.label("company"),
)  # fmt: skip
OWN_CARD_V2 = _SHORT
OWN_CARD_V1 = (*_SHORT, Application.source, Application.version, Job.slug, Company.slug.label("company_slug"))
OWN_APPLICATION = (
    *OWN_CARD_V1, Application.cover_letter, Application.answers, Resume.public_id.label("resume_id"),
)  # fmt: skip


def own_card_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``OWN_CARD_V2`` as an ``OwnCardV2``."""
    return {name: getattr(row, name) for name in OwnCardV2().fields}


def own_card_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``OWN_CARD_V1`` as an ``OwnCardV1``."""
    company = {"id": row.company_id, "name": row.company, "slug": row.company_slug}
    job = {"id": row.job_id, "title": row.title, "slug": row.slug, "company": company}
    names = ("id", "status", "stage", "source", "applied_at", "version")
    return {**{name: getattr(row, name) for name in names}, "job": job}


def own_application_v2(row: AnyRow, status_url: str) -> dict[str, Any]:
    """Return a row of ``OWN_APPLICATION`` as an ``OwnApplicationV2``."""
    names = ("source", "cover_letter", "resume_id", "answers", "version")
    return stated({**own_card_v2(row), **{name: getattr(row, name) for name in names}, "status_url": status_url})


def own_application_v1(row: AnyRow, status_url: str) -> dict[str, Any]:
    """Return a row of ``OWN_APPLICATION`` as an ``OwnApplicationV1``."""
    names = ("cover_letter", "resume_id", "answers")
    return {**own_card_v1(row), **{name: getattr(row, name) for name in names}, "status_url": status_url}
