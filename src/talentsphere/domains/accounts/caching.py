"""What is cached of people, and which tags a changed row touches."""

from __future__ import annotations

from talentsphere.cache.policy import CachePolicy
from talentsphere.cache.tags import tags_changed_by
from talentsphere.domains.accounts.models import User

PROFILE = CachePolicy("profile", ttl_s=1800, tags=("teams",), scope="user")
"""Besides: the person and their company, which ``get_profile`` names."""

USERS = CachePolicy("users", ttl_s=3600, tags=("users", "teams", "companies"), scope="company")


@tags_changed_by(User, own="users")
def user_tags(user: User) -> set[str]:
    return {f"user:{user.id}"}
