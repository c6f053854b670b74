"""The skill dictionary in the database, and the extractor made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import Any, BinaryIO

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.changes import mark_changed
from talentsphere.db.events import add_event
from talentsphere.db.ids import allocate_ids
from talentsphere.db.rows import Reader
from talentsphere.db.session import reading, writing
from talentsphere.domains.names import folded_name, slug_of
from talentsphere.domains.skills.dictionary import MAX_NAME, SkillEntry, read_dictionary
from talentsphere.domains.skills.extraction import Entry, Extractor
from talentsphere.domains.skills.models import Dictionary, Skill, SkillName

SKILLS: Any = Skill.__table__
NAMES: Any = SkillName.__table__
DICTIONARY = "skills"
AMBIGUOUS = "ambiguous_names.txt"
NOT_SKILLS = (
    "R&D", "R & D", "R and D", "C-level", "C-suite", "C suite", "C level", "Series C", "vitamin C", "hepatitis C",
    "C. elegans", "D.C", "U.S", "Go-to-market", "Go to market", "word of mouth", "plan",
)  # fmt: skip
"""Phrases that hold the name of a skill and mean none."""


@dataclass
class DictionarySummary:
    """What an import of the dictionary changed."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    aliases: int = 0
    dropped_aliases: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def import_dictionary(file: BinaryIO, dry_run: bool = False) -> DictionarySummary:
    """Store the dictionary in ``file``; raise ``BadDictionary``. Needs an application context."""
    read = read_dictionary(file)
    if dry_run:
        with reading() as reader:
            summary = count_changes(reader, read.entries)
    else:
        with writing() as session:
            summary = store_dictionary(session, read.entries)
    summary.read += read.rejected_rows
    summary.rejected, summary.dropped_aliases = read.rejected_rows, read.dropped_aliases
    return summary


def count_changes(session: Reader, entries: Sequence[SkillEntry]) -> DictionarySummary:
    """Return how many skills ``store_dictionary`` would add."""
    held = set(session.scalars(select(SKILLS.c.name_key)))
    added = sum(_key(entry.name) not in held for entry in entries)
    return DictionarySummary(read=len(entries), added=added, unchanged=len(entries) - added)


def store_dictionary(session: Session, entries: Sequence[SkillEntry]) -> DictionarySummary:
    """Add new skills and give known ones (by name) their kind, code and names; the session must be ``writing()``.

    Skills that the file does not hold stay: postings may name them. Aliases that people added stay as well.
    """
    summary = DictionarySummary(read=len(entries))
    held = {row.name_key: row for row in session.execute(select(SKILLS))}
    new = [entry for entry in entries if _key(entry.name) not in held]
    ids = {key: row.id for key, row in held.items()} | _added(session, new, {row.slug for row in held.values()})
    changed = [(entry, held[_key(entry.name)]) for entry in entries if _key(entry.name) in held]
    touched = _update_facts(session, changed) | _add_names(session, entries, ids)
    summary.added = len(new)
    added = {ids[_key(entry.name)] for entry in new}
    summary.updated = len(touched - added)
    for skill_id in sorted(touched | added):
        add_event(session, "skill.created" if skill_id in added else "skill.updated", skill_id)
    summary.unchanged = len(entries) - summary.added - summary.updated
    summary.aliases = sum(len(entry.aliases) for entry in entries)
    _record_version(session, len(ids))
    return summary


def load_extractor(session: Reader) -> tuple[Extractor, str]:
    """Return the extractor of the stored dictionary, and its version ("" when none was imported)."""
    version = session.scalar(select(Dictionary.version).where(Dictionary.name == DICTIONARY)) or ""
    own = select(SKILLS.c.id, SKILLS.c.name, SKILLS.c.kind).order_by(SKILLS.c.id)
    aliases = select(NAMES.c.skill_id, NAMES.c.alias, SKILLS.c.kind).join(SKILLS, SKILLS.c.id == NAMES.c.skill_id)
    aliases = aliases.where(NAMES.c.alias.is_not(None)).order_by(NAMES.c.skill_id, NAMES.c.name_key)
    names = [*session.execute(own), *session.execute(aliases)]
    return Extractor(entries_of((skill_id, name, kind) for skill_id, name, kind in names)), version


