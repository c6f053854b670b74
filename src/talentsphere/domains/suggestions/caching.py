"""What is cached of suggestions, and which tag a changed row touches."""

from __future__ import annotations

from talentsphere.cache.policy import CachePolicy
from talentsphere.cache.tags import tags_changed_by
from talentsphere.domains.suggestions.models import (
    SuggestDeletion,
    SuggestKey,
    SuggestLabel,
    SuggestTop,
    SuggestWord,
)

SUGGESTIONS = CachePolicy("suggestions", ttl_s=300, tags=("suggestions", "jobs", "companies", "skills"))
"""A label is shown only while a posting has it."""

TABLES = (SuggestLabel, SuggestKey, SuggestTop, SuggestWord, SuggestDeletion)


@tags_changed_by(*TABLES, own="suggestions")
def suggestion_tags(_row: object) -> set[str]:
    return set()
