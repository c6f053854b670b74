"""Postings as clients see them: the shapes of both versions side by side, and the columns that fill them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import INCLUDE, Schema, fields
from sqlalchemy import RowMapping

from talentsphere.api.examples import shown_by
from talentsphere.api.openapi import Problem
from talentsphere.api.problem import MIMETYPE as PROBLEM
from talentsphere.db.rows import AnyRow
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.asking import QuestionRef
from talentsphere.domains.jobs.errors import JobClosed
from talentsphere.domains.jobs.models import (
    CLOSED_REASONS,
    EMPLOYMENT_TYPES,
    EXPERIENCE_LEVELS,
    SALARY_PERIODS,
    STATUSES,
    Job,
)  # fmt: skip
from talentsphere.domains.jobs.queries import skills_of_job
from talentsphere.domains.jobs.staleness import is_stale

EXAMPLE = {
    "id": 17,
    "title": "Data Engineer",
    "slug": "data-engineer-17",
    "status": "open",
    "description": "<p>Build pipelines in Python.</p>",
    "description_text": "Build pipelines in Python.",
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
    "industry": "Software",
    "featured": True,
    "source": "sample",
    "external_id": "a1b2c3",
    "closed_reason": None,
    "posted_at": "2026-01-31T09:00:00Z",
    "expires_at": "2026-03-31T09:00:00Z",
    "confirmed_at": "2026-02-10T09:00:00Z",
    "stale": False,
    "closed_at": None,
    "created_at": "2026-01-31T09:00:00Z",
    "updated_at": "2026-01-31T09:00:00Z",
    "version": 1,
}
"""One posting, for the documentation of every shape."""
CONFIRMED = "When somebody last said that it still stands"
STALE = "Open, and neither published nor confirmed for `JOBS_STALE_AFTER_DAYS`"


@shown_by({"id": 3, "name": "Viamo", "slug": "viamo"})
class CompanyRef(Schema):
    """A company, named."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)


@shown_by({"website": "https://viamo.example", "confidential": False, "open_jobs": 12})
class CompanyOfJobV1(CompanyRef):
    """A company, as v1 shows it inside a posting."""

    website = fields.String(required=True, allow_none=True)
    confidential = fields.Boolean(required=True)
    open_jobs = fields.Integer(required=True)


