"""What is cached of the skill dictionary, and which tag a changed row touches."""

from __future__ import annotations

from talentsphere.cache.policy import CachePolicy
from talentsphere.cache.tags import tags_changed_by
from talentsphere.domains.skills.models import Skill, SkillName

SKILLS = CachePolicy("skills", ttl_s=86_400, tags=("skills",))


@tags_changed_by(Skill, SkillName, own="skills")
def skill_tags(_row: Skill | SkillName) -> set[str]:
    return set()
