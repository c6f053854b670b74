"""Companies as clients see them, the shapes of both versions side by side."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate

from talentsphere.api.examples import shown_by
from talentsphere.api.fields import fields_of
from talentsphere.api.inputs import Line, Prose, Tidy
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.db.rows import AnyRow
from talentsphere.domains.companies.models import Company
from talentsphere.domains.companies.queries import locations_of_company

EXAMPLE = {
    "id": 3,
    "name": "Viamo",
    "slug": "viamo",
    "website": "https://viamo.example",
    "description": "Builds phone services for development.",
    "confidential": False,
    "open_jobs": 12,
    "version": 1,
    "created_at": "2026-01-31T09:00:00Z",
    "updated_at": "2026-01-31T09:00:00Z",
}
"""One company, for the documentation of both shapes."""
PLACE = {"name": "Head office", "city": "Toronto", "region": "Ontario", "country": "CA"}


def web_address(address: str) -> None:
    """Refuse what a browser would not open as a page, or would run."""
    try:
        parts = urlsplit(address)
        is_page = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_page = False
    if not is_page or not address.isprintable() or " " in address:
        raise ValidationError("must be an address that begins with http:// or https://")


@shown_by(EXAMPLE)
class CompanyV2(Schema):
    """A company. A field without a value is left out."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)
    website = fields.String()
    description = fields.String()
    open_jobs = fields.Integer(required=True)


@shown_by(EXAMPLE)
class CompanyV1(Schema):
    """A company, every field always there."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)
    website = fields.String(required=True, allow_none=True)
    description = fields.String(required=True, allow_none=True)
    confidential = fields.Boolean(required=True, metadata={"description": "Holds postings that name no company"})
    open_jobs = fields.Integer(required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


@shown_by(PLACE)
class Location(Schema):
    """Where a company works."""

    name = fields.String(required=True)
    city = fields.String(required=True, allow_none=True)
    region = fields.String(required=True, allow_none=True)
    country = fields.String(required=True, allow_none=True, metadata={"description": "ISO 3166-1 alpha-2"})


@shown_by({**EXAMPLE, "locations": [PLACE]})
class CompanyPageV2(CompanyV2):
    """A company with its locations. A field without a value is left out."""

    locations = fields.List(fields.Nested(Location), required=True)


@shown_by({**EXAMPLE, "locations": [PLACE]})
class CompanyPageV1(CompanyV1):
    """A company with its locations, every field always there."""

    locations = fields.List(fields.Nested(Location), required=True)


class NewLocation(Schema):
    """A place to add: at least its name."""

    name = Line(200, required=True, metadata={"example": "Head office"})
    city = Line(120, allow_none=True, metadata={"example": "Toronto"})
    region = Line(120, allow_none=True, metadata={"example": "Ontario"})
    country = Tidy(
        str.upper,
        allow_none=True,
        validate=validate.Regexp("^[A-Za-z]{2}$", error="must be two letters (ISO 3166-1)"),
        metadata={"example": "CA"},
    )


class CompanyChanges(Schema):
    """What a company says of itself; what is left out stays. Locations that are given replace all there are."""

    name = Line(200, metadata={"example": "Viamo"})
    website = fields.String(
        allow_none=True,
        validate=[validate.Length(max=500), web_address],
        metadata={"description": "An http or https address", "example": "https://viamo.example"},
    )
    description = Prose(20_000, allow_none=True, metadata={"description": "Plain text"})
    locations = fields.List(fields.Nested(NewLocation), validate=validate.Length(max=100))


class NewCompany(CompanyChanges):
    """A company to add; its slug is made from its name."""

    name = Line(200, required=True, metadata={"example": "Viamo"})


class CompanyQueryV1(Schema):
    """What of a company is wanted."""

    wanted_fields = fields_of(CompanyPageV1)


class CompanyQueryV2(Schema):
    """What of a company is wanted."""

    wanted_fields = fields_of(CompanyPageV2)


class CompanyListQueryV1(PageNumbers):
    """The parameters of v1's list."""

    wanted_fields = fields_of(CompanyV1)


class CompanyListQueryV2(CursorOrPage):
    """The parameters of v2's list."""

    wanted_fields = fields_of(CompanyV2)


NAMES_V1, NAMES_V2 = tuple(CompanyV1().fields), tuple(CompanyV2().fields)
COMPANY_V1 = tuple(getattr(Company, name) for name in NAMES_V1)
COMPANY_V2 = tuple(getattr(Company, name) for name in NAMES_V2)
PAGE_V1 = (*COMPANY_V1, locations_of_company().label("locations"))
PAGE_V2 = (*COMPANY_V2, locations_of_company().label("locations"), Company.version)


def company_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row that begins with ``COMPANY_V1`` as a ``CompanyV1``."""
    return dict(zip(NAMES_V1, row, strict=False))


def company_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row that begins with ``COMPANY_V2`` as a ``CompanyV2``."""
    return {name: value for name, value in zip(NAMES_V2, row, strict=False) if value is not None}


def company_page_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``PAGE_V1`` as a ``CompanyPageV1``."""
    return {**company_v1(row), "locations": _locations(row)}


def company_page_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``PAGE_V2`` as a ``CompanyPageV2``."""
    return {**company_v2(row), "locations": _locations(row)}


def _locations(row: AnyRow) -> list[dict[str, Any]]:
    """Return the locations in the order in which they were written."""
    names = ("name", "city", "region", "country")
    return [{name: place[name] for name in names} for place in sorted(row.locations, key=lambda place: place["id"])]
