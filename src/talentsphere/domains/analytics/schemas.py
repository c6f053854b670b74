"""Dashboards and figures as clients see them, the shapes of both versions side by side."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from talentsphere.api.examples import shown_by
from talentsphere.domains.applications.models import STAGE_KINDS, STATUSES

RATE = {"description": "From 0; null where nobody was", "example": 0.25}
MEAN = {"description": "Seconds, on average; null where there is none", "example": 864_000}
DAY: dict[str, Any] = {"day": "2026-01-31", "applied": 40, "moved": 31, "rejected": 12, "withdrawn": 1, "hires": 2}
NOT_QUARANTINED = [status for status in STATUSES if status != "quarantined"]


@shown_by({"total": 90, "active": 40, "hired": 4, "rejected": 41, "withdrawn": 3, "quarantined": 2})
class Standing(Schema):
    """How many applications stand how."""

    total = fields.Integer(required=True)
    active = fields.Integer(required=True)
    hired = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    withdrawn = fields.Integer(required=True)
    quarantined = fields.Integer(metadata={"description": "For recruiters and admins"})


@shown_by({"stage": "interview", "active": 12})
class StageCount(Schema):
    """How many active applications stand in stages of a kind."""

    stage = fields.String(required=True, metadata={"enum": list(STAGE_KINDS)})
    active = fields.Integer(required=True)


@shown_by({"id": 4711, "title": "Nurse", "status": "open", "active": 17})
class BusyJob(Schema):
    """A posting with its active applications."""

    id = fields.Integer(required=True)
    title = fields.String(required=True)
    status = fields.String(required=True)
    active = fields.Integer(required=True)


@shown_by({
    "id": 99, "job_id": 4711, "title": "Nurse", "company": "Viamo", "stage": "interview", "status": "active",
    "applied_at": "2026-01-31T09:00:00Z",
})  # fmt: skip
class RecentApplication(Schema):
    """One of the candidate's newest applications."""

    id = fields.Integer(required=True)
    job_id = fields.Integer(required=True)
    title = fields.String(required=True)
    company = fields.String(required=True)
    stage = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": NOT_QUARANTINED})
    applied_at = fields.DateTime(required=True)


@shown_by(DAY)
class Day(Schema):
    """What happened on one day (UTC)."""

    day = fields.Date(required=True)
    applied = fields.Integer(required=True)
    moved = fields.Integer(required=True)
    rejected = fields.Integer(required=True, metadata={"description": "Less what was undone that day"})
    withdrawn = fields.Integer(required=True)
    hires = fields.Integer(required=True)


@shown_by({**DAY, "time_to_hire_s": 864_000})
class LastDays(Schema):
    """What happened in the last 30 days."""

    applied = fields.Integer(required=True)
    moved = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    withdrawn = fields.Integer(required=True)
    hires = fields.Integer(required=True)
    time_to_hire_s = fields.Integer(required=True, allow_none=True, metadata=MEAN)


class DashboardV2(Schema):
    """What concerns the caller's role; a part that does not is left out."""

    role = fields.String(required=True, metadata={"example": "recruiter"})
    applications = fields.Nested(Standing, required=True)
    stages = fields.List(fields.Nested(StageCount), metadata={"description": "Not for candidates"})
    jobs = fields.List(
        fields.Nested(BusyJob),
        metadata={"description": "Recruiters: most active first; hiring teams: theirs, newest first"},
    )
    open_jobs = fields.Integer(metadata={"description": "For recruiters", "example": 12})
    postings = fields.Dict(
        keys=fields.String(), values=fields.Integer(),
        metadata={"description": "For admins: postings by status", "example": {"open": 2263, "closed": 41}},
    )  # fmt: skip
    recent = fields.List(fields.Nested(RecentApplication), metadata={"description": "For candidates"})
    last_30_days = fields.Nested(LastDays, metadata={"description": "For recruiters and admins"})


class DashboardV1(DashboardV2):
    """What concerns the caller's role, with each of the last 30 days; a part that does not is left out."""

    days = fields.List(fields.Nested(Day), metadata={"description": "For recruiters and admins"})


