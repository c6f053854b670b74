"""Postings as rows of the table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from talentsphere.domains.jobs.fingerprints import fingerprint_of
from talentsphere.domains.jobs.importing.posting import Posting
from talentsphere.domains.jobs.models import SALARY_PERIODS, recency_key
from talentsphere.domains.names import folded_name, slug_of

KEY_LENGTH = 120


def new_row(posting: Posting, job_id: int, company_id: int, content_hash: str, at: datetime) -> dict[str, Any]:
    """Return the row of a posting that is seen for the first time; ``at`` is now, and its date when it has none."""
    posted_at = posting.posted_at or at.replace(microsecond=0)
    status = posting.status or "open"
    return {
        "id": job_id,
        "key": recency_key(posted_at, job_id),
        "status": status,
        "company_id": company_id,
        "posted_at": posted_at,
        "closed_reason": posting.closed_reason if status == "closed" else None,
        "closed_at": at if status == "closed" else None,
        "featured": False,
        "source": posting.source,
        "external_id": posting.external_id,
        "created_at": at,
        "updated_at": at,
        "version": 1,
        "content_hash": content_hash,
        **facts(posting, job_id),
    }


def facts(posting: Posting, job_id: int) -> dict[str, Any]:
    """Return the columns that say what is advertised, the same in a new and in a changed row."""
    return {
        "title": posting.title,
        "title_key": folded_name(posting.title, KEY_LENGTH),
        "slug": f"{slug_of(posting.title, 100, 'job')}-{job_id}",
        "location": posting.location,
        "location_key": _key(posting.location, 200),
        "city": posting.city,
        "city_key": _key(posting.city, KEY_LENGTH),
        "region": posting.region,
        "region_key": _key(posting.region, KEY_LENGTH),
        "country": posting.country,
        "remote": posting.remote,
        "employment_type": posting.employment_type,
        "experience_level": posting.experience_level,
        "salary_min": posting.salary_min,
        "salary_max": posting.salary_max,
        "currency": posting.currency,
        "salary_period": posting.salary_period,
        "pay_yearly": yearly_pay(posting.salary_min, posting.salary_max, posting.salary_period),
        "industry": posting.industry,
        "expires_at": posting.expires_at,
        "description": posting.description,
        "description_text": posting.description_text,
        **fingerprint_of(posting.title, posting.location, posting.description_text),
    }


def yearly_pay(lowest: int | None, highest: int | None, period: str | None) -> int:
    """Return the best pay in a year; 0 when it or its period is unknown."""
    best = highest if highest is not None else lowest
    return best * SALARY_PERIODS[period] if best is not None and period is not None else 0


def _key(text: str | None, limit: int) -> str | None:
    return folded_name(text, limit) if text is not None else None
