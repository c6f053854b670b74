"""What is cached of figures, and which tags a changed row touches."""

from __future__ import annotations

from talentsphere.cache.policy import CachePolicy
from talentsphere.cache.tags import tags_changed_by
from talentsphere.domains.analytics.models import DayRollup, StageRollup
from talentsphere.domains.analytics.tagging import of_company_figures

DAY = 86_400
"""The last days are others after midnight."""
DASHBOARD = CachePolicy("dashboard", ttl_s=300, scope="user", every_s=DAY)
"""It depends on what its role shows of (``dashboards.py``), so that one's own change is seen at once."""
ANALYTICS = CachePolicy("analytics", ttl_s=300, tags=("stages",), scope="company", every_s=DAY)
"""Besides: the figures of the company, or of all."""


@tags_changed_by(StageRollup, own="rollups")
def stage_rollup_tags(row: StageRollup) -> set[str]:
    return {of_company_figures(row.company_id)}


@tags_changed_by(DayRollup, own="rollups")
def day_rollup_tags(row: DayRollup) -> set[str]:
    return {of_company_figures(row.company_id)}
