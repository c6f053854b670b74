"""What monitors read of the cache, and what its operator says."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from talentsphere.api.examples import shown_by

COUNTS = {"hits": 9210, "misses": 610, "bypassed": 4, "hit_rate": 0.9379, "saved_bytes": 120_400_000}
CACHE = {
    **COUNTS,
    "inconsistent": 0,
    "compared": 9,
    "damaged": 0,
    "policies": {"job_list": COUNTS},
    "layers": {"door": {"hits": 9000}, "memory": {"hits": 200}, "shared": {"hits": 10}},
    "memory": {"entries": 412, "bytes": 5_200_000, "limit_bytes": 67_108_864, "evicted": 0},
    "store": "redis",
    "words": "in use",
}


@shown_by(CACHE)
class CacheStats(Schema):
    """What the cache did since the start, of all workers of this host; `memory` is of the worker that answers."""

    hits = fields.Integer(required=True)
    misses = fields.Integer(required=True)
    bypassed = fields.Integer(required=True)
    hit_rate = fields.Float(required=True, metadata={"description": "`hits` / (`hits` + `misses`)"})
    saved_bytes = fields.Integer(required=True, metadata={"description": "Of bodies that were not computed"})
    compared = fields.Integer(required=True, metadata={"description": "Hits that were compared with the database"})
    inconsistent = fields.Integer(required=True, metadata={"description": "Of those, older than it: must be 0"})
    damaged = fields.Integer(required=True, metadata={"description": "Stored bodies that were not ours"})
    policies = fields.Dict(required=True)
    layers = fields.Dict(required=True)
    memory = fields.Dict(required=True)
    store = fields.String(required=True, metadata={"enum": ["memory", "redis", "filesystem"]})
    words = fields.String(required=True, metadata={"enum": ["in use", "pending"]})


@shown_by({"tags": ["jobs"], "policies": [], "keys": []})
class Clearing(Schema):
    """What to forget; nothing named: everything."""

    tags = fields.List(fields.String(validate=validate.Length(1, 100)), load_default=list)
    policies = fields.List(fields.String(validate=validate.Length(1, 100)), load_default=list)
    keys = fields.List(fields.String(validate=validate.Length(1, 100)), load_default=list)


@shown_by({"cleared": "everything"})
class Cleared(Schema):
    """What was forgotten."""

    cleared = fields.String(required=True)


class WarmedTarget(Schema):
    """One address that was asked for."""

    target = fields.String(required=True, metadata={"example": "/api/v2/jobs"})
    status = fields.Integer(required=True, metadata={"example": 200})
    cache = fields.String(required=True, metadata={"example": "MISS"})


class Warmed(Schema):
    """What was asked for."""

    warmed = fields.List(fields.Nested(WarmedTarget), required=True)
