"""Matches as clients see them: postings with what the search says of them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from talentsphere.api.examples import shown_by
from talentsphere.api.shapes import page_of, walk_of
from talentsphere.domains.jobs.schemas import EXAMPLE, JobCardV2, JobV1

MEANT = {"description": "When nothing was found: the words as they were probably meant", "example": "python developer"}
MARKS = ("score", "explain", "highlight")
EXPLAINED = {"all_words": 1000, "text": 700, "exact_title": 100, "recency": 140, "completeness": 50}


@shown_by({"title": "<mark>Data</mark> Engineer", "text": "Build pipelines in <mark>Python</mark>."})
class Highlight(Schema):
    """Where the words stand: HTML in which everything is escaped but `<mark>`. What holds none is left out."""

    title = fields.String()
    text = fields.String(metadata={"description": "A part of the text, around the first word in it"})


class _Marked(Schema):
    score = fields.Integer(metadata={"description": "With `explain=true`"})
    explain = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={"description": "With `explain=true`: the parts that add up to `score`", "example": EXPLAINED},
    )
    highlight = fields.Nested(Highlight, metadata={"description": "With `highlight=true`"})


@shown_by({**EXAMPLE, "score": 1990, "explain": EXPLAINED})
class JobHitV2(JobCardV2, _Marked):
    """A posting that was found. A field without a value is left out."""


@shown_by({**EXAMPLE, "score": 1990, "explain": EXPLAINED})
class JobHitV1(JobV1, _Marked):
    """A posting that was found, whole."""


@shown_by({"value": "python", "name": "Python", "count": 12})
class FacetValue(Schema):
    """How many matches have a value; companies and skills are given by slug, with their name."""

    value = fields.Raw(required=True, metadata={"description": "What the filter of the same name takes"})
    name = fields.String()
    count = fields.Integer(required=True)


def _with_facets(envelope: type[Schema], **more: fields.Field[Any]) -> type[Schema]:
    facets = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(FacetValue)),
        metadata={"description": "With `facets`", "example": {"country": [{"value": "CA", "count": 12}]}},
    )
    found = type(f"{envelope.__name__}Faceted", (envelope,), {"facets": facets, **more})
    found.__doc__ = f"{envelope.__doc__ or envelope.__name__}"
    return found


def hits_page_of(shape: type[Schema]) -> type[Schema]:
    """Return v1's envelope around matches."""
    return _with_facets(page_of(shape))


def hits_walk_of(shape: type[Schema]) -> type[Schema]:
    """Return v2's envelope around matches."""
    return _with_facets(walk_of(shape), did_you_mean=fields.String(metadata=MEANT))
