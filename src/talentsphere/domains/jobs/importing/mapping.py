"""Which column of a file is which field of a posting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

FIELDS = (
    "source", "external_id", "title", "company", "description", "location", "city", "region", "country", "remote",
    "employment_type", "experience_level", "salary_min", "salary_max", "currency", "salary_period", "industry",
    "posted_at", "expires_at", "status", "closed_reason", "skills",
)  # fmt: skip
USUAL_NAMES = {
    "id": "external_id", "job_id": "external_id", "job_title": "title", "name": "title", "position": "title",
    "company_name": "company", "employer": "company", "body": "description", "job_description": "description",
    "salary_currency": "currency", "pay_period": "salary_period", "date_posted": "posted_at",
    "published_at": "posted_at", "seniority": "experience_level", "type": "employment_type",
    "job_type": "employment_type", "tags": "skills",
}  # fmt: skip
"""Used where the field's own name is absent."""


class BadMapping(ValueError):
    """A ``--map`` that names no field of a posting."""


def mapping_of(pairs: Iterable[str]) -> dict[str, str]:
    """Return ``{field: column}`` of ``field=column`` texts; raise ``BadMapping``."""
    chosen: dict[str, str] = {}
    for pair in pairs:
        field, sign, column = (part.strip() for part in pair.partition("="))
        if not sign or not column or field not in FIELDS:
            raise BadMapping(f"{pair!r} is not FIELD=COLUMN with a field of: {', '.join(FIELDS)}")
        chosen[field] = column
    return chosen


def mapped(row: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return the row under the product's names; a column may be a path into objects ("company.name")."""
    fields = {name: row[name] for name in FIELDS if row.get(name) is not None}
    for column, field in USUAL_NAMES.items():
        if field not in fields and row.get(column) is not None:
            fields[field] = row[column]
    for field, column in chosen.items():
        fields[field] = _at(row, column)
    return fields


def _at(row: Mapping[str, Any], path: str) -> Any:
    if path in row:
        return row[path]
    found: Any = row
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
