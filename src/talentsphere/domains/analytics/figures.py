"""Rates and means of what the roll-ups sum up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from talentsphere.db.rows import AnyRow
from talentsphere.domains.analytics.folding import DAY_SUMS, STAGE_SUMS

NOTHING = dict.fromkeys(STAGE_SUMS, 0)


def funnel_of(stages: Sequence[Mapping[str, Any]], rows: Sequence[AnyRow]) -> dict[str, Any]:
    """Return the funnel over ``stages`` (``stage``, ``name``, ``kind`` in their order); a row begins with its stage."""
    sums = {row[0]: dict(zip(STAGE_SUMS, row[1:], strict=True)) for row in rows}
    totals = {name: sum(each[name] for each in sums.values()) for name in STAGE_SUMS}
    return {
        "applied": totals["applied"],
        "rejected": totals["rejected"],
        "withdrawn": totals["withdrawn"],
        "hires": totals["hires"],
        "conversion": rate(totals["hires"], totals["applied"]),
        "time_to_hire_s": mean(totals["hire_seconds"], totals["hires"]),
        "stages": list(_steps(stages, sums, totals["applied"])),
    }


def _steps(
    stages: Sequence[Mapping[str, Any]], sums: Mapping[str, Mapping[str, int]], applied: int
) -> Iterator[dict[str, Any]]:
    before = None
    for stage in stages:
        found = sums.get(stage["stage"], NOTHING)
        yield {
            **{name: stage[name] for name in ("stage", "name", "kind")},
            "reached": found["reached"],
            "conversion": rate(found["reached"], applied),
            "from_previous": None if before is None else rate(found["reached"], before),
            "rejected": found["rejected"],
            "withdrawn": found["withdrawn"],
            "average_stay_s": mean(found["stay_seconds"], found["stays"]),
        }
        before = found["reached"]


def source_of(row: AnyRow) -> dict[str, Any]:
    """Return a row of ``sum_by_source`` with its rates."""
    return {
        "source": row.source or None,
        "applied": row.applied,
        "interviewed": row.interviewed,
        "hires": row.hires,
        "interview_rate": rate(row.interviewed, row.applied),
        "hire_rate": rate(row.hires, row.applied),
        "time_to_hire_s": mean(row.hire_seconds, row.hires),
    }


def every_day(rows: Sequence[AnyRow], since: date, until: date) -> list[dict[str, Any]]:
    """Return each day from ``since`` to ``until`` with the sums of ``sum_by_day``, or zeros."""
    found = {row.day: dict(zip(DAY_SUMS, row[1:], strict=True)) for row in rows}
    none = dict.fromkeys(DAY_SUMS, 0)
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return [{"day": day, **found.get(day, none)} for day in days]


def sums_of(days: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the sums over ``days``, and the mean time to hire in them."""
    totals = {name: sum(day[name] for day in days) for name in DAY_SUMS}
    seconds = totals.pop("hire_seconds")
    return {**totals, "time_to_hire_s": mean(seconds, totals["hires"])}


def rate(part: int, whole: int) -> float | None:
    """Return the share of ``part``, or nothing of nothing."""
    return round(part / whole, 4) if whole else None


def mean(total: int, count: int) -> int | None:
    return round(total / count) if count else None
