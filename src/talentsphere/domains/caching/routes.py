"""``/api/cache/stats`` and ``/api/performance/cache``: the cache, for monitors and admins."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app

from talentsphere.api.auth import actor, allow
from talentsphere.api.caching import the_cache, uncached
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.db.session import writing
from talentsphere.domains.activity.queries import add_activity
from talentsphere.domains.caching.figures import cache_figures
from talentsphere.domains.caching.operating import clear_cache, warm_cache
from talentsphere.domains.caching.schemas import CacheStats, Cleared, Clearing, Warmed
from talentsphere.telemetry.figures import FIGURES, FiguresReader

stats = Blueprint("cache", "monitor", "/api/cache", description="What the cache does")
bp = Blueprint("cache", "ops", "/api/performance/cache", description="Operating the cache")


@stats.get("/stats")
@stats.response(200, CacheStats)
@allow("instance.monitor")
@uncached("a monitor asks how it is now")
def get_cache_stats() -> Response:
    """Give the figures of the cache, of all workers of this host."""
    return _figures()


@bp.get("")
@bp.response(200, CacheStats)
@allow("instance.monitor")
@uncached("a monitor asks how it is now")
def get_cache_performance() -> Response:
    """Give the same as `/api/cache/stats`."""
    return _figures()


@bp.post("/clear")
@bp.arguments(Clearing)
@bp.response(200, Cleared)
@allow("cache.operate")
def clear(given: dict[str, Any]) -> Response:
    """Forget everything, or what depends on some tags, is of some policies or is kept under some keys; audited."""
    clear_cache(_app(), **given)
    what = ", ".join([*given["tags"], *given["policies"], *given["keys"]]) or "everything"
    _log("cache.cleared", {"what": what})
    return json_response({"cleared": what})


@bp.post("/warm")
@bp.response(200, Warmed)
@allow("cache.operate")
def warm() -> Response:
    """Ask once for what is asked for most; audited."""
    asked = warm_cache(_app())
    _log("cache.warmed", {"targets": len(asked)})
    return json_response({"warmed": [{"target": t, "status": s, "cache": c} for t, s, c in asked]})


def _figures() -> Response:
    cache, reader = the_cache(), current_app.extensions[FIGURES]
    assert isinstance(reader, FiguresReader)
    cache.stats.flush()
    return json_response(cache_figures(cache, reader.read()))


def _log(action: str, details: dict[str, Any]) -> None:
    with writing() as session:
        add_activity(session, actor(), action, "cache", None, level="security", details=details)


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app
