"""Health: alive, and ready to serve. Open to all, and says nothing else."""

from __future__ import annotations

from flask import Response, current_app

from talentsphere import __version__
from talentsphere.api.auth import open_to_all
from talentsphere.api.caching import uncached
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.domains.performance.schemas import Health
from talentsphere.telemetry.readiness import Readiness

bp = Blueprint("health", "ops", "/health", description="Is the process alive, and can it serve?")


@bp.get("/live")
@bp.response(200, Health)
@open_to_all
@uncached("a monitor asks how it is now")
def get_liveness() -> Response:
    """Tell that the process answers; touches nothing outside it."""
    return json_response({"status": "ok", "version": __version__})


@bp.get("/ready")
@bp.response(200, Health)
@bp.alt_response(503, schema=Health, description="The database cannot be reached, or is not migrated")
@open_to_all
@uncached("a monitor asks how it is now")
def get_readiness() -> Response:
    """Tell whether the instance can serve, from a probe that is at most a second old.

    Waits up to 2 s for a probe that is late.
    """
    readiness: Readiness = current_app.extensions["talentsphere.readiness"]
    status = readiness.status()
    return json_response({"status": status, "version": __version__}, 503 if status == "unavailable" else 200)


@bp.get("")
@bp.response(200, Health)
@bp.alt_response(503, schema=Health, description="The database cannot be reached, or is not migrated")
@open_to_all
@uncached("a monitor asks how it is now")
def get_health() -> Response:
    """Tell the same as `/health/ready`."""
    answer: Response = get_readiness()
    return answer