@shown_by({"id": 5, "name": "Python", "slug": "python"})
class SkillRef(Schema):
    """A skill, named."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)


@shown_by({"kind": "language"})
class SkillOfJobV1(SkillRef):
    """A skill, as v1 shows it inside a posting."""

    kind = fields.String(required=True, metadata={"enum": ["skill", "technology", "language"]})


@shown_by(EXAMPLE)
class JobCardV2(Schema):
    """A posting in a list. A field without a value is left out."""

    id = fields.Integer(required=True)
    title = fields.String(required=True)
    company = fields.String(required=True, metadata={"example": "Viamo"})
    location = fields.String()
    remote = fields.Boolean(required=True)
    employment_type = fields.String(metadata={"enum": list(EMPLOYMENT_TYPES)})
    salary_min = fields.Integer(metadata={"description": "Whole units of `currency` in a `salary_period`"})
    salary_max = fields.Integer(metadata={"description": "Whole units of `currency` in a `salary_period`"})
    currency = fields.String(metadata={"description": "ISO 4217"})
    salary_period = fields.String(metadata={"enum": list(SALARY_PERIODS)})
    posted_at = fields.DateTime(required=True)
    featured = fields.Boolean(required=True)


@shown_by(EXAMPLE)
class JobV2(Schema):
    """A posting, whole. A field without a value is left out."""

    id = fields.Integer(required=True)
    title = fields.String(required=True)
    slug = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    company = fields.Nested(CompanyRef, required=True)
    description = fields.String(required=True, metadata={"description": "Sanitised HTML"})
    skills = fields.List(fields.Nested(SkillRef), required=True)
    location = fields.String()
    city = fields.String()
    region = fields.String()
    country = fields.String(metadata={"description": "ISO 3166-1 alpha-2"})
    remote = fields.Boolean(required=True)
    employment_type = fields.String(metadata={"enum": list(EMPLOYMENT_TYPES)})
    experience_level = fields.String(metadata={"enum": list(EXPERIENCE_LEVELS)})
    salary_min = fields.Integer(metadata={"description": "Whole units of `currency` in a `salary_period`"})
    salary_max = fields.Integer(metadata={"description": "Whole units of `currency` in a `salary_period`"})
    currency = fields.String()
    salary_period = fields.String(metadata={"enum": list(SALARY_PERIODS)})
    industry = fields.String()
    featured = fields.Boolean(required=True)
    posted_at = fields.DateTime()
    expires_at = fields.DateTime()
    confirmed_at = fields.DateTime(metadata={"description": CONFIRMED})
    stale = fields.Boolean(metadata={"description": f"{STALE}; left out while it is not"})
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)
    similar = fields.List(fields.Nested(JobCardV2), metadata={"description": "With `include=similar`"})
    questions = fields.List(fields.Nested(QuestionRef), metadata={"description": "With `include=questions`"})


@shown_by(EXAMPLE)
class JobV1(Schema):
    """A posting, whole, every field always there."""

    id = fields.Integer(required=True)
    title = fields.String(required=True)
    slug = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    company = fields.Nested(CompanyOfJobV1, required=True)
    description = fields.String(required=True, metadata={"description": "Sanitised HTML"})
    description_text = fields.String(required=True)
    skills = fields.List(fields.Nested(SkillOfJobV1), required=True)
    location = fields.String(required=True, allow_none=True)
    city = fields.String(required=True, allow_none=True)
    region = fields.String(required=True, allow_none=True)
    country = fields.String(required=True, allow_none=True)
    remote = fields.Boolean(required=True)
    employment_type = fields.String(required=True, allow_none=True)
    experience_level = fields.String(required=True, allow_none=True)
    salary_min = fields.Integer(required=True, allow_none=True)
    salary_max = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)
    salary_period = fields.String(required=True, allow_none=True)
    industry = fields.String(required=True, allow_none=True)
    featured = fields.Boolean(required=True)
    source = fields.String(required=True, allow_none=True)
    external_id = fields.String(required=True, allow_none=True)
    closed_reason = fields.String(required=True, allow_none=True, metadata={"enum": [*CLOSED_REASONS, None]})
    posted_at = fields.DateTime(required=True, allow_none=True)
    publish_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "Of a draft: when it will be published"}
    )
    expires_at = fields.DateTime(required=True, allow_none=True)
    confirmed_at = fields.DateTime(required=True, allow_none=True, metadata={"description": CONFIRMED})
    stale = fields.Boolean(required=True, metadata={"description": STALE})
    closed_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)
    questions = fields.List(fields.Nested(QuestionRef), metadata={"description": "With `include=questions`"})


@shown_by(
    {
        "open": 2263,
        "closed": 41,
        "companies": 902,
        "remote": 310,
        "posted_7d": 118,
        "by_employment_type": {"full_time": 1540, "contract": 260},
        "by_country": {"US": 1120, "CA": 95},
    }
)
class JobStats(Schema):
    """Figures of the whole board; `remote`, `posted_7d` and the two tables are about open postings."""

    open = fields.Integer(required=True)
    closed = fields.Integer(required=True)
    companies = fields.Integer(required=True, metadata={"description": "Companies with open postings"})
    remote = fields.Integer(required=True)
    posted_7d = fields.Integer(required=True)
    by_employment_type = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_country = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


@shown_by(
    {
        "type": f"/problems/{JobClosed.slug}",
        "title": JobClosed.title,
        "status": JobClosed.status,
        "detail": "job 17 was closed",
        "instance": "/api/v2/jobs/17",
        "id": 17,
        "closed_at": "2026-02-14T16:30:00Z",
    }
)
class JobClosedProblem(Problem):
    """Why the posting is over, and what is like it."""

    class Meta:
        """It has no single fields to blame."""

        exclude = ("errors",)
        unknown = INCLUDE

    id = fields.Integer(required=True)
    closed_reason = fields.String(metadata={"enum": list(CLOSED_REASONS)})
    closed_at = fields.DateTime()
    similar = fields.List(fields.Nested(JobCardV2), required=True)


CLOSED: dict[str, Any] = {"schema": JobClosedProblem, "content_type": PROBLEM, "description": "The posting is closed"}
"""The documentation of 410."""


Values = Mapping[str, Any] | RowMapping

CARD_NAMES = tuple(JobCardV2().fields)
JOB_CARD_V2 = tuple(Company.name.label("company") if name == "company" else getattr(Job, name) for name in CARD_NAMES)

COMPANY_OF_JOB = (
    Company.id.label("company_id"),
    Company.name.label("company_name"),
    Company.slug.label("company_slug"),
)
SKILLS_OF_JOB = skills_of_job().label("skills")
_MADE = ("stale", "company", "skills", "questions")
"""What is no column of its own here."""
_PLAIN_V1 = tuple(name for name in JobV1().fields if name not in _MADE)
_PLAIN_V2 = tuple(name for name in JobV2().fields if name not in (*_MADE, "similar"))
_CLOSING = (Job.closed_reason, Job.closed_at)

JOB_V1 = (
    *(getattr(Job, name) for name in _PLAIN_V1),
    *COMPANY_OF_JOB, Company.website, Company.confidential, Company.open_jobs, SKILLS_OF_JOB,
)  # fmt: skip
JOB_ASKING_V1 = (*JOB_V1, Job.questions)
JOB_V2 = (*(getattr(Job, name) for name in _PLAIN_V2), *COMPANY_OF_JOB, *_CLOSING, SKILLS_OF_JOB, Job.questions)


def job_card(row: Sequence[Any]) -> dict[str, Any]:
    """Return a row that begins with ``JOB_CARD_V2`` as a ``JobCardV2``."""
    return {name: value for name, value in zip(CARD_NAMES, row, strict=False) if value is not None}


def job_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``JOB_V2`` as a ``JobV2``, without what has no value."""
    return whole_v2(row._mapping, _PLAIN_V2)


def whole_v2(values: Values, names: Sequence[str]) -> dict[str, Any]:
    """Return what v2 shows of a posting: those of ``names`` that have a value, its company and its skills."""
    shown = {name: values[name] for name in names if values[name] is not None}
    skills = [{"id": skill["id"], "name": skill["name"], "slug": skill["slug"]} for skill in values["skills"]]
    return {**shown, **stale_v2(values), "company": _company(values), "skills": skills}


def stale_v2(values: Values) -> dict[str, bool]:
    """Return ``stale`` of a posting that is, and nothing of any other."""
    return {"stale": True} if is_stale(values) else {}


def job_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row with ``JOB_V1`` as a ``JobV1``."""
    return written_job_v1(row._mapping)


def written_job_v1(values: Values) -> dict[str, Any]:
    """Return the same of values by name, as they were written."""
    company = {
        **_company(values),
        **{name: values[name] for name in ("website", "confidential", "open_jobs")},
    }
    shown = {name: values[name] for name in _PLAIN_V1}
    return {**shown, "stale": is_stale(values), "company": company, "skills": values["skills"]}


def _company(values: Any) -> dict[str, Any]:
    return {"id": values["company_id"], "name": values["company_name"], "slug": values["company_slug"]}
