"""What monitors read of the instance: its parts, its figures. For admins, and keys with the scope ``monitor``."""

from __future__ import annotations

import time
from typing import Any

from flask import Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from talentsphere import __version__
from talentsphere.api.auth import allow
from talentsphere.api.caching import uncached
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.db.base import now
from talentsphere.db.session import reading
from talentsphere.domains.performance.exposition import CONTENT_TYPE, exposition
from talentsphere.domains.performance.schemas import DetailedHealth, Performance
from talentsphere.domains.performance.summary import current_figures, current_machine, flat, summary
from talentsphere.settings import Settings
from talentsphere.tasks.queries import Health, health
from talentsphere.telemetry.readiness import Readiness
from talentsphere.telemetry.system import STARTED_AT, Machine

MONITOR = "instance.monitor"
LATE_S = 60
"""A due task that waits longer is late."""
LOW_SHARE = 0.05
"""Of the disk, free: less is low."""

details = Blueprint("health", "monitor", "/health", description="The parts of the instance")
bp = Blueprint("performance", "monitor", "/api/performance", description="What requests cost")
v1 = Blueprint("health", "v1", "/api/v1/health", description="What requests cost, for monitors")
prometheus = Blueprint("metrics", "monitor", "/metrics", description="For Prometheus")


@details.get("/detailed")
@details.response(200, DetailedHealth)
@details.alt_response(503, schema=DetailedHealth, description="The database cannot be reached, or is not migrated")
@allow(MONITOR)
@uncached("a monitor asks how it is now")
def get_details() -> Response:
    """Tell the status of each part, from probes in the background."""
    settings: Settings = current_app.extensions["talentsphere.settings"]
    readiness: Readiness = current_app.extensions["talentsphere.readiness"]
    answering = _answering(readiness)
    tasks = _tasks() if answering["database"]["status"] == "ok" else None
    checks = {**answering, "disk": _disk(current_machine()), "tasks": _how(tasks)}
    missing = [name for name, check in checks.items() if check["status"] not in ("ok", "off")]
    missing += [f"schedule {name}" for name in (tasks.overdue if tasks else ())]
    status = "unavailable" if "database" in missing else "degraded" if missing else "ok"
    body = {
        "status": status,
        "version": __version__,
        "mode": settings.env,
        "uptime_s": round(_uptime_s()),
        "checks": checks,
        "degraded": missing,
        "schedules": tasks.schedules if tasks else [],
    }
    return json_response(body, 503 if status == "unavailable" else 200)


@bp.get("")
@bp.response(200, Performance)
@allow(MONITOR)
@uncached("a monitor asks how it is now")
def get_performance() -> Response:
    """Give the figures of this host since its start."""
    return json_response(_summary())


@v1.get("/metrics")
@v1.response(200, {"type": "object", "additionalProperties": {"type": "number"}}, example={"request_count": 18230})
@allow(MONITOR)
@uncached("a monitor asks how it is now")
def get_metrics() -> Response:
    """Give the figures of `/api/performance` without groups."""
    return json_response(flat(_summary()))


@prometheus.get("")
@prometheus.response(200, {"type": "string"}, content_type="text/plain")
@allow(MONITOR)
@uncached("a monitor asks how it is now")
def get_exposition() -> Response:
    """Give the figures in the text format of Prometheus."""
    return Response(exposition(current_figures()[0]), content_type=CONTENT_TYPE)


def _summary() -> dict[str, Any]:
    return summary(*current_figures(), _uptime_s())


def _uptime_s() -> float:
    began: float = current_app.extensions[STARTED_AT]
    return time.time() - began


def _answering(readiness: Readiness) -> dict[str, dict[str, str]]:
    database, redis = readiness.parts()
    return {
        "database": {"status": "ok" if database else "unavailable"},
        "redis": {"status": "off" if redis is None else "ok" if redis else "unavailable"},
    }


def _tasks() -> Health | None:
    """Return how tasks are doing, or nothing when the database does not tell."""
    try:
        with reading() as session:
            return health(session, now())
    except SQLAlchemyError:
        return None


def _how(tasks: Health | None) -> dict[str, str]:
    """Return the check of tasks: is a worker there, has one died, how long does the oldest task wait?"""
    if tasks is None:
        return {"status": "unavailable"}
    facts = [f"{tasks.workers} worker{'s' * (tasks.workers != 1)}"]
    facts += [f"{tasks.died} died within a day"] if tasks.died else []
    facts += [f"the next one waits for {tasks.waiting_s:.0f} s"] if tasks.waiting_s >= LATE_S else []
    facts += [f"{tasks.failed} dead letters"] if tasks.failed else []
    facts += [f"overdue: {', '.join(tasks.overdue)}"] if tasks.overdue else []
    is_late = tasks.waiting_s >= LATE_S or bool(tasks.overdue)
    return {"status": "unavailable" if not tasks.workers else "late" if is_late else "ok", "detail": "; ".join(facts)}


def _disk(machine: Machine | None) -> dict[str, str]:
    if machine is None:
        return {"status": "unavailable"}
    share = machine.disk_free / machine.disk_total
    return {"status": "low" if share < LOW_SHARE else "ok", "detail": f"{share:.1%} free"}
