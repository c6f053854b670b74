"""Find the skill names that are ordinary words too, by how a corpus of adverts writes them.

    python -m talentsphere.domains.skills.ambiguity DICTIONARY.csv ADVERTS.jsonl.gz... > ambiguous_names.txt

A one-word name is ambiguous when it is very short, when its lower-case form is used outside lists of skills ("to
excel", "go") although it is published otherwise, when it hardly ever stands in a list with other skills, or when the
corpus knows nothing about it and it looks like a word. The extractor asks for evidence before it believes such a name.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from talentsphere.domains.skills.dictionary import SkillEntry, read_dictionary
from talentsphere.domains.skills.extraction import Entry, Extractor

SHORT = 2
ORDINARY_SHARE = 0.08
"""Of its occurrences in lower case, from which it matters how those are used."""
ORDINARY_LISTED = 0.25
"""Of those in a list with other skills, below which the word is an ordinary one."""
LISTED_SHARE = 0.15
"""Of its occurrences as published in such a list, below which the name hardly ever means the skill."""
KNOWN_FROM = 5
"""Occurrences from which the corpus can tell."""

_WORD = re.compile(r"[^\W_]+[+#]*|\.NET")
_FREE_WORD = re.compile(r"(?<![\w./@-])[^\W_]+[+#]*(?![\w/@-]|\.\w)")
"""Not in an address or a compound."""
_PLAIN = re.compile(r"[A-Z]?[a-z]+|[A-Z]{1,4}|[a-z]{1,4}\d?")


@dataclass
class Usage:
    """How often each spelling of a word is written, and how often of those in a list of skills."""

    written: Counter[str] = field(default_factory=Counter)
    listed: Counter[str] = field(default_factory=Counter)

    def share_listed(self, spelling: str) -> float:
        return self.listed[spelling] / max(1, self.written[spelling])


def ambiguous(name: str, kind: str, usage: Usage) -> bool:
    """Tell whether ``name``, one word, needs evidence."""
    if len(name) <= SHORT or not _WORD.fullmatch(name):
        return True
    if kind == "skill" and name.islower():
        return False  # a common noun, meant as it is written
    lowered = name.lower()
    published = usage.written[name]
    others = {lowered, lowered.capitalize()} - {name} if name.isupper() else {lowered} - {name}
    other = sum(usage.written[spelling] for spelling in others)
    if published + other < KNOWN_FROM:
        return _PLAIN.fullmatch(name) is not None
    is_ordinary = other >= KNOWN_FROM and other > ORDINARY_SHARE * (published + other)
    if is_ordinary and sum(usage.listed[spelling] for spelling in others) < ORDINARY_LISTED * other:
        return True
    is_proper = kind == "skill" or (name.isupper() and len(name) > SHORT)
    return not is_proper and usage.share_listed(name) < LISTED_SHARE


def usage_in(texts: Iterable[str], entries: Iterable[SkillEntry]) -> Usage:
    """Count how ``texts`` write the one-word names of ``entries``."""
    names = dict(one_word_names(entries))
    lowered = {name.lower() for name in names}
    extractor = Extractor(
        Entry(name, place, is_anchor=kind != "skill") for place, (name, kind) in enumerate(names.items())
    )
    usage = Usage()
    for text in texts:
        usage.written.update(word for word in _FREE_WORD.findall(text) if word.lower() in lowered)
        usage.listed.update(extractor.listed(text))
    return usage


def one_word_names(entries: Iterable[SkillEntry]) -> Iterator[tuple[str, str]]:
    """Yield (name or alias, kind) of those that are one word."""
    for entry in entries:
        for name in (entry.name, *entry.aliases):
            if len(_WORD.findall(name)) == 1 and " " not in name:
                yield name, entry.kind


def _texts(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        with gzip.open(path) if path.endswith(".gz") else Path(path).open("rb") as file:
            for line in file:
                row = orjson.loads(line)
                yield f"{row.get('title') or ''}\n{row.get('description') or ''}"


def main(dictionary: str, *adverts: str) -> None:
    with Path(dictionary).open("rb") as file:
        entries = read_dictionary(file).entries
    usage = usage_in(_texts(adverts), entries)
    found = {name.casefold() for name, kind in one_word_names(entries) if ambiguous(name, kind, usage)}
    sys.stdout.write("# Names of skills that are ordinary words too; made by talentsphere.domains.skills.ambiguity\n")
    sys.stdout.write("".join(f"{name}\n" for name in sorted(found)))


if __name__ == "__main__":
    main(*sys.argv[1:])
