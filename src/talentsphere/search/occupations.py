"""The bundled dictionary of job titles: which titles are names of one occupation (ESCO, O*NET)."""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TextIO

from talentsphere.search.words import words_of

FILE = "titles.csv.gz"
AMBIGUOUS = 3
"""A title that more occupations have than this names none of them."""
_ABBREVIATED = re.compile(r"(?P<one>.+?) \((?P<other>[^()]+)\)$")

Words = tuple[str, ...]


@dataclass(frozen=True)
class Occupation:
    """``titles``: the preferred one first. ESCO's are names of one thing; many of O*NET's are narrower than it."""

    source: str
    code: str
    titles: tuple[str, ...]


def read_occupations(file: TextIO) -> list[Occupation]:
    """Read a CSV with the columns ``source``, ``code``, ``title`` and ``aliases`` (|-separated)."""
    return [
        Occupation(row["source"], row["code"], (row["title"], *filter(None, row["aliases"].split("|"))))
        for row in csv.DictReader(file)
    ]


def bundled_occupations() -> list[Occupation]:
    """Return the dictionary of the package; a third of a second."""
    packed = resources.files("talentsphere.sample") / FILE
    with packed.open("rb") as raw, gzip.open(raw, "rt", encoding="utf-8", newline="") as text:
        return read_occupations(text)


def spellings(title: str) -> list[str]:
    """Return both names in ``"CEO (Chief Executive Officer)"``, or the title alone."""
    found = _ABBREVIATED.fullmatch(title)
    return [found["one"], found["other"]] if found else [title]


def synonyms_of(words: Sequence[str], most: int = 8) -> list[Words]:
    """Return other titles of the occupation that ``words`` name, each as its words; nothing for what is no title.

    ``words`` are those of the whole title, from ``words_of``: ``synonyms_of(words_of("CEO"))`` holds
    ``("chief", "executive", "officer")``. A search ORs each answer, as a phrase or an AND of its words, to the
    query's own words, in the field of titles. Best first: the preferred title, then the shortest. No statement; the
    first call of a process reads the dictionary (half a second, 8 MB): ``load_synonyms()`` does it before a fork.
    """
    by_title, occupations = _synonyms()
    asked = tuple(words)
    named = by_title.get(asked, ())
    if len(named) > AMBIGUOUS:
        return []
    preferred = [occupations[at][0] for at in named]
    rest = sorted({title for at in named for title in occupations[at][1:]}, key=lambda title: (len(title), title))
    return [title for title in dict.fromkeys((*preferred, *rest)) if title != asked][:most]


def load_synonyms() -> None:
    """Read the dictionary now, so that no request waits for it."""
    _synonyms()


@lru_cache(maxsize=1)
def _synonyms() -> tuple[dict[Words, tuple[int, ...]], list[tuple[Words, ...]]]:
    sets = list(_sets_of_synonyms(bundled_occupations()))
    named = defaultdict(list)
    for at, titles in enumerate(sets):
        for title in titles:
            named[title].append(at)
    return {title: tuple(places) for title, places in named.items()}, sets


def _sets_of_synonyms(occupations: Iterable[Occupation]) -> Iterator[tuple[Words, ...]]:
    """Yield titles of one meaning: an occupation of ESCO, or an abbreviation of O*NET with what it stands for."""
    for occupation in occupations:
        if occupation.source == "esco":
            yield _distinct(occupation.titles)
            continue
        for title in occupation.titles:
            if len(pair := _distinct(spellings(title))) > 1:
                yield pair


def _distinct(titles: Iterable[str]) -> tuple[Words, ...]:
    return tuple(dict.fromkeys(words for title in titles if (words := tuple(words_of(title)))))
