"""What the feed is about: for each table the object that its rows are part of.

Every ``writing()`` block that writes one of these tables appends an event of that object; the tests look at every
statement and fail when one is missing. All other tables are bookkeeping, secrets or private to their domain.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Fed(NamedTuple):
    """``apart``: columns that are no part of the object for whoever copies it, and may change without an event."""

    object: str
    apart: frozenset[str] = frozenset()


FED: Mapping[str, Fed] = {
    # open_jobs is counted from the postings, by a copy too
    "companies": Fed("company", frozenset({"open_jobs"})),
    "company_locations": Fed("company"),
    "teams": Fed("team"),
    "users": Fed("user", frozenset({"password_hash", "token_version", "email_verified_at", "updated_at", "version"})),
    # fingerprints are made of what else is there
    "jobs": Fed("job", frozenset({"text_hash", "near_1", "near_2", "near_3", "near_4", "sketch"})),
    "job_skills": Fed("job"),
    "hiring_teams": Fed("job"),
    "job_stages": Fed("job"),
    "applications": Fed("application"),
    "application_tags": Fed("application"),
    "skills": Fed("skill"),
    "skill_names": Fed("skill"),
}
NOT_FED = frozenset({
    "activity_logs", "api_keys", "application_events", "application_tallies", "day_rollups", "dictionaries",
    "events", "feed_consumers", "feed_state", "idempotency_keys", "invitations", "job_tallies", "mailed_links", "notes",
    "outbox", "refresh_tokens", "resumes", "schedules", "search_doc", "sessions", "stage_rollups", "stage_templates",
    "suggest_deletions", "suggest_keys", "suggest_labels", "suggest_tops", "suggest_words", "tasks", "task_workers",
    "write_counter",
})  # fmt: skip
