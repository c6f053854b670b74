"""A row as published, as the posting that will be stored."""

from __future__ import annotations

import re
from datetime import datetime

from talentsphere.domains.jobs.importing import posting as limits
from talentsphere.domains.jobs.importing.dates import EXPIRES_AHEAD, time_of
from talentsphere.domains.jobs.importing.identity import Identity
from talentsphere.domains.jobs.importing.pay import pay_of
from talentsphere.domains.jobs.importing.places import location_of
from talentsphere.domains.jobs.importing.posting import Fields, Posting, Refused
from talentsphere.domains.jobs.importing.text import description_of, one_line
from talentsphere.domains.jobs.importing.words import employment_type_of, level_in_title, published_level_of
from talentsphere.domains.jobs.models import CLOSED_REASONS, STATUSES

MAX_SKILL_NAMES = 100
_NO_COMPANY = {
    "", "none", "null", "n/a", "na", "nan", "-", "unknown", "not specified", "not stated", "undisclosed",
    "confidential", "company undisclosed", "company confidential", "confidential company", "private",
    "anonymous", "company not stated",
}  # fmt: skip
_SPLIT = re.compile(r"[|;,]")


def posting_of(fields: Fields, identity: Identity, now: datetime) -> Posting:
    """Return the posting of a row, or raise ``Refused`` with the reason. Pure: the same row, the same posting."""
    title = _title(fields)
    description, text = _description(fields)
    location = location_of(fields)
    pay = pay_of(fields)
    status = _status(fields)
    return Posting(
        source=identity.source,
        external_id=identity.external_id,
        title=title,
        description=description,
        description_text=text,
        company=_company(fields),
        location=location.text,
        city=location.place.city,
        region=location.place.region,
        country=location.place.country,
        remote=location.place.remote or False,
        employment_type=_employment_type(fields),
        experience_level=_level(fields, title),
        salary_min=pay.lowest,
        salary_max=pay.highest,
        currency=pay.currency,
        salary_period=pay.period,
        industry=(_line(fields, "industry") or "")[: limits.MAX_INDUSTRY] or None,
        posted_at=time_of(fields.get("posted_at"), "posted_at", now),
        expires_at=time_of(fields.get("expires_at"), "expires_at", now, EXPIRES_AHEAD),
        status=status,
        closed_reason=_closed_reason(fields) if status == "closed" else None,
        skill_names=_skill_names(fields),
    )


def _line(fields: Fields, name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refused(f"{name} is not text")
    return one_line(str(value)) or None


def _title(fields: Fields) -> str:
    title = _line(fields, "title")
    if title is None or not any(sign.isalnum() for sign in title):
        raise Refused("no title")
    if len(title) > limits.MAX_TITLE:
        raise Refused(f"title has more than {limits.MAX_TITLE} characters")
    return title


def _description(fields: Fields) -> tuple[str, str]:
    """Return HTML and text; a listing without a description is taken with an empty one."""
    value = fields.get("description")
    if value is None:
        return "", ""
    if not isinstance(value, str):
        raise Refused("description is not text")
    if len(value) > limits.MAX_DESCRIPTION:
        raise Refused(f"description has {len(value)} characters, more than {limits.MAX_DESCRIPTION}")
    return description_of(value)


def _company(fields: Fields) -> str | None:
    company = _line(fields, "company")
    if company is None or company.casefold() in _NO_COMPANY:
        return None
    if len(company) > limits.MAX_COMPANY:
        raise Refused(f"company has more than {limits.MAX_COMPANY} characters")
    return company


def _employment_type(fields: Fields) -> str | None:
    value = fields.get("employment_type")
    if isinstance(value, list):
        value = ", ".join(item for item in value if isinstance(item, str))
    return employment_type_of(value[:200]) if isinstance(value, str) else None


def _level(fields: Fields, title: str) -> str | None:
    """Return the level that the source names; LinkedIn's wide "Mid-Senior level" leaves the word to the title."""
    named = _line(fields, "experience_level")
    level = published_level_of(named) if named else None
    return level_in_title(title) or level if level in {None, "mid"} else level


def _status(fields: Fields) -> str | None:
    status = (_line(fields, "status") or "").casefold() or None
    if status is not None and status not in STATUSES:
        raise Refused(f"status is none of {', '.join(STATUSES)}: {status[:40]!r}")
    return status


def _closed_reason(fields: Fields) -> str:
    reason = (_line(fields, "closed_reason") or "other").casefold()
    return reason if reason in CLOSED_REASONS else "other"


def _skill_names(fields: Fields) -> tuple[str, ...]:
    value = fields.get("skills")
    names = _SPLIT.split(value) if isinstance(value, str) else value if isinstance(value, list) else []
    lines = (one_line(name) for name in names[:MAX_SKILL_NAMES] if isinstance(name, str) and len(name) <= 200)
    return tuple(dict.fromkeys(line for line in lines if line))
