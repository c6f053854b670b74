"""What a monitor is told: the figures of all processes of this host, in milliseconds, percent and bytes."""

from __future__ import annotations

from typing import Any

from flask import current_app

from talentsphere.telemetry.figures import FIGURES, Figures, FiguresReader, Tally
from talentsphere.telemetry.system import SAMPLER, Machine, Sampler

MOST_ENDPOINTS = 50


def current_figures() -> tuple[Figures, Machine | None]:
    """Return the sums of the host's processes, and the last sample of the machine."""
    reader: FiguresReader = current_app.extensions[FIGURES]
    return reader.read(), current_machine()


def current_machine() -> Machine | None:
    sampler: Sampler = current_app.extensions[SAMPLER]
    return sampler.machine()


def summary(figures: Figures, machine: Machine | None, uptime_s: float) -> dict[str, Any]:
    """Return the figures of the instance, and of the routes on which the most time was spent."""
    total = figures.all
    return {
        **_of_tally(total),
        "requests_per_s": round(figures.of_processes("requests_per_s"), 2),
        "statements_per_request": _per_request(total.statements, total),
        "uptime_s": round(uptime_s),
        "workers": len(figures.processes),
        "pool": {name: round(figures.of_processes(f"pool_{name}")) for name in ("size", "limit", "in_use")},
        "process": {
            "cpu_percent": round(figures.of_processes("process_cpu_percent"), 1),
            "memory_bytes": round(figures.of_processes("process_memory_bytes")),
        },
        "cpu": {"percent": machine.cpu_percent, "cores": machine.cores} if machine else {},
        "memory": _space(machine.memory_total, machine.memory_available) if machine else {},
        "disk": _space(machine.disk_total, machine.disk_free) if machine else {},
        "endpoints": _endpoints(figures),
    }


def flat(found: dict[str, Any], prefix: str = "") -> dict[str, float]:
    """Return the figures without their groups (``latency_ms_p95``), and without the routes."""
    figures: dict[str, float] = {}
    for name, value in found.items():
        if isinstance(value, dict):
            figures |= flat(value, f"{prefix}{name}_")
        elif not isinstance(value, list):
            figures[prefix + name] = value
    return figures


def _endpoints(figures: Figures) -> list[dict[str, Any]]:
    by_time = sorted(figures.routes.items(), key=lambda item: -item[1].seconds)[:MOST_ENDPOINTS]
    return [
        {
            "method": method,
            "route": route,
            **_of_tally(tally),
            "statements_per_request": _per_request(tally.statements, tally),
        }
        for (method, route), tally in by_time
    ]


def _of_tally(tally: Tally) -> dict[str, Any]:
    times = {"p50": tally.percentile_s(0.5), "p95": tally.percentile_s(0.95), "p99": tally.percentile_s(0.99)}
    return {
        "request_count": tally.requests,
        "error_count": tally.errors,
        "error_rate": _per_request(tally.errors, tally, 5),
        "latency_ms": {
            **{name: round(seconds * 1000, 2) for name, seconds in times.items()},
            "mean": _per_request(tally.seconds * 1000, tally),
        },
    }


def _per_request(value: float, tally: Tally, digits: int = 2) -> float:
    return round(value / tally.requests, digits) if tally.requests else 0.0


def _space(total: int, free: int) -> dict[str, float]:
    return {"total_bytes": total, "free_bytes": free, "used_percent": round(100 * (1 - free / total), 1)}
