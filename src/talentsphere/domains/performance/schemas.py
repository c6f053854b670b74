"""What monitors read."""

from __future__ import annotations

from marshmallow import Schema, fields

from talentsphere import __version__
from talentsphere.api.examples import shown_by

STATUSES = ("ok", "degraded", "unavailable")
LATENCY = {"p50": 1.4, "p95": 6.2, "p99": 11.8, "mean": 2.1}
ENDPOINT = {
    "method": "GET",
    "route": "/api/v2/jobs",
    "request_count": 18230,
    "error_count": 2,
    "error_rate": 0.00011,
    "latency_ms": LATENCY,
    "statements_per_request": 1.0,
}
SCHEDULE = {
    "name": "jobs.expire",
    "last_run": "2026-01-31T09:00:00Z",
    "next_run": "2026-01-31T09:01:00Z",
    "last_status": "done",
    "is_overdue": False,
}
SPACE = {"total_bytes": 8_000_000_000, "free_bytes": 5_000_000_000, "used_percent": 37.5}
PERFORMANCE = {
    **ENDPOINT,
    "requests_per_s": 121.5,
    "uptime_s": 86400,
    "workers": 4,
    "pool": {"size": 12, "limit": 36, "in_use": 3},
    "process": {"cpu_percent": 48.0, "memory_bytes": 310_000_000},
    "cpu": {"percent": 27.5, "cores": 4},
    "memory": SPACE,
    "disk": SPACE,
    "endpoints": [ENDPOINT],
}


class Health(Schema):
    """`degraded`: everything is answered, a part is missing. `unavailable`: send requests elsewhere."""

    status = fields.String(required=True, metadata={"enum": list(STATUSES)})
    version = fields.String(required=True, metadata={"example": __version__})


class Check(Schema):
    """One part; `off`: this instance has none."""

    status = fields.String(required=True, metadata={"enum": ["ok", "low", "late", "unavailable", "off"]})
    detail = fields.String(metadata={"example": "62.5 % free"})


class Checks(Schema):
    """The parts of the instance."""

    database = fields.Nested(Check, required=True)
    redis = fields.Nested(Check, required=True)
    disk = fields.Nested(Check, required=True)
    tasks = fields.Nested(Check, required=True)


@shown_by(SCHEDULE)
class ScheduleState(Schema):
    """Something done by the clock."""

    name = fields.String(required=True)
    last_run = fields.DateTime(required=True, allow_none=True)
    next_run = fields.DateTime(required=True)
    last_status = fields.String(
        required=True, allow_none=True, metadata={"description": "Of its last task; null when that was forgotten"}
    )
    is_overdue = fields.Boolean(required=True)


class DetailedHealth(Health):
    """The parts behind the status."""

    mode = fields.String(required=True, metadata={"enum": ["development", "production"]})
    uptime_s = fields.Integer(required=True, metadata={"example": 86400})
    checks = fields.Nested(Checks, required=True)
    degraded = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Parts that are missing, low or late, and overdue schedules by name", "example": []},
    )
    schedules = fields.List(fields.Nested(ScheduleState), required=True)


@shown_by(ENDPOINT)
class Endpoint(Schema):
    """What the answers of one route cost; times in milliseconds."""

    method = fields.String(required=True)
    route = fields.String(required=True)
    request_count = fields.Integer(required=True)
    error_count = fields.Integer(required=True, metadata={"description": "Answers with a status from 500"})
    error_rate = fields.Float(required=True, metadata={"description": "`error_count` / `request_count`"})
    latency_ms = fields.Dict(
        keys=fields.String(), values=fields.Float(), required=True, metadata={"description": "`p50, p95, p99, mean`"}
    )
    statements_per_request = fields.Float(required=True)


@shown_by(PERFORMANCE)
class Performance(Endpoint):
    """The figures of this host since its start, of all workers and kept when they are replaced."""

    class Meta:
        """Of a route, not of the instance."""

        exclude = ("method", "route")

    requests_per_s = fields.Float(required=True, metadata={"description": "Over the last half minute"})
    uptime_s = fields.Integer(required=True)
    workers = fields.Integer(required=True)
    pool = fields.Dict(required=True, metadata={"description": "Database connections: kept, at most, in use"})
    process = fields.Dict(required=True, metadata={"description": "All workers together"})
    cpu = fields.Dict(required=True, metadata={"description": "Of the machine"})
    memory = fields.Dict(required=True)
    disk = fields.Dict(required=True, metadata={"description": "Where `TALENTSPHERE_HOME` is"})
    endpoints = fields.List(
        fields.Nested(Endpoint), required=True, metadata={"description": "Those on which the most time was spent"}
    )
