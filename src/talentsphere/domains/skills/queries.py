"""Every statement about skills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from talentsphere.db.dialect import count_up_to, json_rows
from talentsphere.db.paging import Window, ascending_page
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.skills.models import Dictionary, Skill, SkillName

BY_NAME = (Skill.name_key, Skill.id)
COUNTED = 1_000
"""Skills of a prefix are counted up to here."""
LAST = "\U0010ffff"
"""Sorts after every character that a name may hold."""


def aliases_of_skill() -> ColumnElement[Any]:
    """Return a skill's aliases as a column: a JSON array of {alias}."""
    named = select(json_rows("alias", SkillName.alias)).where(SkillName.alias.is_not(None))
    return named.where(SkillName.skill_id == Skill.id).correlate(Skill).scalar_subquery()


def list_skills(session: Reader, prefix: str, window: Window, columns: Sequence[Any]) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` skills whose name begins with ``prefix`` (case-folded); one statement.

    By name, in the walk's direction; a row has ``columns`` and its place. Uses ``ix_skills_name_key_id``.
    """
    statement = select(*columns, Skill.name_key.label("place_0"), Skill.id.label("place_1"))
    return session.execute(ascending_page(statement.where(*_begins(prefix)), BY_NAME, window)).all()


def place_of(row: AnyRow) -> tuple[str, int]:
    """Return a listed row's place in the walk."""
    return row.place_0, row.place_1


def count_skills(session: Reader, prefix: str, *, exact: bool = False) -> tuple[int, bool]:
    """Return how many skills begin with ``prefix``, and whether that is estimated; one statement.

    A prefix stops counting above ``COUNTED``, and then says only that there are more, unless ``exact``.
    """
    if exact or not prefix:
        return session.scalar(select(func.count()).select_from(Skill).where(*_begins(prefix))) or 0, False
    matches = select(Skill.id).where(*_begins(prefix)).order_by(Skill.name_key)
    found = session.scalar(select(count_up_to(matches, COUNTED + 1))) or 0
    return found, found > COUNTED


def find_skill(session: Reader, reference: str, columns: Sequence[Any]) -> AnyRow | None:
    """Return the skill with this id or slug, or nothing; one statement."""
    is_id = reference.isascii() and reference.isdecimal() and len(reference) < 10
    matches = Skill.id == int(reference) if is_id else Skill.slug == reference.lower()
    return session.execute(select(*columns).where(matches)).one_or_none()


def dictionary_version(session: Reader) -> str | None:
    """Return the version of the imported skill dictionary; one statement."""
    return session.scalar(select(Dictionary.version).where(Dictionary.name == "skills"))


def _begins(prefix: str) -> list[ColumnElement[bool]]:
    return [Skill.name_key >= prefix, Skill.name_key < prefix + LAST] if prefix else []
