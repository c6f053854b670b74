"""What is asked of suggestions: completions of what was typed, and corrections of words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select

from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import Job, JobSkill
from talentsphere.domains.suggestions.models import (
    KEY_LENGTH,
    KINDS,
    SuggestDeletion,
    SuggestKey,
    SuggestLabel,
    SuggestTop,
    SuggestWord,
)
from talentsphere.domains.suggestions.spelling import best_of, deletions, is_spelled, mistakes_in
from talentsphere.search.words import folded

LAST = "\U0010ffff"
"""Sorts after every character of a key."""
HEAVY = 300
"""A beginning that more keys have keeps its best labels in ``suggest_tops``."""
SPARE = 50
"""Labels of a heavy beginning that are kept, as some are shown no more or are of another kind."""
GONE = 5
"""Labels of a kind that are looked at beyond those that are wanted, as some may not be shown."""
MOST_DELETIONS = 900
"""Bound values of one statement."""
LABEL = (SuggestLabel.kind, SuggestLabel.label, SuggestLabel.slug, SuggestLabel.weight)
_RUN = re.compile(r"[^\W_]+")


def typed(text: str) -> str:
    """Return what was typed as keys are stored: folded words, a space between, cut."""
    return " ".join(_RUN.findall(folded(text)))[:KEY_LENGTH].strip()


def is_shown() -> ColumnElement[bool]:
    """Return the condition that an open posting has the label now."""
    opened = (Job.status == "open", Job.id == JobSkill.job_id)
    return or_(
        and_(SuggestLabel.kind == "title", _some(Job.status == "open", Job.title_key == SuggestLabel.ref)),
        and_(SuggestLabel.kind == "place", _some(Job.status == "open", Job.location_key == SuggestLabel.ref)),
        and_(SuggestLabel.kind == "company", _some(Company.open_jobs > 0, Company.id == SuggestLabel.object_id)),
        and_(SuggestLabel.kind == "skill", _some(*opened, JobSkill.skill_id == SuggestLabel.object_id)),
    )


def _some(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return EXISTS, said so that PostgreSQL does not hash the whole table for it."""
    return select(literal(1)).where(*conditions).limit(1).correlate(SuggestLabel).scalar_subquery().is_not(None)


def suggest(session: Reader, text: str, kinds: Sequence[str], limit: int) -> list[AnyRow]:
    """Return up to ``limit`` labels (``LABEL``) with a word that begins as ``text``; at most two statements.

    The best of each kind first, then the second best; the best is what most postings have. Every one has an open
    posting now.
    """
    prefix = typed(text)
    if not prefix:
        return []
    heavy = select(SuggestTop.label_id).where(SuggestTop.prefix == prefix)
    light = select(SuggestKey.label_id).where(SuggestKey.key >= prefix, SuggestKey.key < prefix + LAST).limit(HEAVY + 1)
    most = limit + GONE
    rows = _shown(session, heavy, kinds, most) or _shown(session, light, kinds, most)
    return _mixed(rows)[:limit]


def _shown(session: Reader, ids: Any, kinds: Sequence[str], most: int) -> Sequence[AnyRow]:
    """Return those of the best ``most`` of each kind that are shown: only they are looked up."""
    order = (SuggestLabel.weight.desc(), SuggestLabel.id)
    place = func.row_number().over(partition_by=SuggestLabel.kind, order_by=order).label("place")
    ranked = select(SuggestLabel.id, place).where(SuggestLabel.id.in_(ids), SuggestLabel.kind.in_(kinds)).subquery()
    best = select(ranked.c.id).where(ranked.c.place <= most)
    return session.execute(select(*LABEL).where(SuggestLabel.id.in_(best), is_shown())).all()


def _mixed(rows: Iterable[AnyRow]) -> list[AnyRow]:
    """Return the best of each kind, then the second best; ties by name, alike on both databases."""
    placed: list[tuple[int, int, AnyRow]] = []
    seen = dict.fromkeys(KINDS, 0)
    for row in sorted(rows, key=lambda row: (-row.weight, row.label)):
        placed.append((seen[row.kind], KINDS.index(row.kind), row))
        seen[row.kind] += 1
    return [row for *_, row in sorted(placed, key=lambda each: each[:2])]


def corrections(session: Reader, words: Sequence[str]) -> dict[str, str]:
    """Return what mistyped ``words`` (of ``words_of``) were probably meant to be; those that are right are left out.

    One statement, none when no word can be mistyped. The vocabulary is the words of all labels (titles of open
    postings, skills, companies, places). Uses ``pk_suggest_deletions``.
    """
    asked = {word: deletions(word, mistakes_in(word)) for word in dict.fromkeys(words) if is_spelled(word)}
    if not asked:
        return {}
    every = sorted(set().union(*asked.values()))[:MOST_DELETIONS]
    statement = select(SuggestDeletion.deletion, SuggestWord.word, SuggestWord.n).where(
        SuggestDeletion.deletion.in_(every), SuggestWord.word == SuggestDeletion.word
    )
    known: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for deletion, word, n in session.execute(statement):
        known[deletion].add((word, n))
    meant = {
        word: best_of(word, set().union(*(known[each] for each in lefts if each in known)))
        for word, lefts in asked.items()
    }
    return {word: other for word, other in meant.items() if other is not None}