@shown_by({"stage": "interview", "reached": 12, "conversion": 0.25, "average_stay_s": 345_600})
class FunnelStageV2(Schema):
    """One stage of a funnel; a figure of nothing is left out."""

    stage = fields.String(required=True, metadata={"description": "Of all jobs: the kind of stage"})
    reached = fields.Integer(required=True, metadata={"description": "Applications that have ever stood here"})
    conversion = fields.Float(metadata=RATE)
    average_stay_s = fields.Integer(metadata=MEAN)


@shown_by({
    "stage": "interview", "name": "Interview", "kind": "interview", "reached": 12, "conversion": 0.25,
    "from_previous": 0.5, "rejected": 5, "withdrawn": 1, "average_stay_s": 345_600,
})  # fmt: skip
class FunnelStageV1(Schema):
    """One stage of a funnel, every field always there."""

    stage = fields.String(required=True, metadata={"description": "Of all jobs: the kind of stage"})
    name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": list(STAGE_KINDS)})
    reached = fields.Integer(required=True, metadata={"description": "Applications that have ever stood here"})
    conversion = fields.Float(required=True, allow_none=True, metadata={"description": "Of those that applied"})
    from_previous = fields.Float(
        required=True, allow_none=True, metadata={"description": "Of those that reached the stage before"}
    )
    rejected = fields.Integer(required=True)
    withdrawn = fields.Integer(required=True)
    average_stay_s = fields.Integer(required=True, allow_none=True, metadata=MEAN)


FUNNEL = {"applied": 48, "rejected": 30, "withdrawn": 2, "hires": 3, "conversion": 0.0625, "time_to_hire_s": 1_209_600}


@shown_by(FUNNEL)
class FunnelV2(Schema):
    """How many got how far; a figure of nothing is left out."""

    applied = fields.Integer(required=True)
    hires = fields.Integer(required=True)
    conversion = fields.Float(metadata=RATE)
    time_to_hire_s = fields.Integer(metadata=MEAN)
    stages = fields.List(fields.Nested(FunnelStageV2), required=True)


@shown_by(FUNNEL)
class FunnelV1(Schema):
    """How many got how far, every field always there."""

    applied = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    withdrawn = fields.Integer(required=True)
    hires = fields.Integer(required=True)
    conversion = fields.Float(required=True, allow_none=True, metadata={"description": "Hires, of those that applied"})
    time_to_hire_s = fields.Integer(required=True, allow_none=True, metadata=MEAN)
    stages = fields.List(fields.Nested(FunnelStageV1), required=True)


SOURCE = {
    "source": "linkedin", "applied": 48, "interviewed": 12, "hires": 3, "interview_rate": 0.25, "hire_rate": 0.0625,
    "time_to_hire_s": 1_209_600,
}  # fmt: skip


@shown_by(SOURCE)
class SourceV2(Schema):
    """How good a source is; without `source`: where nothing is known."""

    source = fields.String()
    applied = fields.Integer(required=True)
    hires = fields.Integer(required=True)
    hire_rate = fields.Float(metadata=RATE)


@shown_by(SOURCE)
class SourceV1(Schema):
    """How good a source is, every field always there."""

    source = fields.String(required=True, allow_none=True, metadata={"description": "Null: nothing is known"})
    applied = fields.Integer(required=True)
    interviewed = fields.Integer(required=True)
    hires = fields.Integer(required=True)
    interview_rate = fields.Float(required=True, allow_none=True)
    hire_rate = fields.Float(required=True, allow_none=True)
    time_to_hire_s = fields.Integer(required=True, allow_none=True, metadata=MEAN)


NAMES: dict[type[Schema], tuple[str, ...]] = {
    shape: tuple(shape().fields) for shape in (DashboardV2, FunnelStageV2, FunnelV2, SourceV2)
}


def minimal(shape: type[Schema], figures: dict[str, Any]) -> dict[str, Any]:
    """Return what ``shape`` has of ``figures``, without what has no value."""
    return {name: figures[name] for name in NAMES[shape] if figures.get(name) is not None}


def funnel_v2(figures: dict[str, Any]) -> dict[str, Any]:
    stages = [minimal(FunnelStageV2, stage) for stage in figures["stages"]]
    return {**minimal(FunnelV2, figures), "stages": stages}
