"""The skill dictionary as a file: read, cleaned and joined, before anything is stored."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import BinaryIO

MAX_NAME = 200
EVERYDAY = "everyday_names.csv"

_KIND_ORDER = ("language", "technology", "skill")
_ESCO = "http://data.europa.eu/esco/"
_EXPLANATION = re.compile(r"\s+\((?:computer programming|digital game creation systems|penetration testing tool|"
                          r"tools for software configuration management|learning management systems|"
                          r"mobile operating systems|integrated development environment software|"
                          r"database management systems|graphics editor software)\)$")  # fmt: skip
_ACRONYM = re.compile(r"^(.+) ([A-Z][A-Z0-9]{1,7})$")
_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?:isation|ization|ations?|ings?|ions?|ments?|ies|ers?|ed|es|s|y|e)$")


class BadDictionary(ValueError):
    """A file that is no dictionary; the text says what is missing."""


@dataclass
class SkillEntry:
    """One skill: the name that is shown, its other names as published, and what it is."""

    name: str
    kind: str = "skill"
    code: str | None = None
    aliases: list[str] = field(default_factory=list)


@dataclass
class SkillFile:
    """A dictionary that was read, and how many names of it were left out, because they cannot be right."""

    entries: list[SkillEntry]
    dropped_aliases: int = 0
    rejected_rows: int = 0


def read_dictionary(file: BinaryIO) -> SkillFile:
    """Read a CSV, which may be gzipped, with the columns ``skill``, ``aliases`` (|-separated), ``types`` and ``code``.

    Skills of one name become one. Aliases of ESCO rows are checked: see ``plausible_aliases``.
    """
    read = SkillFile([])
    by_name: dict[str, SkillEntry] = {}
    for row in _rows(file):
        entry = _entry(row, read)
        if entry is None:
            read.rejected_rows += 1
            continue
        _join(by_name, entry)
    for entry in _everyday_entries():
        _apply(by_name, entry)
    read.entries = list({id(entry): entry for entry in by_name.values()}.values())
    return read


def plausible_aliases(name: str, aliases: Iterable[str]) -> list[str]:
    """Return the aliases that share more than half of the word stems of ``name``, or are its initials.

    The published partial copy of ESCO has the aliases of other skills in most of its rows ("Macedonian" at
    "communication"): of 29,285 aliases only 830 share any stem, some of those by chance.
    """
    stems, initials = _stems(name), "".join(word[0] for word in _WORD.findall(name.casefold()))
    return [
        alias
        for alias in aliases
        if 2 * len(_stems(alias) & stems) > len(stems) or (len(initials) > 2 and alias.casefold() == initials)
    ]


def _stems(text: str) -> set[str]:
    return {_ENDING.sub("", word) or word for word in _WORD.findall(text.casefold()) if len(word) > 2}


def _rows(file: BinaryIO) -> Iterator[Mapping[str, str]]:
    content = file.read()
    if content.startswith(b"\x1f\x8b"):
        try:
            content = zlib.decompress(content, wbits=31)
        except zlib.error as error:
            raise BadDictionary(f"the gzip data is damaged ({error})") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDictionary(f"not valid UTF-8 at byte {error.start + 1}") from error
    reader = csv.DictReader(io.StringIO(text))
    if "skill" not in (reader.fieldnames or ()):
        raise BadDictionary("the header has no column 'skill'")
    yield from reader


def _entry(row: Mapping[str, str], read: SkillFile) -> SkillEntry | None:
    name = _clean(row.get("skill"))
    if not name or len(name) > MAX_NAME or not any(sign.isalnum() for sign in name):
        return None
    published = [
        alias for alias in map(_clean, (row.get("aliases") or "").split("|")) if alias and len(alias) <= MAX_NAME
    ]
    code = (row.get("code") or "").strip() or None
    aliases = plausible_aliases(name, published) if code and code.startswith(_ESCO) else published
    read.dropped_aliases += len(published) - len(aliases)
    if published and not aliases:
        code = None  # the row's code belongs to the skill whose aliases these are
    return SkillEntry(_EXPLANATION.sub("", name), _kind(row.get("types")), code, [*aliases, *_shorter(name)])


def _clean(text: str | None) -> str:
    return " ".join((text or "").split())


def _kind(types: str | None) -> str:
    stated = (types or "skill").split("|")
    return next((kind for kind in _KIND_ORDER if kind in stated), "skill")


def _shorter(name: str) -> list[str]:
    """Return "CSS" for "Cascading style sheets CSS", where the letters are the initials of the words before."""
    found = _ACRONYM.match(name.removesuffix(" software"))
    if not found:
        return []
    words = [word for word in _WORD.findall(found[1]) if word.lower() not in {"of", "and", "for", "the"}]
    initials = "".join(word[0] for word in words).upper()
    return [found[2], found[1]] if initials == found[2] and len(initials) > 1 else []


def _join(by_name: dict[str, SkillEntry], entry: SkillEntry) -> None:
    """Add an entry, or join it to the one that already has its name or the short form of it."""
    key = entry.name.casefold()
    held = by_name.get(key)
    if held is None:
        by_name[key] = entry
        return
    held.aliases += entry.aliases
    held.code = held.code or entry.code
    held.kind = min(held.kind, entry.kind, key=_KIND_ORDER.index)


def _everyday_entries() -> Iterator[SkillEntry]:
    text = resources.files(__package__).joinpath(EVERYDAY).read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        yield SkillEntry(
            row["skill"], row["kind"] or "technology", None, [name for name in row["aliases"].split("|") if name]
        )


def _apply(by_name: dict[str, SkillEntry], everyday: SkillEntry) -> None:
    """Give a skill the names it has in everyday use; "-name" takes one away, another skill's own name joins the two."""
    entry = by_name.setdefault(everyday.name.casefold(), SkillEntry(everyday.name, everyday.kind))
    entry.name, entry.kind = everyday.name, min(entry.kind, everyday.kind, key=_KIND_ORDER.index)
    taken_away = {name[1:].casefold() for name in everyday.aliases if name.startswith("-")}
    added = [name for name in everyday.aliases if not name.startswith("-")]
    for name in added:
        other = by_name.get(name.casefold())
        if other is not None and other is not entry:
            entry.aliases += other.aliases
            entry.code = entry.code or other.code
            by_name[name.casefold()] = entry
    kept = [name for name in entry.aliases if name.casefold() not in taken_away]
    entry.aliases = [*added, *kept]
