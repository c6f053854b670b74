"""What the parts of the importer hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Fields = Mapping[str, Any]
"""One row as read: field names of the product, values as published."""

MAX_TITLE = 300
MAX_SOURCE = 80
MAX_EXTERNAL_ID = 200
MAX_LOCATION = 200
MAX_PLACE = 120
MAX_COMPANY = 200
MAX_INDUSTRY = 200
MAX_DESCRIPTION = 500_000
"""Characters as read. The longest of 60,000 real adverts, with all its markup, has 220,674."""


class Refused(Exception):
    """This row cannot be taken; the text says why, for the person who sent the file."""


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a file, before anything is judged; ``refused`` says why it could not even be read."""

    line: int
    fields: Fields
    refused: str | None = None
    size: int = 0
    """Bytes, about."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Posting:
    """A posting as it will be stored. ``company`` is None when none is stated; ``posted_at`` when unknown."""

    source: str
    external_id: str
    title: str
    description: str
    description_text: str
    company: str | None = None
    location: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    remote: bool = False
    employment_type: str | None = None
    experience_level: str | None = None
    salary_min: int | None = None
    salary_max: int | None = None
    currency: str | None = None
    salary_period: str | None = None
    industry: str | None = None
    posted_at: datetime | None = None
    expires_at: datetime | None = None
    status: str | None = None
    """None when the source does not state it: a new posting is open then, a known one stays as it is."""
    closed_reason: str | None = None
    skill_names: tuple[str, ...] = ()
    """Skills that the source names itself; those that the dictionary does not know are left out later."""
