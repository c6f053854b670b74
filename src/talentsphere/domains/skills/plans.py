"""The named queries of skills, each with the index that it must use."""

from __future__ import annotations

from talentsphere.db.paging import Window
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.skills.queries import count_skills, find_skill, list_skills
from talentsphere.domains.skills.schemas import SKILL_V2

NAMES = "ix_skills_name_key_id"
ALIASES = "ix_skill_names_skill_id"
PLANS = (
    NamedQuery("skills.list", (NAMES, ALIASES), lambda session: list_skills(session, "", Window(20), SKILL_V2)),
    NamedQuery("skills.list.prefix", (NAMES,), lambda session: list_skills(session, "pyth", Window(20), SKILL_V2)),
    NamedQuery(
        "skills.list.deep", (NAMES,), lambda session: list_skills(session, "", Window(20, after=("m", 1)), SKILL_V2)
    ),
    NamedQuery("skills.count.prefix", (NAMES,), lambda session: count_skills(session, "pyth")),
    NamedQuery("skills.by_slug", ("uq_skills_slug",), lambda session: find_skill(session, "python", SKILL_V2)),
)
