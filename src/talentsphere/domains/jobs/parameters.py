"""The parameters of the board's addresses: filters, pages, and which fields are wanted."""

from __future__ import annotations

from functools import partial

from marshmallow import Schema, fields, validate

from talentsphere.api.fields import NameList, fields_of
from talentsphere.api.inputs import AnyOf, Ids, Moment, Whole, formed, only_value, several, texts, words
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.api.shapes import reference_to
from talentsphere.domains.jobs.models import EMPLOYMENT_TYPES, EXPERIENCE_LEVELS
from talentsphere.domains.jobs.schemas import JobCardV2, JobV1, JobV2
from talentsphere.domains.names import folded_name

SORTS = ("newest", "oldest", "salary", "title")
REFERENCE = reference_to("the posting", "data-engineer-17")
COMPANY = reference_to("the company", "viamo")
JOB = [{**part, "name": "job"} for part in REFERENCE]


def names(length: int, description: str, example: str) -> fields.List[str]:
    """Return a parameter that names something as the columns of names hold it."""
    return texts(length, description, example, partial(folded_name, limit=length))


class JobFilters(Schema):
    """The filters of a list of postings. A filter given several times means any of its values."""

    company = texts(200, "Id or slug", "viamo", str.lower)
    location = names(200, "The published text, in any case; `remote` means remote postings", "remote")
    city = names(120, "City, in any case", "Toronto")
    region = names(120, "State or province, in any case", "Ontario")
    country = several(formed("[A-Za-z]{2}", "must be two letters (ISO 3166-1)", str.upper), "ISO 3166-1 alpha-2", "CA")
    remote = AnyOf(fields.Boolean(), only_value, metadata={"description": "Not stated counts as `false`"})
    employment_type = words(EMPLOYMENT_TYPES, "Any case; `-` or a space for `_`")
    experience_level = words(EXPERIENCE_LEVELS, "Any case; `-` or a space for `_`")
    salary_min = AnyOf(
        Whole(validate=validate.Range(0, 10**15)),
        min,
        metadata={"description": "The best pay a year, in the posting's own currency, is at least this"},
    )
    currency = several(formed("[A-Za-z]{3}", "must be three letters (ISO 4217)", str.upper), "ISO 4217", "CAD")
    skill = names(200, "Name, slug or alias, in any case", "python")
    posted_after = AnyOf(
        Moment(),
        min,
        metadata={"description": "A time, or a day (UTC) with its first second", "example": ["2026-01-31T09:00:00Z"]},
    )
    featured = AnyOf(fields.Boolean(), only_value, metadata={"description": "Chosen by the operator"})
    sort = fields.String(
        load_default="newest",
        validate=validate.OneOf(SORTS),
        metadata={"description": "`salary`: the highest pay a year first, `title`: A to Z", "example": "newest"},
    )


class JobQueryV1(Schema):
    """What of a posting is wanted."""

    wanted_fields = fields_of(JobV1, besides=("questions",))


class OneJobQueryV1(JobQueryV1):
    """What of one posting is wanted."""

    include = NameList(("questions",), "More besides")


class JobCardQuery(Schema):
    """What of a card is wanted."""

    wanted_fields = fields_of(JobCardV2)


class JobListQueryV1(JobFilters, PageNumbers, JobQueryV1):
    """Filters with page numbers."""


class JobListQueryV2(JobFilters, CursorOrPage, JobCardQuery):
    """Filters with a cursor or a page."""


class FeaturedQueryV1(PageNumbers, JobQueryV1):
    """Page numbers alone."""


class FeaturedQueryV2(CursorOrPage, JobCardQuery):
    """A cursor or a page alone."""


class JobQueryV2(Schema):
    """What of a posting is wanted."""

    wanted_fields = fields_of(JobV2, besides=("similar", "questions"))
    include = NameList(("questions", "similar"), "More besides")


class BatchQueryV1(JobQueryV1):
    """Which postings are wanted."""

    ids = Ids(required=True)


class BatchQueryV2(JobCardQuery):
    """Which postings are wanted."""

    ids = Ids(required=True)
