"""What a client sends, as the posting that will be stored: cleaned and completed as an import does it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from talentsphere.domains.jobs.importing.places import location_of
from talentsphere.domains.jobs.importing.posting import Posting
from talentsphere.domains.jobs.importing.text import description_of
from talentsphere.domains.jobs.models import Job
from talentsphere.errors import invalid_field

Given = Mapping[str, Any]
"""The fields that a client sent, as ``NewJob`` or ``JobChanges`` read them."""

PLACE = ("location", "city", "region", "country")
COPIED = (
    *PLACE, "title", "remote", "employment_type", "experience_level", "salary_min", "salary_max", "currency",
    "salary_period", "expires_at", "external_id", "industry", "description", "description_text",
)  # fmt: skip


def drafted(given: Given, job: Job | None = None) -> Posting:
    """Return the posting that ``given`` makes of nothing, or of ``job``; raise ``InvalidInput``.

    Pay without a period is pay a year. City, region and country that nobody states are taken from the location's
    text, where they are certain, and taken anew when only that text changes.
    """
    values = {**(_facts_of(job) if job else {}), **given}
    html, text = _description(given, job)
    return Posting(
        source=(job.source if job else None) or "",
        external_id=values.get("external_id") or "",
        title=values["title"],
        description=html,
        description_text=text,
        employment_type=values.get("employment_type"),
        experience_level=values.get("experience_level"),
        industry=values.get("industry"),
        expires_at=_whole_seconds(values.get("expires_at")),
        **_place(given, job),
        **_pay(given, values),
    )


def _facts_of(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in COPIED}


def _description(given: Given, job: Job | None) -> tuple[str, str]:
    if "description" not in given and job is not None:
        return job.description, job.description_text
    html, text = description_of(given["description"])
    if not text:
        raise invalid_field("#/description", "must hold text")
    return html, text


def _place(given: Given, job: Job | None) -> dict[str, Any]:
    stated = {name: getattr(job, name) for name in PLACE} if job else {}
    if "location" in given:
        stated = {}
    elif not given.keys() & {"city", "region", "country"} and job is not None:
        return {**stated, "remote": given.get("remote", job.remote)}
    remote = given.get("remote", job.remote if job else None)
    found = location_of({**stated, **given, "remote": remote})
    parts = {"city": found.place.city, "region": found.place.region, "country": found.place.country}
    removed = {name: None for name in PLACE if name in given and not given[name]}
    return {"location": found.text, **parts, **removed, "remote": found.place.remote or False}


def _pay(given: Given, values: Given) -> dict[str, Any]:
    lowest, highest = values.get("salary_min"), values.get("salary_max")
    if lowest is not None and highest is not None and highest < lowest:
        name = "salary_min" if "salary_max" not in given else "salary_max"
        raise invalid_field(f"#/{name}", f"salary_max {highest} is below salary_min {lowest}")
    period = values.get("salary_period") or (None if lowest is None and highest is None else "year")
    return {"salary_min": lowest, "salary_max": highest, "currency": values.get("currency"), "salary_period": period}


def _whole_seconds(moment: datetime | None) -> datetime | None:
    return moment.replace(microsecond=0) if moment else None
