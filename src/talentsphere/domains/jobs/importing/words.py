"""Employment types and levels, in the words of many languages, as the product's own words."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from talentsphere.domains.jobs.models import EMPLOYMENT_TYPES, EXPERIENCE_LEVELS

EMPLOYMENT_WORDS, LEVEL_WORDS = "employment_words.txt", "level_words.txt"
PERMANENT = "permanent"
"""Says how long, not how much; alone or beside temporary kinds it stands for full time."""


@lru_cache(maxsize=2)
def _expressions(name: str) -> dict[str, re.Pattern[str]]:
    """Return the expression of each kind in a file of words, in the file's order; they match whole words."""
    words: dict[str, list[str]] = {}
    for line in resources.files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines():
        kind, _, expression = line.partition(" ")
        if kind != "#":
            words.setdefault(kind, []).append(expression)
    return {kind: re.compile(rf"(?<![\w-])(?:{'|'.join(each)})(?![\w-])") for kind, each in words.items()}


_BRACKETS = re.compile(r"\([^)]*\)")
_FIRST_WINS = ("internship", "volunteer", "per_diem", "temporary", "contract")
_LIMITED = {"internship", "temporary", "contract", "volunteer", "per_diem"}


@lru_cache(maxsize=4096)
def employment_type_of(published: str) -> str | None:
    """Return one of ``EMPLOYMENT_TYPES``, or None when the text names none of them.

    Of several kinds that can be true at once the most particular wins ("Contract, Full Time" is a contract).
    A permanent post that may also be another kind is full time, as is one offered in full and in part time.
    """
    text = re.sub(r"[\s_‐‑–-]+", " ", published.casefold()).strip()
    if text.replace(" ", "_") in EMPLOYMENT_TYPES:
        return text.replace(" ", "_")
    found = _kinds_in(_BRACKETS.sub(" ", text)) or _kinds_in(text)
    return _chosen(found)


def _kinds_in(text: str) -> set[str]:
    return {kind for kind, words in _expressions(EMPLOYMENT_WORDS).items() if words.search(text)}


def _chosen(found: set[str]) -> str | None:
    if PERMANENT in found:
        return "part_time" if "part_time" in found and not found & (_LIMITED | {"full_time"}) else "full_time"
    for kind in _FIRST_WINS:
        if kind in found:
            return kind
    return next((kind for kind in ("full_time", "part_time", "other") if kind in found), None)


_PUBLISHED_LEVELS = {
    "internship": "intern", "entry level": "entry", "junior": "entry", "graduate": "entry", "associate": "mid",
    "mid level": "mid", "middle": "mid", "intermediate": "mid", "mid senior level": "mid", "experienced": "mid",
    "senior level": "senior", "principal": "lead", "manager": "lead", "director": "executive",
}  # fmt: skip


@lru_cache(maxsize=4096)
def published_level_of(published: str) -> str | None:
    """Return the level that the source names, as one of ``EXPERIENCE_LEVELS``, or None."""
    text = re.sub(r"[\s_-]+", " ", published.casefold()).strip()
    return text if text in EXPERIENCE_LEVELS else _PUBLISHED_LEVELS.get(text)


def level_in_title(title: str) -> str | None:
    """Return the level that the title says beyond doubt ("Senior Nurse", not "Senior Living Aide"), or None."""
    text = title.casefold()
    return next((level for level, words in _expressions(LEVEL_WORDS).items() if words.search(text)), None)
