"""The documented envelopes of lists: made once for each shape that they hold."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

from marshmallow import Schema, fields

from talentsphere.api.inputs import BIGGEST_ID

ID = f"int(min=1,max={BIGGEST_ID})"
"""The converter of ids in paths: what no id can be is 404."""
CURSOR = "2bD4yz1kSgk2kVtmYWxzZSwxXQ"
"""What a cursor looks like."""
Envelope = Callable[[type[Schema]], type[Schema]]


@functools.cache
def selection_of(shape: type[Schema]) -> type[Schema]:
    """Return ``shape`` with no field required: what ``fields=`` leaves of it."""
    optional = {}
    for name, field in shape().fields.items():
        optional[name] = copy.copy(field)
        optional[name].required = False
    selection = Schema.from_dict(optional, name=f"{shape.__name__}Selection")
    selection.__doc__ = f"The fields of a `{shape.__name__}` that `fields=` names."
    return selection


def or_selection(shape: type[Schema], envelope: Envelope | None = None) -> dict[str, Any]:
    """Return the documented alternatives of a route with ``fields=``: everything, or what was asked for."""
    both = (shape, selection_of(shape))
    return {"anyOf": [envelope(each) if envelope else each for each in both]}


class PageMeta(Schema):
    """What the answer wants to say about the question."""

    warnings = fields.List(
        fields.String(), required=True, metadata={"example": ["contry was ignored: unknown parameter"]}
    )


@functools.cache
def page_of(shape: type[Schema]) -> type[Schema]:
    """Return v1's envelope around ``shape``."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(shape), required=True),
            "total": fields.Integer(required=True, metadata={"example": 2263}),
            "page": fields.Integer(required=True, metadata={"example": 1}),
            "page_size": fields.Integer(required=True, metadata={"example": 20}),
            "total_pages": fields.Integer(required=True, metadata={"example": 114}),
            "has_next": fields.Boolean(required=True, metadata={"example": True}),
            "has_prev": fields.Boolean(required=True, metadata={"example": False}),
            "total_is_estimate": fields.Boolean(required=True, metadata={"example": False}),
            "meta": fields.Nested(PageMeta, required=True),
        },
        name=f"{shape.__name__}Page",
    )


@functools.cache
def walk_of(shape: type[Schema]) -> type[Schema]:
    """Return v2's envelope around ``shape``."""
    return Schema.from_dict(
        {
            "data": fields.List(fields.Nested(shape), required=True),
            "next": fields.String(
                required=True,
                allow_none=True,
                metadata={"description": "Cursor, or null at the end", "example": CURSOR},
            ),
            "prev": fields.String(
                allow_none=True, metadata={"description": "With `cursor`; null at the beginning", "example": None}
            ),
            "total": fields.Integer(metadata={"description": "With `count=estimated` or `exact`", "example": 2263}),
            "total_is_estimate": fields.Boolean(metadata={"description": "With `total`", "example": False}),
            "applied": fields.Dict(
                required=True,
                metadata={"description": "The parameters as they were understood", "example": {"sort": "newest"}},
            ),
        },
        name=f"{shape.__name__}List",
    )


@functools.cache
def batch_of(key: str, shape: type[Schema]) -> type[Schema]:
    """Return the answer to a batch: what was found under ``key``, in the order asked, and what is missing."""
    listed = {key: fields.List(fields.Nested(shape), required=True)}
    missing = {"missing": fields.List(fields.Integer(), required=True, metadata={"example": [404]})}
    return Schema.from_dict({**listed, **missing}, name=f"{shape.__name__}Batch")


@functools.cache
def few_of(key: str, shape: type[Schema]) -> type[Schema]:
    """Return the envelope of a list that is always short."""
    return Schema.from_dict(
        {key: fields.List(fields.Nested(shape), required=True)}, name=f"{shape.__name__}{key.title()}"
    )


def id_in_path(name: str, what: str) -> list[dict[str, Any]]:
    """Return the documentation of a path's id ``name``, which the rule spells ``<{ID}:name>``."""
    return [{"name": name, "in": "path", "required": True, "description": f"Id of {what}", "example": 7}]


def uuid_in_path(name: str, what: str) -> list[dict[str, Any]]:
    """Return the documentation of a path's id ``name``, which the rule spells ``<uuid:name>``."""
    schema = {"type": "string", "format": "uuid"}
    described = {"description": f"Id of {what}", "schema": schema, "example": "7f1d6c1e-5b0a-4a39-9a3e-0d1c2b3a4f5e"}
    return [{"name": name, "in": "path", "required": True, **described}]


def reference_to(what: str, example: str) -> list[dict[str, Any]]:
    """Return the documentation of a path's ``{reference}``."""
    described = {
        "description": f"Id or slug of {what}",
        "schema": {"type": "string", "minLength": 1},
        "example": example,
    }
    return [{"name": "reference", "in": "path", "required": True, **described}]
