"""The skills of a posting: those that its writer names, else those that its text names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from talentsphere.db.dialect import json_rows
from talentsphere.db.rows import Reader
from talentsphere.domains.jobs.importing.posting import Posting
from talentsphere.domains.jobs.importing.prepare import MAX_SKILLS
from talentsphere.domains.jobs.models import JobSkill
from talentsphere.domains.jobs.tagging import mark_jobs
from talentsphere.domains.names import folded_name
from talentsphere.domains.skills.book import Shown, book_of
from talentsphere.domains.skills.models import Skill, SkillName
from talentsphere.domains.skills.queries import LAST
from talentsphere.errors import InvalidInput

JOB_SKILLS: Any = JobSkill.__table__
ALIKE = 5_000
"""Names with the first letter of an unknown one, among which the one that was meant is looked for."""
SUGGESTED = 3
"""Unknown names for which one is looked for: each costs a statement and some milliseconds."""


def named_skills() -> ScalarSelect[Any]:
    """Return the skills with any of ``:names`` (case-folded) as a column: a JSON array of {id, name, slug, kind, key}.

    The last is the name by which it was found.
    """
    columns = ("id", Skill.id, "name", Skill.name, "slug", Skill.slug, "kind", Skill.kind, "key", SkillName.name_key)
    found = select(json_rows(*columns)).join(SkillName, SkillName.skill_id == Skill.id)
    return found.where(SkillName.name_key.in_(bindparam("names", expanding=True))).scalar_subquery()


NAMED = select(named_skills())


def keys_of(names: Iterable[str] | None) -> list[str]:
    """Return what ``:names`` must be."""
    return [folded_name(name, 200) for name in names or ()]


def skills_given(session: Session, names: Sequence[str]) -> list[Shown]:
    """Return the skills with these names; one statement, and one more to refuse an unknown one."""
    return chosen(session, names, session.execute(NAMED, {"names": keys_of(names)}).scalar() or [])


def chosen(session: Session, names: Sequence[str], found: Iterable[Shown]) -> list[Shown]:
    """Return for each name the skill among ``found``, each once, by id; raise ``InvalidInput`` for unknown names.

    Of several skills with one name the first is taken whose own name it is.
    """
    skills, unknown = matched(names, by_key(found))
    if unknown:
        raise _unknown(session, unknown)
    return skills


def by_key(found: Iterable[Shown]) -> dict[str, Shown]:
    """Return the skill of each name (case-folded) by which some were found."""
    named: dict[str, Shown] = {}
    for skill in sorted(found, key=lambda skill: (folded_name(skill["name"], 200) != skill["key"], skill["id"])):
        named.setdefault(skill["key"], {name: skill[name] for name in ("id", "name", "slug", "kind")})
    return named


def matched(names: Sequence[str], named: Mapping[str, Shown]) -> tuple[list[Shown], list[tuple[int, str]]]:
    """Return the skills with these names, each once, by id, and the names that are none with their places."""
    keys = keys_of(names)
    unknown = [(index, names[index]) for index, key in enumerate(keys) if key not in named]
    skills = {named[key]["id"]: named[key] for key in keys if key in named}
    return sorted(skills.values(), key=lambda skill: skill["id"]), unknown


def unknown_skills(names: Sequence[tuple[int, str]]) -> InvalidInput:
    """Return the refusal of these names, without looking for what was meant."""
    errors = [{"pointer": f"#/skills/{index}", "detail": f"there is no skill {name}"} for index, name in names]
    return InvalidInput(f"{errors[0]['pointer']}: {errors[0]['detail']}", errors=errors)


def skills_in(session: Session, posting: Posting, dictionary: str | None) -> list[Shown]:
    """Return the skills that title and text name, by id; ``dictionary`` is the stored version."""
    book = book_of(session, dictionary or "")
    found = book.skills_in(f"{posting.title}\n{posting.description_text}", MAX_SKILLS)
    return sorted(found, key=lambda skill: skill["id"])


def list_skill_names(session: Reader, letter: str) -> Sequence[str]:
    """Return up to ``ALIKE`` names and aliases that begin with ``letter`` (case-folded); one statement."""
    begins = (SkillName.name_key >= letter, SkillName.name_key < letter + LAST)
    return session.scalars(select(SkillName.name_key).where(*begins).order_by(SkillName.name_key).limit(ALIKE)).all()


def add_skills(session: Session, job_id: int, key: int, skills: Sequence[Shown]) -> None:
    """Give a posting without skills these; one statement, none for none."""
    rows = [{"job_id": job_id, "skill_id": skill["id"], "key": key} for skill in skills]
    if rows:
        mark_jobs(session, [job_id])
        session.connection().execute(insert(JOB_SKILLS), rows)


def replace_skills(session: Session, job_id: int, key: int, skills: Sequence[Shown]) -> bool:
    """Give a posting these skills, and return whether it had others; one statement, three when it had."""
    held = set(session.scalars(select(JOB_SKILLS.c.skill_id).where(JOB_SKILLS.c.job_id == job_id)))
    if held == {skill["id"] for skill in skills}:
        return False
    mark_jobs(session, [job_id])
    session.connection().execute(delete(JOB_SKILLS).where(JOB_SKILLS.c.job_id == job_id))
    add_skills(session, job_id, key, skills)
    return True


def move_skills(session: Session, job_id: int, key: int) -> None:
    """Repeat the posting's new ``key`` in its skills; one statement."""
    mark_jobs(session, [job_id])
    session.connection().execute(update(JOB_SKILLS).where(JOB_SKILLS.c.job_id == job_id).values(key=key))


def _unknown(session: Session, names: Sequence[tuple[int, str]]) -> InvalidInput:
    refusal = unknown_skills(names)
    for error, (_, name) in list(zip(refusal.extras["errors"], names, strict=True))[:SUGGESTED]:
        key = folded_name(name, 200)
        for meant in difflib.get_close_matches(key, list_skill_names(session, key[:1]), n=1, cutoff=0.6):
            error["did_you_mean"] = meant
    return refusal
