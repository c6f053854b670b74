"""Whether anybody still stands by a posting: a public one that nobody confirmed for long is stale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import RowMapping

from talentsphere.db.base import now
from talentsphere.settings import Settings

HOUR_S = 3600
"""Postings become stale at full hours, so that what is cached of them knows when it ends."""


def is_stale(values: Mapping[str, Any] | RowMapping) -> bool:
    """Tell it of a posting's ``status``, ``posted_at`` and ``confirmed_at``. Only an open one becomes stale."""
    seen: datetime | None = values["confirmed_at"] or values["posted_at"]
    return values["status"] == "open" and seen is not None and seen < _stale_before()


def _stale_before() -> datetime:
    settings: Settings = current_app.extensions["talentsphere.settings"]
    return now().replace(minute=0, second=0, microsecond=0) - timedelta(days=settings.jobs_stale_after_days)