def entries_of(names: Iterable[tuple[int, str, str]]) -> Iterable[Entry]:
    """Yield the extractor's entries for (skill, name, kind), after the phrases that are no skills."""
    ambiguous = ambiguous_names()
    for phrase in NOT_SKILLS:
        yield Entry(phrase, None, is_anchor=False)
    for skill_id, name, kind in names:
        is_ambiguous = name.casefold() in ambiguous or len(name) < 3
        yield Entry(name, skill_id, is_ambiguous, is_anchor=kind != "skill" or not name.islower())


@lru_cache(maxsize=1)
def ambiguous_names() -> frozenset[str]:
    """Return the names, case-folded, that are ordinary words too, as the module ``ambiguity`` found them."""
    text = resources.files(__package__).joinpath(AMBIGUOUS).read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("# "))


def _key(name: str) -> str:
    return folded_name(name, MAX_NAME)


def _added(session: Session, new: Sequence[SkillEntry], taken: set[str]) -> dict[str, int]:
    if not new:
        return {}
    ids = allocate_ids(session, Skill, len(new))
    rows: list[dict[str, Any]] = []
    for entry, skill_id in zip(new, ids, strict=True):
        slug = slug_of(entry.name, 180, f"skill-{skill_id}")
        slug = f"{slug}-{skill_id}" if slug in taken or slug.isdecimal() else slug
        taken.add(slug)
        rows.append(
            {
                "id": skill_id,
                "name": entry.name,
                "name_key": _key(entry.name),
                "slug": slug,
                "kind": entry.kind,
                "code": entry.code,
            }
        )
    mark_changed(session, "skills")
    session.connection().execute(insert(SKILLS), rows)
    slugs = [
        {"name_key": row["slug"], "skill_id": row["id"], "alias": None}
        for row in rows
        if row["slug"] != row["name_key"]
    ]
    names = [{"name_key": row["name_key"], "skill_id": row["id"], "alias": None} for row in rows]
    session.connection().execute(insert(NAMES), names + slugs)
    return {row["name_key"]: row["id"] for row in rows}


def _update_facts(session: Session, changed: Iterable[tuple[SkillEntry, Any]]) -> set[int]:
    rows = [
        {"skill": row.id, "name": entry.name, "kind": entry.kind, "code": entry.code}
        for entry, row in changed
        if (row.name, row.kind, row.code) != (entry.name, entry.kind, entry.code)
    ]
    if rows:
        values: dict[str, Any] = {name: bindparam(name) for name in ("name", "kind", "code")}
        mark_changed(session, "skills")
        session.connection().execute(update(SKILLS).where(SKILLS.c.id == bindparam("skill")).values(values), rows)
    return {row["skill"] for row in rows}


def _add_names(session: Session, entries: Iterable[SkillEntry], ids: Mapping[str, int]) -> set[int]:
    held = {(row.name_key, row.skill_id) for row in session.execute(select(NAMES.c.name_key, NAMES.c.skill_id))}
    rows: list[dict[str, Any]] = []
    for entry in entries:
        skill_id = ids[_key(entry.name)]
        for alias in entry.aliases:
            key = (_key(alias), skill_id)
            if key not in held:
                held.add(key)
                rows.append({"name_key": key[0], "skill_id": skill_id, "alias": alias})
    if rows:
        mark_changed(session, "skills")
        session.connection().execute(insert(NAMES), rows)
    return {row["skill_id"] for row in rows}


def _record_version(session: Session, entries: int) -> None:
    """Set the version to a digest of every stored name, so that equal dictionaries have equal versions."""
    digest = sha256(AMBIGUOUS.encode() + "\n".join(sorted(ambiguous_names())).encode())
    for row in session.execute(
        select(NAMES.c.name_key, NAMES.c.alias, NAMES.c.skill_id).order_by(NAMES.c.name_key, NAMES.c.skill_id)
    ):
        digest.update(f"{row.name_key}\t{row.alias}\t{row.skill_id}\n".encode())
    held = session.scalar(select(Dictionary.version).where(Dictionary.name == DICTIONARY))
    if held == digest.hexdigest():
        return
    session.execute(delete(Dictionary).where(Dictionary.name == DICTIONARY))
    version = {"name": DICTIONARY, "version": digest.hexdigest(), "entries": entries, "imported_at": now()}
    session.execute(insert(Dictionary).values(version))
