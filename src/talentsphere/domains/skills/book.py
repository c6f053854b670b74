"""The skill dictionary in memory: which skills a text names, and what is shown of each."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from talentsphere.domains.skills.extraction import Extractor
from talentsphere.domains.skills.models import Skill
from talentsphere.domains.skills.store import load_extractor

Shown = dict[str, Any]
"""{id, name, slug, kind} of a skill."""

_books: WeakKeyDictionary[Engine, Book] = WeakKeyDictionary()
_opening = threading.Lock()


@dataclass(frozen=True)
class Book:
    """One version of the dictionary; about 15 MB for 24,000 names."""

    version: str
    extractor: Extractor
    facts: dict[int, tuple[str, str, str]]
    """Name, slug and kind by id."""

    def skills_in(self, text: str, most: int) -> list[Shown]:
        """Return the first ``most`` skills that ``text`` names, in its order."""
        ids = dict.fromkeys(found.skill_id for found in self.extractor.find(text))
        return [self.shown(skill_id) for skill_id in list(ids)[:most]]

    def shown(self, skill_id: int) -> Shown:
        name, slug, kind = self.facts[skill_id]
        return {"id": skill_id, "name": name, "slug": slug, "kind": kind}


def book_of(session: Session, version: str) -> Book:
    """Return the dictionary at ``version``, the one that is stored; no statement while it is the one in memory.

    A process reads it when it is first asked, and again after an import: four statements, a quarter of a second.
    """
    engine = session.get_bind().engine
    held = _books.get(engine)
    if held is not None and held.version == version:
        return held
    with _opening:
        held = _books.get(engine)
        if held is None or held.version != version:
            held = _books[engine] = _read(session)
        return held


def close_books() -> None:
    """Forget every dictionary that was read."""
    _books.clear()


def _read(session: Session) -> Book:
    extractor, version = load_extractor(session)
    rows = session.execute(select(Skill.id, Skill.name, Skill.slug, Skill.kind))
    return Book(version, extractor, {id_: (name, slug, sys.intern(kind)) for id_, name, slug, kind in rows})
