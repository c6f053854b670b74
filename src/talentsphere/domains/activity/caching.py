"""What is cached of the activity log, and which tags an entry touches."""

from __future__ import annotations

from talentsphere.cache.policy import CachePolicy
from talentsphere.cache.tags import tags_changed_by
from talentsphere.domains.activity.models import Activity
from talentsphere.domains.activity.queries import LOGS_PRUNED, tags_of_entry

LOGS = CachePolicy("logs", ttl_s=30, tags=(LOGS_PRUNED,), scope="company")
"""Besides: the log of one company, or of all, which ``list_activities`` names."""


@tags_changed_by(Activity, own="logs")
def activity_tags(entry: Activity) -> set[str]:
    return tags_of_entry(entry.company_id)
